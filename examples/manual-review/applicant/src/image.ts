/** `<kyc-image>`: a picture of the session: from this device, or fetched with the token, because an `<img>` cannot carry one. */
import { html, type PropertyValues } from "lit";
import { KycError, type HttpTransport, type KycSession } from "@kyc/sdk";
import { connected } from "./connection";
import { Part } from "./part";

export class KycImage extends Part {
  static override properties = {
    session: { attribute: false },
    transport: { attribute: false },
    digest: { type: String },
    alt: { type: String },
    name: { type: String },
    failure: { type: String },
    url: { state: true },
    failed: { state: true },
  };

  declare session: KycSession;
  declare transport: HttpTransport;
  declare digest: string;
  declare alt: string;
  declare name: string;
  declare failure: string;
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
    if (this.failed) return html`<p class="hint">${this.failure}</p>`;
    if (this.url === null) return html`<div class="placeholder" aria-hidden="true"></div>`;
    return html`<img src=${this.url} alt=${this.alt} data-testid="image-${this.name}" />`;
  }

  async #load(): Promise<void> {
    this.#clear();
    const loading = new AbortController();
    this.#loading = loading;
    try {
      const picture = await this.#picture(loading.signal);
      if (!loading.signal.aborted) this.url = URL.createObjectURL(picture);
    } catch {
      this.failed = !loading.signal.aborted;
    }
  }

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
