import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";

import { noise } from "../stage/photos.mjs";
import { scene } from "../stage/scene.mjs";

/** @typedef {import("../people/applicant.mjs").Applicant} Applicant */

const stage = scene();

/** What the page sends in one request, and what it may have to send again after a break. */
const PART = 256 * 1024;

/** Three parts of noise, which the page hands in as they are. */
const photo = { name: "page.png", mimeType: "image/png", buffer: noise(620, 400) };
const whole = photo.buffer.length;

test("a photo whose network breaks in the middle goes on where it broke", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const line = await Line.of(applicant);
  await beginsToSend(applicant);

  await line.breaks();
  await applicant.the("upload-waits").waitFor();
  assert.ok(await applicant.page.getByRole("progressbar", { name: "Photo on its way" }).isVisible());
  await line.mends();
  await applicant.saved();

  line.hasSentNoMoreThanOncePlus(PART);
  await applicant.the("upload").waitFor({ state: "detached" });
  assert.equal((await stage.integrator.view(session)).state, "document_review");
});

test("a photo whose server is killed in the middle goes on when there is one again", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const line = await Line.of(applicant);
  await beginsToSend(applicant);

  await stage.server.restart();
  await applicant.saved();

  line.hasSentNoMoreThanOncePlus(2 * PART);
  assert.equal((await stage.integrator.view(session)).state, "document_review");
});

test("a page that is loaded again in the middle goes on from what the server has", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const line = await Line.of(applicant);
  await beginsToSend(applicant);
  await applicant.keepsTheStep();

  await applicant.page.reload();
  await applicant.stands("document_review");
  await applicant.saved();

  line.hasSentNoMoreThanOncePlus(PART);
  assert.equal((await stage.integrator.view(session)).state, "document_review");
});

test("a photo that is stopped is gone from here and from the server, and another one can be taken", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const line = await Line.of(applicant);
  await beginsToSend(applicant);

  await applicant.the("stop-upload").click();

  await applicant.isAskedFor("front");
  await applicant.the("upload-stopped").waitFor();
  await applicant.the("upload").waitFor({ state: "detached" });
  await applicant.saved();
  assert.equal((await stage.integrator.view(session)).state, "document_photo");
  await until(async () => (await left()).length === 0);

  await line.isFast();
  await applicant.photographsPassport();
  await applicant.saved();
  assert.equal(await applicant.the("upload-stopped").count(), 0);
  assert.equal((await stage.integrator.view(session)).state, "document_review");
});

test("a photo is stopped without a network, too", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  const line = await Line.of(applicant);
  await beginsToSend(applicant);
  await line.breaks();
  await applicant.the("upload-waits").waitFor();

  await applicant.the("stop-upload").click();

  await applicant.isAskedFor("front");
  await applicant.photographsPassport();
  await line.mends();
  await applicant.saved();
  assert.equal((await stage.integrator.view(session)).state, "document_review");
  assert.equal(await applicant.the("conflict").count(), 0);
});

test("no button moves under a finger when a photo has arrived", async (t) => {
  const { applicant } = await stage.applicant(t);
  const line = await Line.of(applicant);
  await beginsToSend(applicant);
  const accept = applicant.the("accept");
  await accept.waitFor();
  const before = await accept.boundingBox();

  await line.isFast();
  await applicant.saved();
  await applicant.the("upload").waitFor({ state: "detached" });

  assert.deepEqual(await accept.boundingBox(), before);
});

/** Hands the large photo in, and waits until a good part of it is on its way. @param {Applicant} applicant */
async function beginsToSend(applicant) {
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.saved();
  await applicant.gives("front", photo);
  await applicant.stands("document_review");
  await applicant.page.waitForFunction((enough) => Number(document.querySelector("[data-testid=upload]")?.getAttribute("data-sent")) > enough, whole / 2);
}

/** What lies at the server of files that are not whole. */
async function left() {
  const found = await readdir(stage.server.file("blobs/unfinished"), { recursive: true }).catch(() => []);
  return found.filter((name) => /\d{4}$/.test(name));
}

/** @param {() => Promise<boolean>} holds */
async function until(holds) {
  const end = Date.now() + 10_000;
  while (!(await holds())) assert.ok(Date.now() < end, "it did not come about in time");
}

/** A slow line, and what goes over it. */
class Line {
  #bytes = 0;

  /** @param {import("playwright-core").CDPSession} tools */
  constructor(tools) {
    this.tools = tools;
  }

  /** @param {Applicant} applicant */
  static async of({ context, page }) {
    const line = new Line(await context.newCDPSession(page));
    await line.tools.send("Network.enable");
    await line.mends();
    page.on("request", (request) => {
      const offset = request.headers()["upload-offset"];
      if (request.method() === "PATCH") line.#bytes += Math.min(PART, whole - Number(offset));
    });
    return line;
  }

  async breaks() {
    await this.#is(true, 120 * 1024);
  }

  async mends() {
    await this.#is(false, 120 * 1024);
  }

  async isFast() {
    await this.#is(false, -1);
  }

  /** @param {number} more */
  hasSentNoMoreThanOncePlus(more) {
    assert.ok(this.#bytes >= whole, `${this.#bytes} of ${whole} bytes are not all of it`);
    assert.ok(this.#bytes <= whole + more, `${this.#bytes} bytes were sent for ${whole}`);
  }

  /**
   * @param {boolean} offline
   * @param {number} uploadThroughput in bytes a second
   */
  async #is(offline, uploadThroughput) {
    await this.tools.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput });
  }
}
