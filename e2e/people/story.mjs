// The two ordinary ways through, one line a step.

/**
 * @typedef {object} Cast
 * @property {import("./applicant.mjs").Applicant} applicant
 * @property {import("./reviewer.mjs").Reviewer} reviewer
 * @property {string} session
 */

/** @typedef {{ name: string, go: (cast: Cast) => Promise<unknown>, stands?: string, case?: string }} Step */

/** The shortest: a passport, approved. @type {readonly Step[]} */
export const approval = [
  { name: "the applicant consents", go: ({ applicant }) => applicant.consents(), stands: "personal_details" },
  { name: "tells name and date of birth", go: ({ applicant }) => applicant.tellsDetails(), stands: "document_selection" },
  { name: "chooses a passport", go: ({ applicant }) => applicant.chooses("passport"), stands: "document_photo" },
  { name: "photographs it", go: ({ applicant }) => applicant.photographsPassport(), stands: "document_review" },
  { name: "accepts the photo", go: ({ applicant }) => accepts(applicant), stands: "selfie" },
  { name: "takes a selfie", go: ({ applicant }) => applicant.takesSelfie(), stands: "selfie_review" },
  { name: "accepts it and is done", go: ({ applicant }) => done(applicant), stands: "final" },
  { name: "the reviewer opens the case", go: ({ reviewer, session }) => reviewer.opens(session), case: "in_review" },
  { name: "claims it", go: ({ reviewer }) => reviewer.claims(), case: "in_review" },
  { name: "finds everything fine", go: ({ reviewer }) => reviewer.findsAllFine(), case: "in_review" },
  { name: "approves", go: ({ reviewer }) => reviewer.approves(), case: "approved" },
  { name: "the applicant learns it", go: ({ applicant }) => applicant.learns("approved"), stands: "approved" },
];

/** The longest: an ID card, its back asked for again, then approved. @type {readonly Step[]} */
export const idCardStory = [
  { name: "the applicant consents", go: ({ applicant }) => applicant.consents(), stands: "personal_details" },
  { name: "tells name and date of birth", go: ({ applicant }) => applicant.tellsDetails(), stands: "document_selection" },
  { name: "chooses an ID card", go: ({ applicant }) => applicant.chooses("id_card"), stands: "document_photo" },
  { name: "photographs its front", go: ({ applicant }) => front(applicant), stands: "document_photo" },
  { name: "photographs its back", go: ({ applicant }) => back(applicant, "id-card-back-blurred"), stands: "document_review" },
  { name: "accepts both photos", go: ({ applicant }) => accepts(applicant), stands: "selfie" },
  { name: "takes a selfie", go: ({ applicant }) => applicant.takesSelfie(), stands: "selfie_review" },
  { name: "accepts it and is done", go: ({ applicant }) => done(applicant), stands: "final" },
  { name: "the reviewer opens the case", go: ({ reviewer, session }) => reviewer.opens(session), case: "in_review" },
  { name: "claims it", go: ({ reviewer }) => reviewer.claims(), case: "in_review" },
  { name: "finds front and selfie fine", go: ({ reviewer }) => reviewer.finds("document_front", "selfie"), case: "in_review" },
  { name: "wants the back again", go: ({ reviewer }) => wantsBack(reviewer), case: "in_review" },
  { name: "asks for it", go: ({ reviewer }) => reviewer.asksAgain(), case: "resubmission_requested" },
  { name: "the applicant is asked for the back alone", go: ({ applicant }) => isAskedForBack(applicant), stands: "document_photo" },
  { name: "photographs it again", go: ({ applicant }) => back(applicant, "id-card-back"), stands: "document_review" },
  { name: "accepts it and is done again", go: ({ applicant }) => resubmits(applicant), stands: "final" },
  { name: "the same case is back", go: ({ reviewer }) => reviewer.caseIsBack(), case: "in_review" },
  { name: "the reviewer claims it again", go: ({ reviewer }) => reviewer.claims(), case: "in_review" },
  { name: "finds the new back fine", go: ({ reviewer }) => reviewer.findsAllFine(), case: "in_review" },
  { name: "approves", go: ({ reviewer }) => reviewer.approves(), case: "approved" },
  { name: "the applicant learns it", go: ({ applicant }) => applicant.learns("approved"), stands: "approved" },
];

/** What the reviewer writes for the applicant. */
export const wish = "Please hold the card steady: the lower lines are blurred.";

/** @typedef {import("./applicant.mjs").Applicant} Applicant */
/** @typedef {import("./reviewer.mjs").Reviewer} Reviewer */

/** @param {Applicant} applicant */
async function front(applicant) {
  await applicant.gives("front", "id-card-front");
  await applicant.isAskedFor("back");
}

/**
 * @param {Applicant} applicant
 * @param {string} picture
 */
async function back(applicant, picture) {
  await applicant.gives("back", picture);
  await applicant.stands("document_review");
}

/** @param {Applicant} applicant */
async function accepts(applicant) {
  await applicant.acceptsDocument();
  await applicant.stands("selfie");
}

/** @param {Applicant} applicant */
async function done(applicant) {
  await applicant.acceptsSelfie();
  await applicant.saved();
}

/** @param {Reviewer} reviewer */
async function wantsBack(reviewer) {
  await reviewer.wantsAgain("document_back", "blurry", { message: wish, note: "second line unreadable" });
}

/** @param {Applicant} applicant */
async function isAskedForBack(applicant) {
  await applicant.isAskedFor("back");
  await applicant.the("asked-document_back").waitFor();
}

/** @param {Applicant} applicant */
async function resubmits(applicant) {
  await applicant.acceptsDocument();
  await applicant.stands("final");
  await applicant.saved();
}
