/** One case: look, judge each item, decide. What may be done comes from the case's own `accepts`. */
import { html, nothing, type PropertyValues } from "lit";
import type { Item, RetakeReason, Review } from "@kyc/sdk";
import { ApiError, deed, image, journal, opened, send, type Deed, type Journal, type Me, type Opened } from "./api";
import { again } from "./again";
import { clockTime } from "./dates";
import { decisions, details, history } from "./facts";
import type { Closing } from "./decision";
import "./decision";
import { Part, type Drawn } from "./part";
import { fits } from "./reasons";
import type { Locale, Texts } from "./texts";
import { isLater, troubleText } from "./trouble";
import { itemName, type Name } from "./names";
import "./step";
import "./viewer";

export class KycCase extends Part {
  static override properties = {
    t: { attribute: false },
    locale: { attribute: false },
    me: { attribute: false },
    session: { attribute: false },
    /** Grows whenever this case moved. */
    news: { attribute: false },
    opened: { state: true },
    journal: { state: true },
    shown: { state: true },
    retaking: { state: true },
    closing: { state: true },
    problem: { state: true },
    busy: { state: true },
  };

  declare t: Texts;
  declare locale: Locale;
  declare me: Me;
  declare session: string;
  declare news: number;
  declare opened: Opened | null;
  declare journal: Journal | null;
  declare shown: Item | null;
  declare retaking: Item | null;
  declare closing: Closing | null;
  declare problem: { code: string; text: string; again: Deed | null } | null;
  declare busy: boolean;
  #claimEnds: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.opened = null;
    this.journal = null;
    this.shown = null;
    this.retaking = null;
    this.closing = null;
    this.problem = null;
    this.busy = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#claimEnds);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("session")) {
      this.opened = null;
      this.journal = null;
      this.shown = null;
      this.retaking = null;
      this.closing = null;
      this.problem = null;
    }
    if (changed.has("news") || changed.has("session")) void this.read();
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has("opened") && changed.get("opened") === null && this.opened !== null) this.#catchFocus();
  }

  /** Where the keyboard goes on when what had the focus is gone: at the item to judge, or at the top. */
  #catchFocus(): void {
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    const item = this.#may("judge") && this.shown !== null ? `[data-testid="show-${this.shown}"]` : null;
    const next = (item === null ? null : this.querySelector<HTMLElement>(item)) ?? this.querySelector<HTMLElement>("h1");
    next?.focus({ preventScroll: true });
  }

  /** A key of the keyboard that means something here; answers whether it did. */
  press(key: string): boolean {
    const view = this.opened?.case;
    if (view === undefined || this.closing !== null) return false;
    const item = view.items[Number(key) - 1];
    if (item !== undefined) this.#show(item.item);
    else if (key === "f" && this.#isPhotoToJudge()) this.#judge(this.shown as Item, { type: "fine" });
    else if (key === "t" && this.shown !== null && this.#may("judge")) this.retaking = this.shown;
    else if (key === "c" && this.#may("claim")) this.#do({ type: "claim" });
    else if (key === "c" && this.#may("release")) this.#do({ type: "release" });
    else return false;
    return true;
  }

  protected override render(): unknown {
    const { t } = this;
    const view = this.opened?.case;
    return html`
      <main class="case" data-testid=${view === undefined ? "case-loading" : "case"} data-state=${view?.state ?? nothing}
        data-version=${view?.version ?? nothing} data-round=${view?.round ?? nothing}>
        <a class="button plain" href="#/" data-testid="back-to-list">‹ ${t.case.back}</a>
        ${view === undefined ? html`<p role="status">${this.problem === null ? t.loading : nothing}</p>` : this.#head(view)}
        <div role="alert">${this.#problem()}</div>
        ${view === undefined ? nothing : this.#desk(view)}
      </main>
      ${this.closing === null || view === undefined
        ? nothing
        : html`<kyc-decision
            .t=${t} .locale=${this.locale} .closing=${this.closing} .view=${view} .steps=${this.opened?.steps ?? {}} .busy=${this.busy}
            @decided=${(event: CustomEvent<Review.Event>) => this.#do(event.detail)} @closed=${() => (this.closing = null)}
          ></kyc-decision>`}
    `;
  }

  #head(view: Review.CaseView): unknown {
    const { t } = this;
    return html`<header class="case-head">
      <div>
        <h1 tabindex="-1" data-testid="heading">${t.case.title(view.session.slice(0, 12))}</h1>
        <p class="hint">
          <span class="badge ${view.state}">${t.states[view.state]}</span>
          ${view.round > 0 ? html`<span>${t.case.round(view.round)}</span>` : nothing}
          ${view.stages > 1 ? html`<span>${t.case.stage(view.stage, view.stages)}</span>` : nothing}
        </p>
      </div>
      ${this.#holder(view)}
    </header>`;
  }

  #holder(view: Review.CaseView): Drawn {
    const { t } = this;
    if (this.#may("claim") && view.claimed_by !== this.me.name) {
      return html`<div class="holder-bar">
        <p class="hint">${t.case.claimLead}</p>
        <button type="button" class="button primary" data-testid="claim" ?disabled=${this.busy} @click=${() => this.#do({ type: "claim" })}>${t.case.claim}</button>
      </div>`;
    }
    if (view.claimed_by === null) {
      const text = view.state === "resubmission_requested" ? t.case.waiting : view.state === "in_review" || view.state === "waiting" ? null : t.case.over;
      return text === null ? nothing : html`<p class="holder-bar hint">${text}</p>`;
    }
    if (view.claimed_by !== this.me.name) {
      return html`<div class="holder-bar notice warn"><p><b data-testid="claimed-by">${t.case.others(view.claimed_by)}</b></p><p class="hint">${t.case.othersLead}</p></div>`;
    }
    const until = view.claimed_until === null ? "" : clockTime(view.claimed_until, this.locale);
    return html`<div class="holder-bar own">
      <p><b data-testid="claimed-by" data-holder=${view.claimed_by}>${t.case.yours}</b> <span class="hint">${until === "" ? nothing : t.case.until(until)}</span></p>
      <button type="button" class="button small" data-testid="release" ?disabled=${this.busy || !this.#may("release")} @click=${() => this.#do({ type: "release" })}>${t.case.release}</button>
    </div>`;
  }

  #desk(view: Review.CaseView): unknown {
    const { t } = this;
    const shown = view.items.find(({ item }) => item === this.shown);
    return html`<div class="desk">
        <section class="look card">${shown === undefined ? html`<p class="hint">${t.case.over}</p>` : this.#look(shown)}</section>
        <section class="judge" aria-label=${t.case.items}>
          <ul class="items">
            ${view.items.map((item, index) => this.#item(item, index))}
          </ul>
          ${this.#decide(view)}
        </section>
      </div>
      <div class="facts">
        ${details(t, this.locale, this.opened as Opened)} ${decisions(t, this.locale, view)} ${history(t, this.locale, this.journal)}
      </div>`;
  }

  #name(item: Item): Name {
    return itemName(this.t, this.locale, this.opened?.steps ?? {}, item);
  }

  #look(shown: Review.ItemView): unknown {
    const { t } = this;
    const before = shown.earlier.at(-1);
    const now = html`<kyc-viewer .t=${t} .src=${image(this.session, shown.blob)} .label=${this.#name(shown.item).text} ?paged=${shown.step !== null} name="viewer"></kyc-viewer>`;
    if (before === undefined) return now;
    return html`<div class="compare" data-testid="compare">
      <figure>
        <figcaption>${t.viewer.earlier(before.round)} ${this.#saidThen(before.verdict)}</figcaption>
        <kyc-viewer .t=${t} .src=${image(this.session, before.blob)} .label="${this.#name(shown.item).text}, ${t.viewer.earlier(before.round)}" ?paged=${shown.step !== null} name="earlier"></kyc-viewer>
      </figure>
      <figure>
        <figcaption>${t.viewer.now(shown.round)}</figcaption>
        ${now}
      </figure>
    </div>`;
  }

  #saidThen(verdict: Review.Verdict | null): Drawn {
    if (verdict?.type !== "retake") return nothing;
    return html`<span class="hint">${this.t.viewer.verdict}: ${this.t.retakeReasons[verdict.reason]}</span>`;
  }

  #item(view: Review.ItemView, index: number): unknown {
    const { t } = this;
    const { item, blob, verdict, step, late } = view;
    const { text: name, locale } = this.#name(item);
    const said = verdict?.type ?? "none";
    const isStored = step?.type === "upload";
    const isOpen = this.opened?.case.state === "in_review" || late;
    const canJudge = this.#may("judge") && !isStored && isOpen;
    return html`<li class="item card ${this.shown === item ? "shown" : ""}" data-testid="item-${item}" data-verdict=${said}>
      <button type="button" class="show ${step === null ? "" : "step"}" data-testid="show-${item}" aria-pressed=${String(this.shown === item)} @click=${() => this.#show(item)}>
        <img src=${image(this.session, blob)} alt="" @error=${again()} />
        <span><b lang=${locale || nothing}>${name}</b><kbd aria-hidden="true">${index + 1}</kbd></span>
        <span class="verdict ${said}">${isStored ? t.case.stored : this.#verdict(verdict)}</span>
      </button>
      ${step === null
        ? nothing
        : html`<kyc-step-fields .t=${t} .view=${view} .mayJudge=${canJudge} .busy=${this.busy}
            @judged=${(event: CustomEvent<Review.Verdict>) => this.#judge(item, event.detail)}></kyc-step-fields>`}
      ${verdict?.type === "retake" && this.retaking !== item ? this.#said(verdict) : nothing}
      ${canJudge && this.retaking !== item
        ? html`<div class="verdicts">
            ${step === null
              ? html`<button type="button" class="button small" data-testid="fine-${item}" aria-pressed=${String(said === "fine")} aria-label="${name}: ${t.case.fine}"
                  ?disabled=${this.busy} @click=${() => this.#judge(item, { type: "fine" })}>${t.case.fine}</button>`
              : nothing}
            ${late
              ? nothing
              : html`<button type="button" class="button small" data-testid="retake-${item}" aria-pressed=${String(said === "retake")} aria-label="${name}: ${t.case.retake}"
                  ?disabled=${this.busy} @click=${() => this.#retake(item)}>${t.case.retake}</button>`}
          </div>`
        : nothing}
      ${canJudge && this.retaking === item ? this.#retakeForm(item, verdict) : nothing}
    </li>`;
  }

  #verdict(verdict: Review.Verdict | null): string {
    const { t } = this;
    switch (verdict?.type) {
      case "fine":
        return t.case.verdictFine;
      case "retake":
        return t.case.verdictRetake;
      case "compared":
        return t.case.compared;
      case "extracted":
        return t.case.extracted;
      case undefined:
        return t.case.unjudged;
    }
  }

  #said(verdict: Extract<Review.Verdict, { type: "retake" }>): unknown {
    const { t } = this;
    return html`<div class="said">
      <p>${t.retakeReasons[verdict.reason]}</p>
      ${verdict.message ? html`<p><span class="hint">${t.case.toApplicant}:</span> ${verdict.message}</p>` : nothing}
      ${verdict.note ? html`<p class="internal"><span class="hint">${t.case.internal}:</span> ${verdict.note}</p>` : nothing}
    </div>`;
  }

  #retakeForm(item: Item, verdict: Review.Verdict | null): unknown {
    const { t } = this;
    const before = verdict?.type === "retake" ? verdict : null;
    const reasons = (Object.entries(t.retakeReasons) as [RetakeReason, string][]).filter(([reason]) => fits(reason, item) || reason === before?.reason);
    return html`<form class="retake-form" data-testid="retake-form-${item}" @submit=${(event: SubmitEvent) => this.#saveRetake(event, item)}>
      <div class="field">
        <label for="reason-${item}">${t.case.reason}</label>
        <select id="reason-${item}" name="reason" data-testid="reason-${item}" required>
          <option value="" ?selected=${before === null}>${t.dialog.chooseReason}</option>
          ${reasons.map(([reason, name]) => html`<option value=${reason} ?selected=${reason === before?.reason}>${name}</option>`)}
        </select>
      </div>
      <div class="field">
        <label for="message-${item}">${t.case.message}</label>
        <textarea id="message-${item}" name="message" data-testid="message-${item}" maxlength="1000" .defaultValue=${before?.message ?? ""}></textarea>
      </div>
      <div class="field internal">
        <label for="note-${item}">${t.case.note}</label>
        <textarea id="note-${item}" name="note" data-testid="note-${item}" maxlength="1000" .defaultValue=${before?.note ?? ""}></textarea>
      </div>
      <div class="verdicts">
        <button type="submit" class="button small primary" data-testid="save-retake-${item}" ?disabled=${this.busy}>${t.case.save}</button>
        <button type="button" class="button small" @click=${() => (this.retaking = null)}>${t.cancel}</button>
      </div>
    </form>`;
  }

  #decide(view: Review.CaseView): Drawn {
    const { t } = this;
    if (view.claimed_by !== this.me.name || view.state !== "in_review") return nothing;
    const hasRetake = view.items.some(({ verdict }) => verdict?.type === "retake");
    const button = (kind: Closing, event: Review.EventKind, testid: string, look: string, label: string): unknown =>
      html`<button type="button" class="button ${look}" data-testid=${testid} aria-describedby="decide-hint"
        ?disabled=${this.busy || !this.#may(event)} @click=${() => (this.closing = kind)}>${label}</button>`;
    return html`<div class="decide card">
      <h2>${t.case.decision}</h2>
      <div class="buttons">
        ${button("approve", "approve", "approve", "primary", t.case.approve)}
        ${button("ask", "request_resubmission", "ask-again", hasRetake ? "primary" : "", t.case.askAgain)}
        ${button("reject", "reject", "reject", "danger", t.case.reject)}
      </div>
      <p class="hint" id="decide-hint">${this.#may("approve") ? nothing : hasRetake ? t.case.hasRetake : t.case.needsVerdicts}</p>
    </div>`;
  }

  #problem(): Drawn {
    if (this.problem === null) return nothing;
    const { code, text, again } = this.problem;
    return html`<div class="notice bad" data-testid="problem" data-code=${code}>
      <p>${text}</p>
      ${again === null ? nothing : html`<button type="button" class="button small" data-testid="try-again" ?disabled=${this.busy} @click=${() => this.#send(again)}>${this.t.tryAgain}</button>`}
    </div>`;
  }

  #may(event: Review.EventKind): boolean {
    return this.opened?.case.accepts.includes(event) ?? false;
  }

  /** An additional step is compared or read, field by field. */
  #isPhotoToJudge(): boolean {
    const shown = this.opened?.case.items.find(({ item }) => item === this.shown);
    return shown !== undefined && shown.step === null && this.#may("judge");
  }

  #show(item: Item): void {
    this.shown = item;
  }

  #retake(item: Item): void {
    this.retaking = item;
    this.shown = item;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`#reason-${item}`)?.focus());
  }

  #saveRetake(event: SubmitEvent, item: Item): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => String(form.get(name) ?? "").trim();
    const [message, note] = [text("message"), text("note")];
    this.#judge(item, {
      type: "retake",
      reason: text("reason") as RetakeReason,
      ...(message === "" ? {} : { message }),
      ...(note === "" ? {} : { note }),
    });
  }

  #judge(item: Item, verdict: Review.Verdict): void {
    this.#do({ type: "judge", item, verdict });
  }

  #do(event: Review.Event): void {
    const view = this.opened?.case;
    if (view === undefined || this.busy) return;
    void this.#send(deed(this.session, view.version, event));
  }

  async #send(one: Deed): Promise<void> {
    this.busy = true;
    this.problem = null;
    try {
      await send(one);
      this.retaking = null;
      this.closing = null;
      await this.read();
      if (one.event.type === "judge") this.#showNext(one.event.item);
    } catch (error) {
      this.closing = null;
      const again = isLater(error) ? one : null;
      if (again === null) await this.read();
      this.problem = { code: codeOf(error), text: troubleText(this.t, error), again };
    } finally {
      this.busy = false;
      await this.updateComplete;
      this.#catchFocus();
    }
  }

  /** What was judged leads to what is not. */
  #showNext(judged: Item): void {
    if (this.shown !== judged) return;
    const next = this.opened?.case.items.find(isOpen);
    if (next !== undefined) this.shown = next.item;
  }

  async read(): Promise<void> {
    const session = this.session;
    try {
      const [open, record] = await Promise.all([opened(session), journal(session)]);
      if (session !== this.session || (this.opened?.case.session === session && open.case.version < this.opened.case.version)) return;
      const isNew = this.opened?.case.session !== session || open.case.round !== this.opened.case.round;
      this.opened = open;
      this.journal = record;
      if (isNew) this.shown = (open.case.items.find(isOpen) ?? open.case.items[0])?.item ?? null;
      this.#watchClaim(open.case.claimed_until);
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.dispatchEvent(new Event("signed-out", { bubbles: true }));
      else if (this.opened === null) this.problem = { code: codeOf(error), text: troubleText(this.t, error), again: null };
    }
  }

  /** A claim ends by itself; then others may do what they could not. */
  #watchClaim(until: number | null): void {
    clearTimeout(this.#claimEnds);
    if (until !== null) this.#claimEnds = setTimeout(() => void this.read(), Math.max(1000, until - Date.now() + 500));
  }
}

/** What is only stored needs no word of anybody. */
const isOpen = ({ verdict, step }: Review.ItemView): boolean => verdict === null && step?.type !== "upload";

function codeOf(error: unknown): string {
  return error instanceof ApiError ? (error.reason ?? error.code) : "unknown";
}

customElements.define("kyc-case", KycCase);
