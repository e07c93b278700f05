import { Chart, init, KycSession, MemoryStore } from "@kyc/sdk";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { serverWith } from "../shared/server.js";
import { Walk } from "./Walk.jsx";

await init();
const session = await KycSession.open({ transport: serverWith(Chart), store: new MemoryStore() });
createRoot(document.body).render(
  <StrictMode>
    <Walk session={session} />
  </StrictMode>,
);
