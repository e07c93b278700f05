/** What a walk needs besides its first screen: the session, and the screens without a camera. */
import { HttpTransport, init, KycSession, type Credential } from "@kyc/sdk";
import { early, forgetEarly } from "./early";
import "./screens/details";
import "./screens/document";
import "./screens/elsewhere";

export { HttpTransport };
export { asked, conflict } from "./notices";
export { ended, waiting } from "./screens/end";

/** The session, once the chart is here; what the page has asked of the server before is not asked twice. */
export async function opened(own: Credential, chart: Promise<WebAssembly.Module>): Promise<{ session: KycSession; transport: HttpTransport }> {
  const transport = new HttpTransport({ ...own, fetch: early });
  // What needs the chart waits for it, and tells when it cannot be used.
  init(chart).catch(() => undefined);
  try {
    return { session: await KycSession.open({ transport }), transport };
  } finally {
    forgetEarly();
  }
}
