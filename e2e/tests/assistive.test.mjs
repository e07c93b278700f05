// What people get who hear the page, or see it very large.

import assert from "node:assert/strict";
import { test } from "node:test";

import { idCardStory } from "../people/story.mjs";
import { scene } from "../stage/scene.mjs";

/** @typedef {import("../people/applicant.mjs").Applicant} Applicant */
/** @typedef {{ role: string, name: string, level?: number, live?: string, focused: boolean }} Heard a thing as a screen reader knows it */

const stage = scene();

/** What a screen reader finds on the page, in its order. @param {Applicant} applicant @returns {Promise<Heard[]>} */
async function heard(applicant) {
  const developer = await applicant.context.newCDPSession(applicant.page);
  const { nodes } = await developer.send("Accessibility.getFullAXTree");
  await developer.detach();
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name, properties = [] }) => {
      const told = Object.fromEntries(properties.map(({ name, value }) => [name, value.value]));
      return { role: role?.value ?? "", name: name?.value ?? "", level: told["level"], live: told["live"], focused: told["focused"] === true };
    });
}

/** What can be worked or looked at, and must say what it is. */
const named = ["button", "link", "textbox", "checkbox", "radio", "combobox", "image", "progressbar", "spinbutton", "navigation", "complementary"];

test("who hears the page finds one heading on every screen, is led to it, and everything there has a name", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  /** @type {string[]} */
  const wrong = [];
  /** @type {Set<string>} */
  const headings = new Set();
  for (const step of idCardStory) {
    await step.go({ applicant, reviewer, session });
    if (step.stands === undefined) continue;
    await applicant.stands(step.stands);
    await applicant.page.locator("h1:focus").waitFor();
    const page = await heard(applicant);
    const first = page.filter(({ role, level }) => role === "heading" && level === 1);
    if (first.length !== 1 || first[0]?.focused !== true) wrong.push(`${step.name}: ${JSON.stringify(first)}`);
    for (const { name } of first) headings.add(name);
    if (page.filter(({ role }) => role === "main").length !== 1) wrong.push(`${step.name}: not one main part`);
    for (const { role, name } of page) if (named.includes(role) && name.trim() === "") wrong.push(`${step.name}: a ${role} without a name`);
    // Something is there from the start that speaks when there is something to say.
    for (const live of ["polite", "assertive"]) if (!page.some((thing) => thing.live === live) && !(await speaks(applicant, live))) wrong.push(`${step.name}: nothing ${live} is there`);
  }
  assert.deepEqual(wrong, []);
  assert.ok(headings.size >= 6, [...headings].join(", "));
});

/** Whether an empty region waits to say something; the tree leaves those out. @param {Applicant} applicant @param {string} live */
function speaks(applicant, live) {
  return applicant.page.locator(live === "polite" ? '[role="status"]' : '[role="alert"]').count().then((count) => count > 0);
}

test("what became of the check is said to who hears the page, when it comes", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  await applicant.walks("passport");
  await applicant.learns("in_review");
  const waiting = (await heard(applicant)).find(({ role, level }) => role === "heading" && level === 1)?.name;
  await reviewer.opens(session);
  await reviewer.claims();
  await reviewer.findsAllFine();
  await reviewer.approves();
  await applicant.learns("approved");
  await applicant.page.locator("h1:focus").waitFor();
  // The page as a whole counts as focused, too.
  const told = (await heard(applicant)).find(({ role, focused }) => focused && role === "heading");
  assert.notEqual(told?.name, waiting);
  assert.ok((await applicant.page.title()).startsWith(told?.name ?? "?"));
});

const languages = ["en", "es", "pt", "de", "fr", "ar"];

/** Text that nobody can read to its end: beyond the page, its own box, or a box that hides what is too much. @param {Applicant} applicant @returns {Promise<string[]>} */
function cut(applicant) {
  return applicant.page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    /** @type {Set<string>} */
    const found = new Set(scrollWidth > clientWidth ? [`${scrollWidth} of ${clientWidth} pixels`] : []);
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      const element = text.parentElement;
      if (element === null || !element.checkVisibility() || element.closest(".sr-only, select, [aria-hidden=true]:has(svg)") !== null || text.textContent?.trim() === "") continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const lines = [...range.getClientRects()];
      for (let box = element; box !== document.body && box.parentElement !== null; box = box.parentElement) {
        const { display, overflowX, overflowY } = getComputedStyle(box);
        const { left, right, top, bottom } = box.getBoundingClientRect();
        const isOwn = box === element && display !== "inline";
        const isBeside = lines.some((line) => line.left < left - 1 || line.right > right + 1);
        const isBelow = lines.some((line) => line.top < top - 1 || line.bottom > bottom + 1);
        if ((isBeside && (isOwn || overflowX !== "visible")) || (isBelow && overflowY !== "visible")) found.add(`cut off: ${text.textContent?.trim()}`);
      }
    }
    return [...found];
  });
}

for (const { how, enlarge } of [
  // A window of 1280 pixels at 200 % is one of 640.
  { how: "the whole page at 200 %", enlarge: (/** @type {Applicant} */ { page }) => page.setViewportSize({ width: 640, height: 450 }) },
  { how: "its text alone at 200 %, on a phone", enlarge: (/** @type {Applicant} */ { page }) => page.evaluate(() => void (document.documentElement.style.fontSize = "200%")) },
]) {
  test(`nothing is lost by who enlarges ${how}`, async (t) => {
    const { applicant, session } = await stage.applicant(t);
    const reviewer = await stage.reviewer(t);
    await enlarge(applicant);
    /** @type {string[]} */
    const lost = [];
    for (const step of idCardStory) {
      await step.go({ applicant, reviewer, session });
      for (const language of languages) {
        await applicant.the("language").selectOption(language);
        await applicant.page.locator(`html[lang="${language}"]`).waitFor();
        lost.push(...(await cut(applicant)).map((what) => `${step.name}, ${language}: ${what}`));
      }
    }
    assert.deepEqual(lost, []);
  });
}
