import { expect, test } from "vitest";
import { encode } from "uqr";
import { pathOf } from "../src/qr";

test("every dark square of a code is drawn, and no light one", () => {
  const { data, size } = encode("https://kyc.example/apply/#handover=abc&lang=en", { ecc: "M", border: 4 });
  const drawn = Array.from({ length: size }, () => Array.from({ length: size }, () => false));
  for (const [, x, y, width] of pathOf(data).matchAll(/M(\d+) (\d+)h(\d+)v1H\1z/g)) {
    for (let at = 0; at < Number(width); at += 1) (drawn[Number(y)] as boolean[])[Number(x) + at] = true;
  }
  expect(drawn).toEqual(data);
});
