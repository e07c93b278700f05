import { describe, expect, test } from "vitest";
import { age, region } from "../src/dates";

describe("an age", () => {
  test.each([
    ["2008-11-30", "2026-03-05", 17],
    ["2008-03-10", "2026-03-05", 17],
    ["2008-03-05", "2026-03-10", 18],
    ["1991-04-17", "2026-11-22", 35],
    ["2008-03-05", "2026-03-05", 18],
    ["2008-02-29", "2026-02-28", 17],
    ["2008-02-29", "2026-03-01", 18],
  ])("of who was born on %s is on %s %i years", (birth, today, years) => {
    expect(age(birth, today)).toBe(years);
  });
});

describe("a date", () => {
  test("is written as the reader's region writes the page's language", () => {
    expect(region("en", ["de-AT", "en-GB", "en-US"])).toBe("en-GB");
    expect(region("de", ["en-GB"])).toBe("de");
    expect(region("en", ["en"])).toBe("en-GB");
    expect(region("en", ["en-US"])).toBe("en-US");
  });
});
