import { describe, expect, test } from "vitest";
import { catalogues } from "../src/texts";
import { troubleNamed } from "../src/trouble";

/** Every text with its place, functions called with samples. */
function texts(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") return [[path, String((value as (...samples: unknown[]) => unknown)(3, 8, "x"))]];
  return Object.entries(value as object).flatMap(([name, inner]) => texts(inner, `${path}.${name}`));
}

describe("the catalogues", () => {
  const en = new Map(texts(catalogues.en));
  const de = new Map(texts(catalogues.de));

  test("say the same things in every language, and none is empty", () => {
    expect([...de.keys()]).toEqual([...en.keys()]);
    for (const [place, text] of [...en, ...de]) expect(text.trim(), place).not.toBe("");
  });

  test("are translated", () => {
    const same = [...de].filter(([place, text]) => en.get(place) === text).map(([place]) => place);

    expect(same).toEqual([]);
  });

  test("never tell the applicant of a suspicion", () => {
    for (const { rejectReasons } of Object.values(catalogues)) expect(rejectReasons.suspected_fraud).toBe(rejectReasons.other);
  });
});

describe("troubles", () => {
  test("a code that is known has its own text", () => {
    expect(troubleNamed("image_damaged", 422)).toBe("image_damaged");
  });

  test("a code that came later than this page is told by its status, or as a fault of ours", () => {
    expect(troubleNamed("file_huge", 413)).toBe("too_large");
    expect(troubleNamed("not_a_photo", 415)).toBe("not_an_image");
    expect(troubleNamed("slow_down", 429)).toBe("rate_limited");
    expect(troubleNamed("teapot", 418)).toBe("unknown");
    expect(troubleNamed("toString")).toBe("unknown");
  });
});
