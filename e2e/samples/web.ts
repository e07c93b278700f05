// The README's sample for the web: type-checked here, so that it cannot show what does not exist.
import { HttpTransport, init, KycSession, type SessionState } from "@kyc/sdk";

declare function draw(state: SessionState): void;
declare function explain(rejected: { readonly code: string }): void;
declare const photo: Blob;

await init();
const code = new URLSearchParams(location.hash.slice(1)).get("code") ?? "";
const transport = new HttpTransport(await HttpTransport.exchange(code));
const session = await KycSession.open({ transport });

session.subscribe(() => draw(session.getSnapshot())); // the view, and "saved" | "saving" | "offline" | …

const outcome = session.send({ type: "start", consent: { version: "1", locale: "en" } });
if (outcome.outcome === "rejected") explain(outcome); // a refusal is a value, and has changed nothing

if (session.accepts("capture_page")) {
  await session.capture({ type: "capture_page", side: "front" }, photo); // a step at once; the photo goes up behind it
}
await session.saved(); // the server has it on disk
