/** Who the applicant is to the server: a link's code, exchanged once, then a token that this browser remembers. */
import { HttpTransport, type Credential } from "@kyc/sdk";

interface Remembered extends Credential {
  /** The spent code it was got for, so that the same link opens the same session here again. */
  readonly code: string | null;
  /** Another device has let this one in, and can put it out again. */
  readonly isLetIn?: boolean;
}

const SLOT = "kyc.credential";

/** The credential for this tab, or `null` when there is no link and nothing is remembered. */
export async function credential(): Promise<Credential | null> {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  const remembered = recalled(sessionStorage) ?? recalled(localStorage);
  if (code === null) return remembered;
  const here = [recalled(sessionStorage), recalled(localStorage)].find((one) => one?.code === code);
  const own = here ?? { ...(await HttpTransport.exchange(code)), code };
  remember(own);
  // Out of the address bar, out of the history, out of screenshots.
  history.replaceState(null, "", location.pathname + location.search);
  return own;
}

/** Whether another device has let this one in. */
export function isLetIn(): boolean {
  return (recalled(sessionStorage) ?? recalled(localStorage))?.isLetIn === true;
}

export function forget(): void {
  for (const storage of [sessionStorage, localStorage]) storage.removeItem(SLOT);
}

/**
 * The outcome of this session has been told: whoever opens this browser later gets no way into it. The tab keeps its own until it
 * is closed, so that what it shows stays; another session that the browser remembers is left alone.
 */
export function forgetEnded(session: string): void {
  if (recalled(localStorage)?.session === session) localStorage.removeItem(SLOT);
}

/** In the tab, so that two tabs can have two sessions; in the browser, so that a closed tab can come back. */
export function remember(own: Remembered): void {
  for (const storage of [sessionStorage, localStorage]) {
    try {
      storage.setItem(SLOT, JSON.stringify(own));
    } catch {
      // Without storage the session lasts as long as the page.
    }
  }
}

function recalled(storage: Storage): Remembered | null {
  try {
    const own = JSON.parse(storage.getItem(SLOT) ?? "null") as Remembered | null;
    return own !== null && own.expires_at > Date.now() ? own : null;
  } catch {
    return null;
  }
}
