// Takes the README's pictures anew, on a walk through both pages: `cargo xtask pictures`.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { Applicant } from "./people/applicant.mjs";
import { Integrator } from "./people/integrator.mjs";
import { Reviewer } from "./people/reviewer.mjs";
import { idCardStory } from "./people/story.mjs";
import { chromium } from "./stage/browser.mjs";
import { root } from "./stage/places.mjs";
import { reviewers, serve } from "./stage/server.mjs";

const folder = join(root, "docs", "pictures");

/** After which step whose page is worth a picture. */
const moments = /** @type {const} */ ({
  "photographs its back": ["applicant", "applicant-review.jpg"],
  "the applicant is asked for the back alone": ["applicant", "applicant-again.jpg"],
  "the reviewer claims it again": ["reviewer", "backoffice-compare.jpg"],
  "the applicant learns it": ["applicant", "applicant-approved.jpg"],
});

await mkdir(folder, { recursive: true });
const server = await serve();
const browser = await chromium();
try {
  const { session, link } = await new Integrator(server).open();
  const applicant = await Applicant.withPhone(browser);
  const reviewer = await Reviewer.atDesk(browser, server, reviewers[0]);
  await applicant.open(link);
  for (const step of idCardStory) {
    await step.go({ applicant, reviewer, session });
    const moment = moments[/** @type {keyof typeof moments} */ (step.name)];
    if (!moment) continue;
    const [who, name] = moment;
    const person = who === "applicant" ? applicant : reviewer;
    if (name === "backoffice-compare.jpg") await reviewer.the("show-document_back").click();
    await person.page.evaluate(() => scrollTo(0, 0));
    await settled(person.page);
    await person.page.screenshot({ path: join(folder, name), type: "jpeg", quality: 82, scale: "css" });
    console.log(`docs/pictures/${name}`);
  }
} finally {
  await browser.close();
  await server.close();
}

/**
 * Waits for images and movements to come to rest.
 * @param {import("playwright-core").Page} page
 */
async function settled(page) {
  await page.evaluate(async () => {
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {})));
  });
}
