// Builds the package: Rust to WebAssembly, its JavaScript side, the optimiser, then TypeScript. `npm run build -w @kyc/sdk`.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "rolldown";

const npm = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const root = resolve(npm, "../..");
const wasm = join(npm, "src/wasm");
const dist = join(npm, "dist");
const module = join(wasm, "kyc_wasm_bg.wasm");

// Each feature that every browser of the last four years has, by name: "all" would let new ones slip in unseen.
const FEATURES = ["bulk-memory", "bulk-memory-opt", "mutable-globals", "nontrapping-float-to-int", "sign-ext", "multivalue", "reference-types", "call-indirect-overlong"];
// The network that finds faces, as Google publishes it; its hash stands in `src/capture/faces/worker.ts`.
const FACES = "face_detection_short_range.tflite";
const LARGEST_GZIP = 48 * 1024;

const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: "inherit" });
const bin = (name, path) => join(dirname(createRequire(join(npm, "package.json")).resolve(`${name}/package.json`)), path);
const target = JSON.parse(execFileSync("cargo", ["metadata", "--format-version=1", "--no-deps"], { cwd: root, maxBuffer: 1 << 26 })).target_directory;

run("cargo", "build", "--quiet", "-p", "kyc-wasm", "--profile", "wasm", "--target", "wasm32-unknown-unknown");
rmSync(wasm, { recursive: true, force: true });
mkdirSync(wasm, { recursive: true });
run("cargo", "run", "--quiet", "-p", "kyc-wasm-bindgen", "--", join(target, "wasm32-unknown-unknown/wasm/kyc_wasm.wasm"), wasm);
// A function that is called once stays one: what is inlined repeats nothing any more, and compresses far worse.
const OPTIMISE = ["-Oz", "--one-caller-inline-max-function-size=15"];
run(process.execPath, bin("binaryen", "bin/wasm-opt"), ...OPTIMISE, ...FEATURES.map((name) => `--enable-${name}`), module, "-o", `${module}.opt`);
renameSync(`${module}.opt`, module);

rmSync(dist, { recursive: true, force: true });
run(process.execPath, bin("typescript", "bin/tsc"), "-p", join(npm, "tsconfig.build.json"));
cpSync(wasm, join(dist, "wasm"), { recursive: true, filter: (path) => !path.endsWith("_bg.wasm.d.ts") });
// The worker becomes one file, see `src/capture/faces/finder.ts`.
const worker = join(dist, "capture/faces/worker.js");
await build({ input: worker, output: { file: worker, minify: true }, logLevel: "warn" });
writeFileSync(join(dist, "capture/faces", FACES), readFileSync(bin("@mediapipe/face_detection", FACES)));

const bytes = readFileSync(module);
const gzip = gzipSync(bytes, { level: 9 }).length;
console.log(`kyc_wasm_bg.wasm: ${statSync(module).size} bytes, ${gzip} gzip, ${brotliCompressSync(bytes).length} brotli`);
if (gzip > LARGEST_GZIP) throw new Error(`larger than the budget of ${LARGEST_GZIP} bytes gzip`);
