/** `<kyc-image>`: a picture of the session: from this device, or fetched with the token, because an `<img>` cannot carry one. Of a
 * PDF, one page at a time, as the server draws it: the file itself is never opened here. */
import { html, nothing, type PropertyValues } from "lit";
import { KycError, type HttpTransport, type KycSession } from "@kyc/sdk";
import { connected } from "./connection";
import { Part } from "./part";
import type { Texts } from "./texts";

export class KycImage extends Part {
  static override properties = {
    session: { attribute: false },
    transport: { attribute: false },
    digest: { type: String },
    isPdf: { attribute: false },
    alt: { type: String },
    name: { type: String },
    t: { attribute: false },
    url: { state: true },
    failed: { state: true },
    page: { state: true },
    pages: { state: true },
  };

  declare session: KycSession;
  declare transport: HttpTransport;
  declare digest: string;
  declare isPdf: boolean;
  declare alt: string;
  declare name: string;
  declare t: Texts;
  declare url: string | null;
  declare failed: boolean;
  declare page: number;
  /** How many there are, once it is known. */
  declare pages: number | null;
  #loading: AbortController | null = null;

  constructor() {
    super();
    this.url = null;
    this.failed = false;
    this.isPdf = false;
    this.page = 1;
    this.pages = null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("digest")) return;
    this.page = 1;
    this.pages = null;
    void this.#load();
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
    const at = this.pages === null ? null : t("pages-at", { page: this.page, pages: this.pages });
    const alt = at === null ? this.alt : `${this.alt}, ${at}`;
    return html`${this.url === null
        ? html`<div class="placeholder">
            <span class=${this.isPdf ? "" : "sr-only"} role="status">${t(this.isPdf ? "review-drawing" : "review-loading")}</span>
          </div>`
        : html`<img src=${this.url} alt=${alt} class=${this.isPdf ? "page" : ""} data-testid="image-${this.name}" @load=${this.#seen} @error=${this.#fail} />`}
      ${at === null ? nothing : this.#pager(at)}`;
  }

  #pager(at: string): unknown {
    const { t, page, pages } = this;
    const arrow = (by: 1 | -1, label: string): unknown =>
      html`<button class="button small" type="button" data-testid="page-${by === 1 ? "next" : "before"}" aria-label=${label} title=${label}
        ?disabled=${page + by < 1 || page + by > (pages ?? 1)} @click=${() => this.#turn(by)}><span aria-hidden="true">${by === 1 ? "›" : "‹"}</span></button>`;
    return html`<div class="pager">
      ${pages === 1 ? nothing : arrow(-1, t("pages-before"))}
      <span role="status" data-testid="pages-${this.name}">${at}</span>
      ${pages === 1 ? nothing : arrow(1, t("pages-next"))}
    </div>`;
  }

  #turn(by: 1 | -1): void {
    this.page += by;
    void this.#load();
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
    const here = this.isPdf ? null : await this.session.photo(this.digest);
    if (here !== null) return here;
    // What is still on its way, the server cannot draw.
    if (this.isPdf) await this.session.saved();
    for (;;) {
      try {
        if (!this.isPdf) return await this.transport.image(this.digest, signal);
        const { picture, pages } = await this.transport.page(this.digest, this.page, signal);
        if (!signal.aborted) this.pages = pages;
        return picture;
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
