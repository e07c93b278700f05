/** What of the page comes behind its first screen, in the order it is needed; what does not come is asked for again. */
import chart from "@kyc/sdk/kyc_wasm_bg.wasm?url";
import { KycError } from "@kyc/sdk";
import { connected } from "./connection";

/** The session itself, and the screens that need no camera. */
export type Walk = typeof import("./walk");

export class Later {
  readonly walk: Promise<Walk>;
  /** All words, in place of those of the first screen. */
  readonly words: Promise<void>;
  /** Settles when everything has come. */
  readonly whole: Promise<void>;
  #chart: Promise<WebAssembly.Module> | null = null;
  readonly #tell: (isMissing: boolean) => void;
  readonly #life: AbortSignal;
  #wish = new AbortController();
  #missing = 0;

  /** Begins when the first screen has what it needs. Tells when something does not come, and when nothing is missing any more. */
  constructor(first: Promise<unknown>, says: () => Promise<void>, tell: (isMissing: boolean) => void, life: AbortSignal) {
    this.#tell = tell;
    this.#life = life;
    life.addEventListener("abort", () => this.#wish.abort());
    this.walk = first.then(() => this.#fetched(() => import("./walk")));
    this.words = first.then(() => this.#fetched(says));
    const compiled = first.then(() => this.chart()).catch(() => undefined);
    this.whole = Promise.all([this.walk, this.words, compiled]).then(async () => void (await this.#fetched(() => import("./photos"))));
    for (const part of [this.walk, this.words, this.whole]) part.catch(() => undefined);
  }

  /** Rejects only when it came and cannot be used here; whoever asks after that has it fetched once more. */
  chart(): Promise<WebAssembly.Module> {
    this.#chart ??= this.#fetched(compiled).catch((error: unknown) => {
      this.#chart = null;
      throw error;
    });
    return this.#chart;
  }

  /** Somebody does not want to wait any longer. */
  again(): void {
    this.#wish.abort("again");
  }

  async #fetched<T>(load: () => Promise<T>): Promise<T> {
    for (let isMissing = false; ; ) {
      try {
        const part = await load();
        if (isMissing) this.#count(-1);
        return part;
      } catch (error) {
        if (error instanceof WebAssembly.CompileError) throw error;
        // A page of yesterday may ask for files that this server no longer has: then the page itself is fetched anew.
        if (this.#wish.signal.aborted && (await isReachable())) location.reload();
        if (!isMissing) this.#count(1);
        isMissing = true;
      }
      if (this.#wish.signal.aborted) this.#wish = new AbortController();
      await connected(new KycError("offline"), this.#wish.signal).catch(() => undefined);
      this.#life.throwIfAborted();
    }
  }

  #count(by: 1 | -1): void {
    this.#missing += by;
    this.#tell(this.#missing > 0);
  }
}

/** Compiled while it comes. What came and is no chart is a `CompileError`; everything else may go better the next time. */
async function compiled(): Promise<WebAssembly.Module> {
  const response = await fetch(chart);
  if (!response.ok) throw new WebAssembly.CompileError("the chart is not there");
  const isTold = response.headers.get("content-type")?.startsWith("application/wasm") === true;
  return isTold ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}

/** Not by way of what was put aside for a time without a network. */
async function isReachable(): Promise<boolean> {
  const answer = await fetch(import.meta.env.BASE_URL, { method: "HEAD", cache: "no-store" }).catch(() => null);
  return answer?.ok === true;
}
