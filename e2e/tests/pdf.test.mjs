import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { bill, locked } from "../stage/pdfs.mjs";
import { made, picture } from "../stage/places.mjs";
import { scene } from "../stage/scene.mjs";

/** A passport, a bill that has to be a PDF, and another photo that has to be a file. */
const flow = {
  id: "with-bill",
  version: 1,
  steps: ["welcome", "document_selection", "document_photo", "document_review", "selfie", "selfie_review", "additional_step", "additional_step_review", "final"],
  consent: "1",
  documents: [{ type: "passport", sides: ["front"] }],
  additional_steps: {
    catalogue: [
      {
        name: "UTILITY_BILL",
        types: ["compare"],
        fields: ["name", "address"],
        sources: { file: false, camera: false, pdf: true },
        texts: {
          en: { name: "Proof of address", description: "A bill as a PDF, not older than three months." },
          de: { name: "Adressnachweis", description: "Eine Rechnung als PDF, nicht älter als drei Monate." },
        },
      },
      {
        name: "ADDITIONAL_PHOTO",
        types: ["extract"],
        fields: ["number"],
        sources: { file: true, camera: false, pdf: false },
        texts: {
          en: { name: "Membership card", description: "The side with the number." },
          de: { name: "Mitgliedskarte", description: "Die Seite mit der Nummer." },
        },
      },
    ],
    asked: { all: { all: ["UTILITY_BILL", "ADDITIONAL_PHOTO"] } },
  },
};

const stage = scene(undefined, flow);
const albums = join(made, "pdf");

/** @param {import("../people/person.mjs").Person} person @param {string} name */
async function pictured(person, name) {
  await mkdir(albums, { recursive: true });
  await person.page.screenshot({ path: join(albums, `${name}.png`), fullPage: true });
}

test("a bill in two pages is handed in as a PDF, in German, and the reviewer reads both; so is a newer one after the decision", async (t) => {
  const given = { UTILITY_BILL: { name: "Nova Muster", address: "Lindenweg 7" } };
  const { applicant, session } = await stage.applicant(t, { locale: "de", more: { given } });
  const reviewer = await stage.reviewer(t);
  await applicant.the("language").selectOption("de");
  await applicant.walksToTheSteps("passport");

  await applicant.saved();

  // One way only, and it is the right one.
  assert.equal(await applicant.the("heading").innerText(), "Adressnachweis");
  assert.equal(await applicant.the("choose").getAttribute("accept"), "application/pdf");
  assert.equal(await applicant.the("open-camera").count(), 0);
  await pictured(applicant, "applicant-step");

  await applicant.the("choose").setInputFiles(picture("selfie"));
  assert.equal(await applicant.isToldOf("not_a_pdf"), "Diese Datei ist kein PDF. Wählen Sie das Dokument bitte als PDF aus.");
  await applicant.the("choose").setInputFiles(locked());
  assert.match(await applicant.isToldOf("pdf_encrypted"), /verlangt ein Passwort/);
  await applicant.stands("additional_step");
  await pictured(applicant, "applicant-encrypted");

  await applicant.the("choose").setInputFiles(bill(["Stadtwerke\nNova Muster\nLindenweg 7\n1. November 2026", "Seite zwei\nStrom 48,20 EUR"]));
  await applicant.stands("additional_step_review");
  await applicant.the("image-UTILITY_BILL").waitFor();
  assert.equal(await applicant.the("pages-UTILITY_BILL").innerText(), "Seite 1 von 2");
  await pictured(applicant, "applicant-review");
  await applicant.the("page-next").click();
  await applicant.page.getByRole("img", { name: "Adressnachweis, Seite 2 von 2" }).waitFor();
  assert.ok(await applicant.the("page-next").isDisabled());
  await applicant.the("accept").click();

  await applicant.stands("additional_step");
  assert.equal(await applicant.the("choose").getAttribute("accept"), "image/jpeg,image/png,image/webp");
  await applicant.the("choose").setInputFiles(bill(["x"]));
  await applicant.isToldOf("pdf_not_allowed");
  await applicant.the("choose").setInputFiles(picture("id-card-front"));
  await applicant.stands("additional_step_review");
  await applicant.the("accept").click();
  await applicant.stands("final");
  await applicant.saved();

  await reviewer.the("language").selectOption("de");
  await reviewer.opens(session);
  await reviewer.claims();
  await reviewer.findsAllFine();
  await reviewer.the("show-step:UTILITY_BILL").click();
  await reviewer.page.getByRole("img", { name: "Adressnachweis, Seite 1 von 2" }).waitFor();
  assert.equal(await reviewer.the("pages").innerText(), "Seite 1 von 2");
  await reviewer.page.locator('[data-testid="viewer-image"].loaded').waitFor();
  await pictured(reviewer, "reviewer-page-1");
  const first = await seen(reviewer);
  // By the keyboard, and back again.
  await reviewer.the("viewer").focus();
  await reviewer.page.keyboard.press("PageDown");
  assert.equal(await reviewer.the("pages").innerText(), "Seite 2 von 2");
  await reviewer.page.locator('[data-testid="viewer-image"].loaded').waitFor();
  await pictured(reviewer, "reviewer-page-2");
  const second = await seen(reviewer);
  assert.notDeepEqual(first, second);
  await reviewer.page.keyboard.press("PageDown");
  assert.equal(await reviewer.the("pages").innerText(), "Seite 2 von 2");
  await reviewer.the("page-before").click();
  assert.equal(await reviewer.the("pages").innerText(), "Seite 1 von 2");

  assert.equal(await reviewer.the("given-address").innerText(), "Lindenweg 7");
  await reviewer.the("compare-name").selectOption("match");
  await reviewer.the("compare-address").selectOption("not_match");
  await reviewer.the("save-step:UTILITY_BILL").click();
  await reviewer.page.locator('[data-testid="item-step:UTILITY_BILL"][data-verdict="compared"]').waitFor();
  await reviewer.the("show-step:ADDITIONAL_PHOTO").click();
  assert.equal(await reviewer.the("pages").count(), 0, "a photo has no pages to turn");
  await reviewer.the("extract-number").fill("L01X00T47");
  await reviewer.the("save-step:ADDITIONAL_PHOTO").click();
  await reviewer.page.locator('[data-testid="item-step:ADDITIONAL_PHOTO"][data-verdict="extracted"]').waitFor();
  await reviewer.approves();
  await applicant.learns("approved");

  // The company hands in a newer bill: that alone is looked at, beside the one before, and the decision stands.
  const newer = bill(["Stadtwerke\nNova Muster\nLindenweg 8\n20. November 2026", "Seite zwei", "Seite drei"]);
  await stage.integrator.handsIn(session, "UTILITY_BILL", newer.buffer, { name: "Nova Muster", address: "Lindenweg 8" });
  await reviewer.caseIs("supplemented");
  await reviewer.claims();
  await reviewer.the("show-step:UTILITY_BILL").click();
  await reviewer.the("pages").filter({ hasText: "Seite 1 von 3" }).waitFor();
  await reviewer.the("earlier-pages").filter({ hasText: "Seite 1 von 2" }).waitFor();
  await pictured(reviewer, "reviewer-newer");
  assert.equal(await reviewer.the("given-address").innerText(), "Lindenweg 8");
  assert.equal(await reviewer.the("fine-document_front").count(), 0);
  await reviewer.the("compare-name").selectOption("match");
  await reviewer.the("compare-address").selectOption("match");
  await reviewer.the("save-step:UTILITY_BILL").click();
  await reviewer.caseIs("approved");
  const results = await stage.integrator.results(session);
  assert.equal(results.outcome, "approved");
  const fields = results.steps[0].fields.map((/** @type {{ field: string, answer: string }} */ { field, answer }) => [field, answer]);
  assert.deepEqual(fields, [["name", "match"], ["address", "match"]]);
  await applicant.learns("approved");
});

/** What the reviewer's picture is made of. @param {import("../people/reviewer.mjs").Reviewer} reviewer */
async function seen(reviewer) {
  return reviewer.the("viewer-image").evaluate(async (image) => {
    const answer = await fetch(/** @type {HTMLImageElement} */ (image).src);
    if (answer.headers.get("content-type") !== "image/jpeg") throw new Error("not a picture");
    return [...new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.arrayBuffer()))];
  });
}
