// What a test needs around it: a server and a browser for the file, people for the test, and evidence when it fails.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before } from "node:test";

import { Applicant } from "../people/applicant.mjs";
import { Integrator } from "../people/integrator.mjs";
import { Reviewer } from "../people/reviewer.mjs";
import { chromium } from "./browser.mjs";
import { made } from "./places.mjs";
import { serve } from "./server.mjs";

/** @typedef {import("node:test").TestContext} TestContext */
/** @typedef {import("../people/person.mjs").Person} Person */

/** Many people sit at one address here, and they are quick; the machine may not be. */
const patient = `
[limits]
peer_per_second = 2000
peer_burst = 4000
caller_per_second = 500
caller_burst = 2000
logins_per_minute = 600
login_burst = 600
uploads_per_minute = 600
upload_burst = 600
pdf_seconds = 60
`;

/**
 * A server and a browser for the tests of one file.
 * @param {() => Promise<string[]>} [switches] of the browser
 * @param {object} [flow] another than the usual one
 * @param {() => Promise<import("./server.mjs").More>} [more] what the server is told besides
 */
export function scene(switches = async () => [], flow, more = async () => ({})) {
  const scene = new Scene();
  before(async () => {
    scene.browser = await chromium(await switches());
    const { config = "", ...told } = await more();
    scene.server = await serve({ config: patient + config, ...(flow && { flow }), ...told });
    scene.integrator = new Integrator(scene.server);
  });
  after(async () => {
    await scene.browser?.close();
    await scene.server?.close();
  });
  return scene;
}

class Scene {
  /** @type {import("playwright-core").Browser} */
  // @ts-expect-error there before any test runs
  browser;
  /** @type {import("./server.mjs").Server} */
  // @ts-expect-error there before any test runs
  server;
  /** @type {Integrator} */
  // @ts-expect-error there before any test runs
  integrator;

  /**
   * A new session and its applicant, who has opened the link.
   * @param {TestContext} test
   * @param {{ locale?: string, more?: import("../people/integrator.mjs").Opening }} [opening]
   */
  async applicant(test, { locale, more } = {}) {
    const { session, link } = await this.integrator.open(locale, more);
    return { session, link, applicant: await this.applicantBy(test, link) };
  }

  /**
   * An applicant who has opened the link that somebody gave them.
   * @param {TestContext} test
   * @param {string} link
   */
  async applicantBy(test, link) {
    const applicant = await Applicant.withPhone(this.browser);
    look(test, applicant, "applicant");
    await applicant.open(link);
    return applicant;
  }

  /**
   * The same session on another device.
   * @param {TestContext} test
   * @param {string} link
   */
  async anotherDevice(test, link) {
    const applicant = await Applicant.withPhone(this.browser);
    look(test, applicant, "other-device");
    await applicant.open(link);
    return applicant;
  }

  /**
   * A new session and its applicant at a desk, who has opened the link.
   * @param {TestContext} test
   */
  async applicantAtDesk(test, locale = "en") {
    const { session, link } = await this.integrator.open(locale);
    const applicant = await Applicant.atDesk(this.browser);
    look(test, applicant, "desk");
    await applicant.open(link);
    return { session, link, applicant };
  }

  /**
   * Another device that this one lets in.
   * @param {TestContext} test
   * @param {Applicant} first
   */
  async letIn(test, first) {
    const other = await this.stranger(test);
    await first.letsIn(await other.asksWith(await first.asksForAnotherDevice()));
    await other.the("screen").waitFor();
    return other;
  }

  /**
   * Somebody with a phone and no link.
   * @param {TestContext} test
   */
  async stranger(test) {
    const stranger = await Applicant.withPhone(this.browser);
    look(test, stranger, "stranger");
    return stranger;
  }

  /**
   * Somebody at the backoffice's door.
   * @param {TestContext} test
   */
  async visitor(test) {
    const visitor = await Reviewer.atTheDoor(this.browser, this.server);
    look(test, visitor, "visitor");
    return visitor;
  }

  /**
   * A reviewer who has signed in.
   * @param {TestContext} test
   */
  async reviewer(test, name = "ada") {
    const reviewer = await Reviewer.atDesk(this.browser, this.server, name);
    look(test, reviewer, name);
    return reviewer;
  }
}

/**
 * When the test is over: the person leaves, a picture stays if it failed, and no page may have complained.
 * @param {TestContext} test
 * @param {Person} person
 * @param {string} role
 */
function look(test, person, role) {
  test.after(async () => {
    if (!(/** @type {{ passed?: boolean }} */ (test).passed)) {
      await mkdir(join(made, "failures"), { recursive: true });
      const path = join(made, "failures", `${test.name.replace(/\W+/g, "-")}.${role}.png`);
      await person.page.screenshot({ path, fullPage: true }).catch(() => {});
      test.diagnostic(`${role} saw ${path} ${person.complaints.join("\n")}`);
    }
    await person.leaves();
    assert.deepEqual(person.complaints, []);
  });
}
