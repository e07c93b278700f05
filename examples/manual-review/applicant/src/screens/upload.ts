/** A large photo on its way up: how far it is, and the way to stop it. A small one is there before anybody could read this. */
import { html, nothing, type PropertyValues } from "lit";
import { Part, type Desk } from "../part";

export class KycUpload extends Part {
  static override properties = {
    desk: { attribute: false },
    isStopped: { state: true },
  };

  declare desk: Desk;
  declare isStopped: boolean;

  constructor() {
    super();
    this.isStopped = false;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("desk") && this.desk.state.waiting > 0) this.isStopped = false;
  }

  protected override render(): unknown {
    const { t } = this.desk;
    return html`${this.#bar()}
      <div role="status">${this.isStopped ? html`<p class="notice warn" data-testid="upload-stopped">${t("upload-stopped")}</p>` : nothing}</div>`;
  }

  #bar(): unknown {
    const { state, t } = this.desk;
    const { uploading, status } = state;
    if (uploading === null || uploading.total < LARGE || status === "signed_out") return nothing;
    return html`<section class="upload" data-testid="upload" data-sent=${uploading.sent} data-total=${uploading.total}>
      <label for="upload-progress">${t("upload-label")}</label>
      <progress id="upload-progress" data-testid="upload-progress" max=${uploading.total} .value=${uploading.sent}></progress>
      <button class="button small" type="button" data-testid="stop-upload" @click=${this.#stop}>${t("upload-stop")}</button>
      ${status === "offline" ? html`<p class="hint" data-testid="upload-waits">${t("upload-waits")}</p>` : nothing}
    </section>`;
  }

  #stop = (): void => {
    this.isStopped = this.desk.session.abortUpload().length > 0;
  };
}

/** In bytes. */
const LARGE = 256 * 1024;

customElements.define("kyc-upload", KycUpload);
