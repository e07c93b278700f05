/** The same package for Node: `init()` reads the `.wasm` beside this file instead of fetching it. */
import { readFile } from "node:fs/promises";
import { init as initialise, type WasmSource } from "./wasm.js";

export * from "./index.js";

export function init(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  return initialise(source ?? readFile(new URL("./wasm/kyc_wasm_bg.wasm", import.meta.url)));
}
