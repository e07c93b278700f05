import { readFileSync, writeFileSync } from "node:fs";
import { FluentResource } from "@fluent/bundle";
import { describe, expect, test } from "vitest";
import { firstInEnglish, firstTextsIn, spokenWith, textsIn, type MessageId, type Unfilled } from "../src/texts";
import { SPOKEN } from "../src/texts/languages";
import { troubleNamed } from "../src/trouble";

type Pattern = FluentResource["body"][number]["value"];

/** What is known in every text. */
const ALWAYS = ["company", "example"];

function read(language: string): Map<string, Pattern> {
  const text = readFileSync(new URL(`../src/texts/${language}.ftl`, import.meta.url), "utf8");
  const { body } = new FluentResource(text);
  expect(body.length, `${language}.ftl is read as a whole`).toBe(text.match(/^[a-z][\w-]* =/gm)?.length);
  expect(new Set(body.map(({ id }) => id)).size, `no text stands twice in ${language}.ftl`).toBe(body.length);
  return new Map(body.map(({ id, value }) => [id, value]));
}

/** Every part of a pattern, also within its forms. */
function parts(value: unknown): { type: string; [more: string]: unknown }[] {
  if (Array.isArray(value)) return value.flatMap(parts);
  if (typeof value !== "object" || value === null) return [];
  const own = "type" in value ? [value as { type: string }] : [];
  return [...own, ...Object.values(value).flatMap(parts)];
}

/** What a text wants filled in. */
const placeholders = (pattern: Pattern): string[] =>
  [...new Set(parts(pattern).flatMap(({ type, name }) => (type === "var" && !ALWAYS.includes(String(name)) ? [String(name)] : [])))].sort();

describe("the names of the texts", () => {
  test("are known to the compiler, with what has to be filled in", () => {
    const lines = [...read("en")].map(([id, pattern]) => `  "${id}": ${placeholders(pattern).map((name) => `"${name}"`).join(" | ") || "never"};`);
    const text = `// Generated from en.ftl by tests/texts.test.ts. Do not edit.\n\nexport interface Messages {\n${lines.join("\n")}\n}\n`;
    const place = new URL("../src/texts/messages.ts", import.meta.url);
    const isFresh = readFileSync(place, "utf8") === text;
    if (!isFresh) writeFileSync(place, text);
    expect(isFresh, "src/texts/messages.ts was stale and is written anew").toBe(true);
  });
});

describe.each(SPOKEN)("the words in %s", (language) => {
  const en = read("en");
  const own = read(language);

  test("are those for every state, reason and trouble, in the same order as in English, and nothing else", () => {
    expect([...own.keys()]).toEqual([...en.keys()]);
  });

  test("have the same places to be filled in", () => {
    for (const [id, pattern] of own) expect(placeholders(pattern), id).toEqual(placeholders(en.get(id) ?? null));
  });

  test("have every form that the language's numbers need", () => {
    const rules = new Intl.PluralRules(language);
    const needed = new Set(Array.from({ length: 200 }, (_, number) => rules.select(number)));
    for (const [id, pattern] of own) {
      for (const { type, variants, star } of parts(pattern)) {
        if (type !== "select") continue;
        const forms = (variants as { key: { value: string } }[]).map(({ key }) => key.value);
        expect(new Set(forms), id).toEqual(needed);
        expect(forms[star as number], id).toBe("other");
      }
    }
  });

  test("come out whole, whatever is filled in", async () => {
    const t = await textsIn(language);
    for (const [id, pattern] of own) {
      for (const number of [0, 1, 2, 3, 11, 100]) {
        const values = Object.fromEntries(placeholders(pattern).map((name) => [name, number]));
        const said = (t as (id: string, values: object) => string)(id, values);
        expect(said.trim(), id).not.toBe("");
        expect(said, id).not.toMatch(/[{}]|undefined|null|\?\?\?/);
      }
    }
  });

  test("are the same on the first screen, which comes before the others", async () => {
    const [first, whole] = [await firstTextsIn(language), await textsIn(language)];
    const shown = [...own.keys()].filter((id) => /^(welcome|step)-|^(title|language|loading|incomplete|try-again|status-saved)$/.test(id)) as Unfilled[];
    expect(shown.length).toBeGreaterThan(30);
    for (const id of shown) expect(first(id), id).toBe(whole(id));
    expect(first("progress", { step: 1, of: 2, name: "x" })).toBe(whole("progress", { step: 1, of: 2, name: "x" }));
    expect(first("open-no_link")).toBe(whole("open-no_link"));
  });

  test("are translated, and in the script of the language", () => {
    if (language === "en") return;
    const text = readFileSync(new URL(`../src/texts/${language}.ftl`, import.meta.url), "utf8");
    const same = [...own].filter(([id, pattern]) => JSON.stringify(en.get(id)) === JSON.stringify(pattern)).map(([id]) => id);
    expect(same).toEqual([]);
    if (language === "ar") for (const [id, pattern] of own) expect(JSON.stringify(pattern), id).toMatch(/\p{Script=Arabic}/u);
    else expect(text).not.toMatch(/\p{Script=Arabic}/u);
  });

  test("never tell the applicant of a suspicion", async () => {
    const t = await textsIn(language);
    expect(t("reject-suspected_fraud")).toBe(t("reject-other"));
  });
});

test("without any network the first screen is there in English", () => {
  expect(firstInEnglish()("welcome-start")).toBe("Start");
  expect(firstInEnglish().has("trouble-offline")).toBe(false);
});

describe("a company", () => {
  test("replaces any text, of the page and of the camera, with everything that Fluent can", async () => {
    const own = {
      de: { "welcome-title": "Willkommen bei { $company }", "capture-attempts": "{ $left ->\n  [one] Einer\n *[other] { $left }\n}", "camera-hints-face-good": "Schön" },
    };
    const t = await textsIn("de", { own, company: "Nova" });

    expect(t("welcome-title")).toBe("Willkommen bei Nova");
    expect(t("capture-attempts", { left: 1 })).toBe("Einer");
    expect(t("capture-attempts", { left: 2 })).toBe("2");
    expect(t.capture?.hints.face.good).toBe("Schön");
    expect(t.capture?.hints.document.good).toBe((await textsIn("de")).capture?.hints.document.good);
  });

  test("brings a language of its own, and English fills the gaps", async () => {
    const own = { lt: { "welcome-title": "Sveiki" } };
    const t = await textsIn("lt", { own });

    expect(spokenWith(own)).toEqual([...SPOKEN, "lt"]);
    expect(t("welcome-title")).toBe("Sveiki");
    expect(t("welcome-start")).toBe((await textsIn("en"))("welcome-start"));
    expect(t.language).toBe("lt");
  });

  test("whose text cannot be read leaves the page's own", async () => {
    const t = await textsIn("en", { own: { en: { "welcome-start": "{ $", "no such name": "x" } } });

    expect(t("welcome-start")).toBe("Start");
  });

  test("whose text has a value that nobody knows shows its name instead of failing", async () => {
    const t = await textsIn("en", { own: { en: { "welcome-start": "Go, { $friend }" } } });

    expect(t("welcome-start")).toBe("Go, {$friend}");
  });
});

describe("what is filled in", () => {
  test("keeps its direction to itself in a text that runs from right to left", async () => {
    const t = await textsIn("ar");

    expect(t("review-again-named", { item: "Passport" })).toContain("\u2068Passport\u2069");
    expect((await textsIn("en"))("review-again-named", { item: "Passport" })).toBe("Take again: Passport");
  });

  test("is an example of a date in the order of the reader's region", async () => {
    expect((await textsIn("en"))("details-birth-hint")).toBe("For example 27 3 1985");
    expect((await textsIn("en", { wishes: ["en-US"] }))("details-birth-hint")).toBe("For example 3 27 1985");
  });
});

describe("troubles", () => {
  test("a code that is known has its own text", () => {
    expect(troubleNamed("image_damaged", 422)).toBe<MessageId>("trouble-image_damaged");
  });

  test("a code that came later than this page is told by its status, or as a fault of ours", () => {
    expect(troubleNamed("file_huge", 413)).toBe("trouble-too_large");
    expect(troubleNamed("not_a_photo", 415)).toBe("trouble-not_an_image");
    expect(troubleNamed("slow_down", 429)).toBe("trouble-rate_limited");
    expect(troubleNamed("teapot", 418)).toBe("trouble-unknown");
    expect(troubleNamed("toString")).toBe("trouble-unknown");
  });
});
