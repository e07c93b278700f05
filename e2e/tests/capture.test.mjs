import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { barriers } from "../stage/barriers.mjs";
import { filming } from "../stage/camera.mjs";
import { picture } from "../stage/places.mjs";
import { scene } from "../stage/scene.mjs";

/** @typedef {import("../people/applicant.mjs").Applicant} Applicant */

/**
 * An applicant who is asked for the front of an ID card.
 * @param {ReturnType<typeof scene>} stage
 * @param {import("node:test").TestContext} test
 */
async function withIdCard(stage, test) {
  const { applicant, session } = await stage.applicant(test);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("id_card");
  return { applicant, session };
}

/** Which cameras of the page are on. @param {Applicant} applicant */
function tracks(applicant) {
  return applicant.the("camera").evaluate((video) => {
    const { srcObject } = /** @type {HTMLVideoElement} */ (video);
    return srcObject instanceof MediaStream ? srcObject.getTracks().map((track) => track.readyState) : [];
  });
}

/**
 * Sets an attribute of the capture element.
 * @param {Applicant} applicant
 * @param {string} name
 * @param {string} value
 */
async function sets(applicant, name, value) {
  await applicant.page.locator("kyc-capture").evaluate((element, [name, value]) => element.setAttribute(name, value), /** @type {const} */ ([name, value]));
}

/**
 * Tells the page that it is looked at, or no longer.
 * @param {Applicant} applicant
 * @param {DocumentVisibilityState} state
 */
async function looksAt(applicant, state) {
  await applicant.page.evaluate((state) => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
    document.dispatchEvent(new Event("visibilitychange"));
  }, state);
}

/** Notes what the capture element hands over. @param {Applicant} applicant */
async function overhears(applicant) {
  await applicant.page.evaluate(() => {
    const heard = /** @type {any} */ (window);
    document.addEventListener("kyc-captured", (event) => {
      const { blob, width, height, how } = /** @type {CustomEvent} */ (event).detail;
      heard.captured = { type: blob.type, isThere: blob.size > 0, width, height, how };
    });
  });
  return () => applicant.page.evaluate(() => /** @type {any} */ (window).captured);
}

describe("a card that is held well", () => {
  const stage = scene(() => filming(picture("id-card-front")));

  test("is photographed without a press, as large as the camera sees it", async (t) => {
    const { applicant } = await withIdCard(stage, t);
    const captured = await overhears(applicant);
    await applicant.opensCamera("front");
    await applicant.isAskedFor("back");
    const { width, height, ...rest } = await captured();
    assert.deepEqual(rest, { type: "image/jpeg", isThere: true, how: "auto" });
    assert.ok(Math.min(width, height) >= 720, `only ${width} × ${height}`);
  });

  test("can be photographed with the keyboard alone before that", async (t) => {
    const { applicant } = await withIdCard(stage, t);
    const captured = await overhears(applicant);
    // Only the press can take it here.
    await sets(applicant, "auto", "off");
    await applicant.the("open-camera").focus();
    await applicant.page.keyboard.press("Enter");
    await applicant.page.locator('[data-testid="take-photo"]:focus').waitFor();
    await applicant.page.keyboard.press("Enter");
    await applicant.isAskedFor("back");
    assert.equal((await captured()).how, "manual");
  });

  test("is filmed on a page without barriers, that needs no scrolling sideways on the smallest phone", async (t) => {
    const { applicant } = await withIdCard(stage, t);
    await applicant.page.setViewportSize({ width: 320, height: 568 });
    await sets(applicant, "auto", "off");
    await applicant.opensCamera("front");
    await applicant.isTold("good");
    assert.deepEqual(await barriers(applicant), []);
    const wide = await applicant.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 320, `${wide} pixels wide`);
  });

  test("is not filmed any longer when the camera is closed", async (t) => {
    const { applicant } = await withIdCard(stage, t);
    await sets(applicant, "auto", "off");
    await applicant.opensCamera("front");
    await applicant.isTold("good");
    const video = await applicant.the("camera").elementHandle();
    const stream = await video?.evaluateHandle((element) => /** @type {HTMLVideoElement} */ (element).srcObject);
    assert.deepEqual(await tracks(applicant), ["live"]);
    await applicant.the("close-camera").click();
    await applicant.the("open-camera").waitFor();
    assert.deepEqual(await stream?.evaluate((stream) => /** @type {MediaStream} */ (stream).getTracks().map((track) => track.readyState)), ["ended"]);
  });

  test("is not filmed while nobody looks at the page, and is again afterwards", async (t) => {
    const { applicant } = await withIdCard(stage, t);
    await sets(applicant, "auto", "off");
    await applicant.opensCamera("front");
    await applicant.isTold("good");
    await looksAt(applicant, "hidden");
    await applicant.the("open-camera").waitFor();
    assert.deepEqual(await tracks(applicant), []);
    await looksAt(applicant, "visible");
    await applicant.isTold("good");
    assert.deepEqual(await tracks(applicant), ["live"]);
  });
});

for (const { where, switches, hint } of [
  { where: "in the dark", switches: () => filming(picture("id-card-front"), { light: 0.25 }), hint: "too_dark" },
  { where: "out of focus", switches: () => filming(picture("id-card-front-blurred")), hint: "blurred" },
]) {
  describe(`a card ${where}`, () => {
    const stage = scene(switches);

    test("brings the hint that helps, read out too, and the button after a while", async (t) => {
      const { applicant, session } = await withIdCard(stage, t);
      const captured = await overhears(applicant);
      await sets(applicant, "manual-after", "3600");
      await applicant.opensCamera("front");
      await applicant.isTold(hint);
      const shown = await applicant.the("hint").innerText();
      await applicant.page.getByTestId("spoken-hint").filter({ hasText: shown }).waitFor({ state: "attached" });
      assert.equal(await applicant.the("take-photo").getAttribute("data-offered"), "false");
      await sets(applicant, "manual-after", "2");
      await applicant.page.locator('[data-testid="take-photo"][data-offered="true"]').waitFor();
      assert.equal((await stage.integrator.view(session)).state, "document_photo");
      await applicant.the("take-photo").click();
      await applicant.isAskedFor("back");
      assert.equal((await captured()).how, "manual");
    });

    test("can be given as a file while the camera is on, and that ends it", async (t) => {
      const { applicant } = await withIdCard(stage, t);
      const captured = await overhears(applicant);
      await applicant.opensCamera("front");
      await applicant.isTold(hint);
      await applicant.gives("front", "id-card-front");
      await applicant.isAskedFor("back");
      assert.equal((await captured()).how, "file");
      await applicant.the("open-camera").waitFor();
    });
  });
}
