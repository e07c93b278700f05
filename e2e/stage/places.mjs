// Where things lie: the repository, its build, and what the runs make for themselves.

import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where cargo builds. */
export const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");

/** What the runs make for themselves and keep for the next one. */
export const made = join(target, "e2e");

/**
 * A committed picture.
 * @param {string} name without its ending
 */
export function picture(name) {
  return join(root, "e2e", "fixtures", `${name}.jpg`);
}
