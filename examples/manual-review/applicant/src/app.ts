/** The page as a whole: opens the session, and draws the screen that the chart's next action asks for. */
import { html, nothing, type PropertyValues } from "lit";
import { KycError, type Asking, type HttpTransport, type KycSession, type Loaded, type NextAction, type SessionState } from "@kyc/sdk";
import { arrival, letIn } from "./arrival";
import { progress, saveStatus } from "./around";
import { watchForDesk } from "./camera";
import { credential } from "./credential";
import { company, NOBODY, textsFor, type Company } from "./company";
import { early, seen } from "./early";
import { Later, type Walk } from "./later";
import { digits, explained, Part, type Desk, type Drawn } from "./part";
import { forget, forgetEnded, isLetIn } from "./remembered";
import "./screens/welcome";
import type { Consent } from "./screens/welcome";
import { firstInEnglish, firstTextsIn, spokenWith, textsIn, type OwnTexts, type Texts, type Unfilled, type Wording } from "./texts";
import { negotiated, ownName } from "./texts/languages";
import { remember, rememberLink, wishes } from "./texts/wishes";

type Opening = "loading" | "looking" | "joining" | "no_link" | "used" | "code_used" | "not_let_in" | "taken_back" | "given_back" | "offline" | "broken" | "open";

export class KycApplicant extends Part {
  static override properties = {
    opening: { state: true },
    t: { state: true },
    company: { state: true },
    state: { state: true },
    mute: { state: true },
    asking: { state: true },
    wantsPhone: { state: true },
    whole: { state: true },
    missing: { state: true },
  };

  declare opening: Opening;
  /** The page's words; `null` until they are there. */
  declare t: Texts | null;
  declare company: Company;
  declare state: SessionState | null;
  /** A language was chosen whose words could not be fetched. */
  declare mute: boolean;
  /** This device waits for another one to let it in. */
  declare asking: Asking | null;
  /** A phone would photograph better than this device. */
  declare wantsPhone: boolean;
  /** Everything has come that any screen needs. */
  declare whole: boolean;
  /** Something of that does not come. */
  declare missing: boolean;
  #life = new AbortController();
  #session: KycSession | null = null;
  #transport: HttpTransport | null = null;
  #walks: Walk | null = null;
  #consent = "";
  #wishes: readonly string[] = [];
  #later!: Later;
  /** A press that was faster than the session waits for it here. */
  #onceOpen: ((session: KycSession) => void) | null = null;
  #screen = "";
  #isLeaving = false;
  #turn = 0;
  #dressed: Promise<void> = Promise.resolve();

  constructor() {
    super();
    this.opening = "loading";
    this.t = null;
    this.company = NOBODY;
    this.state = null;
    this.mute = false;
    this.asking = null;
    this.wantsPhone = false;
    this.whole = false;
    this.missing = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#wishes = wishes();
    rememberLink();
    this.#life = new AbortController();
    this.#dressed = this.#dress();
    // Nothing competes with what the first screen waits for.
    this.#later = new Later(Promise.all([this.#dressed, seen]), () => this.#says(), (isMissing) => (this.missing = isMissing), this.#life.signal);
    void this.#complete();
    void this.#open();
    addEventListener("pageshow", this.#shown);
    document.addEventListener("visibilitychange", this.#shown);
    addEventListener("hashchange", this.#anotherLink);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("pageshow", this.#shown);
    document.removeEventListener("visibilitychange", this.#shown);
    removeEventListener("hashchange", this.#anotherLink);
    this.#life.abort();
    this.#session?.dispose();
  }

  protected override updated(changed: PropertyValues): void {
    const { t } = this;
    if (t === null) return;
    if (changed.has("t")) Object.assign(document.documentElement, { lang: t.language, dir: t.direction });
    void this.#name(t);
    // What is drawn now has been told.
    if (this.opening === "open" && this.state?.view.next_action === "none") forgetEnded(this.state.view.session);
    const screen = this.#screenName();
    if (screen === this.#screen) return;
    const isFirst = this.#screen === "";
    this.#screen = screen;
    void this.#settle(isFirst);
  }

  protected override render(): unknown {
    const { t } = this;
    if (t === null) return html`<main class="card" aria-busy="true"></main>`;
    return html`
      <header class="top">
        <span class="brand">
          ${this.company.logo === null
            ? html`<svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"/><path d="M9 16.500l4.800 4.800L23 12"/></svg>`
            : html`<img src=${this.company.logo} alt="" />`}
          <span data-testid="brand">${this.company.name ?? t("title")}</span>
        </span>
        ${saveStatus(t, this.state)}
        <select class="language" data-testid="language" aria-label=${t("language")} @change=${this.#chose}>
          ${this.#offered().map((language) => html`<option value=${language} lang=${language} ?selected=${language === t.language}>${ownName(language)}</option>`)}
        </select>
      </header>
      <div role="alert">${this.missing ? this.#incomplete(t) : nothing}</div>
      <div role="alert">${this.mute ? html`<p class="notice warn mute" data-testid="language-failed">${t("language-failed")}</p>` : nothing}</div>
      ${(this.opening === "open" || this.opening === "looking") && this.state !== null ? this.#walk(t, this.state) : this.#door(t)}
    `;
  }

  /** How far a photo is stands below the screen, so that no button moves under a finger when it has arrived. */
  #walk(t: Texts, state: SessionState): Drawn {
    if (isSignedOut(state)) return this.#closed(t, "signed-out", "open-signed_out", false);
    const { view } = state;
    // Before the session is open there is its first screen, which asks nothing of it.
    const desk: Desk = { session: this.#session as KycSession, transport: this.#transport as HttpTransport, state, t };
    const isOver = view.next_action === "none";
    const isElsewhere = isAtOtherDevice(state);
    const isOffered = this.wantsPhone && PHOTOGRAPHS.has(view.next_action);
    const device = isOver || isElsewhere || view.next_action === "give_consent"
      ? nothing
      : html`<kyc-other-device .desk=${desk} .isOffered=${isOffered}></kyc-other-device>`;
    const isForward = isOffered || state.handover !== null;
    return html`
      ${isOver ? nothing : progress(t, state)}
      ${isForward ? device : nothing}
      <main class="card" data-testid="screen" data-state=${view.state} data-phase=${view.phase} data-version=${view.version}>
        ${view.accepts.includes("back")
          ? html`<button class="button plain back" type="button" data-testid="back" @click=${() => this.#session?.send({ type: "back" })}>
              <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><path d="M12 4l-6 6 6 6" class="line"/></svg>${t("back")}
            </button>`
          : nothing}
        <div role="alert">${this.#walks?.conflict(t, state, () => this.#session?.acknowledge())}</div>
        ${this.#walks?.asked(t, state)} ${isElsewhere ? html`<kyc-elsewhere .desk=${desk}></kyc-elsewhere>` : this.#step(desk)}
      </main>
      ${this.opening === "open" ? html`<kyc-upload .desk=${desk}></kyc-upload>` : nothing}
      ${isForward ? nothing : device}
      ${isElsewhere || isOver || this.opening !== "open" || !isLetIn() ? nothing : html`<kyc-give-back .desk=${desk} .giveBack=${this.#giveBack}></kyc-give-back>`}
    `;
  }

  /** The chart says what comes next; each answer has one screen. */
  #step(desk: Desk): unknown {
    const { next_action: next, next_side: side } = desk.state.view;
    if (!this.whole && WITH_CAMERA.has(next)) return html`<p role="status" data-testid="coming">${desk.t("loading")}</p>`;
    switch (next) {
      case "give_consent":
        return html`<kyc-welcome .t=${desk.t} .consentVersion=${this.#consent} .start=${this.#start}></kyc-welcome>`;
      case "enter_details":
        return html`<kyc-details .desk=${desk}></kyc-details>`;
      case "select_document":
        return html`<kyc-document-choice .desk=${desk}></kyc-document-choice>`;
      case "capture_page":
        return html`<kyc-photo .desk=${desk} .subject=${side ?? "front"}></kyc-photo>`;
      case "review_document":
        return html`<kyc-review .desk=${desk} .subject=${"document"}></kyc-review>`;
      case "capture_selfie":
        return html`<kyc-photo .desk=${desk} .subject=${"selfie"}></kyc-photo>`;
      case "review_selfie":
        return html`<kyc-review .desk=${desk} .subject=${"selfie"}></kyc-review>`;
      case "capture_step":
        return html`<kyc-step .desk=${desk} .subject=${desk.state.view.next_step ?? ""}></kyc-step>`;
      case "review_step":
        return html`<kyc-step-review .desk=${desk} .subject=${desk.state.view.next_step ?? ""}></kyc-step-review>`;
      case "wait":
        return this.#walks?.waiting(desk);
      default:
        return this.#walks?.ended(desk);
    }
  }

  /** No session yet: loading, or why not and what to do. */
  #door(t: Texts): Drawn {
    switch (this.opening) {
      case "loading":
      case "looking":
      case "open":
        return html`<main class="card" aria-busy="true" data-testid="loading"><p role="status">${t("loading")}</p></main>`;
      case "joining":
        return this.#joining(t);
      case "code_used":
        return this.#closed(t, "not-let-in", "join-used", false);
      case "not_let_in":
        return this.#closed(t, "not-let-in", "join-ended", false);
      case "taken_back":
        return this.#closed(t, "taken-back", "open-taken_back", false);
      case "given_back":
        return this.#closed(t, "given-back", "open-given_back", false);
      case "no_link":
        return this.#closed(t, "no-link", "open-no_link", false);
      case "used":
        return this.#closed(t, "no-link", "open-used", false);
      case "offline":
        return this.#closed(t, "unreachable", "open-offline", true);
      case "broken":
        return this.#closed(t, "broken", "open-broken", true);
    }
  }

  #closed(t: Texts, testid: string, text: Closed, mayRetry: boolean): Drawn {
    return html`<main class="card" data-testid=${testid}>
      <h1 tabindex="-1" data-testid="heading">${t(`${text}-title`)}</h1>
      <p class="lead">${t(text)}</p>
      ${mayRetry
        ? html`<div class="actions"><button class="button primary" type="button" data-testid="retry-open" @click=${this.#open}>${t("try-again")}</button></div>`
        : nothing}
    </main>`;
  }

  /** It is asked for again as soon as there is a network; nobody has to press for that. */
  #incomplete(t: Texts): Drawn {
    return html`<div class="notice warn incomplete" data-testid="incomplete">
      <p>${t("incomplete")}</p>
      <button class="button small" type="button" data-testid="fetch-again" @click=${() => this.#later.again()}>${t("try-again")}</button>
    </div>`;
  }

  #joining(t: Texts): Drawn {
    return html`<main class="card join" data-testid="joining">
      <h1 tabindex="-1" data-testid="heading">${t("join-title")}</h1>
      <p class="lead">${t("join-lead")}</p>
      ${this.asking === null ? nothing : digits(this.asking.match)}
      <p class="notice warn">${t("join-warn")}</p>
      <p class="live" role="status"><span class="pulse" aria-hidden="true"></span>${t("join-wait")}</p>
    </main>`;
  }

  #open = async (): Promise<void> => {
    this.opening = "loading";
    try {
      this.asking = await arrival(this.#later.walk);
      if (this.asking !== null) {
        await this.#later.words;
        this.opening = "joining";
        await letIn(this.asking, this.#later.walk, this.#life.signal);
        this.opening = "loading";
      }
      const first = await seen;
      const own = await credential(this.#later.walk, { fetch: early });
      if (own === null) {
        this.opening = "no_link";
        return;
      }
      if (first?.view.session === own.session) this.#look(first);
      this.#walks = await this.#later.walk;
      await this.#later.words;
      const { session, transport } = await this.#walks.opened(own, this.#later.chart());
      this.#session = session;
      this.#transport = transport;
      this.#consent = session.flow.consent;
      this.state = session.getSnapshot();
      session.subscribe(() => {
        if (hasBegunElsewhere(session.getSnapshot())) return session.acknowledge();
        this.state = this.#session?.getSnapshot() ?? null;
        if (this.state?.status === "signed_out" && isLetIn()) this.#putOut(this.#isLeaving ? "given_back" : "taken_back");
      });
      this.opening = "open";
      this.#onceOpen?.(session);
      this.#onceOpen = null;
      void this.#later.whole.then(needsNoNetwork, () => undefined);
      void this.#dressForFlow(this.state.view.flow.id);
    } catch (error) {
      await this.#later.words;
      const isPutOut = error instanceof KycError && error.code === "unauthorised" && isLetIn();
      this.opening = isPutOut ? "taken_back" : (cameWithCode(error) ?? whyClosed(error));
      if (error instanceof KycError && error.code === "unauthorised") forget();
    }
  };

  /** The first screen is there before the session is: what it shows the server has told. Steps of this device that are unsent come with the session. */
  #look({ view, flow, handover = null }: Loaded): void {
    if (view.next_action !== "give_consent" || handover !== null) return;
    this.#consent = flow.consent;
    this.state = { view, status: "saved", waiting: 0, kept: true, uploading: null, divergence: null, handover: null };
    this.opening = "looking";
    void this.#dressForFlow(view.flow.id);
  }

  /** A press that comes before the session is kept, and carried out with it. */
  #start = async (consent: Consent): Promise<Unfilled | null> => {
    const session = this.#session ?? (await new Promise<KycSession>((resolve) => (this.#onceOpen = resolve)));
    // Begun meanwhile in another tab, or on this device before it lost the network: the page shows where that is.
    return session.accepts("start") && this.t !== null ? explained(this.t, session.send({ type: "start", consent })) : null;
  };

  async #complete(): Promise<void> {
    await this.#later.whole.catch(() => undefined);
    if (this.#life.signal.aborted) return;
    this.whole = true;
    watchForDesk((wantsPhone) => (this.wantsPhone = wantsPhone), this.#life.signal);
    dispatchEvent(new Event("kyc-whole"));
  }

  /** The device that let this one in has the session again: nothing of it is shown or kept here any more. */
  #putOut(why: "taken_back" | "given_back"): void {
    void this.#session?.forget();
    this.#session = null;
    this.state = null;
    this.opening = why;
    forget();
  }

  /** It may be told over the stream before the answer comes. */
  #giveBack = async (): Promise<void> => {
    this.#isLeaving = true;
    try {
      await this.#session?.giveBack();
      this.#putOut("given_back");
    } finally {
      this.#isLeaving = false;
    }
  };

  #shown = (): void => {
    if (document.visibilityState === "visible") this.#session?.refresh();
  };

  #anotherLink = (): void => {
    if (/^#(code|handover)=/.test(location.hash)) location.reload();
  };

  /** The page as the company wants it, with the words of its first screen in the language that is wished for; in English when they do not come. */
  async #dress(): Promise<void> {
    this.company = await company();
    if (this.company.style !== null) document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: this.company.style }));
    const [language, wording] = [negotiated(this.#wishes, this.#offered()), this.#wording()];
    this.t ??= await firstTextsIn(language, wording).catch(() => firstInEnglish(wording));
  }

  /** All words, in the language that is wished for by now. Rejects when they cannot be fetched. */
  async #says(): Promise<void> {
    if (!(await this.#speak(negotiated(this.#wishes, this.#offered())))) throw new KycError("offline");
  }

  /** With the texts of the session's own Flow, if the company has any. */
  async #dressForFlow(flow: string): Promise<void> {
    await this.#dressed;
    if (Object.hasOwn(this.company.flows, flow)) await this.#speak(negotiated(this.#wishes, this.#offered()));
  }

  #own(): OwnTexts {
    return textsFor(this.company, this.state?.view.flow.id ?? null);
  }

  #wording(): Wording {
    return { company: this.company.name, own: this.#own(), wishes: this.#wishes };
  }

  #offered(): readonly string[] {
    const spoken = spokenWith(this.#own());
    const offered = this.company.languages?.filter((language) => spoken.includes(language)) ?? [];
    return offered.length === 0 ? spoken : offered;
  }

  /** Whether the words are there. The language that was asked for last wins. */
  async #speak(language: string): Promise<boolean> {
    const turn = ++this.#turn;
    const t = await textsIn(language, this.#wording()).catch(() => null);
    if (t !== null && turn === this.#turn) this.t = t;
    return t !== null;
  }

  #chose = async (event: Event): Promise<void> => {
    const select = event.target as HTMLSelectElement;
    const language = select.value;
    this.mute = false;
    if (await this.#speak(language)) {
      this.#wishes = [language, ...this.#wishes];
      return remember(language);
    }
    this.mute = true;
    select.value = this.t?.language ?? "en";
  };

  #screenName(): string {
    if ((this.opening !== "open" && this.opening !== "looking") || this.state === null) return this.opening;
    if (isSignedOut(this.state)) return "signed_out";
    const { next_action: next, next_side: side, next_step: step, phase } = this.state.view;
    if (isAtOtherDevice(this.state)) return "elsewhere";
    const isComing = !this.whole && WITH_CAMERA.has(next);
    return isComing ? "coming" : [next, side ?? "", step ?? "", next === "none" ? phase : ""].join(" ");
  }

  /** The tab is called as the screen is, also in another language. */
  async #name(t: Texts): Promise<void> {
    await this.#drawn();
    const heading = this.querySelector<HTMLElement>("h1")?.textContent.trim() ?? "";
    const title = this.company.name ?? t("title");
    if (t === this.t) document.title = heading === "" ? title : `${heading} – ${title}`;
  }

  async #drawn(): Promise<void> {
    for (const part of this.querySelectorAll("main *")) if (part instanceof Part) await part.updateComplete;
  }

  /** A new screen: its heading has the focus, so that it is read out and the keyboard starts there. */
  async #settle(isFirst: boolean): Promise<void> {
    await this.#drawn();
    const heading = this.querySelector<HTMLElement>("h1");
    if (heading === null) return;
    if (isFirst) return;
    heading.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }
}

type Closed = "open-no_link" | "open-signed_out" | "open-taken_back" | "open-given_back" | "open-used" | "open-offline" | "open-broken" | "join-used" | "join-ended";

/** What the screens around photos and files are for. */
const WITH_CAMERA: ReadonlySet<NextAction> = new Set<NextAction>([
  "capture_page",
  "review_document",
  "capture_selfie",
  "review_selfie",
  "capture_step",
  "review_step",
]);

/** Where a photo is wanted. */
const PHOTOGRAPHS: ReadonlySet<NextAction> = new Set<NextAction>(["capture_page", "capture_selfie"]);

/** The way in is gone, and there was still something to do. An outcome that was told stays. */
function isSignedOut({ status, view }: SessionState): boolean {
  return status === "signed_out" && view.next_action !== "none";
}

/** Another device moves the session, and there is something for it to do. */
function isAtOtherDevice({ handover, view }: SessionState): boolean {
  return handover?.state === "agreed" && view.next_action !== "none" && view.next_action !== "wait";
}

/** What became of a device that came with another one's code. */
function cameWithCode(error: unknown): Opening | null {
  if (!(error instanceof KycError)) return null;
  if (error.code === "handover_ended") return "not_let_in";
  return error.code === "link_invalid" && location.hash.startsWith("#handover=") ? "code_used" : null;
}

function whyClosed(error: unknown): Opening {
  if (!(error instanceof KycError)) return "broken";
  switch (error.code) {
    case "link_invalid":
    case "unauthorised":
      return "used";
    case "offline":
      return "offline";
    case "refused_by_server":
      return error.problem?.status === 404 ? "used" : "broken";
    default:
      return "broken";
  }
}

/** A press of the first button that came behind another device's: nothing is lost that anybody has entered. */
function hasBegunElsewhere({ divergence, view }: SessionState): boolean {
  return divergence !== null && divergence.lost.length > 0 && divergence.lost.every((event) => event === "start") && view.next_action !== "give_consent";
}

/** For whoever drives the page: every screen can be shown and every step kept from here on. */
function needsNoNetwork(): void {
  document.documentElement.dataset["whole"] = "";
}

customElements.define("kyc-applicant", KycApplicant);
