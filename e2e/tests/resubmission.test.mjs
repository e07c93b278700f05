import assert from "node:assert/strict";
import { test } from "node:test";

import { idCardStory, wish } from "../people/story.mjs";
import { scene } from "../stage/scene.mjs";

const stage = scene();

test("an ID card whose back is asked for again is approved, and only the back was asked for", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  for (const step of idCardStory) {
    await step.go({ applicant, reviewer, session });
    if (step.name === "the applicant is asked for the back alone") {
      assert.match(await applicant.the("asked-document_back").innerText(), new RegExp(wish.slice(0, 20)));
      assert.equal(await applicant.the("asked-document_back").getAttribute("data-reason"), "blurry");
      assert.equal(await applicant.the("asked-document_front").count(), 0);
      assert.doesNotMatch(await applicant.page.content(), /second line unreadable/, "a note is internal");
    }
    if (step.name === "the same case is back") {
      await reviewer.the("show-document_back").click();
      await reviewer.the("compare").waitFor();
      const [old, young] = [reviewer.the("earlier-image"), reviewer.the("viewer-image")];
      assert.notEqual(await old.getAttribute("src"), await young.getAttribute("src"));
      assert.equal(await reviewer.the("case").getAttribute("data-round"), "2");
    }
  }
});

test("document and selfie asked for together are both walked through again, and nothing else", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.photographsPassport();
  await applicant.acceptsDocument();
  await applicant.takesSelfie("selfie-dark");
  await applicant.acceptsSelfie();

  await reviewer.opens(session);
  await reviewer.claims();
  await reviewer.wantsAgain("document_front", "glare", { message: "There is a reflection." });
  await reviewer.wantsAgain("selfie", "too_dark", { message: "Please find some light." });
  await reviewer.asksAgain();

  await applicant.isAskedFor("front");
  await applicant.the("asked-document_front").waitFor();
  await applicant.the("asked-selfie").waitFor();
  await applicant.photographsPassport();
  await applicant.acceptsDocument();
  await applicant.takesSelfie();
  await applicant.acceptsSelfie();

  await reviewer.caseIsBack();
  await reviewer.claims();
  await reviewer.findsAllFine();
  await reviewer.approves();
  await applicant.learns("approved");
});

test("a case with an item marked for another photo cannot be approved", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const reviewer = await stage.reviewer(t);
  await applicant.walks("passport");
  await reviewer.opens(session);
  await reviewer.claims();
  await reviewer.finds("document_front");
  await reviewer.wantsAgain("selfie", "blurry");
  assert.equal(await reviewer.the("approve").isEnabled(), false);
});
