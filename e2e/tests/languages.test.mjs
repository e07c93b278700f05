import assert from "node:assert/strict";
import { test } from "node:test";

import { Applicant } from "../people/applicant.mjs";
import { scene } from "../stage/scene.mjs";

const stage = scene();

/**
 * Waits for the page to be in a language, as a whole.
 * @param {Applicant} applicant
 * @param {string} language
 */
async function speaks(applicant, language) {
  const direction = language === "ar" ? "rtl" : "ltr";
  await applicant.page.locator(`html[lang="${language}"][dir="${direction}"]`).waitFor({ state: "attached" });
  await applicant.page.waitForFunction(() => document.title.startsWith(document.querySelector("h1")?.textContent?.trim() ?? "no heading"));
}

/**
 * Somebody whose link asks for a language.
 * @param {import("node:test").TestContext} t
 * @param {string} locale
 */
async function askedFor(t, locale) {
  const { link, session } = await stage.integrator.open(locale);
  return { applicant: await stage.anotherDevice(t, link), session };
}

for (const [locale, language] of [["pt-BR", "pt"], ["ar", "ar"], ["zh", "en"], ["lt", "en"]]) {
  test(`a link for ${locale} opens the page in ${language}, also after a reload`, async (t) => {
    const { applicant } = await askedFor(t, locale);
    await speaks(applicant, language);
    await applicant.reloads();
    await applicant.stands("welcome");
    await speaks(applicant, language);
  });
}

test("the page goes on in the same language on another device", async (t) => {
  const { applicant: phone } = await askedFor(t, "ar");
  await phone.consents();
  await phone.saved();
  const tablet = await stage.letIn(t, phone);
  await tablet.stands("personal_details");
  await speaks(tablet, "ar");
});

test("another language changes everything at once: heading, tab, what is wrong, the camera's words", async (t) => {
  const { applicant } = await stage.applicant(t);
  await applicant.the("start").click();
  await applicant.the("problem").waitFor();
  await applicant.the("language").selectOption("de");
  await speaks(applicant, "de");
  assert.match(await applicant.page.title(), /^Wir prüfen, wer Sie sind – Identitätsprüfung$/);
  assert.match(await applicant.the("problem").innerText(), /Häkchen/);
  await applicant.reloads();
  await speaks(applicant, "de");
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("id_card");
  assert.equal(await applicant.the("open-camera").innerText(), "Kamera öffnen");
  await applicant.the("language").selectOption("fr");
  await speaks(applicant, "fr");
  assert.equal(await applicant.the("open-camera").innerText(), "Ouvrir l’appareil photo");
});

test("every screen is whole in every language", async (t) => {
  for (const locale of ["de", "ar"]) {
    const { applicant } = await askedFor(t, locale);
    await applicant.walks("passport");
    assert.doesNotMatch(await applicant.page.locator("body").innerText(), /undefined|\bThank you\b|\{|-title/);
  }
});

test("a language that cannot be fetched leaves the page as it is, says so, and is there when the network is back", async (t) => {
  const { applicant } = await stage.applicant(t);
  await applicant.canOpenOffline();
  await applicant.losesTheNetwork();
  await applicant.the("language").selectOption("es");
  await applicant.the("language-failed").waitFor();
  assert.equal(await applicant.the("language").inputValue(), "en");
  await applicant.findsTheNetwork();
  await applicant.the("language").selectOption("es");
  await speaks(applicant, "es");
  assert.equal(await applicant.the("language-failed").count(), 0);
});

test("a company puts its name, logo, style, languages and words on the page, and its Flow's own on top", async (t) => {
  const { link } = await stage.integrator.open("lt");
  const context = await stage.browser.newContext({ serviceWorkers: "block" });
  t.after(() => context.close());
  const applicant = new Applicant(context, await context.newPage());
  const company = {
    name: "Nova Bank",
    logo: "company/logo.svg",
    style: "company/nova.css",
    languages: ["en", "lt"],
    texts: { lt: { "welcome-title": "Sveiki, čia { $company }", "welcome-start": "Toliau" } },
    flows: { "manual-review": { texts: { lt: { "welcome-start": "Pradėti" } } } },
  };
  await context.route("**/apply/company.json", (route) => route.fulfill({ json: company }));
  await context.route("**/apply/company/nova.css", (route) => route.fulfill({ contentType: "text/css", body: ":root { --accent: rgb(120, 0, 80); }" }));
  await context.route("**/apply/company/logo.svg", (route) =>
    route.fulfill({ contentType: "image/svg+xml", body: '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><rect width="40" height="20"/></svg>' }),
  );
  await applicant.open(link);
  await speaks(applicant, "lt");
  await applicant.page.getByText("Pradėti").waitFor();
  assert.equal(await applicant.the("heading").innerText(), "Sveiki, čia Nova Bank");
  assert.equal(await applicant.page.title(), "Sveiki, čia Nova Bank – Nova Bank");
  assert.equal(await applicant.the("brand").innerText(), "Nova Bank");
  assert.deepEqual(await applicant.the("language").locator("option").allInnerTexts(), ["English", "Lietuvių"]);
  await applicant.page.waitForFunction(() => document.querySelector(".brand img") instanceof HTMLImageElement && /** @type {HTMLImageElement} */ (document.querySelector(".brand img")).naturalWidth > 0);
  await applicant.page.waitForFunction(() => getComputedStyle(document.querySelector("[data-testid=start]") ?? document.body).backgroundColor === "rgb(120, 0, 80)");
  // What has no text there is English.
  await applicant.page.getByText("What happens with your data").waitFor();
  assert.deepEqual(applicant.complaints, []);
});

test("nobody says yes to a photo that is not drawn yet", async (t) => {
  const { applicant } = await stage.applicant(t);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.photographsPassport();
  await applicant.saved();
  /** @type {() => void} */
  let letGo = () => {};
  const held = new Promise((resolve) => (letGo = () => resolve(undefined)));
  await applicant.page.route(/\/blobs\//, async (route) => {
    await held;
    await route.continue();
  });
  await applicant.reloads();
  await applicant.stands("document_review");
  await applicant.page.locator('[data-testid="accept"]:disabled').waitFor();
  letGo();
  await applicant.the("image-document_front").waitFor();
  await applicant.page.locator('[data-testid="accept"]:enabled').waitFor();
});
