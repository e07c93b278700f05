/** Dates and times as a reviewer reads them: in the page's language, the way their own region writes it. */
import type { Locale } from "./texts";

/** The browser's own wish where it is the page's language: somebody in London does not read months first, nor who names no region. */
export function region(locale: Locale, wishes: readonly string[] = navigator.languages): string {
  return wishes.find((wish) => wish.startsWith(`${locale}-`)) ?? (locale === "en" ? "en-GB" : locale);
}

export const moment = (at: number, locale: Locale): string =>
  new Intl.DateTimeFormat(region(locale), { dateStyle: "short", timeStyle: "medium" }).format(at);

export const clockTime = (at: number, locale: Locale): string => new Intl.DateTimeFormat(region(locale), { timeStyle: "short" }).format(at);

/** A day without a time, written as YYYY-MM-DD. */
export const day = (date: string, locale: Locale): string =>
  new Intl.DateTimeFormat(region(locale), { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));

/** Whole years from a day of birth to a day, both YYYY-MM-DD. Who was born on 29 February has their birthday on 1 March. */
export function age(birth: string, today: string = new Date().toISOString().slice(0, 10)): number {
  const years = Number(today.slice(0, 4)) - Number(birth.slice(0, 4));
  return today.slice(5) >= birth.slice(5) ? years : years - 1;
}
