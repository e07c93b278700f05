/** One photo: taken or chosen with `<kyc-capture>`, then handed in; it goes up behind the applicant's back. */
import { html, nothing, type PropertyValues } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { Side } from "@kyc/sdk";
import { defineCapture, type Captured, type CaptureChange } from "@kyc/sdk/capture";
import { captureDrawing } from "../drawings";
import { explained, Part, reasonOf, type Desk } from "../part";
import type { Unfilled } from "../texts";
import type { Trouble } from "../texts/codes";
import { troubleOf } from "../trouble";

defineCapture();

type Doing = { at: "choosing" } | { at: "filming" } | { at: "preparing" };

export class KycPhoto extends Part {
  static override properties = {
    desk: { attribute: false },
    subject: { attribute: false },
    doing: { state: true },
    problem: { state: true },
  };

  declare desk: Desk;
  declare subject: Side | "selfie";
  declare doing: Doing;
  declare problem: { code: string; text: Unfilled } | null;
  #work = new AbortController();

  constructor() {
    super();
    this.doing = { at: "choosing" };
    this.problem = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("subject") || !this.hasUpdated) return;
    this.#stop();
    this.problem = null;
  }

  protected override render(): unknown {
    const { t, state } = this.desk;
    const kind = state.view.document?.type ?? "id_card";
    const isSelfie = this.subject === "selfie";
    const isPage = this.subject === "front" && kind === "passport";
    const wish = isPage ? "page" : this.subject;
    const title = t(`capture-${wish}`);
    const left = state.view.attempts_left[this.subject];
    return html`
      <h1 tabindex="-1" data-testid="heading">${title}</h1>
      <p class="lead">${t(`capture-${wish}-lead`)}</p>
      <section class="capture" data-testid="capture" data-side=${this.subject} aria-label=${title}>
        ${this.doing.at === "preparing"
          ? html`${captureDrawing(this.subject, kind)} ${this.#handingIn()}`
          : left === 0
            ? html`${captureDrawing(this.subject, kind)}
                <p class="notice warn" data-testid="no-attempts">${t("guard-no_attempts_left")}</p>`
            : this.#capture(isSelfie, isPage)}
      </section>
      <div role="alert">
        ${this.problem === null
          ? nothing
          : html`<p class="notice bad" data-testid="problem" data-code=${this.problem.code}>${t(this.problem.text)}</p>`}
      </div>
      ${left > 0 && left <= 3 ? html`<p class="hint" data-testid="attempts">${t("capture-attempts", { left })}</p>` : nothing}
      ${this.#keep(isSelfie, left === 0)}
    `;
  }

  /** A photo is there already: the applicant came back, or has no tries left. */
  #keep(isSelfie: boolean, isOnlyWay: boolean): unknown {
    const { session, t } = this.desk;
    const type = isSelfie ? "review_selfie" : "review_document";
    const isThere = session.accepts(type) && this.doing.at === "choosing";
    if (!isThere) return nothing;
    return html`<div class="actions">
      <button class="button ${isOnlyWay ? "primary" : "plain"}" type="button" data-testid="keep" @click=${() => session.send({ type })}>
        ${t(isSelfie ? "capture-keep-selfie" : "capture-keep")}
      </button>
    </div>`;
  }

  /** Another side is another photo: the element begins anew, its camera off. */
  #capture(isSelfie: boolean, isPage: boolean): unknown {
    const { session, state, t } = this.desk;
    const wait = session.flow.manual_shutter?.[isSelfie ? "selfie" : "document_photo"];
    return keyed(
      this.subject,
      html`<kyc-capture
        kind=${isSelfie ? "face" : "document"} shape=${isPage ? "passport" : "card"}
        max-bytes=${Math.min(LARGEST, session.flow.images?.max_bytes ?? LARGEST)} manual-after=${wait ?? nothing} .texts=${t.capture}
        @kyc-state=${this.#changed} @kyc-captured=${this.#captured}
      >${captureDrawing(this.subject, state.view.document?.type ?? "id_card")}</kyc-capture>`,
    );
  }

  #handingIn(): unknown {
    const { t } = this.desk;
    return html`<p role="status">${t("capture-preparing")}</p>
      <div class="actions">
        <button class="button" type="button" data-testid="cancel-upload" @click=${this.#stop}>${t("capture-cancel")}</button>
      </div>`;
  }

  #changed = ({ detail }: CustomEvent<CaptureChange>): void => {
    if (detail.state !== "idle") this.problem = null;
    this.doing = { at: detail.state === "idle" ? "choosing" : "filming" };
  };

  #captured = ({ detail }: CustomEvent<Captured>): void => void this.#send(detail.blob);

  async #send(photo: Blob): Promise<void> {
    this.#stop();
    this.problem = null;
    if (photo.size > (this.desk.session.flow.images?.max_bytes ?? Number.POSITIVE_INFINITY)) return this.#tell("trouble-too_large");
    this.desk.session.acknowledge();
    this.doing = { at: "preparing" };
    const { signal } = this.#work;
    const subject = this.subject;
    try {
      const event = subject === "selfie" ? ({ type: "capture_selfie" } as const) : ({ type: "capture_page", side: subject } as const);
      const outcome = await this.desk.session.capture(event, photo, { signal });
      this.doing = { at: "choosing" };
      const text = explained(this.desk.t, outcome);
      if (text !== null) this.problem = { code: reasonOf(outcome) ?? "not_accepted", text };
    } catch (error) {
      if (!signal.aborted) this.#tell(troubleOf(error));
    }
  }

  #tell(text: `trouble-${Trouble}`): void {
    this.doing = { at: "choosing" };
    this.problem = { code: text.slice("trouble-".length), text };
  }

  #stop = (): void => {
    this.#work.abort();
    this.#work = new AbortController();
    this.doing = { at: "choosing" };
  };
}

/** Enough to read the smallest print of a document. */
const LARGEST = 4 * 1024 * 1024;

customElements.define("kyc-photo", KycPhoto);
