/** On a device that another one has let in: giving the session back to it. */
import { html, nothing } from "lit";
import { KycError } from "@kyc/sdk";
import { Part, type Desk } from "../part";
import type { Unfilled } from "../texts";

export class KycGiveBack extends Part {
  static override properties = { desk: { attribute: false }, giveBack: { attribute: false }, busy: { state: true }, problem: { state: true } };

  declare desk: Desk;
  declare giveBack: () => Promise<void>;
  declare busy: boolean;
  declare problem: Unfilled | null;

  constructor() {
    super();
    this.busy = false;
    this.problem = null;
  }

  protected override render(): unknown {
    const { t } = this.desk;
    return html`<aside class="device give-back" aria-label=${t("give-back")}>
      <button class="button small" type="button" data-testid="give-back" aria-describedby="give-back-hint" ?disabled=${this.busy} @click=${this.#give}>${t("give-back")}</button>
      <p class="hint" id="give-back-hint">${t("give-back-hint")}</p>
      <div role="alert">${this.problem === null ? nothing : html`<p class="notice bad" data-testid="give-back-problem">${t(this.problem)}</p>`}</div>
    </aside>`;
  }

  #give = async (): Promise<void> => {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      await this.giveBack();
    } catch (error) {
      const isUnsaved = error instanceof KycError && error.code === "offline" && this.desk.state.waiting > 0;
      this.problem = isUnsaved ? "give-back-unsaved" : "device-failed";
    } finally {
      this.busy = false;
    }
  };
}

customElements.define("kyc-give-back", KycGiveBack);
