import { expect, test } from "vitest";
import { own } from "../src/facts";

test("a name that turns text around turns nothing but itself", () => {
  const drawn = own("Erika \u202Eannam") as { strings: readonly string[]; values: readonly unknown[] };
  expect(drawn.strings.join("|")).toBe("<bdi>|</bdi>");
  expect(drawn.values).toEqual(["Erika \u202Eannam"]);
});
