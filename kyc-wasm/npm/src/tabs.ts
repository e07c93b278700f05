/** How several tabs of one session agree: one posts at a time, and each tells the others when what is kept has changed. */
import type { Divergence, SaveStatus } from "./state.js";

/** What a tab tells the others after it changed what is kept. */
export interface Told {
  readonly status: SaveStatus;
  readonly divergence: Divergence | null;
}

/** Where a browser has neither, every tab posts: under the same keys, so that the server takes each event once. */
export class Tabs {
  readonly #name: string;
  readonly #channel: BroadcastChannel | null;

  constructor(session: string, heard: (told: Told) => void, life: AbortSignal) {
    this.#name = `kyc.${session}`;
    this.#channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(this.#name) : null;
    if (this.#channel === null) return;
    this.#channel.onmessage = ({ data }: MessageEvent<Told>) => heard(data);
    // In Node, listening to other sessions is no reason to keep a process alive.
    (this.#channel as { unref?: () => void }).unref?.();
    life.addEventListener("abort", () => this.#channel?.close(), { once: true });
  }

  tell(told: Told): void {
    this.#channel?.postMessage(told);
  }

  /** Does the work while no other tab does; nothing comes of work that fails, or that was not begun. */
  async alone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    const locks = (globalThis.navigator as Navigator | undefined)?.locks;
    if (locks === undefined) return work();
    let hasRun = false;
    const guarded = (): Promise<T> => {
      hasRun = true;
      return work();
    };
    return locks.request(this.#name, { signal }, guarded).catch(() => {
      // Disposed while waiting, or a frame that is not lent locks: the keys make posting safe without them.
      return hasRun || signal.aborted ? undefined : work();
    });
  }
}
