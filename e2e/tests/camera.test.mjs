import assert from "node:assert/strict";
import { test } from "node:test";

import { filming } from "../stage/camera.mjs";
import { picture } from "../stage/places.mjs";
import { scene } from "../stage/scene.mjs";

const stage = scene(() => filming(picture("passport")));

test("a passport filmed with the camera arrives as the photo that was taken", async (t) => {
  const { applicant } = await stage.applicant(t);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.films("front");
  await applicant.stands("document_review");
  const image = applicant.the("image-document_front");
  await image.waitFor();
  const size = await image.evaluate(async (/** @type {HTMLImageElement} */ image) => {
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  });
  assert.ok(Math.min(...size) >= 480, `only ${size} pixels`);
  await applicant.acceptsDocument();
  await applicant.stands("selfie");
});

test("the camera is off once the photo is taken", async (t) => {
  const { applicant } = await stage.applicant(t);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.films("front");
  await applicant.stands("document_review");
  assert.equal(await applicant.the("camera").count(), 0);
});

test("a document and a selfie filmed with the camera reach the reviewer", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.films("front");
  await applicant.acceptsDocument();
  await applicant.films("selfie");
  await applicant.acceptsSelfie();
  await reviewer.opens(session);
  await reviewer.the("viewer-image").waitFor();
});
