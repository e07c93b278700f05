import assert from "node:assert/strict";
import { test } from "node:test";

import { idCardStory } from "../people/story.mjs";
import { scene } from "../stage/scene.mjs";

const stage = scene();

test("a reload in the middle of every state goes on where it stood", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  for (const step of idCardStory) {
    await step.go({ applicant, reviewer, session });
    if (step.stands) {
      await applicant.keepsTheStep();
      await applicant.reloads();
      await applicant.stands(step.stands);
    }
    if (step.case) {
      await reviewer.reloads();
      await reviewer.caseIs(step.case);
    }
  }
});

test("a second device goes on where the first one stood, and the first one follows", async (t) => {
  const { applicant: phone, session } = await stage.applicant(t);
  await phone.consents();
  await phone.tellsDetails();
  await phone.chooses("id_card");
  await phone.gives("front", "id-card-front");
  await phone.isAskedFor("back");
  await phone.saved();

  const { link } = await stage.integrator.link(session);
  const tablet = await stage.anotherDevice(t, link);
  await tablet.isAskedFor("back");
  await tablet.gives("back", "id-card-back");
  await tablet.stands("document_review");
  await tablet.saved();
  await phone.stands("document_review");
  await phone.acceptsDocument();
  await phone.stands("selfie");
});

test("the page itself hands over to another device", async (t) => {
  const { applicant: phone } = await stage.applicant(t);
  await phone.consents();
  await phone.saved();
  const tablet = await stage.letIn(t, phone);
  await tablet.stands("personal_details");
});

test("a link works once, and leaves no code in the address bar", async (t) => {
  const { applicant, link } = await stage.applicant(t);
  assert.doesNotMatch(applicant.page.url(), /code=/);
  const stranger = await stage.stranger(t);
  await stranger.page.goto(link);
  await stranger.the("no-link").or(stranger.the("problem")).first().waitFor();
  assert.equal(await stranger.the("screen").count(), 0);
});

test("going back keeps what was captured", async (t) => {
  const { applicant } = await stage.applicant(t);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("id_card");
  await applicant.photographsIdCard();
  await applicant.acceptsDocument();
  await applicant.stands("selfie");
  await applicant.the("back").click();
  await applicant.stands("document_review");
  await applicant.the("image-document_front").waitFor();
  await applicant.the("image-document_back").waitFor();
});
