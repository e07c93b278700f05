import { describe, expect, test } from "vitest";
import { asDate, faultOf, latinDigits } from "../src/birth";

const today = new Date("2026-11-22T12:00:00Z");
const typed = (day: string, month: string, year: string) => ({ day, month, year });

describe("a date of birth", () => {
  test.each([
    ["17", "4", "1991", null],
    ["29", "2", "2000", null],
    ["29", "2", "2001", "no_such_day"],
    ["31", "4", "1991", "no_such_day"],
    ["0", "4", "1991", "no_such_day"],
    ["4", "13", "1991", "no_such_day"],
    ["", "4", "1991", "incomplete"],
    ["17", "April", "1991", "incomplete"],
    ["17", "4", "91", "year"],
    ["17", "4", "0091", "year"],
    ["17", "4", "2027", "future"],
    ["22", "11", "2026", null],
  ])("of %s %s %s is told what is wrong: %s", (day, month, year, fault) => {
    expect(faultOf(typed(day, month, year), today)).toBe(fault);
  });

  test("goes to the chart as it was typed, in the form that it reads", () => {
    expect(asDate(typed("7", "4", "1991"))).toBe("1991-04-07");
    expect(asDate(typed("", "", ""))).toBe("0000-00-00");
  });

  test("may be typed with the digits of another script", () => {
    expect(["١٧", "۱۷", "१७", "17"].map(latinDigits)).toEqual(["17", "17", "17", "17"]);
    expect(latinDigits("٠١٢٣٤٥٦٧٨٩ x")).toBe("0123456789 x");
  });
});
