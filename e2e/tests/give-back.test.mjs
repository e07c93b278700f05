import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";

import { barriers } from "../stage/barriers.mjs";
import { made } from "../stage/places.mjs";
import { scene } from "../stage/scene.mjs";

/** @typedef {import("../people/applicant.mjs").Applicant} Applicant */

const stage = scene(async () => ["--use-fake-device-for-media-stream"]);
const pictures = join(made, "give-back");

before(async () => {
  await rm(pictures, { recursive: true, force: true });
  await mkdir(pictures, { recursive: true });
});

/**
 * A picture for people, and what keeps people from using the page there.
 * @param {Applicant} person
 * @param {string} name
 */
async function looks(person, name) {
  await person.page.screenshot({ path: join(pictures, `${name}.png`), animations: "disabled", fullPage: true });
  assert.deepEqual(await barriers(person), []);
}

/**
 * A person at a desk whose phone was let in.
 * @param {import("node:test").TestContext} t
 */
async function handsOver(t, language = "en") {
  const { applicant: desk } = await stage.applicantAtDesk(t, language);
  await desk.consents();
  await desk.tellsDetails();
  await desk.chooses("passport");
  await desk.saved();
  const phone = await stage.letIn(t, desk);
  await phone.isAskedFor("front");
  return { desk, phone };
}

test("a phone gives the session back after its photo, the desk goes on, and the phone is out", async (t) => {
  const { desk, phone } = await handsOver(t, "de");
  assert.equal(await desk.the("give-back").count(), 0);
  await phone.photographsPassport();
  await looks(phone, "10-phone-may-give-back");
  await looks(desk, "11-desk-follows");

  await phone.the("give-back").click();
  await phone.the("given-back").waitFor();
  await desk.stands("document_review");
  assert.equal(await desk.the("elsewhere").count(), 0);
  assert.equal(await phone.the("screen").count(), 0);
  await looks(phone, "20-phone-has-given-back");
  await looks(desk, "21-desk-goes-on");

  await phone.reloads();
  await phone.the("no-link").waitFor();
  assert.deepEqual(await phone.page.evaluate(() => [localStorage, sessionStorage].map((kept) => kept.getItem("kyc.credential"))), [null, null]);
  await desk.acceptsDocument();
  await desk.takesSelfie();
  await desk.acceptsSelfie();
  await desk.saved();
});

test("with a photo that is not sent yet the phone keeps the session until there is a network, and nothing is lost", async (t) => {
  const { desk, phone } = await handsOver(t);
  await phone.losesTheNetwork();
  await phone.photographsPassport();
  await phone.isKeptHere();
  await phone.the("give-back").click();
  await phone.the("give-back-problem").waitFor();
  await phone.stands("document_review");
  await looks(phone, "30-phone-not-saved");
  assert.equal(await desk.the("elsewhere").count(), 1);

  await phone.findsTheNetwork();
  await phone.saved();
  await phone.the("give-back").focus();
  await phone.page.keyboard.press("Enter");
  await phone.the("given-back").waitFor();
  await phone.page.locator('h1[data-testid="heading"]:focus').waitFor();
  await desk.stands("document_review");
  await desk.acceptsDocument();
  await desk.saved();
});
