/** Loads the chart once, and turns numbers and text of the binding into typed values. */
import type { Country, DocumentType, Event, Side, Step, View } from "./generated/collection.js";
import { loaded, type Border, type WasmSource } from "./border.js";
import { KycError } from "./error.js";
import { HAS_EFFECTS, IS_STEP, Words, type Answer } from "./words.js";

export type { Answer, WasmSource };

/** The documents that an applicant with a document of that country may choose. */
export interface Offers {
  readonly country: Country;
  readonly documents: readonly { readonly type: DocumentType; readonly sides: readonly Side[] }[];
}

let loading: Promise<void> | null = null;
/** Why it is not there, and what helps. */
let missing: { readonly cure: string; readonly cause?: unknown } = { cure: "call init() before" };
/** Both are there once it is loaded. */
let border!: Border;
let words!: Words;

/** Fetches and compiles the chart. Call it once before the first session; later calls wait for the first. */
export function init(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  loading ??= Promise.resolve(source).then(loaded).then(
    (made) => {
      words = new Words(made.text(made.wasm.border_words(made.self)));
      border = made;
    },
    (cause: unknown) => {
      loading = null;
      missing = { cure: "the .wasm did not load; look at its address, and for 'wasm-unsafe-eval' in the page's policy", cause };
      throw new KycError("not_initialised", missing);
    },
  );
  return loading;
}

/** Waits for the chart if its loading has begun; what is asked of it without that says so itself. */
export function begun(): Promise<void> {
  return loading ?? Promise.resolve();
}

/** One collection session inside WebAssembly. Its memory goes when the object does, or at `release`. */
export class Chart {
  #number: number;
  #version: number;
  #view: View | null = null;

  private constructor(flow: unknown, make: () => number) {
    if ((border as Border | undefined) === undefined) throw new KycError("not_initialised", missing);
    const number = read(flow) || make();
    if (number < 0) throw new KycError(words.fault(number));
    this.#number = number;
    this.#version = border.wasm.border_version(border.self, number);
    // Most charts are made to work something out, and are released before the engine needs to watch them.
    queueMicrotask(() => this.#number < 0 || lent.register(this, number, this));
  }

  static open(flow: unknown, session: string, now: number): Chart {
    return new Chart(flow, () => border.wasm.border_open(border.self, border.put(session), now));
  }

  static restore(flow: unknown, snapshot: string): Chart {
    return new Chart(flow, () => border.wasm.border_restore(border.self, border.put(snapshot)));
  }

  /** Takes the applicant's events. Those of the company and the clock are not accepted, and what carries asks, a decision or steps is a `malformed_event`. */
  handle(event: Event, now: number): Answer {
    const kind = words.sent(event, border);
    const { lengths } = border;
    const told = kind < 0 ? MALFORMED : border.wasm.border_handle(border.self, this.#live(), kind, now, lengths[0], lengths[1], lengths[2], lengths[3]);
    if (told === MALFORMED) throw new KycError("malformed_event");
    if ((told & IS_STEP) === 0) return words.rejected(told);
    this.#view = null;
    this.#version += 1;
    return words.step(told, this.#version, (told & HAS_EFFECTS) === 0 ? [] : (JSON.parse(this.#text(border.wasm.border_effects)) as Step["effects"]));
  }

  /** How many events were accepted so far. */
  get version(): number {
    this.#live();
    return this.#version;
  }

  /** What a page draws. The same object until a step is taken. */
  view(): View {
    return (this.#view ??= JSON.parse(this.#text(border.wasm.border_view)) as View);
  }

  offers(): Offers[] {
    return JSON.parse(this.#text(border.wasm.border_offers)) as Offers[];
  }

  snapshot(): string {
    return this.#text(border.wasm.border_snapshot);
  }

  release(): void {
    if (this.#number < 0) return;
    lent.unregister(this);
    border.wasm.border_close(border.self, this.#number);
    this.#number = -1;
  }

  #text(told: (border: number, session: number) => number): string {
    return border.text(told(border.self, this.#live()));
  }

  #live(): number {
    if (this.#number < 0) throw new KycError("disposed");
    return this.#number;
  }
}

/** The engine says when nobody holds one any more. */
const lent = new FinalizationRegistry<number>((number) => border.wasm.border_close(border.self, number));

/** The Flow that was read last: the next session is nearly always one of the same. */
let last: string | null = null;

/** 0, or what is wrong with it. */
function read(flow: unknown): number {
  const text = typeof flow === "string" ? flow : JSON.stringify(flow);
  if (last === text) return 0;
  // A session keeps what it needs of it.
  const wrong = border.wasm.border_flow(border.self, border.put(text));
  last = wrong < 0 ? null : text;
  return wrong;
}

/** Not an event, in place of an answer. */
const MALFORMED = -1;
