import assert from "node:assert/strict";
import { test } from "node:test";

import { scene } from "../stage/scene.mjs";

const stage = scene();

/** A passport that a reviewer has claimed and found in order.
 * @param {import("node:test").TestContext} t */
async function foundFine(t) {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  await applicant.walks("passport");
  await reviewer.opens(session);
  await reviewer.claims();
  await reviewer.findsAllFine();
  return { applicant, session, reviewer };
}

test("an approved applicant learns it within a second, without a reload", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);

  await applicant.walks("passport");
  await reviewer.opens(session);
  await reviewer.claims();
  await applicant.learns("in_review");
  await reviewer.findsAllFine();
  const learned = applicant.learns("approved").then(() => Date.now());
  const decided = await reviewer.approves();

  const took = (await learned) - decided;
  assert.ok(took < 1000, `took ${took} ms`);
  assert.equal((await stage.integrator.view(session)).phase, "approved");
});

test("a rejected applicant reads the reason and the reviewer's words", async (t) => {
  const { applicant, session, reviewer } = await foundFine(t);
  await reviewer.rejects("details_mismatch", "The name on the passport is not the one you told us.");

  await applicant.learns("rejected");
  assert.match(await applicant.the("outcome-message").innerText(), /not the one you told us/);
  const view = await stage.integrator.view(session);
  assert.deepEqual([view.phase, view.outcome.reason], ["rejected", "details_mismatch"]);
});

test("a suspicion of fraud stays with the reviewers", async (t) => {
  const { applicant, reviewer } = await foundFine(t);
  await reviewer.rejects("suspected_fraud", "We cannot accept this document.");

  await applicant.learns("rejected");
  assert.doesNotMatch(await applicant.page.content(), /fraud/i);
});

test("a case appears in the backoffice while the reviewer looks at the list", async (t) => {
  const reviewer = await stage.reviewer(t);
  const { applicant, session } = await stage.applicant(t);
  await applicant.walks("passport");
  await reviewer.sees(session);
});

test("a decided session accepts nothing more", async (t) => {
  const { applicant, session, reviewer } = await foundFine(t);
  await reviewer.approves();
  await applicant.learns("approved");

  await assert.rejects(stage.integrator.cancel(session), /409/);
  await applicant.reloads();
  await applicant.learns("approved");
  assert.equal(await applicant.the("back").count(), 0);
});
