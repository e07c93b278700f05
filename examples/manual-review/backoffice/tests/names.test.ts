import { expect, test } from "vitest";
import { itemName } from "../src/names";
import { catalogues } from "../src/texts";

const words = (name: string) => ({ name, description: "" });

test("an additional step is called as its Flow calls it, in the reader's language or the nearest there is", () => {
  const { de, en } = catalogues;
  const steps = {
    BOTH: { de: words("Adressnachweis"), en: words("Proof of address") },
    AUSTRIAN: { "de-AT": words("Meldezettel"), lt: words("Pažyma") },
    ENGLISH: { bg: words("Снимка"), en: words("Photo") },
    LITHUANIAN: { lt: words("Nuotrauka") },
    NONE: {},
  };
  expect(itemName(de, "de", steps, "step:BOTH")).toEqual({ text: "Adressnachweis", locale: "de" });
  expect(itemName(en, "en", steps, "step:BOTH")).toEqual({ text: "Proof of address", locale: "en" });
  expect(itemName(de, "de", steps, "step:AUSTRIAN")).toEqual({ text: "Meldezettel", locale: "de-AT" });
  expect(itemName(de, "de", steps, "step:ENGLISH")).toEqual({ text: "Photo", locale: "en" });
  expect(itemName(de, "de", steps, "step:LITHUANIAN")).toEqual({ text: "Nuotrauka", locale: "lt" });
});

test("a step without texts, and one that the Flow does not have, goes by its name", () => {
  for (const step of ["NONE", "GONE", "constructor", "__proto__"] as const) {
    expect(itemName(catalogues.en, "en", { NONE: {} }, `step:${step}`)).toEqual({ text: step, locale: "" });
  }
});

test("a photo is called by the page's own words", () => {
  expect(itemName(catalogues.de, "de", {}, "selfie")).toEqual({ text: catalogues.de.items.selfie, locale: "de" });
});
