import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("the README shows the sample that the compiler checks, to the letter", () => {
  const shown = /```ts\n([\s\S]*?)```/.exec(read("../README.md"))?.[1];
  const compiled = read("./sample.ts").replace(/^\/\/ .*\n|^declare .*\n/gm, "");

  expect(shown?.trim()).toBe(compiled.trim().replace(/\n{3,}/g, "\n\n"));
});
