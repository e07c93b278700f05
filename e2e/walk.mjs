// One applicant and one reviewer walk through a server that is already running, and say how long each step took.
// Told by the environment: KYC_URL, KYC_API_KEY, KYC_REVIEWER, KYC_PASSWORD. Ends with 0 when both stories do.

import assert from "node:assert/strict";

import { Applicant } from "./people/applicant.mjs";
import { Integrator } from "./people/integrator.mjs";
import { Reviewer } from "./people/reviewer.mjs";
import { approval, idCardStory } from "./people/story.mjs";
import { chromium } from "./stage/browser.mjs";
import { timed, told } from "./stage/check.mjs";

const server = { url: told("KYC_URL"), key: told("KYC_API_KEY") };
const integrator = new Integrator(server);
const browser = await timed("a browser starts", () => chromium());
const reviewer = await timed("the reviewer signs in", () =>
  Reviewer.atDesk(browser, server, told("KYC_REVIEWER"), told("KYC_PASSWORD")),
);

await walk("a passport, approved", approval);
await walk("an ID card, its back asked for again, then approved", idCardStory);
await browser.close();

/**
 * @param {string} title
 * @param {typeof idCardStory} story
 */
async function walk(title, story) {
  console.log(`\n  ${title}`);
  const { session, link } = await timed("a session is opened", () => integrator.open());
  const applicant = await Applicant.withPhone(browser);
  await timed("the applicant opens the link", () => applicant.open(link));
  for (const step of story) await timed(step.name, () => step.go({ applicant, reviewer, session }));
  assert.deepEqual([...applicant.complaints, ...reviewer.complaints], []);
  await applicant.leaves();
  await reviewer.the("back-to-list").click();
}
