/** The page as a whole: opens the session, and draws the screen that the chart's next action asks for. */
import { html, nothing, type PropertyValues } from "lit";
import { HttpTransport, init, KycError, KycSession, type SessionState } from "@kyc/sdk";
import { credential, forget, forgetEnded } from "./credential";
import "./image";
import { Part, type Desk, type Drawn } from "./part";
import "./screens/details";
import "./screens/device";
import "./screens/document";
import { ended, waiting } from "./screens/end";
import "./screens/photo";
import "./screens/review";
import "./screens/welcome";
import { catalogues, languages, preferredLocale, rememberLocale, type Locale } from "./texts";
import { troubleNamed } from "./trouble";

type Opening = "loading" | "no_link" | "used" | "offline" | "broken" | "open";

export class KycApplicant extends Part {
  static override properties = { opening: { state: true }, locale: { state: true }, state: { state: true } };

  declare opening: Opening;
  declare locale: Locale;
  declare state: SessionState | null;
  #session: KycSession | null = null;
  #transport: HttpTransport | null = null;
  #screen = "";

  constructor() {
    super();
    this.opening = "loading";
    this.locale = preferredLocale();
    this.state = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
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
    this.#session?.dispose();
  }

  protected override updated(changed: PropertyValues): void {
    const t = catalogues[this.locale];
    if (changed.has("locale")) document.documentElement.lang = this.locale;
    const heading = this.querySelector<HTMLElement>("h1");
    document.title = heading === null ? t.title : `${heading.textContent.trim()} – ${t.title}`;
    // What is drawn now has been told.
    if (this.opening === "open" && this.state?.view.next_action === "none") forgetEnded(this.state.view.session);
    const screen = this.#screenName();
    if (screen === this.#screen) return;
    const isFirst = this.#screen === "";
    this.#screen = screen;
    void this.#settle(isFirst);
  }

  protected override render(): unknown {
    const t = catalogues[this.locale];
    return html`
      <header class="top">
        <span class="brand"><svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"/><path d="M9 16.500l4.800 4.800L23 12"/></svg><span>${t.title}</span></span>
        ${this.#saveStatus()}
        <select class="language" data-testid="language" aria-label=${t.language} @change=${this.#speak}>
          ${Object.entries(languages).map(([locale, name]) => html`<option value=${locale} ?selected=${locale === this.locale}>${name}</option>`)}
        </select>
      </header>
      ${this.opening === "open" && this.state !== null ? this.#walk(this.state) : this.#door()}
    `;
  }

  #walk(state: SessionState): Drawn {
    const t = catalogues[this.locale];
    const session = this.#session as KycSession;
    const desk: Desk = { session, transport: this.#transport as HttpTransport, state, t, locale: this.locale };
    const { view } = state;
    const isOver = view.next_action === "none";
    return html`
      ${isOver ? nothing : this.#progress(state)}
      <main class="card" data-testid="screen" data-state=${view.state} data-phase=${view.phase} data-version=${view.version}>
        ${session.accepts("back")
          ? html`<button class="button plain back" type="button" data-testid="back" @click=${() => session.send({ type: "back" })}>
              <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><path d="M12 4l-6 6 6 6" class="line"/></svg>${t.back}
            </button>`
          : nothing}
        <div role="alert">${this.#conflict(state)}</div>
        ${state.status === "signed_out"
          ? html`<div class="notice bad" role="alert" data-testid="signed-out"><b>${t.open.signedOutTitle}</b><p>${t.open.signedOut}</p></div>`
          : nothing}
        ${this.#asked(state)} ${this.#step(desk)}
      </main>
      ${isOver || view.next_action === "give_consent" ? nothing : html`<kyc-other-device .desk=${desk}></kyc-other-device>`}
    `;
  }

  /** The chart says what comes next; each answer has one screen. */
  #step(desk: Desk): unknown {
    const { next_action: next, next_side: side } = desk.state.view;
    switch (next) {
      case "give_consent":
        return html`<kyc-welcome .desk=${desk} .consentVersion=${desk.session.flow.consent}></kyc-welcome>`;
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
      case "wait":
        return waiting(desk);
      default:
        return ended(desk);
    }
  }

  #progress({ view }: SessionState): Drawn {
    const t = catalogues[this.locale];
    const at = view.steps.indexOf(view.state);
    if (at < 0) return nothing;
    const label = t.progress(at + 1, view.steps.length, t.steps[view.state]);
    return html`<nav class="progress" aria-label=${label}>
      <ol data-testid="progress">
        ${view.steps.map(
          (step, index) => html`<li class=${index < at ? "done" : index === at ? "now" : "ahead"} aria-current=${index === at ? "step" : nothing}>
            <span class="sr-only">${t.steps[step]}${index < at ? `, ${t.stepDone}` : ""}</span>
          </li>`,
        )}
      </ol>
      <p aria-hidden="true">${label}</p>
    </nav>`;
  }

  /** What a reviewer wants again, shown where it is to be done. */
  #asked({ view }: SessionState): Drawn {
    const t = catalogues[this.locale];
    if (view.phase !== "resubmission_requested" || view.asked.length === 0) return nothing;
    return html`<section class="notice warn asked" aria-labelledby="asked-title">
      <h2 id="asked-title">${t.asked.title}</h2>
      <ul data-testid="asked">
        ${view.asked.map(
          ({ item, reason, message, done }) => html`<li data-testid="asked-${item}" data-reason=${reason} data-done=${String(done)}>
            <p><b>${t.items[item]}</b> <span class="tag">${done ? t.asked.done : t.asked.open}</span></p>
            <p>${t.retakeReasons[reason] ?? t.retakeReasons.other}</p>
            ${message ? html`<blockquote><span class="sr-only">${t.asked.reviewer}: </span>${message}</blockquote>` : nothing}
          </li>`,
        )}
      </ul>
      ${view.deadline === null
        ? nothing
        : html`<p class="hint" data-testid="until">${t.asked.until(new Intl.DateTimeFormat(this.locale, { dateStyle: "long", timeStyle: "short" }).format(view.deadline))}</p>`}
    </section>`;
  }

  #conflict({ divergence }: SessionState): Drawn {
    if (divergence === null) return nothing;
    const t = catalogues[this.locale];
    const guard = divergence.reason === null ? undefined : (t.guards as Record<string, string>)[divergence.reason];
    // A photo that the server did not take: told where it is to be taken again.
    if (divergence.lost[0]?.startsWith("capture_") === true && divergence.code !== "stale") {
      const trouble = troubleNamed(divergence.code);
      return html`<p class="notice bad" data-testid="problem" data-code=${divergence.reason ?? divergence.code}>${guard ?? t.troubles[trouble]}</p>`;
    }
    const what = guard ?? t.troubles[troubleNamed(divergence.code)];
    return html`<div class="notice warn" data-testid="conflict" data-code=${divergence.reason ?? divergence.code}>
      <p>${t.conflict(what)}</p>
      <button class="button small" type="button" data-testid="acknowledge" @click=${() => this.#session?.acknowledge()}>${t.understood}</button>
    </div>`;
  }

  #saveStatus(): Drawn {
    if (this.state === null) return html`<span class="saved"></span>`;
    const { status, uploading, kept } = this.state;
    const t = catalogues[this.locale];
    return html`<span class="saved ${status}" role="status" data-testid="save-status" data-status=${status} data-kept=${String(kept)}>
      <span class="dot" aria-hidden="true"></span>${uploading !== null && uploading.total > 0
        ? t.uploading(Math.round((100 * uploading.sent) / uploading.total))
        : status === "offline" && !kept
          ? t.status.offlineNotKept
          : t.status[status]}
    </span>`;
  }

  /** No session yet: loading, or why not and what to do. */
  #door(): Drawn {
    const t = catalogues[this.locale];
    switch (this.opening) {
      case "loading":
      case "open":
        return html`<main class="card" aria-busy="true" data-testid="loading"><p role="status">${t.loading}</p></main>`;
      case "no_link":
        return this.#closed("no-link", t.open.noLinkTitle, t.open.noLink, false);
      case "used":
        return this.#closed("no-link", t.open.usedTitle, t.open.used, false);
      case "offline":
        return this.#closed("unreachable", t.open.offlineTitle, t.open.offline, true);
      case "broken":
        return this.#closed("broken", t.open.brokenTitle, t.open.broken, true);
    }
  }

  #closed(testid: string, title: string, text: string, mayRetry: boolean): Drawn {
    return html`<main class="card" data-testid=${testid}>
      <h1 tabindex="-1" data-testid="heading">${title}</h1>
      <p class="lead">${text}</p>
      ${mayRetry
        ? html`<div class="actions"><button class="button primary" type="button" data-testid="retry-open" @click=${this.#open}>${catalogues[this.locale].tryAgain}</button></div>`
        : nothing}
    </main>`;
  }

  #open = async (): Promise<void> => {
    this.opening = "loading";
    try {
      const [own] = await Promise.all([credential(), init()]);
      if (own === null) {
        this.opening = "no_link";
        return;
      }
      this.#transport = new HttpTransport(own);
      this.#session = await KycSession.open({ transport: this.#transport });
      this.state = this.#session.getSnapshot();
      this.#session.subscribe(() => {
        this.state = this.#session?.getSnapshot() ?? null;
      });
      this.opening = "open";
    } catch (error) {
      this.opening = whyClosed(error);
      if (error instanceof KycError && error.code === "unauthorised") forget();
    }
  };

  #shown = (): void => {
    if (document.visibilityState === "visible") this.#session?.refresh();
  };

  #anotherLink = (): void => {
    if (location.hash.startsWith("#code=")) location.reload();
  };

  #speak = (event: Event): void => {
    this.locale = (event.target as HTMLSelectElement).value as Locale;
    rememberLocale(this.locale);
  };

  #screenName(): string {
    if (this.opening !== "open" || this.state === null) return this.opening;
    const { next_action: next, next_side: side, phase } = this.state.view;
    return [next, side ?? "", next === "none" ? phase : ""].join(" ");
  }

  /** A new screen: its heading has the focus, so that it is read out and the keyboard starts there. */
  async #settle(isFirst: boolean): Promise<void> {
    for (const part of this.querySelectorAll("main *")) if (part instanceof Part) await part.updateComplete;
    const heading = this.querySelector<HTMLElement>("h1");
    if (heading === null) return;
    document.title = `${heading.textContent.trim()} – ${catalogues[this.locale].title}`;
    if (isFirst) return;
    heading.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }
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

customElements.define("kyc-applicant", KycApplicant);
