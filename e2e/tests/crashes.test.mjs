import assert from "node:assert/strict";
import { test } from "node:test";

import { idCardStory } from "../people/story.mjs";
import { scene } from "../stage/scene.mjs";

const stage = scene();

test("a server killed and started again between any two steps loses nothing", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  for (const step of idCardStory) {
    await step.go({ applicant, reviewer, session });
    if (step.stands) await applicant.saved();
    await stage.server.restart();
    // Both pages stay open: they find the server again by themselves.
    if (step.stands) await applicant.stands(step.stands);
    if (step.case) await reviewer.caseIs(step.case);
  }
  assert.equal((await stage.integrator.view(session)).phase, "approved");
});

test("steps taken while the server is away are saved when it is back", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  await applicant.consents();
  await applicant.saved();

  await stage.server.kill();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.page.locator('[data-testid="save-status"]:not([data-status="saved"])').waitFor();

  await stage.server.start();
  await applicant.saved();
  assert.equal((await stage.integrator.view(session)).state, "document_photo");
});

test("a server that is asked to stop does so cleanly, and its data opens again", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  await applicant.consents();
  await applicant.saved();
  assert.equal(await stage.server.stop(), 0);
  await stage.server.start();
  assert.equal((await stage.integrator.view(session)).state, "personal_details");
});
