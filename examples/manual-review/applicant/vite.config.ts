import { defineConfig } from "vite";
import { compressed } from "../compressed";
import { excerpt } from "./excerpt";
import { headstart } from "./headstart";

// Nothing inline but the first script, which the server's strict Content-Security-Policy names by its digest.
export default defineConfig({
  base: "/apply/",
  plugins: [excerpt(), headstart(), compressed()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/applicant/v1": "http://127.0.0.1:8080" } },
});
