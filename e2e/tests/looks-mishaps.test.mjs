// The states of the applicant's page that nobody wishes for, and those that two devices share: as pictures in every light, size and direction.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { filmingPeople } from "../stage/camera.mjs";
import { Album } from "../stage/looks.mjs";
import { scene } from "../stage/scene.mjs";

const spoken = ["en", "ar", "de", "es", "fr", "pt"];

/** @param {string} name */
async function album(name) {
  const made = new Album(name, { languages: ["en", "ar"], reflown: spoken });
  await made.begin();
  return made;
}

/** Keeps a file from coming until it is let through. @param {import("../people/applicant.mjs").Applicant} applicant @param {string} files */
async function holdsUp(applicant, files) {
  /** @type {() => void} */
  let letsThrough = () => undefined;
  const held = new Promise((resolve) => (letsThrough = () => resolve(undefined)));
  await applicant.context.route(files, async (route) => {
    await held;
    await route.continue().catch(() => undefined);
  });
  return letsThrough;
}

describe("the applicant's page when something went wrong", () => {
  const stage = scene();

  test("elsewhere: another device was faster, the way in is gone, nobody answers, nothing fits", async (t) => {
    const looks = await album("applicant-mishaps");
    const { applicant, session } = await stage.applicant(t);
    await applicant.consents();
    await applicant.tellsDetails();
    await applicant.saved();
    const tablet = await stage.anotherDevice(t, (await stage.integrator.link(session)).link);
    await tablet.stands("document_selection");
    await applicant.losesTheNetwork();
    await applicant.chooses("id_card");
    await applicant.isKeptHere();
    await tablet.chooses("passport");
    await tablet.saved();
    await applicant.findsTheNetwork();
    await applicant.the("conflict").waitFor();
    await looks.take(applicant, "10-conflict");
    await applicant.the("acknowledge").click();

    const { applicant: late } = await stage.applicant(t);
    await late.consents();
    await late.saved();
    const refused = { status: 401, contentType: "application/problem+json", body: JSON.stringify({ type: "about:blank", title: "Unauthorized", status: 401, code: "unauthorised" }) };
    await late.context.route("**/applicant/v1/**", (route) => route.fulfill(refused));
    await late.the("given-names").fill("Nova");
    await late.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await late.the("signed-out").waitFor();
    // Nobody goes on typing what can no longer be handed in; who hears the page hears why.
    assert.equal(await late.the("given-names").count(), 0);
    await late.page.locator("h1:focus").waitFor();
    await looks.take(late, "20-signed-out");

    const { link: first } = await stage.integrator.open();
    const alone = await stage.stranger(t);
    await alone.context.route("**/applicant/v1/**", (route) => route.abort("connectionfailed"));
    await alone.page.goto(first);
    await alone.the("unreachable").waitFor();
    await looks.take(alone, "30-unreachable");

    const { link: second } = await stage.integrator.open();
    const blocked = await stage.stranger(t);
    await blocked.context.route("**/*.wasm", (route) => route.abort());
    await blocked.page.goto(second);
    await blocked.the("incomplete").waitFor();
    await blocked.the("consent").check();
    await blocked.the("start").click();
    await blocked.the("begins").filter({ hasText: /./ }).waitFor();
    await looks.take(blocked, "40-incomplete");
    await blocked.context.unroute("**/*.wasm");
    await blocked.context.route("**/*.wasm", (route) => route.fulfill({ contentType: "application/wasm", body: "no chart" }));
    await blocked.the("fetch-again").click();
    await blocked.the("broken").waitFor();
    await looks.take(blocked, "45-broken");
    await blocked.context.unroute("**/*.wasm");
    await blocked.the("retry-open").click();
    // The press of before was kept.
    await blocked.stands("personal_details");

    const { link: third } = await stage.integrator.open();
    const slow = await stage.stranger(t);
    const letsThrough = await holdsUp(slow, "**/applicant/v1/exchange");
    await slow.page.goto(third);
    await slow.the("loading").waitFor();
    await looks.take(slow, "50-loading");
    letsThrough();
    await slow.stands("welcome");
    assert.deepEqual(looks.wrong, []);
  });
});

describe("the applicant's page of a strict company", () => {
  const strict = {
    id: "strict",
    version: 1,
    steps: ["welcome", "document_selection", "document_photo", "document_review", "selfie", "selfie_review", "final"],
    consent: "1",
    documents: [{ type: "passport", sides: ["front"] }],
    limits: { document_attempts: 2, selfie_attempts: 1, resubmissions: 1 },
    clocks: { opening: 604800, session: 604800, resubmission: 604800 },
  };
  const stage = scene(() => filmingPeople({ people: ["second", "selfie"], size: 0.42 }), strict);

  test("with few attempts, and none; and while a face is filmed", async (t) => {
    const looks = await album("applicant-strict");
    const { applicant } = await stage.applicant(t);
    await applicant.the("consent").check();
    await applicant.the("start").click();
    await applicant.chooses("passport");
    await applicant.the("attempts").waitFor();
    await looks.take(applicant, "10-attempts-left");
    await applicant.photographsPassport();
    await applicant.the("retake-front").click();
    await applicant.photographsPassport();
    assert.equal(await applicant.the("retake-front").count(), 0);
    await applicant.the("back").click();
    await applicant.the("no-attempts").waitFor();
    await looks.take(applicant, "20-no-attempts");
    await applicant.the("keep").click();
    await applicant.acceptsDocument();
    await applicant.stands("selfie");
    await applicant.page.locator("kyc-capture").evaluate((element) => element.setAttribute("auto", "off"));
    await applicant.page.locator("kyc-capture").evaluate((element) => element.setAttribute("manual-after", "3600"));
    const letsThrough = await holdsUp(applicant, "**/*.tflite");
    await applicant.opensCamera("selfie");
    await applicant.isTold("clear");
    await looks.take(applicant, "30-face-help-loading");
    letsThrough();
    await applicant.isTold("several_faces");
    await looks.take(applicant, "31-several-faces");
    assert.deepEqual(looks.wrong, []);
  });
});

describe("two devices of one person", () => {
  const stage = scene(async () => ["--use-fake-device-for-media-stream"]);

  test("from the offer to the way back", async (t) => {
    const looks = await album("applicant-devices");
    const { applicant: desk } = await stage.applicantAtDesk(t);
    await desk.consents();
    await desk.tellsDetails();
    await desk.chooses("passport");
    await desk.saved();
    await looks.take(desk, "10-offered");
    const link = await desk.asksForAnotherDevice();
    await desk.the("qr").waitFor();
    await looks.take(desk, "20-code");
    const phone = await stage.stranger(t);
    const number = await phone.asksWith(link);
    await looks.take(phone, "30-phone-asks");
    await desk.the("device-yes").waitFor();
    await looks.take(desk, "31-asked");
    await desk.letsIn(number);
    await phone.isAskedFor("front");
    await looks.take(desk, "40-follows");
    await desk.the("take-back").click();
    await phone.the("taken-back").waitFor();
    await looks.take(phone, "50-phone-taken-back");
    assert.deepEqual(looks.wrong, []);
  });
});
