/** A link for another device, made only when asked for. */
import { html, nothing } from "lit";
import { Part, type Desk } from "../part";

export class KycOtherDevice extends Part {
  static override properties = { desk: { attribute: false }, link: { state: true }, said: { state: true } };

  declare desk: Desk;
  declare link: string | null;
  declare said: string | null;

  constructor() {
    super();
    this.link = null;
    this.said = null;
  }

  protected override render(): unknown {
    const t = this.desk.t.device;
    return html`<aside><details class="device" data-testid="device">
      <summary>${t.title}</summary>
      <p class="hint">${t.lead}</p>
      ${this.link === null
        ? html`<button class="button small" type="button" data-testid="other-device" @click=${this.#make}>${t.make}</button>`
        : html`<div class="copy">
            <input type="url" readonly data-testid="device-link" aria-label=${t.link} .value=${this.link}
              @focus=${(event: Event) => (event.target as HTMLInputElement).select()} />
            <button class="button small" type="button" data-testid="copy-link" @click=${this.#copy}>${t.copy}</button>
          </div>`}
      <p role="status" class="hint">${this.said ?? nothing}</p>
    </details></aside>`;
  }

  #make = async (): Promise<void> => {
    try {
      this.link = (await this.desk.transport.link()).link;
      this.said = null;
      await this.updateComplete;
      this.querySelector<HTMLInputElement>("[data-testid=device-link]")?.focus();
    } catch {
      this.said = this.desk.t.device.failed;
    }
  };

  #copy = async (): Promise<void> => {
    const field = this.querySelector<HTMLInputElement>("[data-testid=device-link]");
    try {
      await navigator.clipboard.writeText(this.link ?? "");
      this.said = this.desk.t.device.copied;
    } catch {
      // Without permission the marked text can still be copied by hand.
      field?.focus();
    }
  };
}

customElements.define("kyc-other-device", KycOtherDevice);
