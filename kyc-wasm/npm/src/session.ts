/** One applicant's session in a page: steps at once in WebAssembly, saved in order behind it, corrected by the server. */
import type { ApplicantEvent, Definition, EventKind } from "./generated/collection.js";
import { patience, type Patience } from "./backoff.js";
import { KycError, type KycErrorCode } from "./error.js";
import { HandOvers } from "./handover.js";
import { randomName } from "./bytes.js";
import { IndexedDbStore } from "./indexed-db.js";
import { Listeners } from "./listeners.js";
import { Photos } from "./photos.js";
import { advanced, isReadable, rebased, replayed } from "./replay.js";
import { Shelf, type Kept, type Waiting } from "./shelf.js";
import type { Capture, Divergence, SaveStatus, SessionState } from "./state.js";
import { MemoryStore, type LocalStore } from "./storage.js";
import { Tabs, type Told } from "./tabs.js";
import type { Loaded, Posted, Transport } from "./transport.js";
import type { Progress } from "./upload.js";
import { Uploads } from "./uploads.js";
import { begun, Chart, type Answer, type Offers } from "./wasm.js";

export interface OpenOptions {
  readonly transport: Transport;
  /** Where what is unsent survives a closed tab: by default {@link IndexedDbStore}, or the page's memory where there is none. */
  readonly store?: LocalStore;
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
  readonly #shelf: Shelf;
  readonly #photos: Photos;
  readonly #tabs: Tabs | null;
  readonly #patience: Patience;
  readonly #newKey: () => string;
  readonly #life = new AbortController();
  readonly #listeners = new Listeners();
  readonly #echoes = new Set<number>();
  #early = -1;
  readonly #handOvers: HandOvers;
  readonly #uploads: Uploads;
  #chart: Chart;
  #offers: readonly Offers[] | null = null;
  #server: Loaded;
  #confirmed: number;
  #waiting: Waiting[];
  #waiters: Waiter[] = [];
  #status: SaveStatus;
  #divergence: Divergence | null = null;
  #state: SessionState;
  #inTurn = false;
  #posting = false;
  #reading = false;
  #readAgain = false;

  private constructor(standing: Loaded, waiting: readonly Waiting[], shelf: Shelf, options: OpenOptions) {
    this.#transport = options.transport;
    this.#shelf = shelf;
    this.#photos = new Photos(shelf);
    this.#patience = options.patience ?? patience;
    this.#newKey = options.newKey ?? randomName;
    this.#server = standing;
    this.#confirmed = standing.view.version;
    this.#waiting = [...waiting];
    this.#status = waiting.length === 0 ? "saved" : "saving";
    this.#chart = replayed(standing, waiting);
    this.#uploads = new Uploads(this.#life.signal);
    this.#handOvers = this.#withOtherDevices(standing);
    this.#state = this.#drawn();
    shelf.onWritten = () => this.#written();
    this.#tabs = shelf.isShared ? this.#withOthers() : null;
  }

  /**
   * Stands where the server stands, and follows it live. With unsent steps on this device, or without a network, it stands where
   * this device stood, and what is unsent goes out behind it.
   */
  static async open(options: OpenOptions): Promise<KycSession> {
    const { transport } = options;
    const store: LocalStore = options.store ?? (IndexedDbStore.isAvailable ? new IndexedDbStore() : new MemoryStore());
    if (transport.deviceKey !== undefined) store.releasedBy?.(transport.session, transport.deviceKey.bind(transport));
    const shelf = new Shelf(transport.session, store);
    const kept = await shelf.load();
    if (kept.standing !== null) await begun();
    const mine = kept.standing !== null && isReadable(kept.standing) ? kept.standing : null;
    let fresh: Loaded | null = null;
    if (mine === null || kept.waiting.length === 0) {
      fresh = await transport.load().catch(async (error: unknown) => {
        const code = error instanceof KycError ? error.code : "";
        if (code === "offline" && mine !== null) return null;
        // Nobody may see it here any more, and nothing unsent would be lost.
        if (kept.waiting.length === 0 && (code === "unauthorised" || code === "refused_by_server")) await shelf.forget();
        throw error;
      });
    }
    // On a slow line the chart and the session come at the same time.
    await begun();
    const session = new KycSession(fresh ?? (mine as Loaded), kept.waiting, shelf, options);
    session.#follow();
    if (fresh !== null) session.#keepStanding();
    else if (kept.waiting.length === 0) session.#become("offline");
    session.#readAgain = fresh === null;
    void session.#post();
    return session;
  }

  /** Steps at once. A refusal is a value and has changed nothing; a step is on its way to the server when this returns. */
  readonly send = (event: ApplicantEvent): Answer => this.#take(event, null);

  /**
   * Hands in a photo: named by its digest here, kept here, and a step at once. The bytes go up behind it, before their event;
   * what the server says against them becomes a divergence with its code.
   */
  readonly capture = async (event: Capture, image: Blob, options: { signal?: AbortSignal } = {}): Promise<Answer> => {
    this.#alive();
    const { digest, photo } = await this.#photos.keep(image);
    try {
      if (options.signal?.aborted === true) throw new KycError("aborted");
      return this.#take({ ...event, blob: digest }, photo);
    } finally {
      this.#photos.drop(digest, this.#waiting);
    }
  };

  /** A photo that this device has: taken in this page, or not gone out yet. `null` when only the server has it. */
  readonly photo = (digest: string): Promise<Blob | null> => this.#photos.photo(digest, this.#waiting);

  /**
   * Stops the photo that is on its way up. The step that handed it in is taken back, and with it those after it: answered is which,
   * and the session stands where the photo can be taken again. Nothing happens when none is on its way.
   */
  readonly abortUpload = (): readonly EventKind[] => {
    const stopped = this.#uploads.now;
    if (stopped === null) return [];
    const undone = this.#waiting;
    this.#uploads.stop();
    this.#stand({ standing: null, waiting: [] });
    this.#keepStanding(undone);
    this.#become("saved");
    this.#settle("aborted");
    void this.#transport.giveUp?.(stopped.digest).catch(() => undefined);
    void this.#read();
    return kinds(undone);
  };

  /**
   * Begins to go on with another device, once everything is saved. `getSnapshot().handover` tells the link to show, then the digits of
   * the device that has come.
   */
  readonly handOver = (): Promise<void> => this.#onceSaved(() => this.#handOvers.begin());

  /** Lets the device in that shows the same digits. From then on this one reads along. */
  readonly confirmHandOver = (): Promise<void> => this.#onceSaved(() => this.#handOvers.confirm());

  /** Calls the hand-over off, says no, or takes the session back: the other device has no way in any more. */
  readonly takeBack = async (): Promise<void> => {
    this.#alive();
    await this.#handOvers.takeBack();
  };

  /** Leaves the session to the device that let this one in, once everything is saved. This one is out then, and keeps nothing of it. */
  readonly giveBack = async (): Promise<void> => {
    await this.#onceSaved(() => this.#handOvers.giveBack());
    await this.forget();
  };

  /** Ends the session on this device, and removes what the device keeps of it: unsent steps, too. */
  readonly forget = async (): Promise<void> => {
    this.#photos.clear();
    const forgotten = this.#shelf.forget();
    this.dispose();
    await forgotten;
  };

  #take(given: ApplicantEvent, photo: Waiting["photo"]): Answer {
    this.#alive();
    const event = asSent(given);
    if (this.#handOvers.isElsewhere) return { outcome: "rejected", code: "not_accepted", state: this.#state.view.state, event: event.type };
    const { version } = this.#chart;
    const at = this.#transport.now();
    const outcome = this.#chart.handle(event, at);
    if (outcome.outcome === "rejected") return outcome;
    const waiting: Waiting = { key: this.#newKey(), version, event, at, photo };
    this.#waiting.push(waiting);
    void this.#shelf.keepEvent(waiting).then(() => this.#tellTabs());
    this.#divergence = null;
    this.#become(this.#status === "offline" ? "offline" : "saving");
    void this.#post();
    return outcome;
  }

  /** Calls back after every change; returns the way to stop. */
  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

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
    if (this.#isSaved) return Promise.resolve();
    if (this.#status === "signed_out") return Promise.reject(new KycError("unauthorised"));
    return new Promise((resolve, reject) => void this.#waiters.push({ resolve, reject }));
  };

  /** The applicant has seen that the page was corrected. */
  readonly acknowledge = (): void => {
    if (this.#divergence === null) return;
    this.#divergence = null;
    this.#become(this.#isSaved ? "saved" : "saving");
  };

  /** Tries again at once, and reads what the server has: after a new sign-in, or when a page is shown again. */
  readonly refresh = (): void => {
    if (this.#isDisposed) return;
    void this.#post();
    void this.#read();
  };

  /** Ends the stream and gives the memory back. What has not gone out is still kept on the device. */
  readonly dispose = (): void => {
    if (this.#isDisposed) return;
    this.#life.abort(new KycError("disposed"));
    abandoned.unregister(this);
    this.#listeners.clear();
    this.#settle("disposed");
    this.#chart.release();
  };

  [Symbol.dispose](): void {
    this.dispose();
  }

  #withOthers(): Tabs {
    return new Tabs(
      this.#transport.session,
      this.#weakly<Told>((session, told) => session.#agree(told)),
      this.#life.signal,
    );
  }

  /** A session that nobody holds any more has nothing to say to others either. What it is called with holds nothing of it. */
  #weakly<T>(work: (session: KycSession, told: T) => unknown): (told: T) => void {
    const self = new WeakRef(this);
    return (told) => {
      const session = self.deref();
      if (session !== undefined) work(session, told);
    };
  }

  #withOtherDevices(standing: Loaded): HandOvers {
    const transport = this.#transport;
    const handOvers = new HandOvers({
      transport: transport.handOver,
      now: () => transport.now(),
      reread: this.#weakly<void>((session) => session.#read()),
      changed: this.#weakly<void>((session) => session.#become(session.#status)),
      patience: this.#patience,
      life: this.#life.signal,
    });
    handOvers.told(standing.handover, handOvers.turn);
    return handOvers;
  }

  /** What this device has not saved would be lost to the other one. */
  async #onceSaved(work: () => Promise<void>): Promise<void> {
    this.#alive();
    if (!this.#isSaved && this.#status === "offline") throw new KycError("offline");
    do await this.saved();
    while (!this.#isSaved);
    await work();
  }

  #follow(): void {
    abandoned.register(this, this.#life, this);
    const heard = this.#weakly<number>((session, version) => session.#heard(version));
    this.#transport.follow(heard, this.#life.signal);
  }

  #heard(version: number): void {
    const isEarly = this.#posting && version <= this.#confirmed + 1;
    const own = this.#echoes.delete(version) || (isEarly && version !== this.#early);
    // Heard before its answer: whatever is told at this version from here on is news.
    if (isEarly && version > this.#confirmed) this.#early = version;
    // In `final` more can be told at the same version: that a reviewer can see the case. A stream may tell both as one.
    if (!own || this.#state.view.state === "final") void this.#read();
  }

  /** Posts what waits, in order, each with its own key until it is answered; one tab at a time. */
  async #post(): Promise<void> {
    if (this.#inTurn) return;
    this.#inTurn = true;
    try {
      // Asked again when the turn comes: another tab may have posted everything by then.
      while (!this.#isSaved && !this.#isDisposed) {
        const drain = (): Promise<boolean> => this.#drain();
        const drained = await (this.#tabs === null ? drain() : this.#tabs.alone(drain, this.#life.signal));
        if (drained !== true) return;
      }
    } finally {
      this.#inTurn = false;
    }
    if (this.#readAgain) void this.#read();
  }

  /** Until nothing waits; `false` when it has to stop for now. */
  async #drain(): Promise<boolean> {
    this.#posting = true;
    try {
      for (let attempt = 1; !this.#isSaved; ) {
        const next = this.#waiting[0] as Waiting;
        const posted = await this.#tried(() => this.#sent(next), attempt);
        if (posted === "stop") return false;
        if (posted === "again") {
          attempt = this.#waiting[0] === next ? attempt + 1 : 1;
          continue;
        }
        attempt = 1;
        if (posted.ok) this.#acknowledged(next, posted.step.version);
        else if (!(await this.#corrected(posted))) return false;
      }
      return true;
    } finally {
      this.#posting = false;
    }
  }

  /** First the photo, then the event that names it. Sending either again is harmless. */
  async #sent(next: Waiting): Promise<Posted> {
    const { signal } = this.#uploads;
    const digest = next.photo !== null && "blob" in next.event ? next.event.blob : null;
    const image = digest === null ? null : await this.photo(digest);
    if (digest !== null && image !== null) {
      const onProgress = (progress: Progress): void => {
        if (signal.aborted) return;
        this.#uploads.goesOn(next, { digest, ...progress });
        this.#become(this.#status === "offline" ? "saving" : this.#status);
      };
      try {
        await this.#transport.upload(image, { onProgress, signal });
      } catch (error) {
        const problem = error instanceof KycError && error.code === "refused_by_server" ? error.problem : null;
        if (problem === null || AWAY.has(problem.status)) throw error;
        this.#uploads.refused();
        return { ok: false, problem };
      }
      if (signal.aborted) throw new KycError("aborted");
    }
    this.#uploads.posting(next);
    return this.#transport.post(next.event, { key: next.key, version: next.version, signal: this.#life.signal });
  }

  #acknowledged(done: Waiting, version: number): void {
    this.#waiting = this.#waiting.filter(({ key }) => key !== done.key);
    if (this.#early !== version) this.#echoes.add(version);
    this.#confirmed = Math.max(this.#confirmed, version);
    this.#server = advanced(this.#server, done);
    this.#keepStanding([done]);
    this.#become(this.#isSaved ? "saved" : "saving");
    if (this.#isSaved) this.#settle();
  }

  /** The server stands elsewhere: its snapshot replaces ours, and the page is told; unless it was only reminding the applicant. */
  async #corrected({ problem }: Extract<Posted, { ok: false }>): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      const turn = this.#handOvers.turn;
      const loaded = await this.#tried(() => this.#transport.load(this.#life.signal), attempt);
      if (loaded === "stop") return false;
      if (loaded === "again") continue;
      const lost = this.#waiting;
      const again = problem.code === "stale" ? rebased(loaded, lost) : null;
      if (again !== null) {
        this.#handOvers.told(loaded.handover, turn);
        await this.#rebase(loaded, again);
        return true;
      }
      this.#waiting = [];
      this.#adopt(loaded);
      this.#handOvers.told(loaded.handover, turn);
      this.#diverge({ code: problem.code, reason: problem.reason ?? null, lost: kinds(lost) });
      this.#keepStanding(lost);
      return true;
    }
  }

  /** The same steps under the same keys, behind what has happened meanwhile. */
  async #rebase(loaded: Loaded, again: Waiting[]): Promise<void> {
    this.#stand({ standing: loaded, waiting: again });
    this.#become("saving");
    this.#keepStanding();
    await Promise.all(again.map((waiting) => this.#shelf.keepEvent(waiting)));
    this.#tellTabs();
  }

  #diverge(divergence: Divergence): void {
    this.#divergence = divergence;
    this.#become("conflict");
    this.#settle("diverged");
  }

  /** Takes over what the server has, unless something of ours is on its way: then the answer to that decides. */
  async #read(): Promise<void> {
    this.#readAgain = true;
    if (this.#reading || this.#posting || !this.#isSaved) return;
    this.#reading = true;
    try {
      for (let attempt = 1; this.#readAgain && this.#isSaved; ) {
        // What is heard from here on may be missing in the answer, so it asks for another.
        this.#readAgain = false;
        const turn = this.#handOvers.turn;
        const loaded = await this.#tried(() => this.#transport.load(this.#life.signal), attempt);
        if (loaded === "stop") return;
        if (loaded === "again") {
          attempt += 1;
          this.#readAgain = true;
          continue;
        }
        attempt = 1;
        if (!this.#isSaved) this.#readAgain = true;
        if (!this.#isSaved || loaded.view.version < this.#confirmed) continue;
        this.#adopt(loaded);
        this.#handOvers.told(loaded.handover, turn);
        this.#keepStanding();
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
    const { signal } = this.#uploads;
    try {
      return await work();
    } catch (error) {
      if (this.#isDisposed) return "stop";
      if (signal.aborted) return "again";
      const { code, retryAfter } = error instanceof KycError ? error : new KycError("offline");
      if (code === "unauthorised" || code === "refused_by_server") {
        this.#become("signed_out");
        this.#settle("unauthorised");
        // Nobody may see it here any more. What is unsent waits for another credential.
        if (this.#isSaved) void this.#shelf.wipe();
        return "stop";
      }
      this.#become("offline");
      this.#tellTabs();
      await this.#patience.wait(Math.max((retryAfter ?? 0) * 1000, this.#patience.delay(attempt)), signal).catch(() => undefined);
      return this.#isDisposed ? "stop" : "again";
    }
  }

  #become(status: SaveStatus): void {
    if (this.#isDisposed) return;
    this.#status = status;
    this.#state = this.#drawn();
    this.#listeners.tell();
  }

  #drawn(): SessionState {
    const own = this.#chart.view();
    // The server knows more at the same version: whether a reviewer has taken the case, for one.
    const isServers = this.#server.view.version === own.version;
    const view = isServers ? this.#server.view : own;
    return {
      view: this.#handOvers.isElsewhere ? { ...view, accepts: [] } : view,
      status: this.#status,
      waiting: this.#waiting.length,
      kept: this.#isSaved || this.#shelf.isKept,
      uploading: this.#uploads.now,
      divergence: this.#divergence,
      handover: this.#handOvers.now,
    };
  }

  /** Keeps where the server stands in place of what it has; nothing at all once the session is over. */
  #keepStanding(done: readonly Waiting[] = []): void {
    const isOver = this.#isSaved && this.#server.view.next_action === "none";
    if (isOver) this.#photos.clear();
    const written = isOver ? this.#shelf.forget() : this.#shelf.settle(this.#server, done);
    void written.then(() => this.#tellTabs());
  }

  #written(): void {
    if (this.#state.kept !== (this.#isSaved || this.#shelf.isKept)) this.#become(this.#status);
  }

  #tellTabs(): void {
    if (!this.#isDisposed) this.#tabs?.tell({ status: this.#status, divergence: this.#divergence });
  }

  /** Another tab has changed what is kept: this one stands where that one does. */
  async #agree(told: Told): Promise<void> {
    const kept = await this.#shelf.load();
    if (this.#isDisposed || this.#shelf.isForgetful) return;
    // A step was taken meanwhile: what was read is without it.
    if (!this.#shelf.isKept) return this.#agree(told);
    const isNews = this.#isNews(kept);
    if (isNews) this.#stand(kept);
    if (isNews && told.divergence !== null) {
      this.#diverge(told.divergence);
    } else if (!this.#isSaved) {
      this.#become(told.status === "offline" ? "offline" : "saving");
      void this.#post();
    } else if (isNews) {
      this.#become(this.#divergence === null ? "saved" : "conflict");
      this.#settle();
      void this.#read();
    }
  }

  #isNews({ standing, waiting }: Kept): boolean {
    const isAhead = standing !== null && standing.view.version > this.#server.view.version;
    return isAhead || waiting.map(({ key }) => key).join() !== this.#waiting.map(({ key }) => key).join();
  }

  #stand({ standing, waiting }: Kept): void {
    if (standing !== null && standing.view.version >= this.#server.view.version && isReadable(standing)) this.#server = standing;
    this.#chart.release();
    this.#chart = replayed(this.#server, waiting);
    this.#waiting = [...waiting];
    this.#confirmed = Math.max(this.#confirmed, this.#server.view.version);
  }

  #settle(code?: KycErrorCode): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (code === undefined) waiter.resolve();
      else waiter.reject(new KycError(code));
    }
  }

  get #isSaved(): boolean {
    return this.#waiting.length === 0;
  }

  get #isDisposed(): boolean {
    return this.#life.signal.aborted;
  }

  #alive(): void {
    if (this.#isDisposed) throw new KycError("disposed");
  }
}

/** What the server would read, and the caller cannot change any more: that is what the chart judges. */
function asSent(event: ApplicantEvent): ApplicantEvent {
  try {
    return JSON.parse(JSON.stringify(event) ?? "null") as ApplicantEvent;
  } catch {
    throw new KycError("malformed_event");
  }
}

const kinds = (waiting: readonly Waiting[]): EventKind[] => waiting.map(({ event }) => event.type);

/** Answers about the session itself, not about a photo. */
const AWAY = new Set([401, 403, 404, 410]);
