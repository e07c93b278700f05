import assert from "node:assert/strict";
import { test } from "node:test";

import { scene } from "../stage/scene.mjs";

const stage = scene();

test("of two reviewers on one case the second is told who has it", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const ada = await stage.reviewer(t, "ada");
  const grace = await stage.reviewer(t, "grace");
  await applicant.walks("passport");

  await ada.opens(session);
  await grace.opens(session);
  await ada.claims();

  await grace.the("claimed-by").waitFor();
  assert.match(await grace.the("claimed-by").innerText(), /ada/);
  assert.equal(await grace.the("approve").isEnabled().catch(() => false), false);
});

test("a released case can be claimed by another reviewer", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const ada = await stage.reviewer(t, "ada");
  const grace = await stage.reviewer(t, "grace");
  await applicant.walks("passport");

  await ada.opens(session);
  await ada.claims();
  await ada.the("release").click();
  await ada.the("claim").waitFor();
  await grace.opens(session);
  await grace.claims();
  await grace.findsAllFine();
  await grace.approves();
  await applicant.learns("approved");
});

test("a wrong password is told, and nothing else", async (t) => {
  const ada = await stage.visitor(t);
  await ada.the("name").fill("ada");
  await ada.the("password").fill("not the password");
  await ada.the("sign-in").click();
  await ada.the("problem").waitFor();
  assert.equal(await ada.the("cases").count(), 0);
});

test("who signs out is out, in every tab", async (t) => {
  const ada = await stage.reviewer(t);
  await ada.the("sign-out").click();
  await ada.the("sign-in").waitFor();
  await ada.reloads();
  await ada.the("sign-in").waitFor();
});

test("an image can be zoomed, turned and moved with keys alone", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const ada = await stage.reviewer(t);
  await applicant.walks("passport");
  await ada.opens(session);
  await ada.the("show-document_front").click();
  await ada.the("viewer").focus();
  const fitted = await ada.the("viewer").getAttribute("data-zoom");
  await ada.page.keyboard.press("+");
  assert.ok(Number(await ada.the("viewer").getAttribute("data-zoom")) > Number(fitted));
  await ada.page.keyboard.press("r");
  assert.equal(await ada.the("viewer").getAttribute("data-rotation"), "90");
  await ada.page.keyboard.press("0");
  assert.equal(await ada.the("viewer").getAttribute("data-zoom"), fitted);
});
