import assert from "node:assert/strict";
import { test } from "node:test";

import { filming } from "../stage/camera.mjs";
import { picture } from "../stage/places.mjs";
import { scene } from "../stage/scene.mjs";

/** Of documents the button comes at once, of faces late. */
const flow = {
  id: "shutter",
  version: 1,
  consent: "1",
  steps: ["welcome", "personal_details", "document_selection", "document_photo", "document_review", "selfie", "selfie_review", "final"],
  documents: [{ type: "passport", sides: ["front"] }],
  manual_shutter: { document_photo: 0, selfie: 45 },
};

const blurred = () => filming(picture("id-card-front-blurred"));
const told = scene(blurred, flow);
const untold = scene(blurred);

/** @param {import("../people/applicant.mjs").Applicant} applicant */
const wait = (applicant) => applicant.page.locator("kyc-capture").getAttribute("manual-after");

test("the Flow says when the button is put forward, step by step", async (t) => {
  const { applicant } = await told.applicant(t);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.opensCamera("front");
  await applicant.page.locator('[data-testid="take-photo"][data-offered="true"]').waitFor({ timeout: 7_000 });
  assert.equal(await wait(applicant), "0");
  await applicant.the("take-photo").click();
  await applicant.acceptsDocument();
  await applicant.isAskedFor("selfie");
  assert.equal(await wait(applicant), "45");
});

test("with a Flow that says nothing the button comes when it always came", async (t) => {
  const { applicant } = await untold.applicant(t);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  assert.equal(await wait(applicant), null);
});
