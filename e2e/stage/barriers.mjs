// What keeps people from using a page, as far as axe can tell.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** @typedef {import("../people/person.mjs").Person} Person */

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What axe finds on the page as it stands, at the levels A and AA of WCAG 2.2.
 * @param {Person} person
 * @returns {Promise<string[]>}
 */
export async function barriers(person) {
  await person.page.evaluate(axe);
  return person.page.evaluate(async () => {
    const run = /** @type {any} */ (window).axe.run;
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const { violations } = await run(document, { runOnly: tags });
    return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ node) => node.target).join(", ")}`);
  });
}
