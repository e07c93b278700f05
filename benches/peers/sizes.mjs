/** What a page downloads of each, bundled and minified in the same way: bytes as they are, gzip and brotli. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

async function bundled(code) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: here("."), loader: "js" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return outputFiles[0].contents;
}

function sizes(bytes) {
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, quality).length,
  };
}

const sdk = JSON.stringify(here("../../kyc-wasm/npm/dist/index.js"));
const ours = {
  "kyc: chart in WebAssembly": sizes(readFileSync(here("../../kyc-wasm/npm/dist/wasm/kyc_wasm_bg.wasm"))),
  "kyc: glue and chart in JavaScript": sizes(
    await bundled(`export { Chart, init } from ${JSON.stringify(here("../../kyc-wasm/npm/dist/wasm.js"))}`),
  ),
  "kyc: the whole front": sizes(await bundled(`export { KycSession, init } from ${sdk}`)),
};
const peers = {
  "xstate: machine and actor": sizes(await bundled(`export { open, restore, encode, at } from "./xstate.mjs"`)),
  "@ballerine/workflow-browser-sdk": sizes(
    await bundled(`export { createWorkflow } from "@ballerine/workflow-browser-sdk"`),
  ),
};
console.log(JSON.stringify({ ...ours, ...peers }));
