import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { prepared, tries, viewOf, visible } from "../../src/capture/index.js";

describe("the size of what is handed over", () => {
  test("is never more than the longest side that is allowed, and keeps its proportions", () => {
    expect(tries(4000, 3000, 2000)[0]).toEqual({ width: 2000, height: 1500, quality: 0.92 });
    expect(tries(3000, 4000, 2000)[0]).toEqual({ width: 1500, height: 2000, quality: 0.92 });
  });

  test("is never more than it was", () => {
    expect(tries(640, 480, 2000)[0]).toEqual({ width: 640, height: 480, quality: 0.92 });
  });

  test("falls from try to try, first in quality and then in pixels", () => {
    const sizes = tries(1000, 800, 2000);
    const pixels = sizes.map(({ width, height }) => width * height);

    expect(pixels).toEqual([...pixels].sort((a, b) => b - a));
    expect(sizes.at(-1)).toEqual({ width: 500, height: 400, quality: 0.8 });
  });

  test("of what is no picture is unknown, and it is handed over as it is", async () => {
    const pdf = new Blob(["%PDF-1.7"], { type: "application/pdf" });

    expect(await prepared(pdf, { maxSide: 100, maxBytes: 1 })).toEqual({ blob: pdf, width: null, height: null });
  });
});

describe("the viewfinder", () => {
  test("shows the middle of a picture that is wider, or higher, than itself", () => {
    expect(visible(1920, 1080, 4 / 3)).toEqual({ x: 240, y: 0, width: 1440, height: 1080 });
    expect(visible(1080, 1920, 4 / 3)).toEqual({ x: 0, y: 555, width: 1080, height: 810 });
    expect(visible(1280, 960, 4 / 3)).toEqual({ x: 0, y: 0, width: 1280, height: 960 });
  });

  test.each([
    ["card", 85.6 / 53.98],
    ["passport", 125 / 88],
  ] as const)("has a frame of a %s's proportions within itself", (shape, proportion) => {
    const { aspect, frame } = viewOf("document", shape);

    expect((frame.width * aspect) / frame.height).toBeCloseTo(proportion, 5);
    expect(frame.x).toBeGreaterThan(0);
    expect(frame.y).toBeGreaterThan(0);
  });
});

describe("the module", () => {
  test("can be loaded where there is no page", async () => {
    expect(globalThis.HTMLElement).toBe(undefined);
    expect((await import("../../src/capture/index.js")).KycCapture).toBeTypeOf("function");
  });

  test("needs nothing from outside its folder: no WebAssembly comes along", () => {
    const folder = new URL("../../src/capture/", import.meta.url);
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const imported = files.flatMap((file) =>
      [...readFileSync(new URL(file, folder), "utf8").matchAll(/(?:from|import\() ?"([^"]+)"/g)].map(([, path]) => path as string),
    );

    expect(imported.length).toBeGreaterThan(10);
    expect(imported.filter((path) => !/^\.{1,2}\/(texts\/|faces\/)?[a-z]+\.js$/.test(path))).toEqual([]);
  });
});
