// The person who decides, at a desk. One verb for each thing they do in the backoffice.

import { password } from "../stage/server.mjs";
import { Person } from "./person.mjs";

/** @typedef {import("playwright-core").Browser} Browser */
/** @typedef {"document_front" | "document_back" | "selfie"} Item */

const desk = { viewport: { width: 1360, height: 900 } };

export class Reviewer extends Person {
  /**
   * Not signed in yet.
   * @param {Browser} browser
   * @param {{ url: string }} server
   */
  static async atTheDoor(browser, server) {
    const context = await browser.newContext({ ...desk, locale: "en-GB" });
    const reviewer = new Reviewer(context, await context.newPage());
    await reviewer.page.goto(`${server.url}/backoffice/`);
    return reviewer;
  }

  /**
   * Signed in.
   * @param {Browser} browser
   * @param {{ url: string }} server
   * @param {string} name
   */
  static async atDesk(browser, server, name, secret = password) {
    const reviewer = await Reviewer.atTheDoor(browser, server);
    await reviewer.signsIn(name, secret);
    return reviewer;
  }

  /** @param {string} name @param {string} secret */
  async signsIn(name, secret) {
    await this.the("name").fill(name);
    await this.the("password").fill(secret);
    await this.the("sign-in").click();
    await this.the("cases").waitFor();
  }

  /** Waits for a case to appear in the list, without a reload. @param {string} session */
  async sees(session) {
    await this.the(`case-${session}`).waitFor();
  }

  /** @param {string} session */
  async opens(session) {
    await this.sees(session);
    await this.the(`case-${session}`).click();
    await this.the("case").waitFor();
  }

  async claims() {
    await this.the("claim").click();
    await this.the("release").waitFor();
  }

  /** Waits for the open case to stand in a state. @param {string} state */
  async caseIs(state) {
    await this.page.locator(`[data-testid="case"][data-state="${state}"]`).waitFor();
  }

  /** Waits for the open case to come back from the applicant, for anybody to claim. */
  async caseIsBack(round = 2) {
    await this.page.locator(`[data-testid="case"][data-state="in_review"][data-round="${round}"]`).waitFor();
    await this.the("claim").waitFor();
  }

  /** @param {Item[]} items */
  async finds(...items) {
    for (const item of items) {
      await this.the(`show-${item}`).click();
      await this.the(`fine-${item}`).click();
      await this.#judged(item, "fine");
    }
  }

  /** Judges whatever is not judged yet. */
  async findsAllFine() {
    for (const item of /** @type {const} */ (["document_front", "document_back", "selfie"])) {
      const shown = this.the(`item-${item}`);
      if ((await shown.count()) && (await shown.getAttribute("data-verdict")) !== "fine") await this.finds(item);
    }
  }

  /**
   * Wants an item again.
   * @param {Item} item
   * @param {string} reason
   * @param {{ message?: string, note?: string }} [words]
   */
  async wantsAgain(item, reason, { message = "", note = "" } = {}) {
    await this.the(`show-${item}`).click();
    await this.the(`retake-${item}`).click();
    await this.the(`reason-${item}`).selectOption(reason);
    await this.the(`message-${item}`).fill(message);
    await this.the(`note-${item}`).fill(note);
    await this.the(`save-retake-${item}`).click();
    await this.#judged(item, "retake");
  }

  /** Tells when the server said that it has the decision. */
  async approves() {
    await this.the("approve").click();
    await this.the("confirm").waitFor();
    const answer = this.page.waitForResponse((response) => response.url().endsWith("/events") && response.ok());
    const [decided] = await Promise.all([answer.then(() => Date.now()), this.the("confirm").click()]);
    await this.caseIs("approved");
    return decided;
  }

  /**
   * @param {string} reason
   * @param {string} message for the applicant
   */
  async rejects(reason, message) {
    await this.the("reject").click();
    await this.the("reject-reason").selectOption(reason);
    await this.the("decision-message").fill(message);
    await this.the("confirm").click();
    await this.caseIs("rejected");
  }

  /** Sends the marked items back to the applicant. */
  async asksAgain() {
    await this.the("ask-again").click();
    await this.the("confirm").click();
    await this.caseIs("resubmission_requested");
  }

  /**
   * @param {Item} item
   * @param {"fine" | "retake"} verdict
   */
  async #judged(item, verdict) {
    await this.page.locator(`[data-testid="item-${item}"][data-verdict="${verdict}"]`).waitFor();
  }
}
