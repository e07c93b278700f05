/** How an event and its answer cross into WebAssembly: words as their numbers, texts one by one. */
import type { Event, EventKind, Reason, Rejected, State } from "./generated/collection.js";

/** An event on its way in. */
export interface Sent {
  readonly kind: number;
  readonly texts: readonly (string | undefined)[];
}

/** An answer, before its effects are looked at. */
export type Told =
  | { readonly outcome: "step"; readonly from: State; readonly to: State; readonly event: EventKind; readonly persist: boolean; readonly hasEffects: boolean }
  | ({ readonly outcome: "rejected" } & Rejected);

/** Which texts an event carries, in order, and in which of its fields if not in itself; those from `needed` on may be missing. */
interface Carried {
  readonly within?: string;
  readonly texts: readonly string[];
  readonly needed?: number;
}

/** Of the events that carry anything. */
const CARRIED: { readonly [kind in EventKind]?: Carried } = {
  start: { within: "consent", texts: ["version", "locale"] },
  submit_details: { within: "details", texts: ["given_names", "family_name", "date_of_birth"] },
  select_document: { texts: ["country", "document"] },
  capture_page: { texts: ["side", "blob"] },
  retake_page: { texts: ["side"] },
  capture_selfie: { texts: ["blob"] },
  hold: { texts: ["reason"] },
  capture_step: { texts: ["step", "source", "blob", "proof"], needed: 3 },
};

const NOTHING: Carried = { texts: [] };

export class Words {
  readonly #states: readonly State[];
  readonly #kinds: readonly EventKind[];
  readonly #reasons: readonly Reason[];
  readonly #known: ReadonlyMap<unknown, { readonly kind: number; readonly carried: Carried }>;

  /** `told` has a line for each list. */
  constructor(told: string) {
    const [states = [], kinds = [], reasons = []] = told.split("\n").map((line) => line.split(" "));
    this.#states = states as State[];
    this.#kinds = kinds as EventKind[];
    this.#reasons = reasons as Reason[];
    this.#known = new Map(this.#kinds.map((word, kind) => [word, { kind, carried: CARRIED[word] ?? NOTHING }]));
  }

  /** Nothing when it is no event: an unknown kind, or a field that is missing, too many or no text. */
  sent(event: Event): Sent | null {
    const known = this.#known.get((event as Event | null)?.type);
    if (known === undefined) return null;
    const { kind, carried } = known;
    const { within, texts, needed } = carried;
    const fields = event as unknown as Record<string, unknown>;
    if (within === undefined) {
      const found = gathered(fields, texts, needed, "type");
      return found && { kind, texts: found };
    }
    const holder = fields[within];
    if (typeof holder !== "object" || holder === null || !has(fields, 2)) return null;
    const found = gathered(holder as Record<string, unknown>, texts, needed);
    return found && { kind, texts: found };
  }

  /** What a number says; its bits are told in `answer.rs`. */
  answer(told: number): Told {
    const state = this.#states[told & 15] as State;
    const event = this.#kinds[(told >>> 4) & 63] as EventKind;
    const behind = told >>> 11;
    if ((told & 1024) !== 0) {
      const to = this.#states[behind & 15] as State;
      return { outcome: "step", from: state, to, event, persist: (behind & 16) !== 0, hasEffects: (behind & 32) !== 0 };
    }
    if (behind === 0) return { outcome: "rejected", code: "not_accepted", state, event };
    return { outcome: "rejected", code: "refused", state, event, reason: this.#reasons[behind - 1] as Reason };
  }
}

/** The texts in order, if there is nothing else but the field `beside`. */
function gathered(fields: Record<string, unknown>, names: readonly string[], needed = names.length, beside?: string): (string | undefined)[] | null {
  const found: (string | undefined)[] = [];
  let there = beside === undefined ? 0 : 1;
  for (const name of names) {
    const value = fields[name] ?? undefined;
    if (value === undefined ? found.length < needed : typeof value !== "string" || !isWhole(value)) return null;
    if (fields[name] !== undefined) there += 1;
    found.push(value as string | undefined);
  }
  return has(fields, there) ? found : null;
}

/** Whether there are so many fields; one that is `undefined` is none. */
function has(fields: Record<string, unknown>, number: number): boolean {
  const names = Object.keys(fields);
  return names.length === number || names.filter((name) => fields[name] !== undefined).length === number;
}

/** Half of a character is no text. Newer browsers tell without looking through it. */
const isWhole: (text: string) => boolean =
  "isWellFormed" in String.prototype ? (text) => (text as string & { isWellFormed(): boolean }).isWellFormed() : (text) => !/\p{Surrogate}/u.test(text);
