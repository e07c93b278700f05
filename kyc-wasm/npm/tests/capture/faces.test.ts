import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { Detector, hintOf, Meter, viewOf, type Area, type Pixels } from "../../src/capture/index.js";
import { blurred, shifted } from "./drawn.js";

const file = readFileSync(createRequire(import.meta.url).resolve("@mediapipe/face_detection/face_detection_short_range.tflite"));
const model = file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer;
const detector = new Detector(model);

/** Somebody in a room, 128 pixels wide: the face stands in the middle and takes up almost half of the picture. */
const somebody = ppm(readFileSync(new URL("face.ppm", import.meta.url)));
const face: Area = { x: 0.263, y: 0.34, width: 0.474, height: 0.474 };

function ppm(bytes: Buffer): Pixels {
  const [width, height] = [128, 128];
  const rgb = bytes.subarray(bytes.length - width * height * 3);
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel++) data.set(rgb.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
  return { width, height, data };
}

/** A room twice as wide and high, with the picture at these places. */
function room(...places: readonly [number, number][]): Pixels {
  const side = somebody.width * 2;
  const data = new Uint8ClampedArray(side * side * 4).fill(160);
  for (const [left, top] of places) {
    for (let y = 0; y < somebody.height; y++) {
      const row = somebody.data.subarray(y * somebody.width * 4, (y + 1) * somebody.width * 4);
      data.set(row, ((top + y) * side + left) * 4);
    }
  }
  return { width: side, height: side, data };
}

function lit(picture: Pixels, light: number): Pixels {
  return { ...picture, data: picture.data.map((value, at) => (at % 4 === 3 ? value : value * light)) };
}

/** How well two boxes lie over each other, from 0 to 1. */
function overlap(a: Area, b: Area): number {
  const across = Math.max(0, Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x));
  const down = Math.max(0, Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y));
  return (across * down) / (a.width * a.height + b.width * b.height - across * down);
}

describe("the detector", () => {
  test("finds a face where it is", () => {
    const [found, ...others] = detector.find(somebody);

    expect(others).toEqual([]);
    expect(overlap(found as Area, face)).toBeGreaterThan(0.8);
  });

  test("finds it in a picture of any size", () => {
    const [found] = detector.find(room([0, 0]));

    expect(overlap(found as Area, { x: face.x / 2, y: face.y / 2, width: face.width / 2, height: face.height / 2 })).toBeGreaterThan(0.7);
  });

  test.each([
    ["dim", lit(somebody, 0.4)],
    ["soft", blurred(somebody, 1)],
    ["moved aside", shifted(somebody, 20)],
  ])("finds it where the picture is %s", (_, picture) => {
    expect(detector.find(picture)).toHaveLength(1);
  });

  test("finds two people as two", () => {
    expect(detector.find(room([0, 60], [128, 60]))).toHaveLength(2);
  });

  test("finds nobody where nobody is", () => {
    expect(detector.find(room())).toEqual([]);
  });

  test("answers the same for the same picture, whatever it saw before", () => {
    const first = detector.find(somebody);
    detector.find(room([0, 60], [128, 60]));

    expect(detector.find(somebody)).toEqual(first);
  });

  test("leads to the hint that the picture calls for", () => {
    const { frame } = viewOf("face", "card");
    const hintFor = (picture: Pixels): string => {
      const meter = new Meter("face", frame);
      meter.measure(picture, detector.find(picture));
      return hintOf("face", frame, meter.measure(picture, detector.find(picture)));
    };

    expect(hintFor(somebody)).toBe("good");
    expect(hintFor(room([64, 30]))).toBe("closer");
    expect(hintFor(shifted(somebody, 25))).toBe("align");
    expect(hintFor(room([0, 60], [128, 60]))).toBe("several_faces");
  });

  test("is not made of something else", () => {
    expect(() => new Detector(new TextEncoder().encode("<!doctype html><title>Not found</title>").buffer as ArrayBuffer)).toThrow();
    expect(() => new Detector(model.slice(0, 1000))).toThrow();
  });
});

describe("the worker", () => {
  test("takes exactly the file that these tests ran with", () => {
    const source = readFileSync(new URL("../../src/capture/faces/worker.ts", import.meta.url), "utf8");

    expect(source).toContain(createHash("sha256").update(file).digest("hex"));
    expect(source.replaceAll("_", "")).toContain(`bytes: ${file.length}`);
  });
});
