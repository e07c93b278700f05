/** Loads the chart once, and turns the binding's text into typed values. */
import type { Country, DocumentType, Event, Rejected, Side, Step, View } from "./generated/collection.js";
import { KycError, type KycErrorCode } from "./error.js";
import load, { Collection } from "./wasm/kyc_wasm.js";

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
let ready = false;

/** Fetches and compiles the chart. Call it once before the first session; later calls wait for the first. */
export function init(source?: WasmSource | Promise<WasmSource>): Promise<void> {
  loading ??= (source === undefined ? load() : load({ module_or_path: source })).then(
    () => {
      ready = true;
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

/** One collection session inside WebAssembly. Its memory goes when the object does, or at `release`. */
export class Chart {
  readonly #inner: Collection;

  private constructor(inner: Collection) {
    this.#inner = inner;
  }

  static open(flow: unknown, session: string, now: number): Chart {
    return guarded(() => new Chart(Collection.open(text(flow), session, now)));
  }

  static restore(flow: unknown, snapshot: string): Chart {
    return guarded(() => new Chart(Collection.restore(text(flow), snapshot)));
  }

  handle(event: Event, now: number): Answer {
    return guarded(() => JSON.parse(this.#inner.handle(JSON.stringify(event), now)) as Answer);
  }

  view(): View {
    return guarded(() => JSON.parse(this.#inner.view()) as View);
  }

  offers(): Offers[] {
    return guarded(() => JSON.parse(this.#inner.offers()) as Offers[]);
  }

  snapshot(): string {
    return guarded(() => this.#inner.snapshot());
  }

  release(): void {
    this.#inner.free();
  }
}

const text = (flow: unknown): string => (typeof flow === "string" ? flow : JSON.stringify(flow));

function guarded<T>(work: () => T): T {
  if (!ready) throw new KycError("not_initialised");
  try {
    return work();
  } catch (cause) {
    if (cause instanceof KycError) throw cause;
    if (typeof cause === "string") throw new KycError(cause as KycErrorCode);
    throw cause;
  }
}
