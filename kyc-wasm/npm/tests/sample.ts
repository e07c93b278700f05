// The README's sample, type-checked against the package as it is published: `npm run build` comes first.
import { HttpTransport, init, KycSession, type SessionState } from "@kyc/sdk";

declare function draw(state: SessionState): void;
declare function explain(rejected: { readonly code: string }): void;
declare const photo: Blob;

await init();
const code = new URLSearchParams(location.hash.slice(1)).get("code") ?? "";
const transport = new HttpTransport(await HttpTransport.exchange(code));
const session = await KycSession.open({ transport });

session.subscribe(() => draw(session.getSnapshot())); // the view, and "saved" | "saving" | "offline" | …

const answer = session.send({ type: "start", consent: { version: "1", locale: "en" } });
if (answer.outcome === "rejected") explain(answer); // a refusal is a value, and has changed nothing

if (session.accepts("capture_page")) {
  await session.capture({ type: "capture_page", side: "front" }, photo); // a step at once; the photo goes up behind it
}
await session.saved(); // the server has it on disk
