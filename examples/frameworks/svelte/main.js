import { Chart, init, KycSession, MemoryStore } from "@kyc/sdk";
import { mount } from "svelte";
import { serverWith } from "../shared/server.js";
import Walk from "./Walk.svelte";

await init();
const session = await KycSession.open({ transport: serverWith(Chart), store: new MemoryStore() });
mount(Walk, { target: document.body, props: { session } });
