/** How an event and its answer cross into WebAssembly: words as their numbers, texts one by one. */
import type { Event, EventKind, Reason, Rejected, State, Step } from "./generated/collection.js";
import type { Border } from "./border.js";
import type { KycErrorCode } from "./error.js";

/** The answer to an event: a step, or why not. A refusal has changed nothing. */
export type Answer = ({ readonly outcome: "step" } & Step) | ({ readonly outcome: "rejected" } & Rejected);

/** Which texts an event carries, in order, and in which of its fields if not in itself; those from `needed` on may be missing. */
interface Carried {
  readonly within?: string;
  readonly texts: readonly string[];
  readonly needed?: number;
  /** How many of the first texts need a letter or a digit: one without crosses as an empty one. The chart does not know the letters of all scripts, a browser does. */
  readonly spelled?: number;
}

/** Of the events that carry anything. */
const CARRIED: { readonly [kind in EventKind]?: Carried } = {
  start: { within: "consent", texts: ["version", "locale"] },
  submit_details: { within: "details", texts: ["given_names", "family_name", "date_of_birth"], spelled: 2 },
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
  readonly #faults: readonly KycErrorCode[];
  readonly #known: ReadonlyMap<unknown, { readonly kind: number; readonly carried: Carried }>;

  /** `told` has a line for each list. */
  constructor(told: string) {
    const [states = [], kinds = [], reasons = [], faults = []] = told.split("\n").map((line) => line.split(" "));
    this.#states = states as State[];
    this.#kinds = kinds as EventKind[];
    this.#reasons = reasons as Reason[];
    this.#faults = faults as KycErrorCode[];
    this.#known = new Map(this.#kinds.map((word, kind) => [word, { kind, carried: CARRIED[word] ?? NOTHING }]));
  }

  /** Puts the event's texts on the border and answers its kind; `-1` when it is none: unknown, or a field that is missing, too many or no text. */
  sent(event: Event, border: Border): number {
    const known = this.#known.get((event as Event | null)?.type);
    if (known === undefined) return -1;
    const { within, texts, needed = texts.length, spelled = 0 } = known.carried;
    let fields = event as unknown as Record<string, unknown>;
    let there = 1;
    if (within !== undefined) {
      const inner = fields[within];
      if (typeof inner !== "object" || inner === null || !has(fields, 2)) return -1;
      fields = inner as Record<string, unknown>;
      there = 0;
    }
    // Made for four: to grow would take longer than all the rest.
    const values: unknown[] = [undefined, undefined, undefined, undefined];
    for (let at = 0; at < texts.length; at += 1) {
      if ((values[at] = fields[texts[at] as string]) !== undefined) there += 1;
    }
    // A field may be a getter that asks the border for something else: nothing lies there before all are read.
    if (!has(fields, there)) return -1;
    border.clear();
    for (let at = 0; at < texts.length; at += 1) {
      const value = values[at];
      if (typeof value === "string" ? !border.add(at < spelled && !isSpelled(value) ? "" : value) : (value ?? null) !== null || at < needed) return -1;
    }
    return known.kind;
  }

  /** What a number says that is none of a step; its bits are told in `answer.rs`. */
  rejected(told: number): Answer {
    const state = this.#states[told & 15] as State;
    const event = this.#kinds[(told >>> 4) & 63] as EventKind;
    const behind = told >>> BEHIND;
    if (behind === 0) return { outcome: "rejected", code: "not_accepted", state, event };
    return { outcome: "rejected", code: "refused", state, event, reason: this.#reasons[behind - 1] as Reason };
  }

  /** What the number of a step says. */
  step(told: number, version: number, effects: Step["effects"]): Answer {
    const from = this.#states[told & 15] as State;
    const to = this.#states[(told >>> BEHIND) & 15] as State;
    const event = this.#kinds[(told >>> 4) & 63] as EventKind;
    return { outcome: "step", version, from, to, event, persist: (told & PERSIST) !== 0, effects };
  }

  /** What a number below zero says is wrong. */
  fault(number: number): KycErrorCode {
    return this.#faults[-1 - number] as KycErrorCode;
  }
}

/** Whether there is a letter or a digit in it. Most names say so with their first character, which is quicker to see. */
function isSpelled(text: string): boolean {
  const first = text.charCodeAt(0) | 0x20;
  return (first > 0x60 && first < 0x7b) || /[\p{Alphabetic}\p{N}]/u.test(text);
}

/** Whether there are so many fields; one that is `undefined` is none, nor is one that is inherited: no server would see it. */
function has(fields: Record<string, unknown>, number: number): boolean {
  return Object.keys(fields).length === number || Object.values(fields).filter((value) => value !== undefined).length === number;
}

/** Set in the number of a step, of one with effects, and of one that must be kept. */
export const IS_STEP = 1 << 10;
const BEHIND = 11;
export const HAS_EFFECTS = 1 << (BEHIND + 5);
const PERSIST = 1 << (BEHIND + 4);
