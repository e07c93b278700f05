import { Chart, init, KycSession, MemoryStore } from "@kyc/sdk";
import { createApp, markRaw } from "vue";
import { serverWith } from "../shared/server.js";
import Walk from "./Walk.vue";

await init();
// A session is no data to be watched from within: it tells of its changes itself.
const session = markRaw(await KycSession.open({ transport: serverWith(Chart), store: new MemoryStore() }));
createApp(Walk, { session }).mount("#app");
