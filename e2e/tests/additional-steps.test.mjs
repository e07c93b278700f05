import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";

import { Receiver } from "../../examples/additional-steps/receiver.mjs";
import { isGenuine, isGenuineCompatible } from "../../examples/additional-steps/signature.mjs";
import { Company } from "../people/company.mjs";
import { bill, flow, handsIn, judgesEverything, judgesTheNewer, request } from "../people/steps.mjs";
import { made, picture } from "../stage/places.mjs";
import { scene } from "../stage/scene.mjs";

const pair = { key: "key", secret: randomBytes(24).toString("base64url") };
const secrets = { standard: `whsec_${randomBytes(32).toString("base64")}`, compatible: randomBytes(24).toString("base64url") };
const receiver = new Receiver(secrets);

const stage = scene(undefined, await flow(), async () => {
  const url = await receiver.listen();
  const endpoint = (/** @type {keyof typeof secrets} */ format) =>
    `[[webhooks]]\nname = "${format}"\nformat = "${format}"\nurl = "${url}/${format}"\nsecret_env = "KYC_${format}"\nprivate_addresses = true\n`;
  return {
    config: `\n${endpoint("standard")}\n${endpoint("compatible")}\n`,
    env: { KYC_standard: secrets.standard, KYC_compatible: secrets.compatible },
    pair: `${pair.key}:${pair.secret}`,
  };
});
after(() => receiver.close());

const albums = join(made, "additional-steps");

/** @param {import("../people/person.mjs").Person} person @param {string} name */
async function pictured(person, name) {
  await mkdir(albums, { recursive: true });
  await person.page.screenshot({ path: join(albums, `${name}.png`), fullPage: true });
}

test("a passport with three additional steps is handed in in German, decided, and its bill replaced later; the company is told, signed", async (t) => {
  const company = new Company(stage.server, pair);
  const asked = { ...(await request()), locale: "de" };
  const { session, scanRef, link } = await company.opens(asked);
  const applicant = await stage.applicantBy(t, link);
  const reviewer = await stage.reviewer(t);
  await reviewer.the("language").selectOption("de");

  // The applicant, in the language of the token.
  assert.equal(await applicant.page.getAttribute("html", "lang"), "de");
  await applicant.walksToTheSteps("passport");
  assert.equal(await applicant.the("heading").innerText(), "Adressnachweis");
  assert.equal(await applicant.the("proof").locator("option").count(), 22, "one of 21 kinds, or none");
  assert.match(await applicant.the("rules").innerText(), /drei Monate/);
  await applicant.the("proof").selectOption("electricity_bill");
  await pictured(applicant, "1-applicant-bill");
  await handsIn(applicant, "UTILITY_BILL", await bill("bill"), async () => {
    assert.equal(await applicant.the("pages-UTILITY_BILL").innerText(), "Seite 1 von 2");
    await pictured(applicant, "2-applicant-review");
  });
  await applicant.page.locator('[data-testid="capture"][data-step="ADDITIONAL_PHOTO"]').waitFor();
  assert.equal(await applicant.the("heading").innerText(), "Mitgliedskarte");
  assert.equal(await applicant.the("proof").count(), 0, "only a bill is one of 21 kinds");
  await pictured(applicant, "3-applicant-photo");
  await handsIn(applicant, "ADDITIONAL_PHOTO", picture("id-card-front"));
  await handsIn(applicant, "SIGNED_FORM", picture("id-card-back"));
  await applicant.stands("final");
  await applicant.saved();

  const arrived = await receiver.until(({ event }) => event === "IDENTIFICATION_AUTO_FINISHED");
  assert.deepEqual([arrived.body.final, arrived.body.status.overall], [false, "REVIEWING"]);
  assert.deepEqual(arrived.body.additionalSteps, { UTILITY_BILL: "COMPARE", ADDITIONAL_PHOTO: "EXTRACT", SIGNED_FORM: "UPLOAD" });

  // The reviewer, in German as well: every step by its own name.
  await judgesEverything(reviewer, session, { name: "match", address: "not_match" }, async () => {
    const names = await reviewer.page.locator(".item .show b").allInnerTexts();
    assert.deepEqual(names.slice(-3), ["Adressnachweis", "Mitgliedskarte", "Unterschriebener Antrag"]);
    await reviewer.page.getByRole("img", { name: "Adressnachweis, Seite 1 von 2" }).waitFor();
    await reviewer.page.locator('[data-testid="viewer-image"].loaded').waitFor();
    assert.equal(await reviewer.the("given-address").innerText(), "Lindenweg 7, Neustadt");
    await pictured(reviewer, "4-reviewer-compares");
  });
  await pictured(reviewer, "5-reviewer-approved");
  await applicant.learns("approved");
  await pictured(applicant, "6-applicant-approved");

  const decided = await receiver.until(({ event }) => event === "IDENTIFICATION_MANUAL_FINISHED");
  const { body } = decided;
  assert.deepEqual([body.final, body.status.overall, body.status.additionalSteps], [true, "APPROVED", "INVALID"]);
  assert.deepEqual(body.status.mismatchTags, ["UTILITY_ADDRESS"]);
  assert.deepEqual(body.additionalData, {
    UTILITY_BILL: { name: { value: "Nova Muster", status: "MATCH" }, address: { value: "Lindenweg 7, Neustadt", status: "NOT_MATCH" } },
    ADDITIONAL_PHOTO: { number: { value: "L01X00T47", status: null } },
  });
  assert.deepEqual([body.scanRef, body.clientId, body.externalRef], [scanRef, "nova", "order 7"]);
  assert.deepEqual(Object.keys(body.fileUrls).sort(), ["ADDITIONAL_PHOTO", "FACE", "FRONT", "SIGNED_FORM", "UTILITY_BILL"]);

  // Over the bytes that came: one of them changed, or another secret, and it is nobody's.
  const told = await receiver.until(({ event }) => event === "session.approved");
  for (const { bytes, headers, format } of [decided, told]) {
    const judge = format === "standard" ? isGenuine : isGenuineCompatible;
    const changed = Buffer.from(bytes);
    changed[20] = (changed[20] ?? 0) ^ 1;
    assert.ok(judge(secrets[format], headers, bytes));
    assert.ok(!judge(secrets[format], headers, changed));
    assert.ok(!judge(secrets[format], headers, Buffer.from(JSON.stringify(JSON.parse(bytes.toString()), null, 1))));
    assert.ok(!judge(`whsec_${randomBytes(32).toString("base64")}`, headers, bytes));
  }
  const hour = 3_600;
  assert.ok(!isGenuine(secrets.standard, told.headers, told.bytes, Date.now() / 1000 + hour), "an old one is not taken");
  assert.ok(!JSON.stringify(told.body).includes("Nova"), "our own words tell nothing of the person");

  // What the company looks at, with its key and secret and not without.
  const url = body.fileUrls.UTILITY_BILL;
  const shown = await fetch(url, { headers: { authorization: company.authorization } });
  assert.deepEqual([shown.status, shown.headers.get("content-type"), shown.headers.get("kyc-pages")], [200, "image/jpeg", "2"]);
  assert.equal((await fetch(url)).status, 401);

  // A newer bill, after the decision: that alone is looked at again, and the decision stands.
  const { buffer } = await bill("newer-bill");
  const moved = { name: "Nova Muster", address: "Birkenallee 12, Neustadt" };
  await company.handsIn(scanRef, "UTILITY_BILL", buffer, moved);
  assert.equal((await company.status(scanRef)).status, "APPROVED");
  await judgesTheNewer(reviewer, { name: "match", address: "match" }, async () => {
    await reviewer.page.locator('[data-testid="viewer-image"].loaded').waitFor();
    assert.equal(await reviewer.the("given-address").innerText(), "Birkenallee 12, Neustadt");
    for (const item of ["document_front", "selfie"]) assert.equal(await reviewer.the(`fine-${item}`).count(), 0);
    assert.equal(await reviewer.the("save-step:ADDITIONAL_PHOTO").count(), 0);
    assert.equal(await reviewer.the("retake-step:UTILITY_BILL").count(), 0);
    await pictured(reviewer, "7-reviewer-newer");
  });
  const reviewed = await receiver.until((came) => came.event === "IDENTIFICATION_MANUAL_FINISHED" && came.id !== decided.id);
  assert.deepEqual([reviewed.body.status.overall, reviewed.body.status.additionalSteps, reviewed.body.status.mismatchTags], ["APPROVED", "VALID", []]);
  assert.deepEqual(reviewed.body.additionalData.UTILITY_BILL.address, { value: "Birkenallee 12, Neustadt", status: "MATCH" });
  assert.deepEqual(reviewed.body.additionalData.ADDITIONAL_PHOTO, body.additionalData.ADDITIONAL_PHOTO);
  assert.notEqual(reviewed.body.fileUrls.UTILITY_BILL, url);
  assert.equal(reviewed.body.fileUrls.FRONT, body.fileUrls.FRONT);
  await receiver.until(({ event }) => event === "session.supplement_reviewed");
  assert.equal((await fetch(url, { headers: { authorization: company.authorization } })).status, 404, "what was superseded is for the auditor");
  await applicant.learns("approved");

  const events = receiver.came.filter(({ format }) => format === "standard").map(({ event }) => event);
  assert.deepEqual(events, ["session.collecting", "session.processing", "session.approved", "session.supplement_reviewed"]);
  assert.equal(receiver.refused, 0);
});
