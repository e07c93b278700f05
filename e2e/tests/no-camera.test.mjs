import assert from "node:assert/strict";
import { test } from "node:test";

import { barriers } from "../stage/barriers.mjs";
import { scene } from "../stage/scene.mjs";

const denied = scene(async () => ["--use-fake-device-for-media-stream", "--deny-permission-prompts"]);

test("who denies the camera is offered a file at once, and goes on with it", async (t) => {
  const { applicant } = await denied.applicant(t);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.the("open-camera").click();
  await applicant.page.locator('[data-testid="camera-error"][data-code="denied"]').waitFor();
  await applicant.the("choose-file").waitFor();
  assert.deepEqual(await barriers(applicant), []);
  await applicant.photographsPassport();
  await applicant.acceptsDocument();
  await applicant.stands("selfie");
});
