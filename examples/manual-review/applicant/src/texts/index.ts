/** The words of the page: the company's own first, then the language's, then English. */
import { FluentBundle, FluentResource } from "@fluent/bundle";
import type { CaptureTexts } from "@kyc/sdk/capture";
import inShort from "./en.ftl?first";
import { dateOrder, direction, region, SPOKEN } from "./languages";
import type { Messages } from "./messages";

export type MessageId = keyof Messages;

type Arguments<Id extends MessageId> = [Messages[Id]] extends [never] ? [] : [Record<Messages[Id], string | number>];

/** `t("welcome-title")`: a text by its name. One that is not there does not compile. */
export interface Texts {
  <Id extends MessageId>(id: Id, ...values: Arguments<Id>): string;
  /** Also for codes that came later than this page. */
  has(id: string): id is Unfilled;
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  /** The tag that dates and numbers are written by. */
  readonly region: string;
  /** Day, month and year as they are written here. */
  readonly dateOrder: readonly ("day" | "month" | "year")[];
  /** Not among the words of the first screen. */
  readonly capture?: CaptureTexts;
}

/** The texts that nothing has to be filled into. */
export type Unfilled = { [Id in MessageId]: [Messages[Id]] extends [never] ? Id : never }[MessageId];

/** Texts of a company's own, by language and name, written as in the page's files. */
export type OwnTexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Wording {
  readonly company?: string | null;
  readonly own?: OwnTexts;
  readonly wishes?: readonly string[];
}

/** Every language there are words in: the page's, and those that the company brings. */
export function spokenWith(own: OwnTexts): string[] {
  return [...new Set([...SPOKEN, ...Object.keys(own)])];
}

/** The words in a language. Rejects when they cannot be fetched. */
export async function textsIn(language: string, wording: Wording = {}): Promise<Texts> {
  const own = language === "en" ? undefined : files[`./${language}.ftl`];
  const [words, english, capture] = await Promise.all([own?.() ?? "", files["./en.ftl"]?.() ?? "", captureWords(language)]);
  return made(language, words, english, capture, wording);
}

/** The words of the first screen alone, which come before all others. Rejects when they cannot be fetched. */
export async function firstTextsIn(language: string, wording: Wording = {}): Promise<Texts> {
  return made(language, (await inShortOf[`./${language}.ftl`]?.()) ?? "", inShort, null, wording);
}

/** English, in which these words are always there. */
export function firstInEnglish(wording: Wording = {}): Texts {
  return made("en", "", inShort, null, wording);
}

function made(language: string, words: string, english: string, capture: ((own: (id: string) => string | null) => CaptureTexts) | null, { company = null, own = {}, wishes = [] }: Wording): Texts {
  const tag = region(language, wishes);
  const inEnglish = bundle("en", tag, [english, source(own["en"])]);
  const bundles = language === "en" ? [inEnglish] : [bundle(language, tag, [words, source(own[language])]), inEnglish];
  // Worked out when it is shown: on a slow phone the first date of a page takes a tenth of a second, and the first screen has none.
  let order: Texts["dateOrder"] | null = null;
  const dates = (): Texts["dateOrder"] => (order ??= dateOrder(tag));
  const filled = (values: Record<string, string | number>): Record<string, string | number> => ({
    company: company ?? "",
    get example() {
      return exampleDate(dates(), direction(language));
    },
    ...values,
  });
  const said = (id: string, values: Record<string, string | number> = {}): string | null => {
    for (const one of bundles) {
      const pattern = one.getMessage(id)?.value;
      // A text that names what there is not is no reason to stop: it shows the name.
      if (pattern) return one.formatPattern(pattern, filled(values), []);
    }
    return null;
  };
  const t = (id: string, values?: Record<string, string | number>): string => said(id, values) ?? id;
  return Object.assign(Object.defineProperty(t, "dateOrder", { get: dates }), {
    has: (id: string): id is Unfilled => bundles.some((one) => one.hasMessage(id)),
    language,
    direction: direction(language),
    region: tag,
    ...(capture === null ? {} : { capture: capture(said) }),
  }) as Texts;
}

function bundle(language: string, tag: string, words: string[]): FluentBundle {
  // What is filled in keeps its direction to itself where that can differ.
  const made = new FluentBundle(tag, { useIsolating: direction(language) === "rtl" });
  for (const text of words) made.addResource(new FluentResource(text), { allowOverrides: true });
  return made;
}

/** A company's texts as a file of the page would hold them. */
function source(own: Readonly<Record<string, string>> = {}): string {
  return Object.entries(own)
    .map(([id, text]) => `${id} =\n    ${text.replaceAll("\n", "\n    ")}\n`)
    .join("");
}

/** Its parts run as the fields do, which digits alone would not. */
function exampleDate(order: readonly ("day" | "month" | "year")[], direction: "ltr" | "rtl"): string {
  const example = order.map((part) => EXAMPLE[part]).join(" ");
  return direction === "rtl" ? `\u2067${example}\u2069` : example;
}

/** What the camera says is not among the words of the first screen. */
async function captureWords(language: string): Promise<(own: (id: string) => string | null) => CaptureTexts> {
  return (await import("./capture")).captureWords(language);
}

/** Each comes when it is asked for; the English ones of the first screen come with the page. */
const files = import.meta.glob<string>("./*.ftl", { query: "?raw", import: "default" });
const inShortOf = import.meta.glob<string>(["./*.ftl", "!./en.ftl"], { query: "?first", import: "default" });

const EXAMPLE = { day: "27", month: "3", year: "1985" } as const;
