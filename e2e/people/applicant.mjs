// The person who proves who they are, with a phone in hand. One verb for each thing they do on the page.

import { nova } from "../fixtures/recipe/documents.mjs";
import { picture } from "../stage/places.mjs";
import { Person } from "./person.mjs";

/** @typedef {import("playwright-core").Browser} Browser */
/** @typedef {"front" | "back" | "selfie"} Side */
/** @typedef {string | { name: string, mimeType: string, buffer: Buffer }} Photograph a committed picture's name, or a file */

const desk = { viewport: { width: 1280, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

export class Applicant extends Person {
  /**
   * A person with a phone of their own.
   * @param {Browser} browser
   * @param {{ permissions?: string[] }} [more]
   */
  static async withPhone(browser, more = {}) {
    const context = await browser.newContext({ ...phone, locale: "en-GB", ...more });
    return new Applicant(context, await context.newPage());
  }

  /**
   * A person at a desk.
   * @param {Browser} browser
   */
  static async atDesk(browser) {
    const context = await browser.newContext({ ...desk, locale: "en-GB", permissions: ["clipboard-read", "clipboard-write"] });
    return new Applicant(context, await context.newPage());
  }

  /** @param {string} link */
  async open(link) {
    await this.page.goto(link);
    await this.the("screen").waitFor();
  }

  /** Waits for the page to stand in a state. @param {string} state */
  async stands(state) {
    await this.page.locator(`[data-testid="screen"][data-state="${state}"]`).waitFor();
  }

  /** Which state the page stands in. */
  async state() {
    await this.the("screen").waitFor();
    return this.the("screen").getAttribute("data-state");
  }

  /** Waits until everything is on the server. */
  async saved() {
    await this.page.locator('[data-testid="save-status"][data-status="saved"]').waitFor();
  }

  /** Waits until a closed tab could be opened again without a network. */
  async canOpenOffline() {
    await this.page.locator('html[data-openable="offline"]').waitFor({ state: "attached" });
  }

  /** Waits until everything has come that the page needs for all of its screens, and the session is open. */
  async isWhole() {
    await this.page.locator("html[data-whole]").waitFor({ state: "attached" });
  }

  /** Once every tab is whole. */
  async losesTheNetwork() {
    for (const page of this.context.pages()) await new Applicant(this.context, page).isWhole();
    await this.context.setOffline(true);
  }

  async findsTheNetwork() {
    await this.context.setOffline(false);
  }

  /** Waits until everything that has not gone out would survive a closed tab. */
  async isKeptHere() {
    await this.page.locator('[data-testid="save-status"][data-status="offline"][data-kept="true"]').waitFor();
  }

  /** Waits until the last step would survive a reload: it is kept on the device, or the server has it. */
  async keepsTheStep() {
    await this.page.locator('[data-testid="save-status"][data-kept="false"]').waitFor({ state: "detached" });
  }

  async closesTheTab() {
    await this.page.close();
  }

  /** The same session in the same browser: by its address, since the link's code is spent. */
  async opensAnotherTab() {
    const other = new Applicant(this.context, await this.context.newPage());
    await other.page.goto(this.page.url());
    return other;
  }

  /** The steps and photos that the page sends from here on, as they are answered. */
  changes() {
    /** @type {{ what: string, status: number }[]} */
    const changes = [];
    this.page.on("response", (response) => {
      const request = response.request();
      const path = new URL(request.url()).pathname;
      const status = response.status();
      if (request.method() === "POST" && path.endsWith("/events")) changes.push({ what: request.postDataJSON().type, status });
      if (request.method() === "PUT" && path.includes("/blobs/")) changes.push({ what: "photo", status });
    });
    return changes;
  }

  async consents() {
    await this.stands("welcome");
    await this.the("consent").check();
    await this.the("start").click();
    await this.stands("personal_details");
  }

  async tellsDetails() {
    await this.stands("personal_details");
    await this.the("given-names").fill(nova.givenNames);
    await this.the("family-name").fill(nova.surname);
    await this.#types("birth-day", "17");
    await this.#types("birth-month", "4");
    await this.#types("birth-year", "1991");
    await this.the("continue").click();
    await this.stands("document_selection");
  }

  /** @param {"id_card" | "passport"} document */
  async chooses(document, country = "DE") {
    await this.stands("document_selection");
    await this.the("country").selectOption(country);
    await this.the(`document-${document}`).check();
    await this.the("continue").click();
    await this.stands("document_photo");
  }

  /**
   * Gives a file for the side that the page asks for.
   * @param {Side} side
   * @param {Photograph} photograph
   */
  async gives(side, photograph) {
    await this.isAskedFor(side);
    const file = typeof photograph === "string" ? picture(photograph) : photograph;
    await this.the("file-input").setInputFiles(file);
  }

  /** Films instead: a document that is held well is taken by itself, a face at the press of the button. @param {Side} side */
  async films(side) {
    await this.opensCamera(side);
    if (side === "selfie") await this.the("take-photo").click();
  }

  /** @param {Side} side */
  async opensCamera(side) {
    await this.isAskedFor(side);
    await this.the("open-camera").click();
  }

  /** Waits until the camera's picture brings this hint. @param {string} hint */
  async isTold(hint) {
    await this.page.locator(`[data-testid="hint"][data-hint="${hint}"]`).waitFor();
  }

  /** Waits until the page asks for a photo. @param {Side} side */
  async isAskedFor(side) {
    await this.page.locator(`[data-testid="capture"][data-side="${side}"]`).waitFor();
  }

  /** Both sides of the ID card. */
  async photographsIdCard(front = "id-card-front", back = "id-card-back") {
    await this.gives("front", front);
    await this.gives("back", back);
    await this.stands("document_review");
  }

  async photographsPassport() {
    await this.gives("front", "passport");
    await this.stands("document_review");
  }

  async acceptsDocument() {
    await this.stands("document_review");
    await this.the("accept").click();
  }

  async takesSelfie(photograph = "selfie") {
    await this.stands("selfie");
    await this.gives("selfie", photograph);
    await this.stands("selfie_review");
  }

  async acceptsSelfie() {
    await this.stands("selfie_review");
    await this.the("accept").click();
    await this.stands("final");
  }

  /** To the first additional step, in a Flow that asks for no details. @param {"id_card" | "passport"} document */
  async walksToTheSteps(document) {
    await this.stands("welcome");
    await this.the("consent").check();
    await this.the("start").click();
    await this.chooses(document);
    await (document === "passport" ? this.photographsPassport() : this.photographsIdCard());
    await this.acceptsDocument();
    await this.takesSelfie();
    await this.stands("selfie_review");
    await this.the("accept").click();
    await this.stands("additional_step");
  }

  /** Waits until the page names this problem, and reads what it says. @param {string} code */
  async isToldOf(code) {
    const told = this.page.locator(`[data-testid="problem"][data-code="${code}"]`);
    await told.waitFor();
    return told.innerText();
  }

  /** From the first page to the last. @param {"id_card" | "passport"} document */
  async walks(document) {
    await this.consents();
    await this.tellsDetails();
    await this.chooses(document);
    await (document === "passport" ? this.photographsPassport() : this.photographsIdCard());
    await this.acceptsDocument();
    await this.takesSelfie();
    await this.acceptsSelfie();
    await this.saved();
  }

  /** Asks the page for a link that another device can ask with. */
  async asksForAnotherDevice() {
    const drawer = this.page.locator("details", { has: this.the("other-device") });
    if ((await drawer.count()) > 0) await drawer.locator("summary").click();
    await this.the("other-device").click();
    await this.the("device-link").waitFor();
    return this.the("device-link").inputValue();
  }

  /** Comes with the link of another device, and waits to be let in; answers the number it shows. @param {string} link */
  async asksWith(link) {
    await this.page.goto(link);
    await this.the("joining").waitFor();
    return this.the("match").getAttribute("data-match");
  }

  /** Compares the number that the other device shows, and lets it in. @param {string | null} number */
  async letsIn(number) {
    await this.page.locator(`[data-testid="match"][data-match="${number}"]`).waitFor();
    await this.the("device-yes").click();
    await this.the("elsewhere").waitFor();
  }

  /** Waits for what became of it. @param {string} phase */
  async learns(phase) {
    await this.page.locator(`[data-testid="outcome"][data-phase="${phase}"]`).waitFor();
  }

  /** A box that may be a field or a list. @param {string} name @param {string} text */
  async #types(name, text) {
    const field = this.the(name);
    const tag = await field.evaluate((element) => element.tagName);
    await (tag === "SELECT" ? field.selectOption(text) : field.fill(text));
  }
}
