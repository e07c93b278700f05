// Every state of both pages in every light, size and direction: as pictures in target/e2e/looks, without barriers, and whole on the smallest screen.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { nova } from "../fixtures/recipe/documents.mjs";
import { wish } from "../people/story.mjs";
import { filming } from "../stage/camera.mjs";
import { Album } from "../stage/looks.mjs";
import { picture } from "../stage/places.mjs";
import { scene } from "../stage/scene.mjs";

const spoken = ["en", "ar", "de", "es", "fr", "pt"];

/** @param {string} name */
async function album(name) {
  const made = new Album(name, { languages: ["en", "ar"], reflown: spoken });
  await made.begin();
  return made;
}

describe("the applicant's page", () => {
  const stage = scene(() => filming(picture("id-card-front-blurred")));

  test("from the first page to the last, with everything that can be wrong on the way", async (t) => {
    const looks = await album("applicant");
    const { applicant, session } = await stage.applicant(t);
    const at = (/** @type {string} */ state) => looks.take(applicant, state);
    const goesOn = () => applicant.the("continue").click();

    await applicant.stands("welcome");
    await at("10-welcome");
    await applicant.the("start").click();
    await applicant.the("problem").waitFor();
    await at("11-welcome-without-consent");
    await applicant.consents();
    await at("20-details");
    await goesOn();
    await applicant.the("problem").first().waitFor();
    await at("21-details-missing");
    await applicant.the("given-names").fill(nova.givenNames);
    for (const [part, text] of [["day", "31"], ["month", "2"], ["year", "1991"]]) await applicant.the(`birth-${part}`).fill(text);
    await goesOn();
    await applicant.page.locator('[data-testid="problem"][data-code="date_of_birth_invalid"]').waitFor();
    await at("22-details-wrong");
    await applicant.tellsDetails();
    await at("30-document");
    await goesOn();
    await applicant.the("problem").waitFor();
    await at("31-document-missing");
    await applicant.chooses("id_card");
    await at("40-photo-front");
    await applicant.page.locator("kyc-capture").evaluate((element) => element.setAttribute("auto", "off"));
    await applicant.opensCamera("front");
    await applicant.isTold("blurred");
    await at("41-camera");
    await applicant.gives("front", "id-card-front");
    await applicant.isAskedFor("back");
    await at("42-photo-back");
    await applicant.gives("back", "id-card-back-blurred");
    await applicant.the("image-document_back").waitFor();
    await at("50-review-document");
    await applicant.acceptsDocument();
    await applicant.stands("selfie");
    await at("60-selfie");
    await applicant.takesSelfie();
    await applicant.the("image-selfie").waitFor();
    await at("70-review-selfie");
    await applicant.acceptsSelfie();
    await applicant.learns("in_review");
    await at("80-waiting");

    const reviewer = await stage.reviewer(t);
    await reviewer.opens(session);
    await reviewer.claims();
    await reviewer.finds("document_front", "selfie");
    await reviewer.wantsAgain("document_back", "blurry", { message: wish });
    await reviewer.asksAgain();
    await applicant.the("asked-document_back").waitFor();
    await applicant.isAskedFor("back");
    await at("90-asked-again");
    await applicant.gives("back", "id-card-back");
    await applicant.stands("document_review");
    await at("91-asked-again-review");
    await applicant.acceptsDocument();
    await reviewer.caseIsBack();
    await reviewer.claims();
    await reviewer.findsAllFine();
    await reviewer.approves();
    await applicant.learns("approved");
    await at("95-approved");
    assert.deepEqual(looks.wrong, []);
  });
});

describe("the applicant's page on another day", () => {
  const stage = scene(async () => ["--use-fake-device-for-media-stream", "--deny-permission-prompts"]);

  test("without a camera, without a network, without luck", async (t) => {
    const looks = await album("applicant-trouble");
    const { applicant, session, link } = await stage.applicant(t);
    const reviewer = await stage.reviewer(t);
    await applicant.consents();
    await applicant.tellsDetails();
    await applicant.chooses("passport");
    await looks.take(applicant, "10-photo-passport");
    await applicant.the("open-camera").click();
    await applicant.the("camera-error").waitFor();
    await looks.take(applicant, "11-camera-denied");
    await applicant.gives("front", { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("not a photo") });
    await applicant.the("problem").waitFor();
    await looks.take(applicant, "12-not-a-photo");
    await applicant.losesTheNetwork();
    await applicant.photographsPassport();
    await applicant.the("image-document_front").waitFor();
    await applicant.isKeptHere();
    await looks.take(applicant, "20-offline-review");
    await applicant.findsTheNetwork();
    await applicant.acceptsDocument();
    await applicant.takesSelfie();
    await applicant.acceptsSelfie();
    await applicant.saved();
    await reviewer.opens(session);
    await reviewer.claims();
    await reviewer.rejects("details_mismatch", "The name on the document is not the one you told us.");
    await applicant.learns("rejected");
    await looks.take(applicant, "30-rejected");

    const { applicant: other, session: cancelled } = await stage.applicant(t);
    await stage.integrator.cancel(cancelled);
    await other.learns("cancelled");
    await looks.take(other, "31-cancelled");

    const stranger = await stage.stranger(t);
    await stranger.page.goto(`${stage.server.url}/apply/`);
    await stranger.the("no-link").waitFor();
    await looks.take(stranger, "40-no-link");
    const late = await stage.stranger(t);
    await late.page.goto(link);
    await late.the("no-link").waitFor();
    await looks.take(late, "41-link-used");
    assert.deepEqual(looks.wrong, []);
  });
});

describe("the applicant's page of a hasty company", () => {
  const hasty = {
    id: "hasty",
    version: 1,
    steps: ["welcome", "personal_details", "document_selection", "document_photo", "document_review", "final"],
    consent: "1",
    minimum_age: 99,
    documents: [{ type: "passport", sides: ["front"] }],
    clocks: { opening: 604800, session: 45, resubmission: 604800 },
  };
  const stage = scene(async () => [], hasty);

  test("for who is too young, and too late", async (t) => {
    const looks = await album("applicant-hasty");
    const { applicant } = await stage.applicant(t);
    await applicant.consents();
    await applicant.the("given-names").fill(nova.givenNames);
    await applicant.the("family-name").fill(nova.surname);
    for (const [part, text] of [["day", "17"], ["month", "4"], ["year", "1991"]]) await applicant.the(`birth-${part}`).fill(text);
    await applicant.the("continue").click();
    await applicant.page.locator('[data-testid="problem"][data-code="under_age"]').waitFor();
    await looks.take(applicant, "10-too-young");
    await applicant.page.locator('[data-testid="outcome"][data-phase="expired"]').waitFor({ timeout: 90_000 });
    await looks.take(applicant, "20-expired");
    assert.deepEqual(looks.wrong, []);
  });
});

describe("the backoffice", () => {
  const stage = scene();

  test("from the door to the decision", async (t) => {
    const looks = new Album("backoffice", { languages: ["en", "de"], reflown: ["en", "de"] });
    await looks.begin();
    const visitor = await stage.visitor(t);
    await looks.take(visitor, "10-door");
    const reviewer = await stage.reviewer(t);
    await reviewer.the("no-cases").waitFor();
    await looks.take(reviewer, "20-nothing-to-do");
    const { applicant, session } = await stage.applicant(t);
    await applicant.walks("id_card");
    await reviewer.sees(session);
    await looks.take(reviewer, "21-cases");
    await reviewer.opens(session);
    await looks.take(reviewer, "30-case");
    await reviewer.claims();
    await looks.take(reviewer, "31-case-claimed");
    await reviewer.finds("document_front", "selfie");
    await reviewer.the("show-document_back").click();
    await reviewer.the("retake-document_back").click();
    await looks.take(reviewer, "32-take-again");
    await reviewer.reloads();
    await reviewer.wantsAgain("document_back", "blurry", { message: wish, note: "second line unreadable" });
    await reviewer.the("ask-again").click();
    await looks.take(reviewer, "33-ask");
    await reviewer.the("confirm").click();
    await reviewer.caseIs("resubmission_requested");
    await looks.take(reviewer, "34-with-the-applicant");
    await applicant.gives("back", "id-card-back");
    await applicant.acceptsDocument();
    await reviewer.caseIsBack();
    await reviewer.claims();
    await reviewer.the("show-document_back").click();
    await looks.take(reviewer, "40-compare");
    await reviewer.the("reject").click();
    await looks.take(reviewer, "41-reject");
    await reviewer.the("cancel-dialog").click();
    const colleague = await stage.reviewer(t, "grace");
    await colleague.opens(session);
    await looks.take(colleague, "42-somebody-else-has-it");
    await reviewer.findsAllFine();
    await reviewer.approves();
    await looks.take(reviewer, "50-approved");
    await reviewer.the("shortcuts").click();
    await looks.take(reviewer, "60-keys");
    assert.deepEqual(looks.wrong, []);
  });
});
