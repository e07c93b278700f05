/** The session goes on at another device: this one follows, and can have it back. */
import { html, nothing } from "lit";
import { phoneDrawing } from "../drawings";
import { Part, type Desk } from "../part";
import type { Unfilled } from "../texts";

export class KycElsewhere extends Part {
  static override properties = { desk: { attribute: false }, busy: { state: true }, problem: { state: true } };

  declare desk: Desk;
  declare busy: boolean;
  declare problem: Unfilled | null;

  constructor() {
    super();
    this.busy = false;
    this.problem = null;
  }

  protected override render(): unknown {
    const { t } = this.desk;
    return html`<section class="end" data-testid="elsewhere">
      ${phoneDrawing}
      <h1 tabindex="-1" data-testid="heading">${t("elsewhere-title")}</h1>
      <p class="lead">${t("elsewhere-lead")}</p>
      <p class="live"><span class="pulse" aria-hidden="true"></span>${t("wait-live")}</p>
      <div role="alert">${this.problem === null ? nothing : html`<p class="notice bad" data-testid="problem">${t(this.problem)}</p>`}</div>
      <div class="actions">
        <button class="button" type="button" data-testid="take-back" ?disabled=${this.busy} @click=${this.#back}>${t("elsewhere-back")}</button>
      </div>
      <p class="hint">${t("elsewhere-back-hint")}</p>
    </section>`;
  }

  #back = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      await this.desk.session.takeBack();
    } catch {
      this.problem = "device-failed";
    } finally {
      this.busy = false;
    }
  };
}

customElements.define("kyc-elsewhere", KycElsewhere);
