import assert from "node:assert/strict";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { barriers } from "../stage/barriers.mjs";
import { made } from "../stage/places.mjs";
import { scene } from "../stage/scene.mjs";

/** @typedef {import("../people/applicant.mjs").Applicant} Applicant */

const stage = scene(async () => ["--use-fake-device-for-media-stream"]);
const pictures = join(made, "handover");

/** @type {string[]} */
const wrong = [];

/**
 * A picture for people, and what keeps people from using the page there.
 * @param {Applicant} person
 * @param {string} name
 */
async function looks(person, name) {
  await person.page.screenshot({ path: join(pictures, `${name}.png`), animations: "disabled", fullPage: true });
  for (const barrier of await barriers(person)) wrong.push(`${name}: ${barrier}`);
}

/** @param {Applicant} desk */
async function asksForAPassport(desk) {
  await desk.consents();
  await desk.tellsDetails();
  await desk.chooses("passport");
  await desk.saved();
}

test("a person at a desk photographs with their phone, in their language, and the desk follows to the end", async (t) => {
  await rm(pictures, { recursive: true, force: true });
  await mkdir(pictures, { recursive: true });
  const { applicant: desk } = await stage.applicantAtDesk(t, "de");
  await asksForAPassport(desk);
  await desk.page.locator('[data-testid="device"][data-state="offered"]').waitFor();
  await looks(desk, "10-desk-offered");

  const link = await desk.asksForAnotherDevice();
  assert.match(link, /\/apply\/#handover=[\w-]{43}&lang=de$/);
  await desk.the("qr").waitFor();
  assert.match((await desk.page.getByRole("img", { name: /QR-Code/ }).getAttribute("viewBox")) ?? "", /^0 0 \d+ \d+$/);
  await desk.the("copy-link").click();
  await desk.page.locator('[data-testid="copied"]:not(:empty)').waitFor();
  assert.equal(await desk.page.evaluate(() => navigator.clipboard.readText()), link);
  await looks(desk, "20-desk-code");

  const phone = await stage.stranger(t);
  const number = await phone.asksWith(link);
  assert.match(number ?? "", /^\d{3}$/);
  assert.doesNotMatch(phone.page.url(), /handover/);
  await looks(phone, "30-phone-asks");
  await desk.the("device-yes").waitFor();
  assert.equal(await desk.the("match").getAttribute("data-match"), number);
  await looks(desk, "31-desk-asked");
  // Who asks is not in, over a reload, too.
  await phone.reloads();
  await phone.the("joining").waitFor();
  assert.equal(await phone.the("match").getAttribute("data-match"), number);
  assert.equal(await phone.the("screen").count(), 0);

  await desk.letsIn(number);
  await phone.isAskedFor("front");
  assert.equal(await phone.page.locator("html").getAttribute("lang"), "de");
  await looks(desk, "40-desk-follows");
  await looks(phone, "41-phone-goes-on");
  assert.equal(await desk.the("capture").count(), 0);
  await phone.photographsPassport();
  await desk.page.locator('[data-testid="screen"][data-state="document_review"]').waitFor();
  await phone.acceptsDocument();
  await phone.takesSelfie();
  await phone.acceptsSelfie();
  await desk.page.locator('[data-testid="screen"][data-state="final"] [data-testid="outcome"]').waitFor();
  await looks(desk, "50-desk-at-the-end");
  assert.deepEqual(wrong, []);
});

test("the desk takes the session back, and the phone is put out at once", async (t) => {
  const { applicant: desk } = await stage.applicantAtDesk(t);
  await asksForAPassport(desk);
  const phone = await stage.letIn(t, desk);
  await desk.reloads();
  await desk.the("take-back").click();
  await desk.isAskedFor("front");
  await phone.the("taken-back").waitFor();
  assert.equal(await phone.the("screen").count(), 0);
  await looks(phone, "60-phone-put-out");
  await phone.reloads();
  await phone.the("no-link").waitFor();
  await looks(desk, "61-desk-again");
  await desk.photographsPassport();
  await desk.saved();
  assert.deepEqual(wrong, []);
});

test("who photographs the code and comes first is refused, and the owner begins anew", async (t) => {
  const { applicant: desk } = await stage.applicantAtDesk(t);
  await asksForAPassport(desk);
  const link = await desk.asksForAnotherDevice();
  const thief = await stage.stranger(t);
  await thief.asksWith(link);
  const phone = await stage.stranger(t);
  await phone.page.goto(link);
  await phone.the("not-let-in").waitFor();
  await looks(phone, "70-phone-code-used");
  await desk.the("device-no").click();
  await thief.the("not-let-in").waitFor();
  await looks(thief, "71-thief-refused");
  await thief.reloads();
  await thief.the("no-link").waitFor();
  assert.equal(await thief.the("screen").count(), 0);
  await desk.isAskedFor("front");

  await desk.letsIn(await phone.asksWith(await desk.asksForAnotherDevice()));
  await phone.isAskedFor("front");
  assert.deepEqual(wrong, []);
});

test("the keyboard alone makes the code, cancels it, and says yes", async (t) => {
  const { applicant: desk } = await stage.applicantAtDesk(t);
  await asksForAPassport(desk);
  await desk.the("other-device").focus();
  await desk.page.keyboard.press("Enter");
  await desk.page.locator(".device h2:focus").waitFor();
  await desk.the("device-cancel").focus();
  await desk.page.keyboard.press("Enter");
  await desk.page.locator('[data-testid="device"][data-state="offered"]').waitFor();
  const link = await desk.asksForAnotherDevice();
  const phone = await stage.stranger(t);
  await phone.asksWith(link);
  await desk.page.getByRole("alert").filter({ has: desk.the("match") }).waitFor();
  await desk.the("device-yes").focus();
  await desk.page.keyboard.press("Enter");
  await desk.page.locator('h1[data-testid="heading"]:focus').waitFor();
  await desk.the("elsewhere").waitFor();
  await phone.isAskedFor("front");
});

test("a desk is offered the phone where photos are wanted, and takes files all the same", async (t) => {
  const { applicant: desk } = await stage.applicantAtDesk(t, "ar");
  await desk.consents();
  assert.equal(await desk.page.locator('[data-testid="device"][data-state="offered"]').count(), 0);
  await desk.tellsDetails();
  await desk.chooses("passport");
  await desk.asksForAnotherDevice();
  await looks(desk, "80-desk-code-ar");
  await desk.page.setViewportSize({ width: 360, height: 740 });
  await looks(desk, "81-narrow-code-ar");
  assert.ok((await desk.page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
  await desk.photographsPassport();
  await desk.acceptsDocument();
  await desk.takesSelfie();
  await desk.acceptsSelfie();
  assert.deepEqual(wrong, []);
});
