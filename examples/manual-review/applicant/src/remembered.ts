/** The credential that this browser remembers: read by the first script of the page, so that this file needs nothing else of it. */
import type { Credential } from "@kyc/sdk";

export interface Remembered extends Credential {
  /** The spent code it was got for, so that the same link opens the same session here again. */
  readonly code: string | null;
  /** Another device has let this one in, and can put it out again. */
  readonly isLetIn?: boolean;
}

const SLOT = "kyc.credential";

/** The one for a link's code, or without a link that of this tab, else that of this browser. */
export function recalled(code: string | null): Remembered | null {
  const both = [kept(() => sessionStorage), kept(() => localStorage)];
  return both.find((one) => one !== null && (code === null || one.code === code)) ?? null;
}

/** Whether another device has let this one in. */
export function isLetIn(): boolean {
  return recalled(null)?.isLetIn === true;
}

/** In the tab, so that two tabs can have two sessions; in the browser, so that a closed tab can come back. */
export function remember(own: Remembered): void {
  for (const storage of [() => sessionStorage, () => localStorage]) {
    try {
      storage().setItem(SLOT, JSON.stringify(own));
    } catch {
      // Without storage the session lasts as long as the page.
    }
  }
}

export function forget(): void {
  for (const storage of [sessionStorage, localStorage]) storage.removeItem(SLOT);
}

/**
 * The outcome of this session has been told: whoever opens this browser later gets no way into it. The tab keeps its own until it
 * is closed, so that what it shows stays; another session that the browser remembers is left alone.
 */
export function forgetEnded(session: string): void {
  if (kept(() => localStorage)?.session === session) localStorage.removeItem(SLOT);
}

function kept(storage: () => Storage): Remembered | null {
  try {
    const own = JSON.parse(storage().getItem(SLOT) ?? "null") as Remembered | null;
    return own !== null && own.expires_at > Date.now() ? own : null;
  } catch {
    return null;
  }
}
