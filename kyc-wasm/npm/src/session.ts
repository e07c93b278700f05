/** One applicant's session in a page: steps at once in WebAssembly, saved in order behind it, corrected by the server. */
import type { Definition, Event, EventKind, View } from "./generated/collection.js";
import { patience, type Patience } from "./backoff.js";
import { KycError } from "./error.js";
import type { Queue, Waiting } from "./queue.js";
import type { Loaded, Posted, Transport } from "./transport.js";
import { Chart, type Answer, type Offers } from "./wasm.js";

/**
 * How what the applicant sees relates to what the server has: the same · on its way · on its way, with no answer for now ·
 * replaced by the server's, see `divergence` · kept here, because the credential is no longer taken.
 */
export type SaveStatus = "saved" | "saving" | "offline" | "conflict" | "signed_out";

/** Why the page's steps were replaced by the server's. */
export interface Divergence {
  /** The stable code of the server's answer, or of the error. */
  readonly code: string;
  /** With `code: "refused"`: which guard said no. */
  readonly reason: string | null;
  /** What was not saved, oldest first. */
  readonly lost: readonly EventKind[];
}

/** What a page draws. The same object until something changes. */
export interface SessionState {
  readonly view: View;
  readonly status: SaveStatus;
  /** Events that the server has not acknowledged yet. */
  readonly waiting: number;
  readonly divergence: Divergence | null;
}

export interface OpenOptions {
  readonly transport: Transport;
  /** Where unsent events survive a closed tab. Without one they survive as long as the page does. */
  readonly queue?: Queue;
  readonly patience?: Patience;
  readonly newKey?: () => string;
}

interface Waiter {
  resolve(): void;
  reject(error: KycError): void;
}

/** Ends the live stream of a session that nobody holds any more. */
const abandoned = new FinalizationRegistry<AbortController>((life) => life.abort());

export class KycSession {
  readonly #transport: Transport;
  readonly #queue: Queue | null;
  readonly #patience: Patience;
  readonly #newKey: () => string;
  readonly #life = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #echoes = new Set<number>();
  #chart: Chart;
  #offers: readonly Offers[] | null = null;
  #server: Loaded;
  #confirmed: number;
  #waiting: Waiting[] = [];
  #waiters: Waiter[] = [];
  #status: SaveStatus = "saved";
  #divergence: Divergence | null = null;
  #state: SessionState;
  #posting = false;
  #reading = false;
  #readAgain = false;
  #telling = false;
  #untold = false;

  private constructor(loaded: Loaded, options: OpenOptions) {
    this.#transport = options.transport;
    this.#queue = options.queue ?? null;
    this.#patience = options.patience ?? patience;
    this.#newKey = options.newKey ?? randomKey;
    this.#server = loaded;
    this.#confirmed = loaded.view.version;
    this.#chart = Chart.restore(loaded.flow, loaded.snapshot);
    this.#state = this.#drawn();
  }

  /** Sends what an earlier tab could not, then stands where the server stands, and follows it live. */
  static async open(options: OpenOptions): Promise<KycSession> {
    const { transport, queue } = options;
    const left = queue?.load(transport.session) ?? [];
    const refused = await flush(left, transport);
    const session = new KycSession(await transport.load(), options);
    queue?.store(transport.session, []);
    if (refused !== null) session.#diverge(refused.code, refused.reason, left.slice(refused.sent));
    session.#follow();
    return session;
  }

  /** Steps at once. A refusal is a value and has changed nothing; a step is on its way to the server when this returns. */
  readonly send = (event: Event): Answer => {
    this.#alive();
    const version = this.#chart.view().version;
    const outcome = this.#chart.handle(event, this.#transport.now());
    if (outcome.outcome === "rejected") return outcome;
    this.#waiting.push({ key: this.#newKey(), version, event });
    this.#keep();
    this.#divergence = null;
    this.#become(this.#status === "offline" ? "offline" : "saving");
    void this.#post();
    return outcome;
  };

  /** Calls back after every change; returns the way to stop. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener();
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  };

  readonly getSnapshot = (): SessionState => this.#state;

  /** The Flow that the session was opened with. */
  get flow(): Definition {
    return this.#server.flow;
  }

  /** Which documents can be chosen, country by country. */
  readonly offers = (): readonly Offers[] => (this.#offers ??= this.#chart.offers());

  /** Whether the chart would take such an event now: which buttons to show. */
  readonly accepts = (event: EventKind): boolean => this.#state.view.accepts.includes(event);

  /** Resolves when the server has everything; rejects when it will not. */
  readonly saved = (): Promise<void> => {
    if (this.#waiting.length === 0) return Promise.resolve();
    if (this.#status === "signed_out") return Promise.reject(new KycError("unauthorised"));
    return new Promise((resolve, reject) => void this.#waiters.push({ resolve, reject }));
  };

  /** The applicant has seen that the page was corrected. */
  readonly acknowledge = (): void => {
    if (this.#divergence === null) return;
    this.#divergence = null;
    this.#become(this.#waiting.length === 0 ? "saved" : "saving");
  };

  /** Tries again at once, and reads what the server has: after a new sign-in, or when a page is shown again. */
  readonly refresh = (): void => {
    if (this.#life.signal.aborted) return;
    void this.#post();
    void this.#read();
  };

  /** Ends the stream and gives the memory back. What was sent is still in the queue, where there is one. */
  readonly dispose = (): void => {
    if (this.#life.signal.aborted) return;
    this.#life.abort(new KycError("disposed"));
    abandoned.unregister(this);
    this.#listeners.clear();
    this.#settle(new KycError("disposed"));
    this.#chart.release();
  };

  [Symbol.dispose](): void {
    this.dispose();
  }

  #follow(): void {
    abandoned.register(this, this.#life, this);
    const self = new WeakRef(this);
    this.#transport.follow((version) => {
      const session = self.deref();
      if (session !== undefined) session.#heard(version);
    }, this.#life.signal);
  }

  #heard(version: number): void {
    const own = this.#echoes.delete(version) || (this.#posting && version <= this.#confirmed + 1);
    // In `final` more can be told at the same version: that a reviewer can see the case. A stream may tell both as one.
    if (!own || this.#state.view.state === "final") void this.#read();
  }

  /** Posts what waits, in order, each with its own key until it is answered. */
  async #post(): Promise<void> {
    if (this.#posting) return;
    this.#posting = true;
    try {
      for (let attempt = 1; this.#waiting.length > 0; ) {
        const next = this.#waiting[0] as Waiting;
        const posted = await this.#tried(() => this.#transport.post(next.event, { ...next, signal: this.#life.signal }), attempt);
        if (posted === "stop") return;
        if (posted === "again") {
          attempt += 1;
          continue;
        }
        attempt = 1;
        if (posted.ok) this.#acknowledged(posted.step.version);
        else await this.#corrected(posted);
      }
    } finally {
      this.#posting = false;
    }
    if (this.#readAgain) void this.#read();
  }

  #acknowledged(version: number): void {
    this.#waiting.shift();
    this.#keep();
    this.#echoes.add(version);
    this.#confirmed = version;
    this.#become(this.#waiting.length === 0 ? "saved" : "saving");
    if (this.#waiting.length === 0) this.#settle(null);
  }

  /** The server stands elsewhere: its snapshot replaces ours, and the page is told. */
  async #corrected({ problem }: Extract<Posted, { ok: false }>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const loaded = await this.#tried(() => this.#transport.load(this.#life.signal), attempt);
      if (loaded === "stop") return;
      if (loaded === "again") continue;
      const lost = this.#waiting;
      this.#waiting = [];
      this.#keep();
      this.#adopt(loaded);
      return this.#diverge(problem.code, problem.reason ?? null, lost);
    }
  }

  #diverge(code: string, reason: string | null, lost: readonly Waiting[]): void {
    this.#divergence = { code, reason, lost: lost.map(({ event }) => event.type) };
    this.#become("conflict");
    this.#settle(new KycError("diverged"));
  }

  /** Takes over what the server has, unless something of ours is on its way: then the answer to that decides. */
  async #read(): Promise<void> {
    this.#readAgain = true;
    if (this.#reading || this.#posting) return;
    this.#reading = true;
    try {
      for (let attempt = 1; this.#readAgain && this.#waiting.length === 0; ) {
        // What is heard from here on may be missing in the answer, so it asks for another.
        this.#readAgain = false;
        const loaded = await this.#tried(() => this.#transport.load(this.#life.signal), attempt);
        if (loaded === "stop") return;
        if (loaded === "again") {
          attempt += 1;
          this.#readAgain = true;
          continue;
        }
        attempt = 1;
        if (this.#waiting.length > 0) this.#readAgain = true;
        if (this.#waiting.length > 0 || loaded.view.version < this.#confirmed) continue;
        this.#adopt(loaded);
        this.#become(this.#divergence === null ? "saved" : "conflict");
      }
    } finally {
      this.#reading = false;
    }
  }

  #adopt(loaded: Loaded): void {
    let chart: Chart;
    try {
      chart = Chart.restore(loaded.flow, loaded.snapshot);
    } catch (error) {
      this.#divergence = { code: error instanceof KycError ? error.code : "malformed_snapshot", reason: null, lost: [] };
      return;
    }
    this.#chart.release();
    this.#chart = chart;
    this.#server = loaded;
    this.#confirmed = loaded.view.version;
    this.#echoes.clear();
  }

  async #tried<T>(work: () => Promise<T>, attempt: number): Promise<T | "again" | "stop"> {
    try {
      return await work();
    } catch (error) {
      if (this.#life.signal.aborted) return "stop";
      const code = error instanceof KycError ? error.code : "offline";
      if (code === "unauthorised" || code === "refused_by_server") {
        this.#become("signed_out");
        this.#settle(new KycError("unauthorised"));
        return "stop";
      }
      this.#become("offline");
      const asked = error instanceof KycError && error.retryAfter !== null ? error.retryAfter * 1000 : 0;
      await this.#patience.wait(Math.max(asked, this.#patience.delay(attempt)), this.#life.signal).catch(() => undefined);
      return this.#life.signal.aborted ? "stop" : "again";
    }
  }

  #become(status: SaveStatus): void {
    if (this.#life.signal.aborted) return;
    this.#status = status;
    this.#state = this.#drawn();
    this.#tell();
  }

  #drawn(): SessionState {
    const own = this.#chart.view();
    // The server knows more at the same version: whether a reviewer has taken the case, for one.
    const isServers = this.#server.view.version === own.version;
    return {
      view: isServers ? this.#server.view : own,
      status: this.#status,
      waiting: this.#waiting.length,
      divergence: this.#divergence,
    };
  }

  /** A listener that sends is told again afterwards, never in between; one that throws harms no other. */
  #tell(): void {
    this.#untold = true;
    if (this.#telling) return;
    this.#telling = true;
    try {
      while (this.#untold) {
        this.#untold = false;
        for (const listener of [...this.#listeners]) {
          try {
            listener();
          } catch (error) {
            report(error);
          }
        }
      }
    } finally {
      this.#telling = false;
    }
  }

  #keep(): void {
    this.#queue?.store(this.#transport.session, this.#waiting);
  }

  #settle(error: KycError | null): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (error === null) waiter.resolve();
      else waiter.reject(error);
    }
  }

  #alive(): void {
    if (this.#life.signal.aborted) throw new KycError("disposed");
  }
}

/** Posts what an earlier tab left. Answers the first refusal, with how many went through before it. */
async function flush(
  left: readonly Waiting[],
  transport: Transport,
): Promise<{ code: string; reason: string | null; sent: number } | null> {
  for (const [sent, waiting] of left.entries()) {
    const posted = await transport.post(waiting.event, waiting);
    if (!posted.ok) return { code: posted.problem.code, reason: posted.problem.reason ?? null, sent };
  }
  return null;
}

function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function report(error: unknown): void {
  if ("reportError" in globalThis) globalThis.reportError(error);
  else console.error(error);
}
