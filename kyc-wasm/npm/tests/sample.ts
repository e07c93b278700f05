// The README's sample, type-checked against the package as it is published: `npm run build` comes first.
import { type Credential, HttpTransport, init, KycSession } from "@kyc/sdk";

declare function draw(state: ReturnType<KycSession["getSnapshot"]>): void;
declare function explain(rejected: { readonly code: string }): void;
declare const photo: Blob;

await init();
const session = await KycSession.open({ transport: new HttpTransport(await credential()) });

async function credential(): Promise<Credential> {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  const kept = sessionStorage.getItem("kyc");
  if (code === null && kept !== null) return JSON.parse(kept) as Credential; // the page was loaded again
  const { session, token, expires_at } = await HttpTransport.exchange(code ?? ""); // a link works once
  sessionStorage.setItem("kyc", JSON.stringify({ session, token, expires_at }));
  history.replaceState(null, "", location.pathname);
  return { session, token, expires_at };
}

session.subscribe(() => draw(session.getSnapshot())); // the view, and "saved" | "saving" | "offline" | …

const answer = session.send({ type: "start", consent: { version: "1", locale: "en" } });
if (answer.outcome === "rejected") explain(answer); // a refusal is a value, and has changed nothing

if (session.accepts("capture_page")) {
  await session.capture({ type: "capture_page", side: "front" }, photo); // a step at once; the photo goes up behind it
}
await session.saved(); // the server has it on disk
