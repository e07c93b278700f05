import { defineConfig } from "vite";
import { compressed } from "../compressed";

// Nothing inline, so that the strict Content-Security-Policy of the server holds.
export default defineConfig({
  base: "/backoffice/",
  plugins: [compressed()],
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { "/backoffice/v1": "http://127.0.0.1:8080" } },
});
