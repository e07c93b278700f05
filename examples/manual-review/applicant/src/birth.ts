/** What is wrong with a date of birth that the chart did not take, so far as its three fields tell. */

export interface Typed {
  readonly day: string;
  readonly month: string;
  readonly year: string;
}

export type BirthFault = "incomplete" | "no_such_day" | "year" | "future";

export function faultOf({ day, month, year }: Typed, today: Date = new Date()): BirthFault | null {
  if (![day, month, year].every((part) => /^\d+$/.test(part))) return "incomplete";
  if (year.length !== 4) return "year";
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  // Years before 100 are taken for others; they are no years of birth anyway.
  if (date.getUTCFullYear() !== Number(year) || date.getUTCMonth() !== Number(month) - 1) return Number(year) < 100 ? "year" : "no_such_day";
  return date > today ? "future" : null;
}

/** YYYY-MM-DD, for the chart to judge. */
export function asDate({ day, month, year }: Typed): string {
  return [year.padStart(4, "0"), month.padStart(2, "0"), day.padStart(2, "0")].join("-");
}

/** Digits as keyboards of other scripts write them, as those that a date is made of. */
export function latinDigits(text: string): string {
  return text.replace(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    // Decimal digits stand in runs of ten that begin with their zero.
    for (let zero = code; zero > code - 10; zero--) if (!/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) return String((code - zero) % 10);
    return digit;
  });
}
