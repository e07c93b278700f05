import { describe, expect, test } from "vitest";
import { conforms, promises } from "../src/conformance.js";
import { MemoryStore } from "../src/index.js";

describe("a store in memory", () => {
  for (const { sentence, check } of promises) test(sentence, () => check(new MemoryStore()));
});

describe("the suite itself", () => {
  const faulty = [
    ["forgets nothing", class extends MemoryStore { override forget = (): Promise<void> => Promise.resolve(); }],
    ["writes nothing", class extends MemoryStore { override write = (): Promise<void> => Promise.resolve(); }],
    ["removes nothing", class extends MemoryStore { override remove = (): Promise<void> => Promise.resolve(); }],
    ["knows one session only", class extends MemoryStore { override names = (): Promise<string[]> => super.names("a"); }],
  ] as const;

  test.each(faulty)("notices a store that %s", async (_, Faulty) => {
    await expect(conforms(() => new Faulty())).rejects.toThrow(/^not kept: /);
  });

  test("is content with one that keeps everything", async () => {
    await expect(conforms(() => new MemoryStore())).resolves.toBeUndefined();
  });
});
