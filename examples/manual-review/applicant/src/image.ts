/** `<kyc-image>`: a picture of the session: from this device, or fetched with the token, because an `<img>` cannot carry one. */
import { html, type PropertyValues } from "lit";
import { KycError, type HttpTransport, type KycSession } from "@kyc/sdk";
import { connected } from "./connection";
import { Part } from "./part";
import type { Texts } from "./texts";

export class KycImage extends Part {
  static override properties = {
    session: { attribute: false },
    transport: { attribute: false },
    digest: { type: String },
    alt: { type: String },
    name: { type: String },
    t: { attribute: false },
    url: { state: true },
    failed: { state: true },
  };

  declare session: KycSession;
  declare transport: HttpTransport;
  declare digest: string;
  declare alt: string;
  declare name: string;
  declare t: Texts;
  declare url: string | null;
  declare failed: boolean;
  #loading: AbortController | null = null;

  constructor() {
    super();
    this.url = null;
    this.failed = false;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("digest")) void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#clear();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated && this.url === null) void this.#load();
  }

  protected override render(): unknown {
    const { t } = this;
    if (this.failed) {
      return html`<div class="failed" role="alert">
        <p>${t("review-failed")}</p>
        <button class="button small" type="button" @click=${() => this.#load()}>${t("try-again")}</button>
      </div>`;
    }
    if (this.url === null) return html`<div class="placeholder"><span class="sr-only" role="status">${t("review-loading")}</span></div>`;
    return html`<img src=${this.url} alt=${this.alt} data-testid="image-${this.name}" @load=${this.#seen} @error=${this.#fail} />`;
  }

  async #load(): Promise<void> {
    this.#clear();
    const loading = new AbortController();
    this.#loading = loading;
    try {
      const picture = await this.#picture(loading.signal);
      if (!loading.signal.aborted) this.url = URL.createObjectURL(picture);
    } catch {
      if (!loading.signal.aborted) this.#fail();
    }
  }

  #fail = (): void => {
    this.failed = true;
    this.#seen();
  };

  /** Tells that there is something to look at, or that there will be nothing. */
  #seen = (): void => {
    this.dispatchEvent(new CustomEvent<string>("kyc-seen", { detail: this.digest, bubbles: true }));
  };

  async #picture(signal: AbortSignal): Promise<Blob> {
    const here = await this.session.photo(this.digest);
    if (here !== null) return here;
    for (;;) {
      try {
        return await this.transport.image(this.digest, signal);
      } catch (error) {
        if (!(error instanceof KycError) || error.code !== "offline") throw error;
        await connected(error, signal);
      }
    }
  }

  #clear(): void {
    this.#loading?.abort();
    if (this.url !== null) URL.revokeObjectURL(this.url);
    this.url = null;
    this.failed = false;
  }
}

customElements.define("kyc-image", KycImage);
