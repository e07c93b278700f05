/** Makes this page openable without a network: its own files are put aside, never anything of the applicant. */

const CACHE = "kyc-page";

/** Marks the document when it is done, for whoever wants to pull the plug. */
export async function openableOffline(): Promise<void> {
  // Not while developing: nobody wants yesterday's page.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  try {
    await navigator.serviceWorker.register(vouched(`${import.meta.env.BASE_URL}offline.js`));
    await navigator.serviceWorker.ready;
    const cache = await caches.open(CACHE);
    await cache.addAll([import.meta.env.BASE_URL, ...ownFiles()]);
    document.documentElement.dataset["openable"] = "offline";
  } catch {
    // Private windows, full disks, no network right now: the page works, and opens with a network only.
  }
}

/** What the page has loaded so far; the interface is not among it. */
function ownFiles(): string[] {
  const base = new URL(import.meta.env.BASE_URL, location.href).href;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name.replace(/[?#].*$/, ""));
  return [...new Set(loaded.filter((name) => name.startsWith(base)))];
}

interface Policies {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

/** The server's policy takes scripts that somebody has vouched for; this one is ours, by a name that nobody else makes up. */
function vouched(url: string): string {
  const policies = (globalThis as { trustedTypes?: Policies }).trustedTypes;
  return policies?.createPolicy("kyc-offline", { createScriptURL: (own) => own }).createScriptURL(url) ?? url;
}
