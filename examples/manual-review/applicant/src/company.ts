/** What a company makes its own on this page, told by `company.json` beside it: name, logo, look, languages and any text. */
import { isTag } from "./texts/languages";
import type { OwnTexts } from "./texts";

export interface Company {
  readonly name: string | null;
  /** Addresses of this server only: the page's policy takes nothing from elsewhere. */
  readonly logo: string | null;
  readonly style: string | null;
  /** Which languages are offered, in this order; `null` for all. */
  readonly languages: readonly string[] | null;
  readonly texts: OwnTexts;
  /** Texts for the sessions of one Flow, by its name; they win over those for all. */
  readonly flows: Readonly<Record<string, OwnTexts>>;
}

export const NOBODY: Company = { name: null, logo: null, style: null, languages: null, texts: {}, flows: {} };

/** The page without a company rather than no page: what cannot be read counts as not said. */
export async function company(): Promise<Company> {
  const place = new URL(`${import.meta.env.BASE_URL}company.json`, location.href);
  try {
    const response = await fetch(place);
    return response.ok ? companyFrom(await response.json(), place) : NOBODY;
  } catch {
    return NOBODY;
  }
}

export function companyFrom(told: unknown, place: URL): Company {
  const { name, logo, style, languages, texts, flows } = record(told);
  return {
    name: typeof name === "string" && name.trim() !== "" ? name : null,
    logo: address(logo, place),
    style: address(style, place),
    languages: Array.isArray(languages) ? languages.filter((tag): tag is string => typeof tag === "string" && isTag(tag)) : null,
    texts: textsFrom(texts),
    flows: Object.fromEntries(Object.entries(record(flows)).map(([flow, own]) => [flow, textsFrom(record(own)["texts"])])),
  };
}

/** The company's texts for the sessions of one Flow. */
export function textsFor({ texts, flows }: Company, flow: string | null): OwnTexts {
  const special = flow === null ? undefined : flows[flow];
  if (special === undefined) return texts;
  const tags = new Set([...Object.keys(texts), ...Object.keys(special)]);
  return Object.fromEntries([...tags].map((tag) => [tag, { ...texts[tag], ...special[tag] }]));
}

function textsFrom(told: unknown): OwnTexts {
  const tags = Object.entries(record(told)).filter(([tag]) => isTag(tag));
  return Object.fromEntries(
    tags.map(([tag, own]) => [tag, Object.fromEntries(Object.entries(record(own)).filter((line): line is [string, string] => typeof line[1] === "string"))]),
  );
}

function address(told: unknown, place: URL): string | null {
  if (typeof told !== "string" || !URL.canParse(told, place)) return null;
  const url = new URL(told, place);
  return url.origin === place.origin ? url.href : null;
}

function record(told: unknown): Record<string, unknown> {
  return typeof told === "object" && told !== null && !Array.isArray(told) ? (told as Record<string, unknown>) : {};
}
