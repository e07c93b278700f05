/** Which language the page speaks: what was asked for against what there are words in, and how that language writes. */

/** Those that the page has all its words in. */
export const SPOKEN = ["en", "es", "pt", "de", "fr", "ar"] as const;

export type Spoken = (typeof SPOKEN)[number];

/** Codes that a link may ask for. A company brings the words for those that the page does not speak; English fills the gaps. */
export const KNOWN = [
  "ar", "bg", "cs", "de", "en", "es", "et", "fr", "hi", "hu", "id", "it", "ja", "lt", "lv", "nl", "pl", "pt", "ro", "ru", "sk", "sv",
  "th", "uk", "vi",
] as const;

/** The first wish that there are words for, by its language alone if need be: `pt-BR` is content with `pt`. Else English, or the first. */
export function negotiated(wishes: readonly string[], spoken: readonly string[]): string {
  for (const wish of wishes) {
    const tag = wish.toLowerCase().split("-");
    for (let length = tag.length; length > 0; length--) {
      const found = spoken.find((language) => language.toLowerCase() === tag.slice(0, length).join("-"));
      if (found !== undefined) return found;
    }
  }
  return spoken.includes("en") ? "en" : (spoken[0] ?? "en");
}

export function direction(language: string): "ltr" | "rtl" {
  return RIGHT_TO_LEFT.has(language.split("-")[0] ?? "") ? "rtl" : "ltr";
}

/**
 * The tag that dates and numbers are written by: the reader's own region of the page's language, if they name one. English without a
 * region is not American. Arabic keeps to the digits and the calendar that stand in passports.
 */
export function region(language: string, wishes: readonly string[]): string {
  const own = wishes.find((wish) => wish.startsWith(`${language}-`) && isTag(wish)) ?? (language === "en" ? "en-GB" : language);
  return direction(own) === "rtl" ? new Intl.Locale(own, { numberingSystem: "latn", calendar: "gregory" }).toString() : own;
}

/** What a language calls itself, with a capital as in a list. */
export function ownName(language: string): string {
  const known = NAMES[language];
  if (known !== undefined) return known;
  const name = new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** In which order a region writes day, month and year. */
export function dateOrder(region: string): ("day" | "month" | "year")[] {
  const parts = new Intl.DateTimeFormat(region, { day: "numeric", month: "numeric", year: "numeric" }).formatToParts(0);
  return parts.flatMap(({ type }) => (type === "day" || type === "month" || type === "year" ? [type] : []));
}

export function isTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** Of those that the page speaks, so that its first screen need not ask the browser for its table of names. */
const NAMES: Readonly<Record<string, string>> = { en: "English", es: "Español", pt: "Português", de: "Deutsch", fr: "Français", ar: "العربية" };

const RIGHT_TO_LEFT = new Set(["ar", "fa", "he", "ur"]);
