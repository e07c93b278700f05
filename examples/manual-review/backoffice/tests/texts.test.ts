import { describe, expect, test } from "vitest";
import { ApiError } from "../src/api";
import { catalogues } from "../src/texts";
import { isLater, troubleText } from "../src/trouble";

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

  test("are translated, but for what is the same word", () => {
    const same = [...de].filter(([place, text]) => en.get(place) === text).map(([place]) => place);

    expect(same.filter((place) => !place.startsWith(".keys.list"))).toEqual([".login.name", ".top.live", ".case.phase"]);
  });
});

describe("troubles", () => {
  const { en } = catalogues;

  test("a refusal is told by its reason, and who has the case by name", () => {
    const refused = new ApiError("refused", 422, { reason: "item_not_judged" });
    const held = new ApiError("refused", 422, { reason: "claimed_by_another", claimed_by: "grace" });

    expect(troubleText(en, refused)).toBe(en.guards.item_not_judged);
    expect(troubleText(en, held)).toBe("grace has this case.");
  });

  test("what may go again is told apart from what may not", () => {
    expect(isLater(new ApiError("offline", 0))).toBe(true);
    expect(isLater(new ApiError("unavailable", 503))).toBe(true);
    expect(isLater(new ApiError("stale", 412))).toBe(false);
    expect(isLater(new Error("ours"))).toBe(false);
  });

  test("a code that came later than this page is told as a fault, not shown raw", () => {
    expect(troubleText(en, new ApiError("teapot", 418))).toBe(en.troubles.unknown);
    expect(troubleText(en, new ApiError("napping", 503))).toBe(en.troubles.unavailable);
  });
});
