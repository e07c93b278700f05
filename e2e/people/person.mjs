// What everybody can do: look at a page, and notice when it misbehaves.

/** @typedef {import("playwright-core").BrowserContext} Context */
/** @typedef {import("playwright-core").Page} Page */

export class Person {
  /** What the page complained about to its console. @type {string[]} */
  complaints = [];

  /**
   * @param {Context} context
   * @param {Page} page
   */
  constructor(context, page) {
    this.context = context;
    this.page = page;
    page.setDefaultTimeout(30_000);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      // A refused request is the server's business and told on the page; a refused script or style is the page's fault.
      if (/Content Security Policy/i.test(message.text())) this.complaints.push(message.text());
    });
  }

  /** The one thing on the page with this test id. @param {string} id */
  the(id) {
    return this.page.getByTestId(id);
  }

  async reloads() {
    await this.page.reload();
  }

  async leaves() {
    await this.context.close();
  }
}
