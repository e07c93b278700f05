/** The words of the page in every language it speaks. A text that is missing in one does not compile. */
import { de } from "./de";
import { en } from "./en";

export type Texts = typeof en;
export type Locale = "en" | "de";

export const catalogues: Record<Locale, Texts> = { en, de };
export const languages: Record<Locale, string> = { en: "English", de: "Deutsch" };

const SLOT = "kyc.locale";

export function preferredLocale(): Locale {
  const asked = new URLSearchParams(location.search).get("lang");
  for (const wish of [asked, localStorage.getItem(SLOT), ...navigator.languages]) {
    const language = wish?.slice(0, 2).toLowerCase();
    if (language === "en" || language === "de") return language;
  }
  return "en";
}

export function rememberLocale(locale: Locale): void {
  localStorage.setItem(SLOT, locale);
}
