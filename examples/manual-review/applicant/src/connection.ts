/** When to try again what found no server. */
import { KycError } from "@kyc/sdk";

const RETRY_AFTER = 3_000;

/** After a while, as long as the server asked, or as soon as the browser sees a network. Rejects when stopped. */
export function connected({ retryAfter }: KycError, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const timer = setTimeout(() => end(resolve), retryAfter === null ? RETRY_AFTER : retryAfter * 1000);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      over.abort();
      settle();
    };
    addEventListener("online", () => end(resolve), { signal: over.signal });
    signal.addEventListener("abort", () => end(() => reject(new KycError("aborted"))), { signal: over.signal });
  });
}
