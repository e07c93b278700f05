import { defineConfig } from "vite";
import { compressed } from "../compressed";
import { excerpt } from "./excerpt";
import { headstart } from "./headstart";

// Nothing inline, so that the strict Content-Security-Policy of the server holds.
export default defineConfig({
  base: "/apply/",
  plugins: [excerpt(), headstart(), compressed()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { input: { index: "index.html", headstart: "src/headstart.ts" } },
  },
  server: { proxy: { "/applicant/v1": "http://127.0.0.1:8080" } },
});
