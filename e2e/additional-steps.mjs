// One applicant, one reviewer and one company walk the example of additional steps through a server that is already running.
// Told by the environment: KYC_URL, KYC_PAIR_KEY, KYC_PAIR_SECRET, KYC_REVIEWER, KYC_PASSWORD, and where webhooks go
// (KYC_RECEIVER_PORT) with what they are signed with (KYC_STANDARD_SECRET, KYC_COMPATIBLE_SECRET). Ends with 0 when all was told.

import assert from "node:assert/strict";

import { Receiver } from "../examples/additional-steps/receiver.mjs";
import { Applicant } from "./people/applicant.mjs";
import { Company } from "./people/company.mjs";
import { Reviewer } from "./people/reviewer.mjs";
import { bill, handsInEverything, judgesEverything, judgesTheNewer, request } from "./people/steps.mjs";
import { chromium } from "./stage/browser.mjs";
import { timed, told } from "./stage/check.mjs";

const server = { url: told("KYC_URL") };
const company = new Company(server, { key: told("KYC_PAIR_KEY"), secret: told("KYC_PAIR_SECRET") });
const secrets = { standard: told("KYC_STANDARD_SECRET"), compatible: told("KYC_COMPATIBLE_SECRET") };
const receiver = new Receiver(secrets, ({ format, event }) => console.log(`          webhook  ${event} (${format})`));
await receiver.listen(Number(told("KYC_RECEIVER_PORT")));
const browser = await chromium();
const reviewer = await Reviewer.atDesk(browser, server, told("KYC_REVIEWER"), told("KYC_PASSWORD"));
const applicant = await Applicant.withPhone(browser);

const { scanRef, session, link } = await timed("the company asks for a token", async () => company.opens(await request()));
await timed("the applicant opens the link", () => applicant.open(link));
await timed("hands in a passport, a face, a bill, a card and a form", () => handsInEverything(applicant));
await timed("the company is told that all is there", () => isTold("session.processing", "IDENTIFICATION_AUTO_FINISHED"));
await timed("the reviewer compares, reads and approves", () => judgesEverything(reviewer, session, { name: "match", address: "not_match" }));
await timed("the applicant learns it", () => applicant.learns("approved"));
const decided = await timed("the company is told the decision", () => isTold("session.approved", "IDENTIFICATION_MANUAL_FINISHED"));
assert.deepEqual(decided.additionalSteps, { UTILITY_BILL: "COMPARE", ADDITIONAL_PHOTO: "EXTRACT", SIGNED_FORM: "UPLOAD" });
assert.equal(decided.additionalData.UTILITY_BILL.address.status, "NOT_MATCH");
assert.equal(decided.additionalData.ADDITIONAL_PHOTO.number.value, "L01X00T47");

const moved = { name: "Nova Muster", address: "Birkenallee 12, Neustadt" };
const { buffer } = await bill("newer-bill");
await timed("the company hands in a newer bill", () => company.handsIn(scanRef, "UTILITY_BILL", buffer, moved));
await timed("the reviewer looks at that alone", () => judgesTheNewer(reviewer, { name: "match", address: "match" }));
const reviewed = await timed("the company is told of it", () =>
  isTold("session.supplement_reviewed", "IDENTIFICATION_MANUAL_FINISHED", (body) => body.additionalData.UTILITY_BILL.address.status === "MATCH"),
);
assert.deepEqual([reviewed.status.overall, reviewed.status.additionalSteps], ["APPROVED", "VALID"]);
assert.deepEqual([...applicant.complaints, ...reviewer.complaints], []);
assert.equal(receiver.refused, 0);
await browser.close();
await receiver.close();

/**
 * Waits until both formats have told of it; answers the body in the other vocabulary.
 * @param {string} standard
 * @param {string} compatible
 * @param {(body: any) => boolean} [fits]
 */
async function isTold(standard, compatible, fits = () => true) {
  await receiver.until((came) => came.event === standard);
  return (await receiver.until((came) => came.event === compatible && fits(came.body))).body;
}
