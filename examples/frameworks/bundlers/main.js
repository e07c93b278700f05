import { Chart, init, KycSession, MemoryStore } from "@kyc/sdk";
import { defineCapture } from "@kyc/sdk/capture";
import { serverWith } from "../shared/server.js";
import { draw } from "../shared/walk.js";

defineCapture();
await init();
draw(await KycSession.open({ transport: serverWith(Chart), store: new MemoryStore() }));
