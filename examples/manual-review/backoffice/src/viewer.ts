/** `<kyc-viewer>`: one image to be looked at closely, by wheel, fingers, buttons or keys; of a PDF, a picture of each page. */
import { html, nothing, type PropertyValues } from "lit";
import { again } from "./again";
import { pagesOf } from "./api";
import { Part } from "./part";
import type { Texts } from "./texts";

const SMALLEST = 1;
const LARGEST = 8;
const ZOOM_STEP = 1.25;
const PAN_STEP = 60;

interface Place {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
  readonly turned: number;
}

const FITTED: Place = { zoom: 1, x: 0, y: 0, turned: 0 };

export class KycViewer extends Part {
  static override properties = {
    t: { attribute: false },
    src: { type: String },
    label: { type: String },
    /** `viewer`, or `earlier` for the image that was replaced. */
    name: { type: String },
    /** Whether there may be several pages. */
    paged: { type: Boolean },
    page: { state: true },
    pages: { state: true },
    place: { state: true },
    failed: { state: true },
    loaded: { state: true },
  };

  declare t: Texts;
  declare src: string;
  declare label: string;
  declare name: string;
  declare paged: boolean;
  declare page: number;
  declare pages: number;
  declare place: Place;
  declare failed: boolean;
  declare loaded: boolean;
  readonly #fingers = new Map<number, PointerEvent>();

  constructor() {
    super();
    this.place = FITTED;
    this.failed = false;
    this.loaded = false;
    this.name = "viewer";
    this.paged = false;
    this.page = 1;
    this.pages = 1;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("src")) return;
    this.page = 1;
    this.pages = 1;
    this.#afresh();
    if (this.paged) void this.#count();
  }

  #afresh(): void {
    this.place = FITTED;
    this.failed = false;
    this.loaded = false;
  }

  async #count(): Promise<void> {
    const { src } = this;
    const pages = await pagesOf(src).catch(() => null);
    if (src !== this.src || !this.isConnected) return;
    if (pages === null) this.failed = true;
    else this.pages = pages;
  }

  #turnTo(page: number): void {
    if (page < 1 || page > this.pages || page === this.page) return;
    this.page = page;
    this.#afresh();
  }

  #tryAgain(): void {
    this.failed = false;
    if (this.paged) void this.#count();
  }

  protected override updated(): void {
    const image = this.querySelector("img");
    if (image === null) return;
    const { zoom, x, y, turned } = this.place;
    image.style.transform = `translate(${x}px, ${y}px) rotate(${turned}deg) scale(${zoom * this.#turnedFit()})`;
    // Listened to by hand, because a wheel that zooms must not scroll the page.
    this.querySelector<HTMLElement>(".pane")?.addEventListener("wheel", this.#wheel, { passive: false });
  }

  protected override render(): unknown {
    const { t } = this;
    const { zoom, turned } = this.place;
    const isMain = this.name === "viewer";
    const prefix = isMain ? "" : `${this.name}-`;
    const at = this.pages > 1 ? t.viewer.page(this.page, this.pages) : null;
    const label = at === null ? this.label : `${this.label}, ${at}`;
    const src = this.page === 1 ? this.src : `${this.src}?page=${this.page}`;
    return html`
      <div
        class="pane" tabindex="0" role="group" aria-label=${t.viewer.label(label)} aria-describedby="${this.name}-help"
        data-testid=${this.name} data-zoom=${zoom.toFixed(2)} data-rotation=${turned}
        @keydown=${this.#key} @dblclick=${this.#double}
        @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up} @pointercancel=${this.#up}
      >
        ${this.failed
          ? html`<p role="alert">${t.viewer.failed}
              <button type="button" class="button small" @click=${this.#tryAgain}>${t.tryAgain}</button></p>`
          : html`<img src=${src} alt=${label} draggable="false" data-testid="${this.name}-image" class=${this.loaded ? "loaded" : "loading"} @error=${again(() => (this.failed = true))} @load=${() => (this.loaded = true)} />`}
      </div>
      <div class="tools" role="toolbar" aria-label=${this.label}>
        ${at === null ? nothing : this.#pager(at, prefix)}
        <button type="button" class="button small" data-testid="${prefix}zoom-out" aria-label=${t.viewer.zoomOut} title="${t.viewer.zoomOut} (−)" @click=${() => this.#zoom(1 / ZOOM_STEP)}>−</button>
        <output class="scale">${Math.round(zoom * 100)} %</output>
        <button type="button" class="button small" data-testid="${prefix}zoom-in" aria-label=${t.viewer.zoomIn} title="${t.viewer.zoomIn} (+)" @click=${() => this.#zoom(ZOOM_STEP)}>+</button>
        <button type="button" class="button small" data-testid="${prefix}fit" title="${t.viewer.fit} (0)" @click=${this.#fit}>${t.viewer.fit}</button>
        <button type="button" class="button small" data-testid="${prefix}rotate" title="${t.viewer.rotate} (R)" @click=${this.#turn}>${t.viewer.rotate}</button>
        <span class="sr-only" id="${this.name}-help">${t.viewer.help} ${at === null ? nothing : t.viewer.pagesHelp}</span>
      </div>
    `;
  }

  #pager(at: string, prefix: string): unknown {
    const { t, page, pages } = this;
    return html`<span class="pager">
      <button type="button" class="button small" data-testid="${prefix}page-before" aria-label=${t.viewer.pageBefore} title="${t.viewer.pageBefore} (${t.viewer.pageUp})"
        ?disabled=${page === 1} @click=${() => this.#turnTo(page - 1)}>‹</button>
      <span role="status" data-testid="${prefix}pages">${at}</span>
      <button type="button" class="button small" data-testid="${prefix}page-next" aria-label=${t.viewer.pageNext} title="${t.viewer.pageNext} (${t.viewer.pageDown})"
        ?disabled=${page === pages} @click=${() => this.#turnTo(page + 1)}>›</button>
    </span>`;
  }

  #key = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const deeds: Record<string, () => void> = {
      "+": () => this.#zoom(ZOOM_STEP),
      "=": () => this.#zoom(ZOOM_STEP),
      "-": () => this.#zoom(1 / ZOOM_STEP),
      "0": this.#fit,
      r: this.#turn,
      R: this.#turn,
      PageUp: () => this.#turnTo(this.page - 1),
      PageDown: () => this.#turnTo(this.page + 1),
      ArrowLeft: () => this.#pan(PAN_STEP, 0),
      ArrowRight: () => this.#pan(-PAN_STEP, 0),
      ArrowUp: () => this.#pan(0, PAN_STEP),
      ArrowDown: () => this.#pan(0, -PAN_STEP),
    };
    const deed = deeds[event.key];
    if (deed === undefined) return;
    event.preventDefault();
    deed();
  };

  #fit = (): void => {
    this.place = FITTED;
  };

  #turn = (): void => {
    this.place = { ...this.place, x: 0, y: 0, turned: (this.place.turned + 90) % 360 };
  };

  #double = (event: MouseEvent): void => {
    if (this.place.zoom > 1) this.#fit();
    else this.#zoom(3, event);
  };

  #wheel = (event: WheelEvent): void => {
    event.preventDefault();
    this.#zoom(Math.exp(-event.deltaY / 400), event);
  };

  /** The point under the pointer stays where it is. */
  #zoom(by: number, at?: { clientX: number; clientY: number }): void {
    const before = this.place;
    const zoom = Math.min(LARGEST, Math.max(SMALLEST, before.zoom * by));
    const factor = zoom / before.zoom;
    const box = this.querySelector(".pane")?.getBoundingClientRect();
    const dx = at === undefined || box === undefined ? 0 : at.clientX - box.left - box.width / 2;
    const dy = at === undefined || box === undefined ? 0 : at.clientY - box.top - box.height / 2;
    this.place = this.#bounded({ ...before, zoom, x: dx - (dx - before.x) * factor, y: dy - (dy - before.y) * factor });
  }

  #pan(x: number, y: number): void {
    this.place = this.#bounded({ ...this.place, x: this.place.x + x, y: this.place.y + y });
  }

  /** The image never leaves its pane altogether. */
  #bounded(place: Place): Place {
    const box = this.querySelector(".pane")?.getBoundingClientRect();
    if (box === undefined) return place;
    const [farX, farY] = [(box.width * (place.zoom - 0.5)) / 2, (box.height * (place.zoom - 0.5)) / 2];
    return { ...place, x: Math.min(farX, Math.max(-farX, place.x)), y: Math.min(farY, Math.max(-farY, place.y)) };
  }

  /** A turned image has to fit the other way round. */
  #turnedFit(): number {
    const image = this.querySelector("img");
    const pane = this.querySelector<HTMLElement>(".pane");
    if (this.place.turned % 180 === 0 || image === null || pane === null || image.naturalWidth === 0) return 1;
    const upright = Math.min(pane.clientWidth / image.naturalWidth, pane.clientHeight / image.naturalHeight);
    const turned = Math.min(pane.clientWidth / image.naturalHeight, pane.clientHeight / image.naturalWidth);
    return turned / upright;
  }

  #down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, event);
  };

  #move = (event: PointerEvent): void => {
    const before = this.#fingers.get(event.pointerId);
    if (before === undefined) return;
    const other = [...this.#fingers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    this.#fingers.set(event.pointerId, event);
    if (other === undefined) return this.#pan(event.clientX - before.clientX, event.clientY - before.clientY);
    const apart = (finger: PointerEvent): number => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY);
    const between = { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 };
    this.#zoom(apart(event) / Math.max(1, apart(before)), between);
  };

  #up = (event: PointerEvent): void => {
    this.#fingers.delete(event.pointerId);
  };
}

customElements.define("kyc-viewer", KycViewer);
