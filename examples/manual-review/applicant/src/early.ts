/** What the page's first script has asked of the server, for who asks for the same thing a moment later. */
import type { Headstart } from "./headstart";

/** Nothing, where the script could not run: then everything is asked for in its turn. */
const { seen, asked }: Headstart = globalThis.kycHeadstart ?? { seen: Promise.resolve(null), asked: new Map() };
// It is ours from here on, and nobody else's.
globalThis.kycHeadstart = undefined;

export { seen };

/** The answer that is there already or on its way, once; else it goes out. */
export const early: typeof fetch = (input, init) => {
  const what = `${init?.method ?? "GET"} ${String(input)}`;
  const answer = asked.get(what);
  asked.delete(what);
  return answer ?? fetch(input, init);
};

/** From here on everything that is asked goes out: an answer that nobody took is old by now. */
export function forgetEarly(): void {
  asked.clear();
}
