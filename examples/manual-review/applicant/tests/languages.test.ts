import { describe, expect, test } from "vitest";
import { dateOrder, direction, KNOWN, negotiated, ownName, region, SPOKEN } from "../src/texts/languages";

describe("the language of the page", () => {
  test.each([
    [["pt-BR"], "pt"],
    [["PT"], "pt"],
    [["de-AT", "en"], "de"],
    [["zh-Hant-TW"], "en"],
    [["zh", "fr-CA"], "fr"],
    [["ar-EG"], "ar"],
    [["es-419"], "es"],
    [["lt"], "en"],
    [["", "no tag", "deutsch"], "en"],
    [[], "en"],
  ])("for who asks for %j is %s", (wishes, language) => {
    expect(negotiated(wishes, SPOKEN)).toBe(language);
  });

  test("is one of the company's where it brings the words", () => {
    expect(negotiated(["lt-LT"], [...SPOKEN, "lt"])).toBe("lt");
    expect(negotiated(["pt-PT"], [...SPOKEN, "pt-PT"])).toBe("pt-PT");
  });

  test.each(KNOWN)("may be asked for as %s, and something is always spoken", (code) => {
    expect(SPOKEN).toContain(negotiated([code], SPOKEN));
    expect(ownName(code)).not.toBe(code);
  });

  test("is called by its own name", () => {
    expect(SPOKEN.map(ownName)).toEqual(["English", "Español", "Português", "Deutsch", "Français", "العربية"]);
  });

  test("runs from right to left in Arabic alone", () => {
    expect(SPOKEN.filter((language) => direction(language) === "rtl")).toEqual(["ar"]);
    expect(direction("ar-EG")).toBe("rtl");
  });
});

describe("a date", () => {
  const day = Date.UTC(2026, 10, 22);
  const written = (language: string, wishes: string[] = []): string =>
    new Intl.DateTimeFormat(region(language, wishes), { dateStyle: "long", timeZone: "UTC" }).format(day);

  test("is written as the reader's region writes the page's language", () => {
    expect(region("en", ["de-AT", "en-AU", "en-US"])).toBe("en-AU");
    expect(region("de", ["en-GB"])).toBe("de");
    expect(region("pt", ["pt-BR"])).toBe("pt-BR");
    expect(region("en", ["en-nonsense-that-is-no-tag"])).toBe("en-GB");
  });

  test("in English is American only for Americans", () => {
    expect(written("en")).toBe("22 November 2026");
    expect(written("en", ["en"])).toBe("22 November 2026");
    expect(written("en", ["en-US"])).toBe("November 22, 2026");
  });

  test("in Arabic has the digits and the calendar of passports", () => {
    expect(written("ar", ["ar-SA"])).toBe("22 نوفمبر 2026");
    expect(written("ar")).toMatch(/^22 .+ 2026$/);
  });

  test("of birth is asked for in the order of the region", () => {
    for (const language of SPOKEN) expect(dateOrder(region(language, []))).toEqual(["day", "month", "year"]);
    expect(dateOrder("en-US")).toEqual(["month", "day", "year"]);
    expect(dateOrder("hu")).toEqual(["year", "month", "day"]);
  });
});
