import { describe, expect, test } from "vitest";
import { companyFrom, NOBODY, textsFor } from "../src/company";

const place = new URL("https://id.example.com/apply/company.json");

describe("a company's file", () => {
  test("names it, and finds its logo and style beside itself", () => {
    const nova = companyFrom({ name: "Nova Bank", logo: "company/logo.svg", style: "company/nova.css", languages: ["en", "lt"] }, place);

    expect(nova).toEqual({
      ...NOBODY,
      name: "Nova Bank",
      logo: "https://id.example.com/apply/company/logo.svg",
      style: "https://id.example.com/apply/company/nova.css",
      languages: ["en", "lt"],
    });
  });

  test("that says nothing, or nonsense, changes nothing", () => {
    for (const told of [{}, null, [], "x", { name: 7, logo: {}, style: [], languages: "en", texts: [], flows: 1 }, { name: "  ", texts: { "no tag": { title: "x" } } }]) {
      expect(companyFrom(told, place)).toEqual(NOBODY);
    }
  });

  test("takes nothing from another server", () => {
    for (const url of ["https://evil.example.com/logo.svg", "//evil.example.com/a.css", "data:text/css,x", "javascript:alert(1)"]) {
      expect(companyFrom({ logo: url, style: url }, place)).toEqual(NOBODY);
    }
  });

  test("has texts, of which those for one Flow win in its sessions only", () => {
    const nova = companyFrom(
      { texts: { en: { title: "Nova", back: "Go back", bad: 1 } }, flows: { loan: { texts: { en: { title: "Nova loans" }, de: { title: "Kredit" } } } } },
      place,
    );

    expect(textsFor(nova, null)).toEqual({ en: { title: "Nova", back: "Go back" } });
    expect(textsFor(nova, "other")).toEqual(textsFor(nova, null));
    expect(textsFor(nova, "loan")).toEqual({ en: { title: "Nova loans", back: "Go back" }, de: { title: "Kredit" } });
  });
});
