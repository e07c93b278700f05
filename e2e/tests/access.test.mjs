import assert from "node:assert/strict";
import { test } from "node:test";

import { nova } from "../fixtures/recipe/documents.mjs";
import { barriers } from "../stage/barriers.mjs";
import { picture } from "../stage/places.mjs";
import { idCardStory } from "../people/story.mjs";
import { scene } from "../stage/scene.mjs";

/** @typedef {import("../people/person.mjs").Person} Person */

const stage = scene();

/**
 * Goes to the control with the tab key, as somebody without a mouse would.
 * @param {Person} person
 * @param {string} id
 */
async function tabsTo(person, id) {
  await person.the(id).waitFor();
  for (let presses = 0; presses < 80; presses++) {
    // Also within an element of its own tree.
    if (await person.the(id).evaluate((element) => element.matches(":focus"))) return;
    await person.page.keyboard.press("Tab");
  }
  assert.fail(`${id} cannot be reached with the keyboard`);
}

/**
 * @param {Person} person
 * @param {string} id
 * @param {string} [key]
 */
async function presses(person, id, key = "Enter") {
  await tabsTo(person, id);
  await person.page.keyboard.press(key);
}

test("axe finds no barrier on any page of the longest story", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  /** @type {Record<string, string[]>} */
  const found = {};
  found["welcome"] = await barriers(applicant);
  found["list of cases"] = await barriers(reviewer);
  for (const step of idCardStory) {
    await step.go({ applicant, reviewer, session });
    found[step.name] = await barriers(step.stands ? applicant : reviewer);
  }
  assert.deepEqual(Object.entries(found).filter(([, barriers]) => barriers.length > 0), []);
});

test("axe finds no barrier at the backoffice's door", async (t) => {
  assert.deepEqual(await barriers(await stage.visitor(t)), []);
});

test("who fills in nothing is told at every field, hears it there, and mends it with the keyboard alone", async (t) => {
  const { applicant } = await stage.applicant(t);
  await applicant.consents();
  const told = (/** @type {string} */ id) =>
    applicant.the(id).evaluate((field) => (field.getAttribute("aria-describedby") ?? "").split(" ").map((text) => document.getElementById(text)?.textContent ?? "").join(" ").trim());
  const at = (/** @type {string} */ id) => applicant.page.locator(`[data-testid="${id}"]:focus`).waitFor();
  await presses(applicant, "continue");
  await at("given-names");
  for (const id of ["given-names", "family-name", "birth-day", "birth-month", "birth-year"]) {
    assert.equal(await applicant.the(id).getAttribute("aria-invalid"), "true", id);
    assert.match(await told(id), /Please enter/, id);
  }
  await applicant.page.keyboard.type(nova.givenNames);
  for (const [field, text] of [["family-name", nova.surname], ["birth-day", "31"], ["birth-month", "2"], ["birth-year", "1991"]]) {
    await tabsTo(applicant, field);
    await applicant.page.keyboard.type(text);
  }
  await applicant.page.keyboard.press("Enter");
  await at("birth-day");
  assert.equal(await applicant.the("given-names").getAttribute("aria-invalid"), "false");
  assert.equal(await told("birth-day"), "There is no such day. Please check day and month.");
  await applicant.page.keyboard.press("ControlOrMeta+A");
  await applicant.page.keyboard.type("28");
  await applicant.page.keyboard.press("Enter");
  await applicant.stands("document_selection");
});

test("an applicant without a mouse gets from the first page to the last", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const type = (/** @type {string} */ text) => applicant.page.keyboard.type(text);
  await presses(applicant, "consent", "Space");
  await presses(applicant, "start");
  await applicant.stands("personal_details");
  for (const [field, text] of [["given-names", nova.givenNames], ["family-name", nova.surname], ["birth-day", "17"], ["birth-month", "4"], ["birth-year", "1991"]]) {
    await tabsTo(applicant, field);
    await type(text);
  }
  await applicant.page.keyboard.press("Enter");
  await applicant.stands("document_selection");
  await tabsTo(applicant, "country");
  await type("Germany");
  await tabsTo(applicant, "document-id_card");
  await applicant.page.keyboard.press("ArrowDown");
  await presses(applicant, "continue");
  await applicant.stands("document_photo");
  for (const [side, photograph, review] of /** @type {const} */ ([["front", "passport", "document_review"], ["selfie", "selfie", "selfie_review"]])) {
    await applicant.isAskedFor(side);
    const [chooser] = await Promise.all([applicant.page.waitForEvent("filechooser"), presses(applicant, "file-input")]);
    await chooser.setFiles(picture(photograph));
    await applicant.stands(review);
    // Nobody says yes before the photo is drawn.
    await applicant.page.locator('[data-testid="accept"]:enabled').waitFor();
    await presses(applicant, "accept");
  }
  await applicant.stands("final");
  await applicant.saved();
  assert.equal((await stage.integrator.view(session)).document.type, "passport");
});

test("a reviewer without a mouse claims, judges and approves", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  await applicant.walks("passport");
  await reviewer.sees(session);
  await reviewer.the(`case-${session}`).focus();
  await reviewer.page.keyboard.press("Enter");
  await presses(reviewer, "claim");
  await reviewer.the("release").waitFor();
  for (const item of ["document_front", "selfie"]) {
    await presses(reviewer, `fine-${item}`);
    await reviewer.page.locator(`[data-testid="item-${item}"][data-verdict="fine"]`).waitFor();
  }
  await presses(reviewer, "approve");
  await presses(reviewer, "confirm");
  await reviewer.caseIs("approved");
  await applicant.learns("approved");
});

test("a reviewer's keyboard goes on where the work is, after every step", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  const at = (/** @type {string} */ id) => reviewer.page.locator(`[data-testid="${id}"]:focus`).waitFor();
  await applicant.walks("passport");
  await reviewer.sees(session);
  await reviewer.the(`case-${session}`).focus();
  await reviewer.page.keyboard.press("Enter");
  await at("heading");
  await presses(reviewer, "claim");
  await at("show-document_front");
  await presses(reviewer, "fine-document_front");
  await at("show-selfie");
  await presses(reviewer, "retake-selfie");
  await at("reason-selfie");
  await reviewer.the("reason-selfie").selectOption("too_dark");
  await presses(reviewer, "save-retake-selfie");
  await at("show-selfie");
  await presses(reviewer, "ask-again");
  await presses(reviewer, "confirm");
  await reviewer.caseIs("resubmission_requested");
  await at("heading");
});

test("on the smallest phone nothing has to be scrolled sideways", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  await applicant.page.setViewportSize({ width: 320, height: 568 });
  for (const step of idCardStory) {
    await step.go({ applicant, reviewer, session });
    const wide = await applicant.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 320, `${step.name}: ${wide} pixels wide`);
  }
});
