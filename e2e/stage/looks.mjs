// How a page looks in every size, light and language, as pictures for people; and what keeps people from using it there.

import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { barriers } from "./barriers.mjs";
import { made } from "./places.mjs";

/** @typedef {import("../people/person.mjs").Person} Person */

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
/** Where nothing may have to be scrolled sideways: 320 pixels, which is also 1280 at 400 %. */
const narrow = { width: 320, height: 640 };

/** The album of one page, begun anew. */
export class Album {
  /** What is wrong, with its place. @type {string[]} */
  wrong = [];
  #folder;
  #languages;
  #reflown;

  /**
   * @param {string} name of its folder below `target/e2e/looks`
   * @param {{ languages: string[], reflown: string[] }} how which languages are pictured, and which are looked at when it is narrow
   */
  constructor(name, { languages, reflown }) {
    this.#folder = join(made, "looks", name);
    this.#languages = languages;
    this.#reflown = reflown;
  }

  async begin() {
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true });
  }

  /**
   * Looks at the page as it stands, from all sides, and leaves it in the first language on a phone.
   * @param {Person} person
   * @param {string} state
   */
  async take(person, state) {
    const { page } = person;
    for (const language of this.#languages) {
      await speaks(person, language);
      for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewportSize(viewport);
        for (const scheme of /** @type {const} */ (["light", "dark"])) {
          await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
          await page.evaluate(() => scrollTo(0, 0));
          await page.waitForFunction(() => [...document.images].every(({ complete }) => complete));
          if (await moves(page)) this.wrong.push(`${state}: moves on, though less movement is asked for`);
          const name = [state, language, size, scheme].join(".");
          await page.screenshot({ path: join(this.#folder, `${name}.png`), scale: "css", animations: "disabled", fullPage: true });
          // What axe judges by colour differs with the light, what it judges by place with the size.
          const isJudged = (size === "phone") === (scheme === "light");
          if (isJudged) for (const barrier of await barriers(person)) this.wrong.push(`${name}: ${barrier}`);
        }
      }
    }
    await page.setViewportSize(narrow);
    await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
    for (const language of this.#reflown) {
      await speaks(person, language);
      for (const element of await tooWide(page)) this.wrong.push(`${state}, ${language}: wider than ${narrow.width} pixels: ${element}`);
      for (const text of await cutOff(page)) this.wrong.push(`${state}, ${language}: cut off: ${text}`);
    }
    await page.setViewportSize(sizes.phone);
    await speaks(person, this.#languages[0] ?? "en");
  }
}

/**
 * @param {Person} person
 * @param {string} language
 */
async function speaks({ page }, language) {
  const chooser = page.getByTestId("language");
  if ((await chooser.inputValue()) === language) return;
  await chooser.selectOption(language);
  await page.locator(`html[lang="${language}"]:${language === "ar" ? "is" : "not"}([dir="rtl"])`).waitFor({ state: "attached" });
  // The tab is called as the screen is.
  await page.waitForFunction(() => document.title.startsWith(document.querySelector("h1")?.textContent?.trim() ?? ""));
}

/**
 * What makes people scroll sideways.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
function tooWide(page) {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const beyond = [...document.body.querySelectorAll("*")].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
    return [`${scrollWidth}`, ...beyond.slice(-3).map(({ localName, className, textContent }) => `${localName}.${className} ${textContent?.trim().slice(0, 40)}`)];
  });
}

/** Whether something on the page never comes to rest. @param {import("playwright-core").Page} page */
function moves(page) {
  return page.evaluate(() => document.getAnimations().some((animation) => animation.effect?.getComputedTiming().endTime === Number.POSITIVE_INFINITY));
}

/**
 * Buttons and labels that do not show all they say.
 * @param {import("playwright-core").Page} page
 * @returns {Promise<string[]>}
 */
function cutOff(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll("button, label, h1, h2, legend, p, summary")]
      .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1 && getComputedStyle(element).display !== "inline")
      .map((element) => element.textContent?.trim() ?? ""),
  );
}
