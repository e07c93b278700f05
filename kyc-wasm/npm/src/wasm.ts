/** Loads the chart once, and turns numbers and text of the binding into typed values. */
import type { Country, DocumentType, Event, Rejected, Side, Step, View } from "./generated/collection.js";
import { KycError, type KycErrorCode } from "./error.js";
import { Words } from "./words.js";
import load, { Collection, Flow, words } from "./wasm/kyc_wasm.js";

/** The answer to an event: a step, or why not. A refusal has changed nothing. */
export type Answer = ({ readonly outcome: "step" } & Step) | ({ readonly outcome: "rejected" } & Rejected);

/** The documents that an applicant with a document of that country may choose. */
export interface Offers {
  readonly country: Country;
  readonly documents: readonly { readonly type: DocumentType; readonly sides: readonly Side[] }[];
}

/** What `init` may be given: where the `.wasm` is, or the thing itself. */
export type WasmSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

let loading: Promise<void> | null = null;
let known: Words | null = null;

/** Fetches and compiles the chart. Call it once before the first session; later calls wait for the first. */
export function init(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  loading ??= (source === undefined ? load() : load({ module_or_path: source })).then(
    () => {
      known = new Words(words());
    },
    (cause: unknown) => {
      loading = null;
      throw new KycError("not_initialised", { cause });
    },
  );
  return loading;
}

/** Waits for the chart if its loading has begun; what is asked of it without that says so itself. */
export function begun(): Promise<void> {
  return loading ?? Promise.resolve();
}

let made: (flow: unknown, make: (flow: Flow) => Collection) => Chart;

/** One collection session inside WebAssembly. Its memory goes when the object does, or at `release`. */
export class Chart {
  readonly #inner: Collection;
  readonly #words: Words;
  #view: View | null = null;

  private constructor(inner: Collection, words: Words) {
    this.#inner = inner;
    this.#words = words;
  }

  static open(flow: unknown, session: string, now: number): Chart {
    return made(flow, (flow) => Collection.open(flow, session, now));
  }

  static restore(flow: unknown, snapshot: string): Chart {
    return made(flow, (flow) => Collection.restore(flow, snapshot));
  }

  /** Takes everything but what carries asks, a decision or steps: that is a `malformed_event`, as no page has it to send. */
  handle(event: Event, now: number): Answer {
    const sent = this.#words.sent(event);
    const told = sent === null ? MALFORMED : this.#inner.handle(sent.kind, sent.texts[0], sent.texts[1], sent.texts[2], sent.texts[3], now);
    if (told === MALFORMED) throw new KycError("malformed_event");
    const answer = this.#words.answer(told);
    if (answer.outcome === "rejected") return answer;
    this.#view = null;
    const effects = answer.hasEffects ? (JSON.parse(this.#inner.effects()) as Step["effects"]) : [];
    const { outcome, from, to, event: kind, persist } = answer;
    return { outcome, version: this.#inner.version(), from, to, event: kind, persist, effects };
  }

  /** How many events were accepted so far. */
  get version(): number {
    return this.#inner.version();
  }

  /** What a page draws. The same object until a step is taken. */
  view(): View {
    return (this.#view ??= JSON.parse(this.#inner.view()) as View);
  }

  offers(): Offers[] {
    return JSON.parse(this.#inner.offers()) as Offers[];
  }

  snapshot(): string {
    return this.#inner.snapshot();
  }

  release(): void {
    this.#inner.free();
  }

  static {
    made = (flow, make) => {
      if (known === null) throw new KycError("not_initialised");
      try {
        return new Chart(make(read(flow)), known);
      } catch (cause) {
        if (typeof cause === "string") throw new KycError(cause as KycErrorCode);
        throw cause;
      }
    };
  }
}

/** The Flow that was read last: the next session is nearly always one of the same. */
let last: { readonly text: string; readonly flow: Flow } | null = null;

function read(flow: unknown): Flow {
  const text = typeof flow === "string" ? flow : JSON.stringify(flow);
  if (last === null || last.text !== text) {
    const flow = Flow.read(text);
    // A session keeps what it needs of it.
    last?.flow.free();
    last = { text, flow };
  }
  return last.flow;
}

/** Not an event, in place of an answer. */
const MALFORMED = 0xffff_ffff;
