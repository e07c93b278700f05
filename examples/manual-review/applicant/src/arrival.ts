/** Coming with the code of another device's hand-over: asks to be let in once, and goes on waiting over a reload. */
import { KycError, type Asking } from "@kyc/sdk";
import type { Asks } from "./credential";
import { remember } from "./remembered";

const SLOT = "kyc.asking";

/** The device that asks, or `null` when it came in another way. */
export async function arrival(asks: Asks): Promise<Asking | null> {
  const code = new URLSearchParams(location.hash.slice(1)).get("handover");
  if (code === null) return recalled();
  const asking = await (await asks).HttpTransport.askWith(code);
  keep(asking);
  // Out of the address bar, out of the history, out of screenshots.
  history.replaceState(null, "", location.pathname + location.search);
  return asking;
}

/** Waits until the other device has said yes; then this one is remembered like any that came with a link. */
export async function letIn(asking: Asking, asks: Asks, signal: AbortSignal): Promise<void> {
  try {
    remember({ ...(await (await asks).HttpTransport.untilLetIn(asking, { signal })), code: null, isLetIn: true });
  } catch (error) {
    if (error instanceof KycError && error.code === "aborted") throw error;
    keep(null);
    throw error;
  }
  keep(null);
}

/** In the tab alone: whoever closes it does not want to be let in any more. */
function keep(asking: Asking | null): void {
  try {
    if (asking === null) sessionStorage.removeItem(SLOT);
    else sessionStorage.setItem(SLOT, JSON.stringify(asking));
  } catch {
    // Without storage it waits as long as the page is not reloaded.
  }
}

function recalled(): Asking | null {
  try {
    return JSON.parse(sessionStorage.getItem(SLOT) ?? "null") as Asking | null;
  } catch {
    return null;
  }
}
