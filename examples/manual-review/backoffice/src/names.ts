/** What an item is called: a photo by the page's words, an additional step by those of its Flow. */
import type { Item } from "@kyc/sdk";
import type { Steps } from "./api";
import { isPhoto } from "./reasons";
import type { Locale, Texts } from "./texts";

/** A name, and the language it is in. */
export interface Name {
  readonly text: string;
  readonly locale: string;
}

export function itemName(t: Texts, locale: Locale, steps: Steps, item: Item): Name {
  if (isPhoto(item)) return { text: t.items[item], locale };
  const step = item.slice("step:".length);
  return stepName(steps[step] ?? {}, locale) ?? { text: step, locale: "" };
}

/** In the reader's language, in the same one of elsewhere, in English, in the first there is: as the applicant's page chooses. */
function stepName(texts: Steps[string], locale: Locale): Name | null {
  const tags = Object.keys(texts);
  const primary = (tag: string): string => tag.split("-")[0]?.toLowerCase() ?? "";
  const found = tags.find((tag) => tag.toLowerCase() === locale) ?? tags.find((tag) => primary(tag) === locale) ?? tags.find((tag) => tag.toLowerCase() === "en") ?? tags[0];
  const text = found === undefined ? undefined : texts[found]?.name;
  return found === undefined || text === undefined ? null : { text, locale: found };
}
