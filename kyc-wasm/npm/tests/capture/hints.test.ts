import { describe, expect, test } from "vitest";
import { edgesOf, hintOf, lumaOf, Meter, sharpnessOf, viewOf, type Area, type Faces, type Hint, type Pixels } from "../../src/capture/index.js";
import { blurred, card, document, plain, shifted, withSpot } from "./drawn.js";

/** The hint of the second of two pictures. */
function hintFor(pictures: readonly [Pixels, Pixels] | Pixels, frame: Area = card): Hint {
  const [first, second] = Array.isArray(pictures) ? (pictures as [Pixels, Pixels]) : [pictures as Pixels, pictures as Pixels];
  const meter = new Meter("document", frame);
  meter.measure(first);
  return hintOf("document", frame, meter.measure(second));
}

describe("a document", () => {
  test("that lies still in its frame, sharp and evenly lit, is good", () => {
    expect(hintFor(document())).toBe("good");
  });

  test("is not good in the first picture, since nobody knows yet whether it is still", () => {
    expect(hintOf("document", card, new Meter("document", card).measure(document()))).toBe("hold_still");
  });

  test.each([
    ["in the dark", document({ paper: 45, table: 15 }), "too_dark"],
    ["burnt out by the light", document({ paper: 255, table: 230 }), "too_bright"],
    ["out of focus", blurred(document(), 5), "blurred"],
    ["with a reflection on it", withSpot(document(), 0.08), "glare"],
    ["too far away", document({ scale: 0.62 }), "closer"],
    ["too near", document({ scale: 1.11 }), "further"],
    ["that is not there", plain(120), "align"],
    ["on a table of its own colour", document({ table: 215 }), "align"],
  ] as const)("%s is told so", (_, picture, hint) => {
    expect(hintFor(picture)).toBe(hint);
  });

  test("that was moved since the picture before is to be held still", () => {
    expect(hintFor([document(), shifted(document(), 25)])).toBe("hold_still");
  });

  test("may shrink, grow and lean a little, as hands do", () => {
    for (const scale of [0.8, 0.9, 1.03]) expect(hintFor(document({ scale })), `scale ${scale}`).toBe("good");
    for (const turn of [-0.035, 0.02, 0.035]) expect(hintFor(document({ turn })), `turned by ${turn}`).toBe("good");
  });

  test("is good on a table that is lighter than it, too", () => {
    expect(hintFor(document({ table: 235, paper: 150 }))).toBe("good");
  });

  test("with small bright spots is not taken for a reflection", () => {
    expect(hintFor(withSpot(document(), 0.02))).toBe("good");
  });

  test("that fills the whole picture shows no edges, so nothing is claimed about its size", () => {
    expect(hintFor(document({ scale: 1.6 }))).toBe("align");
  });
});

describe("the edges", () => {
  test("are told where they are, in shares of the frame", () => {
    const edges = edgesOf(lumaOf(document({ scale: 0.8 })), card);

    for (const edge of Object.values(edges)) expect(edge).toBeCloseTo(0.1, 1);
  });

  test("are none on an empty table", () => {
    expect(edgesOf(lumaOf(plain(120)), card)).toEqual({ left: null, right: null, top: null, bottom: null });
  });
});

describe("sharpness", () => {
  test("falls with every step out of focus", () => {
    const scores = [0, 1, 2, 4].map((radius) => sharpnessOf(lumaOf(radius === 0 ? document() : blurred(document(), radius)), card));

    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBeGreaterThan(1000);
    expect(scores[3]).toBeLessThan(100);
  });
});

describe("a face", () => {
  const { frame } = viewOf("face", "card");
  const middle = (share: number): Area => ({
    x: 0.5 - (frame.width * share) / 2,
    y: 0.5 - (frame.height * share) / 2,
    width: frame.width * share,
    height: frame.height * share,
  });
  const hintFor = (faces: Faces, picture: Pixels = document()): Hint => {
    const meter = new Meter("face", frame);
    meter.measure(picture, faces);
    return hintOf("face", frame, meter.measure(picture, faces));
  };

  test.each([
    ["that is nowhere", [], "no_face"],
    ["beside another", [middle(0.7), middle(0.3)], "several_faces"],
    ["far away", [middle(0.3)], "closer"],
    ["too near", [middle(1)], "further"],
    ["at the side", [{ ...middle(0.7), x: 0 }], "align"],
    ["at the lower edge", [{ ...middle(0.7), y: frame.y + frame.height * 0.6 }], "align"],
    ["in the oval", [middle(0.7)], "good"],
  ] as const)("%s is told so", (_, faces, hint) => {
    expect(hintFor(faces)).toBe(hint);
  });

  test("is not spoken of where nobody can tell faces, and nothing is called good", () => {
    expect(hintFor(null)).toBe("clear");
  });

  test("is judged by its own light, not by that of the wall behind it", () => {
    const wall = plain(255);
    expect(hintFor(null, wall)).toBe("too_bright");
    const face = middle(0.7);
    const before = { ...wall, data: new Uint8ClampedArray(wall.data) };
    const paper = document();
    const isInside = (x: number, y: number): boolean => x >= face.x && x < face.x + face.width && y >= face.y && y < face.y + face.height;
    for (let y = 0; y < wall.height; y++) {
      for (let x = 0; x < wall.width; x++) {
        const at = (y * wall.width + x) * 4;
        if (isInside(x / wall.width, y / wall.height)) before.data.set(paper.data.subarray(at, at + 4), at);
      }
    }
    expect(hintFor([face], before)).toBe("good");
  });

  test("in the dark is told of the dark first", () => {
    expect(hintFor([], plain(20))).toBe("too_dark");
  });
});
