/** A link for another device, made only when asked for. */
import { html, nothing } from "lit";
import { Part, type Desk } from "../part";
import type { Unfilled } from "../texts";

export class KycOtherDevice extends Part {
  static override properties = { desk: { attribute: false }, link: { state: true }, said: { state: true } };

  declare desk: Desk;
  declare link: string | null;
  declare said: Unfilled | null;

  constructor() {
    super();
    this.link = null;
    this.said = null;
  }

  protected override render(): unknown {
    const { t } = this.desk;
    return html`<aside><details class="device" data-testid="device">
      <summary>${t("device-title")}</summary>
      <p class="hint">${t("device-lead")}</p>
      ${this.link === null
        ? html`<button class="button small" type="button" data-testid="other-device" @click=${this.#make}>${t("device-make")}</button>`
        : html`<div class="copy">
            <input type="url" dir="ltr" readonly data-testid="device-link" aria-label=${t("device-link")} .value=${this.link}
              @focus=${(event: Event) => (event.target as HTMLInputElement).select()} />
            <button class="button small" type="button" data-testid="copy-link" @click=${this.#copy}>${t("device-copy")}</button>
          </div>`}
      <p role="status" class="hint">${this.said === null ? nothing : t(this.said)}</p>
    </details></aside>`;
  }

  #make = async (): Promise<void> => {
    try {
      const { link } = await this.desk.transport.link();
      // The other device goes on in the same language.
      this.link = `${link}&lang=${this.desk.t.language}`;
      this.said = null;
      await this.updateComplete;
      this.querySelector<HTMLInputElement>("[data-testid=device-link]")?.focus();
    } catch {
      this.said = "device-failed";
    }
  };

  #copy = async (): Promise<void> => {
    const field = this.querySelector<HTMLInputElement>("[data-testid=device-link]");
    try {
      await navigator.clipboard.writeText(this.link ?? "");
      this.said = "device-copied";
    } catch {
      // Without permission the marked text can still be copied by hand.
      field?.focus();
    }
  };
}

customElements.define("kyc-other-device", KycOtherDevice);
