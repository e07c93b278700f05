/** The list of cases, as it is now: whoever waits longest comes first. */
import { html, nothing, type PropertyValues } from "lit";
import type { Review } from "@kyc/sdk";
import { ApiError, cases, type CaseLine, type Me } from "./api";
import { Part } from "./part";
import type { Locale, Texts } from "./texts";
import { troubleText } from "./trouble";

const FILTERS = ["in_review", "supplemented", "resubmission_requested", "approved", "rejected", "all"] as const;
type Filter = (typeof FILTERS)[number];

export class KycCases extends Part {
  static override properties = {
    t: { attribute: false },
    locale: { attribute: false },
    me: { attribute: false },
    /** Grows whenever some case moved. */
    news: { attribute: false },
    filter: { state: true },
    lines: { state: true },
    damaged: { state: true },
    next: { state: true },
    problem: { state: true },
  };

  declare t: Texts;
  declare locale: Locale;
  declare me: Me;
  declare news: number;
  declare filter: Filter;
  declare lines: readonly CaseLine[] | null;
  declare damaged: readonly string[];
  declare next: string | null;
  declare problem: string | null;
  #reading = 0;

  constructor() {
    super();
    this.filter = "in_review";
    this.lines = null;
    this.damaged = [];
    this.next = null;
    this.problem = null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has("news") || changed.has("filter")) void this.#read();
  }

  protected override render(): unknown {
    const { t } = this;
    return html`
      <main class="cases" data-testid="cases" aria-busy=${this.lines === null ? "true" : "false"}>
        <h1 tabindex="-1" data-testid="heading">${t.list.title}</h1>
        <div class="filters" role="group" aria-label=${t.list.filter}>
          ${FILTERS.map(
            (filter) => html`<button
              type="button" class="button small" data-testid="filter-${filter}" aria-pressed=${String(this.filter === filter)}
              @click=${() => this.#show(filter)}
            >${filter === "all" ? t.list.all : t.states[filter]}</button>`,
          )}
        </div>
        <div role="alert">${this.problem === null ? nothing : html`<p class="notice bad" data-testid="problem">${this.problem}</p>`}</div>
        ${this.damaged.length === 0 ? nothing : html`<p class="notice bad" role="status" data-testid="damaged">${t.list.damaged(this.damaged.join(", "))}</p>`}
        ${this.lines === null ? html`<p role="status">${t.loading}</p>` : this.#table(this.lines)}
        ${this.next === null ? nothing : html`<button type="button" class="button" data-testid="more" @click=${this.#more}>${t.list.more}</button>`}
      </main>
    `;
  }

  #table(lines: readonly CaseLine[]): unknown {
    const { t } = this;
    if (lines.length === 0) {
      return html`<p class="empty card" data-testid="no-cases">${this.filter === "in_review" ? t.list.noneOpen : t.list.none}</p>`;
    }
    return html`<ul class="lines card" aria-live="polite" aria-relevant="additions">
      ${lines.map(
        (line) => html`<li>
          <a
            href="#/case/${line.session}" data-testid="case-${line.session}" data-state=${line.state}
            data-claimed-by=${line.claimed_by ?? ""}
          >
            ${line.external_ref === null ? html`<code>${line.session.slice(0, 12)}</code>` : html`<bdi class="reference">${line.external_ref}</bdi>`}
            <span class="badge ${line.state}">${t.states[line.state] ?? line.state}</span>
            <time datetime=${new Date(line.opened_at).toISOString()}>${ago(line.opened_at, this.locale)}</time>
            <span class="holder">${this.#holder(line)}</span>
            <span class="open" aria-hidden="true">›</span>
          </a>
        </li>`,
      )}
    </ul>`;
  }

  #holder({ state, claimed_by: holder }: CaseLine): unknown {
    const { t } = this;
    if (holder !== null) return html`<span class="tag ${holder === this.me.name ? "own" : ""}">${holder === this.me.name ? t.list.you : holder}</span>`;
    return state === "in_review" || state === "supplemented" ? html`<span class="tag free">${t.list.free}</span>` : nothing;
  }

  #show(filter: Filter): void {
    this.filter = filter;
    this.lines = null;
    this.damaged = [];
    this.next = null;
  }

  #state(): Review.State | null {
    return this.filter === "all" ? null : this.filter;
  }

  async #read(): Promise<void> {
    const reading = ++this.#reading;
    try {
      const page = await cases(this.#state(), null);
      if (reading !== this.#reading) return;
      this.lines = page.cases;
      this.damaged = page.damaged;
      this.next = page.next;
      this.problem = null;
    } catch (error) {
      if (reading === this.#reading) this.#failed(error);
    }
  }

  #more = async (): Promise<void> => {
    const reading = ++this.#reading;
    try {
      const page = await cases(this.#state(), this.next);
      if (reading !== this.#reading) return;
      this.lines = [...(this.lines ?? []), ...page.cases];
      this.damaged = [...this.damaged, ...page.damaged];
      this.next = page.next;
    } catch (error) {
      this.#failed(error);
    }
  };

  #failed(error: unknown): void {
    if (error instanceof ApiError && error.status === 401) this.dispatchEvent(new Event("signed-out", { bubbles: true }));
    this.problem = troubleText(this.t, error);
  }
}

/** How long ago, in words. */
export function ago(at: number, locale: Locale): string {
  const seconds = Math.round((at - Date.now()) / 1000);
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (Math.abs(seconds) < 90) return words.format(Math.min(0, seconds), "second");
  if (Math.abs(seconds) < 90 * 60) return words.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 36 * 3600) return words.format(Math.round(seconds / 3600), "hour");
  return words.format(Math.round(seconds / 86_400), "day");
}

customElements.define("kyc-cases", KycCases);
