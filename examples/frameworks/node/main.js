// In Node: the same session, for a terminal or a server of your own. `init()` reads the `.wasm` beside the package.
import { Chart, init, KycSession, MemoryStore } from "@kyc/sdk";
import { consent, serverWith } from "../shared/server.js";

await init();
const session = await KycSession.open({ transport: serverWith(Chart), store: new MemoryStore() });
const tell = () => console.log(session.getSnapshot().view.state, session.getSnapshot().status);
tell();
session.send({ type: "start", consent });
tell();
await session.saved();
tell();
session.dispose();
