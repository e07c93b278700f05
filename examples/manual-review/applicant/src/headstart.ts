/** Asks for the session while the rest of the page is still on its way. A script of its own, so that it is there first. */
import type { Credential, Loaded } from "@kyc/sdk";
import { recalled, remember } from "./remembered";

const API = "/applicant/v1";

/** Answers that nobody has taken yet, by what was asked. */
const asked = new Map<string, Promise<Response>>();

let isOut: () => void = () => undefined;

/** Settles when the session is asked for, or will not be: until then whoever draws keeps the answer to the link's code from being read. */
export const sent = new Promise<void>((resolve) => (isOut = resolve));

/** Where the session stands as the server told first; `null` when it could not be asked, or said no. Never rejects. */
export const seen: Promise<Loaded | null> = look().catch(() => null).finally(() => isOut());

/** For who asks for the same thing a moment later: the answer that is there already or on its way, once; else it goes out. */
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

/** Not for who comes with another device's code: nobody has let them in yet. */
async function look(): Promise<Loaded | null> {
  const asks = new URLSearchParams(location.hash.slice(1));
  if (asks.has("handover")) return null;
  const code = asks.get("code");
  const own = recalled(code) ?? (code === null ? null : await exchanged(code));
  if (own === null) return null;
  const loaded = told<Loaded>(`${API}/sessions/${encodeURIComponent(own.session)}`, { headers: { authorization: `Bearer ${own.token}` } });
  isOut();
  return loaded;
}

/** A code works once: what it was traded for is remembered before anything else can go wrong. */
async function exchanged(code: string): Promise<Credential | null> {
  const body = JSON.stringify({ code });
  const own = await told<Credential>(`${API}/exchange`, { method: "POST", headers: { "content-type": "application/json" }, body });
  if (own !== null) remember({ ...own, code });
  return own;
}

async function told<T>(place: string, init: RequestInit): Promise<T | null> {
  const answer = fetch(place, init);
  asked.set(`${init.method ?? "GET"} ${place}`, answer.then((response) => response.clone()));
  asked.get(`${init.method ?? "GET"} ${place}`)?.catch(() => undefined);
  const response = await answer;
  return response.ok ? ((await response.json()) as T) : null;
}
