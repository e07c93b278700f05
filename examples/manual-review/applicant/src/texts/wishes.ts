/** Who wants which language: what the link asks for, else what was chosen here before, else what the browser prefers. */

const SLOT = "kyc.locale";

export function wishes(): string[] {
  return [linked(), new URLSearchParams(location.search).get("lang"), recalled(), ...navigator.languages].filter((wish) => wish !== null);
}

/** A link's wish stays when its code has left the address bar. */
export function rememberLink(): void {
  const wish = linked();
  if (wish !== null) remember(wish);
}

export function remember(language: string): void {
  try {
    localStorage.setItem(SLOT, language);
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

const linked = (): string | null => new URLSearchParams(location.hash.slice(1)).get("lang");

function recalled(): string | null {
  try {
    return localStorage.getItem(SLOT);
  } catch {
    return null;
  }
}
