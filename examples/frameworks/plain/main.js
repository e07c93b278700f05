// Without a bundler: the package's `dist` lies beside the page, and is named by its address.
import { Chart, init, KycSession, MemoryStore } from "./kyc/index.js";
import { serverWith } from "../shared/server.js";
import { draw } from "../shared/walk.js";

await init();
draw(await KycSession.open({ transport: serverWith(Chart), store: new MemoryStore() }));
