import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { FluentResource } from "@fluent/bundle";
import { describe, expect, test } from "vitest";

const folder = new URL("../../texts/", import.meta.url);
const languages = readdirSync(folder).map((file) => file.replace(".ftl", ""));

type Nested = { [name: string]: string | Nested };

/** A file's messages as the tree that their names spell. */
function tree(language: string): Nested {
  const text = readFileSync(new URL(`${language}.ftl`, folder), "utf8");
  const { body } = new FluentResource(text);
  expect(body.length, `${language}.ftl is read as a whole`).toBe(text.match(/^[a-zA-Z][\w-]* =/gm)?.length);
  const root: Nested = {};
  for (const { id, value } of body) {
    const path = id.split("-");
    const name = path.pop() as string;
    const place = path.reduce((at, step) => (at[step] ??= {}) as Nested, root);
    expect(typeof value, `${id} in ${language} is plain text`).toBe("string");
    expect(place[name], `${id} stands twice in ${language}`).toBe(undefined);
    place[name] = value as string;
  }
  return root;
}

/** Every text with its place. */
const flat = (value: string | Nested, path = ""): [string, string][] =>
  typeof value === "string" ? [[path, value]] : Object.entries(value).flatMap(([name, inner]) => flat(inner, `${path}.${name}`));

function module(language: string): string {
  const literal = JSON.stringify(tree(language), null, 2).replace(/^( *)"(\w+)":/gm, "$1$2:").replace(/(["}])$/gm, "$1,");
  return `// Generated from texts/${language}.ftl by tests/capture/texts.test.ts. Do not edit.
import type { CaptureTexts } from "../texts.js";

export const ${language}: CaptureTexts = ${literal.replace(/,$/, ";")}
`;
}

describe("the texts", () => {
  test("are there for the languages of the package", () => {
    expect(languages).toEqual(["ar", "de", "en", "es", "fr", "pt"]);
  });

  test.each(languages)("in %s are compiled as they stand in the file", (language) => {
    const compiled = new URL(`../../src/capture/texts/${language}.ts`, import.meta.url);
    const text = module(language);
    const isFresh = existsSync(compiled) && readFileSync(compiled, "utf8") === text;
    if (!isFresh) writeFileSync(compiled, text);
    expect(isFresh, `src/capture/texts/${language}.ts was stale and is written anew`).toBe(true);
  });

  test.each(languages)("in %s are the same ones as in English, translated, and none is empty", (language) => {
    const [en, own] = [new Map(flat(tree("en"))), new Map(flat(tree(language)))];

    expect([...own.keys()]).toEqual([...en.keys()]);
    for (const [place, text] of own) expect(text.trim(), place).not.toBe("");
    if (language !== "en") expect([...own].filter(([place, text]) => en.get(place) === text)).toEqual([]);
  });

  test.each(languages)("in %s are found by its name, with or without a region", async (language) => {
    const { captureTexts } = await import("../../src/capture/index.js");

    expect(await captureTexts(language)).toEqual(tree(language));
    expect(await captureTexts(`${language.toUpperCase()}-XX`)).toEqual(tree(language));
  });

  test("of a language that the package does not speak are English", async () => {
    const { captureTexts } = await import("../../src/capture/index.js");

    for (const language of ["lt", "zh-Hant", ""]) expect(await captureTexts(language)).toEqual(tree("en"));
  });
});
