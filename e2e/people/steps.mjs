// The way through a passport and three additional steps: one compared, one read, one only kept; and a bill handed in later.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { picture, root } from "../stage/places.mjs";

/** @typedef {import("./applicant.mjs").Applicant} Applicant */
/** @typedef {import("./reviewer.mjs").Reviewer} Reviewer */

const example = join(root, "examples/additional-steps");

/** The Flow of the example. @returns {Promise<object>} */
export const flow = async () => JSON.parse(await readFile(join(example, "flow.json"), "utf8"));

/** What its company asks for. @returns {Promise<Record<string, any>>} */
export const request = async () => JSON.parse(await readFile(join(example, "request.json"), "utf8"));

/** A bill of the example. @param {"bill" | "newer-bill"} name */
export async function bill(name) {
  return { name: `${name}.pdf`, mimeType: "application/pdf", buffer: await readFile(join(example, `${name}.pdf`)) };
}

/** From the first page to the last. @param {Applicant} applicant */
export async function handsInEverything(applicant) {
  await applicant.walksToTheSteps("passport");
  await handsIn(applicant, "UTILITY_BILL", await bill("bill"));
  await handsIn(applicant, "ADDITIONAL_PHOTO", picture("id-card-front"));
  await handsIn(applicant, "SIGNED_FORM", picture("id-card-back"));
  await applicant.stands("final");
  await applicant.saved();
}

/**
 * Hands in what one step asks for, and says yes to it.
 * @param {Applicant} applicant
 * @param {string} step
 * @param {string | { name: string, mimeType: string, buffer: Buffer }} file
 * @param {() => Promise<unknown>} [look] at what is handed in
 */
export async function handsIn(applicant, step, file, look) {
  await applicant.page.locator(`[data-testid="capture"][data-step="${step}"]`).waitFor();
  await applicant.the("file-input").setInputFiles(file);
  await applicant.stands("additional_step_review");
  await applicant.the(`image-${step}`).waitFor();
  await look?.();
  await applicant.the("accept").click();
}

/**
 * Judges everything, the bill as it is answered here, and approves.
 * @param {Reviewer} reviewer
 * @param {string} session
 * @param {Record<"name" | "address", string>} answers
 * @param {() => Promise<unknown>} [look] at the bill
 */
export async function judgesEverything(reviewer, session, answers, look) {
  await reviewer.opens(session);
  await reviewer.claims();
  await reviewer.findsAllFine();
  await reviewer.the("show-step:UTILITY_BILL").click();
  await look?.();
  await compares(reviewer, answers);
  await reviewer.the("show-step:ADDITIONAL_PHOTO").click();
  await reviewer.the("extract-number").fill("L01X00T47");
  await reviewer.the("save-step:ADDITIONAL_PHOTO").click();
  await reviewer.page.locator('[data-testid="item-step:ADDITIONAL_PHOTO"][data-verdict="extracted"]').waitFor();
  await reviewer.approves();
}

/**
 * Looks at the bill that came after the decision, and at nothing else.
 * @param {Reviewer} reviewer
 * @param {Record<"name" | "address", string>} answers
 * @param {() => Promise<unknown>} [look] at both bills
 */
export async function judgesTheNewer(reviewer, answers, look) {
  await reviewer.caseIs("supplemented");
  await reviewer.claims();
  await reviewer.the("show-step:UTILITY_BILL").click();
  await look?.();
  await compares(reviewer, answers);
  await reviewer.caseIs("approved");
}

/** @param {Reviewer} reviewer @param {Record<"name" | "address", string>} answers */
async function compares(reviewer, { name, address }) {
  await reviewer.the("compare-name").selectOption(name);
  await reviewer.the("compare-address").selectOption(address);
  await reviewer.the("save-step:UTILITY_BILL").click();
  await reviewer.page.locator('[data-testid="item-step:UTILITY_BILL"][data-verdict="compared"]').waitFor();
}
