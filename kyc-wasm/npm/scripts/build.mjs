// Builds the package: Rust to WebAssembly, its JavaScript side, the optimiser, then TypeScript. `npm run build -w @kyc/sdk`.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import { overBudget, sizes } from "./size.mjs";

const npm = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const root = resolve(npm, "../..");
const wasm = join(npm, "src/wasm");
const dist = join(npm, "dist");
const module = join(wasm, "kyc_wasm_bg.wasm");

// Each feature that every browser of the last four years has, by name: "all" would let new ones slip in unseen.
const FEATURES = ["bulk-memory", "bulk-memory-opt", "mutable-globals", "nontrapping-float-to-int", "sign-ext", "multivalue", "reference-types", "call-indirect-overlong"];
// The network that finds faces, as Google publishes it; its hash stands in `src/capture/faces/worker.ts`.
const FACES = "face_detection_short_range.tflite";

const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: "inherit" });
const bin = (name, path) => join(dirname(createRequire(join(npm, "package.json")).resolve(`${name}/package.json`)), path);
const target = JSON.parse(execFileSync("cargo", ["metadata", "--format-version=1", "--no-deps"], { cwd: root, maxBuffer: 1 << 26 })).target_directory;

// The same module with the names of its functions, for `cargo xtask size`.
const named = join(target, "package/kyc_wasm_named.wasm");
mkdirSync(dirname(named), { recursive: true });

// A session needs a few thousand bytes of stack: the shorter the addresses behind it, the less of the module are addresses.
// What is hardly longer than a call is inlined, which costs 0.2 kB and makes a step quicker.
const CODEGEN = ["-Clink-arg=-zstack-size=65536", "-Cllvm-args=--inline-threshold=20"];
run("cargo", "rustc", "--quiet", "-p", "kyc-wasm", "--profile", "wasm", "--target", "wasm32-unknown-unknown", "--", ...CODEGEN);
rmSync(wasm, { recursive: true, force: true });
mkdirSync(wasm, { recursive: true });
run("cargo", "run", "--quiet", "-p", "kyc-wasm-bindgen", "--", join(target, "wasm32-unknown-unknown/wasm/kyc_wasm.wasm"), wasm);
// A function that is called once stays one: what is inlined repeats nothing any more, and compresses far worse. And no address
// lies in the first thousand bytes: there the stack ends.
const OPTIMISE = ["-Oz", "--one-caller-inline-max-function-size=15", "--low-memory-unused", "--converge"];
run(process.execPath, bin("binaryen", "bin/wasm-opt"), ...OPTIMISE, ...FEATURES.map((name) => `--enable-${name}`), "-g", module, "-o", named);
writeFileSync(module, withoutNames(readFileSync(named)));

rmSync(dist, { recursive: true, force: true });
run(process.execPath, bin("typescript", "bin/tsc"), "-p", join(npm, "tsconfig.build.json"));
cpSync(wasm, join(dist, "wasm"), { recursive: true });
// The worker becomes one file, see `src/capture/faces/finder.ts`.
const worker = join(dist, "capture/faces/worker.js");
await build({ input: worker, output: { file: worker, minify: true }, logLevel: "warn" });
writeFileSync(join(dist, "capture/faces", FACES), readFileSync(bin("@mediapipe/face_detection", FACES)));

// What is packed brings its licences along.
for (const licence of ["LICENSE-APACHE", "LICENSE-MIT"]) cpSync(join(root, licence), join(npm, licence));

const measured = await sizes();
console.table(measured);
const over = overBudget(measured);
if (over.length > 0) throw new Error(over.join("\n"));

/** Takes the sections out that only say what something is called. */
function withoutNames(bytes) {
  const kept = [bytes.subarray(0, 8)];
  for (let at = 8; at < bytes.length; ) {
    const [length, behind] = number(bytes, at + 1);
    const end = behind + length;
    if (bytes[at] !== 0) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}

/** A number in LEB128, and the place behind it. */
function number(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 127) << shift;
    if (byte < 128) return [value, at];
  }
}
