// What a page downloads of the package, held against a budget. `node scripts/size.mjs` after a build; with `--json` for programs.
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "rolldown";

const dist = join(resolve(dirname(fileURLToPath(import.meta.url)), ".."), "dist");

// The most bytes of each. In what order functions stand depends on names that the compiler makes up, so that the same WebAssembly
// compresses to some tens of bytes more or less. The front holds the glue, and what a page needs beside it and the WebAssembly is its own or the transport's.
const BUDGETS = {
  "the chart in WebAssembly": { gzip: 35_750, brotli: 31_450 },
  "its glue in JavaScript": { gzip: 2_270, brotli: 2_030 },
  "the whole front: sessions, what the device keeps, the glue": { gzip: 8_940, brotli: 8_160 },
  "the whole front with the HTTP transport": { gzip: 11_450, brotli: 10_460 },
  "together: WebAssembly and front": { gzip: 44_680, brotli: 39_600 },
};

async function bundled(name, code) {
  const entry = "\0entry";
  const source = { name: "entry", resolveId: (id) => (id === entry ? id : null), load: (id) => (id === entry ? code : null) };
  const { output } = await build({ input: { [name]: entry }, plugins: [source], platform: "browser", output: { minify: true }, write: false, logLevel: "silent" });
  return Buffer.concat(output.map((chunk) => Buffer.from(chunk.code ?? chunk.source)));
}

const sizeOf = (bytes) => ({ bytes: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes).length });

/** Each by its name. The `.wasm` is compressed apart from the scripts, as it is sent. */
export async function sizes() {
  const from = (file) => JSON.stringify(join(dist, file));
  const wasm = sizeOf(readFileSync(join(dist, "wasm/kyc_wasm_bg.wasm")));
  const front = sizeOf(await bundled("front", `export { KycSession, init } from ${from("index.js")};`));
  const sum = Object.fromEntries(Object.keys(wasm).map((what) => [what, wasm[what] + front[what]]));
  const all = [
    wasm,
    sizeOf(await bundled("glue", `export { Chart, init } from ${from("wasm.js")};`)),
    front,
    sizeOf(await bundled("transport", `export { KycSession, init, HttpTransport } from ${from("index.js")};`)),
    sum,
  ];
  return Object.fromEntries(Object.keys(BUDGETS).map((name, place) => [name, all[place]]));
}

/** Tells what is larger than it may be. */
export function overBudget(measured) {
  const compare = ([name, budget]) =>
    Object.keys(budget)
      .filter((what) => measured[name][what] > budget[what])
      .map((what) => `${name}: ${measured[name][what]} bytes ${what}, the budget is ${budget[what]}`);
  return Object.entries(BUDGETS).flatMap(compare);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const measured = await sizes();
  if (process.argv.includes("--json")) console.log(JSON.stringify(measured));
  else console.table(measured);
  const over = overBudget(measured);
  if (over.length > 0) throw new Error(over.join("\n"));
}
