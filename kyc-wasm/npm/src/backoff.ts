/** How long to wait before the same request goes again: doubling, jittered, bounded; a sign of the network ends the wait. */

export interface Patience {
  /** The wait before try number `attempt` (from 1), in milliseconds. */
  delay(attempt: number): number;
  /** Resolves after the delay, or earlier when the network comes back; rejects when aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

const FIRST = 400;
const LONGEST = 15_000;

export const patience: Patience = {
  delay: (attempt) => Math.min(LONGEST, FIRST * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2),
  wait: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        globalThis.removeEventListener?.("online", done);
        resolve();
      };
      const stop = (): void => {
        done();
        reject(signal.reason as Error);
      };
      const timer = setTimeout(done, milliseconds);
      if (signal.aborted) return stop();
      signal.addEventListener("abort", stop, { once: true });
      globalThis.addEventListener?.("online", done, { once: true });
    }),
};
