/** An additional step: its own texts, and exactly the ways to hand it in that it allows. */
import { html, nothing, type PropertyValues } from "lit";
import { keyed } from "lit/directives/keyed.js";
import type { Answer, ProofKind, Source, StepView } from "@kyc/sdk";
import { defineCapture, prepared, type Captured } from "@kyc/sdk/capture";
import { sheetDrawing } from "../drawings";
import { explained, Part, reasonOf, type Desk } from "../part";
import type { Unfilled } from "../texts";
import { troubleOf } from "../trouble";

defineCapture();

/** The step that the chart has at hand. */
function atHand({ view }: Desk["state"]): StepView | undefined {
  return view.additional_steps.find(({ step }) => step === view.next_step);
}

export class KycStep extends Part {
  static override properties = {
    desk: { attribute: false },
    subject: { attribute: false },
    proof: { state: true },
    preparing: { state: true },
    problem: { state: true },
  };

  declare desk: Desk;
  declare subject: string;
  declare proof: ProofKind | null;
  declare preparing: boolean;
  declare problem: { code: string; text: Unfilled } | null;
  #work = new AbortController();

  constructor() {
    super();
    this.proof = null;
    this.preparing = false;
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
    this.proof = null;
  }

  protected override render(): unknown {
    const { t, state, session } = this.desk;
    const step = atHand(state);
    if (step === undefined) return nothing;
    const left = step.attempts_left;
    return html`
      <h1 tabindex="-1" data-testid="heading" lang=${step.locale}>${step.name}</h1>
      <p class="lead" lang=${step.locale} data-testid="description">${step.description}</p>
      ${step.rules.length === 0
        ? nothing
        : html`<section class="rules" data-testid="rules"><p>${t("additional-rules")}</p><ul>${step.rules.map((rule) => html`<li>${t(`rule-${rule}`)}</li>`)}</ul></section>`}
      ${step.proofs.length === 0 ? nothing : this.#proofs(step)}
      <section class="capture" data-testid="capture" data-step=${step.step} aria-label=${step.name}>
        ${this.preparing
          ? html`<p role="status">${t("capture-preparing")}</p>`
          : left === 0
            ? html`<p class="notice warn" data-testid="no-attempts">${t("guard-no_attempts_left")}</p>`
            : this.#ways(step)}
      </section>
      <div role="alert">
        ${this.problem === null ? nothing : html`<p class="notice bad" data-testid="problem" data-code=${this.problem.code}>${t(this.problem.text)}</p>`}
      </div>
      ${left > 0 && left <= 3 ? html`<p class="hint" data-testid="attempts">${t("capture-attempts", { left })}</p>` : nothing}
      ${session.accepts("review_step") && !this.preparing
        ? html`<button class="button plain" type="button" data-testid="keep" @click=${() => session.send({ type: "review_step" })}>${t("additional-keep")}</button>`
        : nothing}
    `;
  }

  /** For reference: nobody checks which one is chosen. */
  #proofs({ proofs }: StepView): unknown {
    const { t } = this.desk;
    const chosen = (event: Event): void => {
      const { value } = event.target as HTMLSelectElement;
      this.proof = proofs.find((proof) => proof === value) ?? null;
    };
    return html`<div class="field">
      <label for="proof">${t("additional-proof")}</label>
      <select id="proof" data-testid="proof" @change=${chosen}>
        <option value="">${t("additional-proof-none")}</option>
        ${proofs.map((proof) => html`<option value=${proof} ?selected=${proof === this.proof}>${t(`proof-${proof}`)}</option>`)}
      </select>
    </div>`;
  }

  /** The camera where it is allowed, and one button for every kind of file that is. */
  #ways({ sources }: StepView): unknown {
    const { session, t } = this.desk;
    const accept = [...(sources.file ? IMAGES : []), ...(sources.pdf ? [PDF] : [])].join(",");
    const label = t(!sources.pdf ? "additional-file" : sources.file ? "additional-file_or_pdf" : "additional-pdf");
    if (!sources.camera) return accept === "" ? nothing : this.#chooser(label, accept);
    const texts = sources.pdf ? { ...t.capture, chooseFile: label } : t.capture;
    return keyed(
      this.subject,
      html`<kyc-capture kind="document" shape="passport" max-bytes=${this.#most()} file=${accept === "" ? "off" : "on"} accept=${accept} manual-after=${session.flow.manual_shutter?.additional_step ?? nothing} .texts=${texts}
        @kyc-captured=${this.#captured}>${sheetDrawing}</kyc-capture>`,
    );
  }

  #chooser(label: string, accept: string): unknown {
    const chosen = (event: Event): void => {
      const input = event.target as HTMLInputElement;
      const file = input.files?.[0];
      // So that choosing the same file again is a change again.
      input.value = "";
      if (file !== undefined) void this.#choose(file);
    };
    return html`<div class="chooser">
      <input class="sr-only" type="file" id="choose" data-testid="choose" accept=${accept} @change=${chosen} />
      <label class="button primary" for="choose">${label}</label>
    </div>`;
  }

  #captured = ({ detail }: CustomEvent<Captured>): void => {
    if (detail.how === "file") void this.#choose(detail.blob);
    else void this.#send(detail.blob, "camera");
  };

  /** A file that was chosen: a PDF goes as it is, an image smaller where it is larger than anyone needs. */
  async #choose(file: Blob): Promise<void> {
    const sources = atHand(this.desk.state)?.sources;
    // By its first bytes, as the server judges it: a name can be anything.
    const isPdf = (await file.slice(0, 5).text()) === "%PDF-";
    if (isPdf) return sources?.pdf === true ? this.#send(file, "pdf") : this.#tell("trouble-pdf_not_allowed");
    if (sources?.file !== true) return this.#tell("trouble-not_a_pdf");
    const { blob } = await prepared(file, { maxSide: LONGEST_SIDE, maxBytes: this.#most() });
    return this.#send(blob, "file");
  }

  #most(): number {
    return Math.min(LARGEST, this.desk.session.flow.images?.max_bytes ?? LARGEST);
  }

  async #send(file: Blob, source: Source): Promise<void> {
    this.#stop();
    this.problem = null;
    if (file.size > (this.desk.session.flow.images?.max_bytes ?? Number.POSITIVE_INFINITY)) return this.#tell("trouble-too_large");
    this.desk.session.acknowledge();
    this.preparing = true;
    const { signal } = this.#work;
    try {
      const event = { type: "capture_step", step: this.subject, source, ...(this.proof === null ? {} : { proof: this.proof }) } as const;
      const outcome = await this.desk.session.capture(event, file, { signal });
      this.preparing = false;
      const text = explained(this.desk.t, outcome);
      if (text !== null) this.problem = { code: reasonOf(outcome) ?? "not_accepted", text };
    } catch (error) {
      if (!signal.aborted) this.#tell(troubleOf(error));
    }
  }

  #tell(text: Unfilled): void {
    this.preparing = false;
    this.problem = { code: text.replace(/^trouble-/, ""), text };
  }

  #stop(): void {
    this.#work.abort();
    this.#work = new AbortController();
    this.preparing = false;
  }
}

export class KycStepReview extends Part {
  static override properties = { desk: { attribute: false }, subject: { attribute: false }, problem: { state: true }, seen: { state: true } };

  declare desk: Desk;
  declare subject: string;
  declare problem: Unfilled | null;
  /** The file that is drawn: nobody says yes to what they have not seen. */
  declare seen: string | null;

  constructor() {
    super();
    this.problem = null;
    this.seen = null;
  }

  protected override render(): unknown {
    const { t, transport, session, state } = this.desk;
    const step = atHand(state);
    if (step === undefined || step.file === null) return nothing;
    const { blob } = step.file;
    return html`
      <h1 tabindex="-1" data-testid="heading">${t("additional-review-title")}</h1>
      <p class="lead">${t("additional-review-lead")}</p>
      <div class="shown" @kyc-seen=${this.#sees}>
        <figure>
          <kyc-image .session=${session} .transport=${transport} .digest=${blob} .isPdf=${step.file.source === "pdf"} .t=${t} .alt=${step.name} .name=${step.step}></kyc-image>
          <figcaption>
            <span lang=${step.locale}>${step.name}</span>
            ${session.accepts("retake_step")
              ? html`<button class="button small" type="button" data-testid="retake-step" @click=${() => this.#tell(session.send({ type: "retake_step" }))}>${t("additional-again")}</button>`
              : nothing}
          </figcaption>
        </figure>
      </div>
      <div role="alert">${this.problem === null ? nothing : html`<p class="notice bad" data-testid="problem">${t(this.problem)}</p>`}</div>
      <div class="actions">
        <button class="button primary" type="button" data-testid="accept" ?disabled=${!session.accepts("accept_step") || this.seen !== blob}
          @click=${() => this.#tell(session.send({ type: "accept_step" }))}>${t("review-accept")}</button>
      </div>
    `;
  }

  #sees = ({ detail }: CustomEvent<string>): void => {
    this.seen = detail;
  };

  #tell(outcome: Answer): void {
    this.problem = explained(this.desk.t, outcome);
  }
}

/** Enough to read the smallest print of a bill. */
const LARGEST = 4 * 1024 * 1024;
const LONGEST_SIDE = 2560;

const IMAGES = ["image/jpeg", "image/png", "image/webp"];
const PDF = "application/pdf";

customElements.define("kyc-step", KycStep);
customElements.define("kyc-step-review", KycStepReview);
