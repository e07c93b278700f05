// The package as it would be published, and the examples beside it as its users have them.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL("..", import.meta.url));
const sdk = fileURLToPath(new URL("../../../kyc-wasm/npm", import.meta.url));

export const examples = ["react", "svelte", "vue", "bundlers", "plain", "node"];

/** Where they lie: whatever is not the package is found in the folders above. */
export const stage = join(here, "dist");

/** Packs and unpacks; answers what is in the package. */
export function pack() {
  rmSync(stage, { recursive: true, force: true });
  const own = join(stage, "node_modules/@kyc/sdk");
  mkdirSync(own, { recursive: true });
  const told = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", stage], { cwd: sdk, stdio: ["ignore", "pipe", "ignore"] });
  const [{ filename, files }] = JSON.parse(told.toString());
  execFileSync("tar", ["-xzf", join(stage, filename), "-C", own, "--strip-components=1"]);
  for (const name of [...examples, "shared"]) cpSync(join(here, name), join(stage, name), { recursive: true });
  return files.map(({ path }) => path);
}
