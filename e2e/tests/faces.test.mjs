import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { barriers } from "../stage/barriers.mjs";
import { filmingPeople } from "../stage/camera.mjs";
import { scene } from "../stage/scene.mjs";

/** @typedef {import("../people/applicant.mjs").Applicant} Applicant */

/**
 * An applicant who is asked for a selfie, in a Flow that asks for it soon.
 * @param {ReturnType<typeof scene>} stage
 * @param {import("node:test").TestContext} test
 */
async function beforeTheSelfie(stage, test) {
  const { applicant, session } = await stage.applicant(test);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.photographsPassport();
  await applicant.acceptsDocument();
  await applicant.stands("selfie");
  return { applicant, session };
}

/** Notes how the photo was taken. @param {Applicant} applicant */
async function overhears(applicant) {
  await applicant.page.evaluate(() => {
    document.addEventListener("kyc-captured", (event) => {
      /** @type {any} */ (window).how = /** @type {CustomEvent} */ (event).detail.how;
    });
  });
  return () => applicant.page.evaluate(() => /** @type {any} */ (window).how);
}

/** From where the page has asked for the network that finds faces. @param {Applicant} applicant */
function help(applicant) {
  /** @type {Set<string>} */
  const asked = new Set();
  applicant.context.on("request", (request) => {
    const { origin, pathname } = new URL(request.url());
    if (pathname.endsWith(".tflite")) asked.add(origin);
  });
  return asked;
}

/** The button is put forward soon. @param {Applicant} applicant */
async function waitsLittle(applicant) {
  await applicant.page.locator("kyc-capture").evaluate((element) => element.setAttribute("manual-after", "2"));
}

describe("a face that is held well", () => {
  const stage = scene(() => filmingPeople({ people: ["second"] }));

  test("is photographed without a press", async (t) => {
    const { applicant } = await beforeTheSelfie(stage, t);
    const how = await overhears(applicant);
    await applicant.opensCamera("selfie");
    await applicant.stands("selfie_review");
    assert.equal(await how(), "auto");
  });

  test("costs nothing before it is filmed, and nothing from elsewhere", async (t) => {
    const { applicant } = await stage.applicant(t);
    const asked = help(applicant);
    await applicant.consents();
    await applicant.tellsDetails();
    await applicant.chooses("passport");
    await applicant.photographsPassport();
    await applicant.acceptsDocument();
    await applicant.isAskedFor("selfie");
    assert.deepEqual([...asked], []);
    await applicant.opensCamera("selfie");
    await applicant.stands("selfie_review");
    assert.deepEqual([...asked], [new URL(applicant.page.url()).origin]);
  });

  test("is taken by hand where the help cannot be loaded", async (t) => {
    const { applicant } = await beforeTheSelfie(stage, t);
    const how = await overhears(applicant);
    await applicant.context.route("**/*.tflite", (route) => route.abort());
    await applicant.opensCamera("selfie");
    await applicant.isTold("clear");
    await applicant.page.locator('[data-testid="take-photo"][data-offered="true"]').click();
    await applicant.stands("selfie_review");
    assert.equal(await how(), "manual");
  });

  test("is taken by hand where another network comes than the one that was tested", async (t) => {
    const { applicant } = await beforeTheSelfie(stage, t);
    await applicant.context.route("**/*.tflite", (route) => route.fulfill({ body: Buffer.alloc(229_032) }));
    await applicant.opensCamera("selfie");
    await applicant.page.locator('[data-testid="hint"][data-faces="failed"]').waitFor();
    await applicant.page.locator('[data-testid="take-photo"][data-offered="true"]').click();
    await applicant.stands("selfie_review");
  });

  test("can be taken while the help is still on its way, which is shown", async (t) => {
    const { applicant } = await beforeTheSelfie(stage, t);
    const how = await overhears(applicant);
    /** @type {() => void} */
    let arrives = () => undefined;
    const way = new Promise((arrived) => (arrives = () => arrived(undefined)));
    await applicant.context.route("**/*.tflite", async (route) => {
      await way;
      await route.continue().catch(() => undefined);
    });
    await applicant.opensCamera("selfie");
    await applicant.the("loading-help").waitFor();
    await applicant.isTold("clear");
    assert.deepEqual(await barriers(applicant), []);
    await applicant.the("take-photo").click();
    await applicant.stands("selfie_review");
    assert.equal(await how(), "manual");
    arrives();
  });

  test("is not looked for where the host wants none of it", async (t) => {
    const { applicant } = await beforeTheSelfie(stage, t);
    const asked = help(applicant);
    await applicant.page.locator("kyc-capture").evaluate((element) => element.setAttribute("faces", "off"));
    await applicant.opensCamera("selfie");
    await applicant.isTold("clear");
    assert.equal(await applicant.the("take-photo").getAttribute("data-offered"), "true");
    assert.deepEqual([...asked], []);
  });
});

for (const { what, pose, hint } of [
  { what: "no face", pose: { people: [] }, hint: "no_face" },
  { what: "two faces", pose: { people: ["second", "selfie"], size: 0.45 }, hint: "several_faces" },
  { what: "a face far away", pose: { people: ["second"], size: 0.25 }, hint: "closer" },
  { what: "a face too near", pose: { people: ["second"], size: 1.1 }, hint: "further" },
  { what: "a face at the side", pose: { people: ["second"], aside: 0.4 }, hint: "align" },
  { what: "a face in the dark", pose: { people: ["second"], light: 0.2 }, hint: "too_dark" },
]) {
  describe(what, () => {
    const stage = scene(() => filmingPeople(pose));

    test("brings the hint that helps, read out too, and is not taken by itself", async (t) => {
      const { applicant } = await beforeTheSelfie(stage, t);
      const how = await overhears(applicant);
      await waitsLittle(applicant);
      await applicant.opensCamera("selfie");
      await applicant.isTold(hint);
      const shown = await applicant.the("hint").innerText();
      await applicant.page.getByTestId("spoken-hint").filter({ hasText: shown }).waitFor({ state: "attached" });
      await applicant.page.locator('[data-testid="take-photo"][data-offered="true"]').click();
      await applicant.stands("selfie_review");
      assert.equal(await how(), "manual");
    });
  });
}
