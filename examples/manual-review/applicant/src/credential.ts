/** Who the applicant is to the server: a link's code, exchanged once, then a token that this browser remembers. */
import type { Credential, HttpTransport } from "@kyc/sdk";
import { recalled, remember } from "./remembered";

/** What asks the server; it comes behind the first screen. */
export type Asks = Promise<{ HttpTransport: typeof HttpTransport }>;

/** The credential for this tab, or `null` when there is no link and nothing is remembered. */
export async function credential(asks: Asks, reach: { fetch?: typeof fetch } = {}): Promise<Credential | null> {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code === null) return recalled(null);
  const own = recalled(code) ?? { ...(await (await asks).HttpTransport.exchange(code, reach)), code };
  remember(own);
  // Out of the address bar, out of the history, out of screenshots.
  history.replaceState(null, "", location.pathname + location.search);
  return own;
}
