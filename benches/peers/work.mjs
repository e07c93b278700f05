/** The work that everybody is measured at: the same events, in the form each peer takes them. */

export const session = "0123456789abcdef0123456789abcdef";
export const noon = 1_795_262_400_000;

const blob = (letter, number) => letter.repeat(62) + String(number).padStart(2, "0");

export const start = { type: "start", consent: { version: "1", locale: "en" } };
export const details = {
  type: "submit_details",
  details: { given_names: "Erika", family_name: "Mustermann", date_of_birth: "1964-08-12" },
};
export const nameless = { type: "submit_details", details: { given_names: "", family_name: "", date_of_birth: "" } };
export const back = { type: "back" };

/** To `final`, and once more for a better photo of the face: eleven events. */
export const walk = [
  start,
  details,
  { type: "select_document", country: "DE", document: "id_card" },
  { type: "capture_page", side: "front", blob: blob("f", 1) },
  { type: "capture_page", side: "back", blob: blob("b", 1) },
  { type: "accept_document" },
  { type: "capture_selfie", blob: blob("5", 1) },
  { type: "accept_selfie" },
  { type: "request_resubmission", items: [{ item: "selfie", reason: "blurry" }] },
  { type: "capture_selfie", blob: blob("5", 2) },
  { type: "accept_selfie" },
];
