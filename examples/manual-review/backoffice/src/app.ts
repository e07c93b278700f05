/** The page as a whole: who is signed in, which part is shown, and what is new. */
import { html, nothing, type PropertyValues } from "lit";
import { ApiError, login, logout, me, stream, type Me } from "./api";
import { KycCase } from "./case";
import "./cases";
import { Part, type Drawn } from "./part";
import { catalogues, languages, preferredLocale, rememberLocale, type Locale } from "./texts";
import { troubleText } from "./trouble";

/** What the address bar asks for: the list, or one case. */
type Route = { at: "list" } | { at: "case"; session: string };

const KEYS = "kyc.keys";
const RETRY_AFTER = 3_000;

export class KycBackoffice extends Part {
  static override properties = {
    locale: { state: true },
    me: { state: true },
    route: { state: true },
    live: { state: true },
    newsOfAll: { state: true },
    newsOfCase: { state: true },
    problem: { state: true },
    keys: { state: true },
  };

  declare locale: Locale;
  /** `undefined` while nobody knows yet, `null` when nobody is signed in. */
  declare me: Me | null | undefined;
  declare route: Route;
  declare live: boolean;
  declare newsOfAll: number;
  declare newsOfCase: number;
  declare problem: string | null;
  declare keys: boolean;
  #stream: EventSource | null = null;
  #place = "";

  constructor() {
    super();
    this.locale = preferredLocale();
    this.me = undefined;
    this.route = routeOf(location.hash);
    this.live = false;
    this.newsOfAll = 0;
    this.newsOfCase = 0;
    this.problem = null;
    this.keys = localStorage.getItem(KEYS) !== "off";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.#moved);
    addEventListener("keydown", this.#pressed);
    addEventListener("focus", this.#shown);
    this.addEventListener("signed-out", this.#signedOut);
    void this.#enter(me());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.#moved);
    removeEventListener("keydown", this.#pressed);
    removeEventListener("focus", this.#shown);
    this.#stream?.close();
  }

  protected override updated(changed: PropertyValues): void {
    const t = catalogues[this.locale];
    if (changed.has("locale")) document.documentElement.lang = this.locale;
    const place = !this.me ? t.login.title : this.route.at === "case" ? t.case.title(this.route.session.slice(0, 12)) : t.list.title;
    document.title = `${place} – ${t.title}`;
    const shown = this.me ? location.hash : "door";
    if (this.me === undefined || shown === this.#place) return;
    const isFirst = this.#place === "";
    this.#place = shown;
    if (!isFirst || shown === "door") void this.#settle();
  }

  protected override render(): unknown {
    const t = catalogues[this.locale];
    return html`
      <header class="top">
        <a class="brand" href="#/"><svg viewBox="0 0 32 32" aria-hidden="true"><rect width="32" height="32" rx="8"/><path d="M9 16.500l4.800 4.800L23 12"/></svg>${t.title}</a>
        ${this.me
          ? html`<span class="live ${this.live ? "on" : "off"}" role="status" data-testid="live" data-live=${this.live ? "on" : "off"}>
              <span class="dot" aria-hidden="true"></span><span>${this.live ? t.top.live : t.top.notLive}</span>
            </span>`
          : nothing}
        <span class="space"></span>
        <select class="language" data-testid="language" aria-label=${t.language} @change=${this.#speak}>
          ${Object.entries(languages).map(([locale, name]) => html`<option value=${locale} lang=${locale} ?selected=${locale === this.locale}>${name}</option>`)}
        </select>
        ${this.me
          ? html`<span class="who" data-testid="reviewer">${this.me.name}</span>
              <button type="button" class="button plain small" data-testid="shortcuts" @click=${this.#showKeys}>${t.top.shortcuts}</button>
              <button type="button" class="button plain small" data-testid="sign-out" @click=${this.#signOut}>${t.top.signOut}</button>`
          : nothing}
      </header>
      ${this.me === undefined ? this.#waiting() : this.me === null ? this.#door() : this.#inside(this.me)}
      ${this.#keyList()}
    `;
  }

  #inside(reviewer: Me): Drawn {
    const t = catalogues[this.locale];
    return this.route.at === "case"
      ? html`<kyc-case .t=${t} .locale=${this.locale} .me=${reviewer} .session=${this.route.session} .news=${this.newsOfCase}></kyc-case>`
      : html`<kyc-cases .t=${t} .locale=${this.locale} .me=${reviewer} .news=${this.newsOfAll}></kyc-cases>`;
  }

  #waiting(): Drawn {
    const t = catalogues[this.locale];
    return html`<main class="door card" aria-busy="true">
      ${this.problem === null
        ? html`<p role="status">${t.loading}</p>`
        : html`<p class="notice bad" role="alert" data-testid="problem">${this.problem}</p>
            <button type="button" class="button" @click=${() => this.#enter(me())}>${t.tryAgain}</button>`}
    </main>`;
  }

  #door(): Drawn {
    const t = catalogues[this.locale];
    return html`<main class="door card">
      <form @submit=${this.#signIn}>
        <h1 tabindex="-1" data-testid="heading">${t.login.title}</h1>
        <p class="hint">${t.login.lead}</p>
        <div class="field">
          <label for="name">${t.login.name}</label>
          <input type="text" id="name" name="name" data-testid="name" autocomplete="username" autocapitalize="none" spellcheck="false" required />
        </div>
        <div class="field">
          <label for="password">${t.login.password}</label>
          <input type="password" id="password" name="password" data-testid="password" autocomplete="current-password" required />
        </div>
        <div role="alert">${this.problem === null ? nothing : html`<p class="notice bad" data-testid="problem">${this.problem}</p>`}</div>
        <button type="submit" class="button primary" data-testid="sign-in">${t.login.submit}</button>
      </form>
    </main>`;
  }

  #keyList(): Drawn {
    const t = catalogues[this.locale];
    return html`<dialog class="card keys" data-testid="shortcuts-dialog" aria-labelledby="keys-title">
      <h2 id="keys-title">${t.keys.title}</h2>
      <dl>${t.keys.list.map(([key, does]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${does}</dd></div>`)}</dl>
      <label class="tick"><input type="checkbox" data-testid="keys-on" .checked=${this.keys} @change=${this.#switchKeys} /> ${t.keys.on}</label>
      <form method="dialog"><button class="button">${t.close}</button></form>
    </dialog>`;
  }

  async #enter(asked: Promise<Me>): Promise<void> {
    try {
      this.me = await asked;
      this.problem = null;
      this.#listen();
    } catch (error) {
      const isAnswer = error instanceof ApiError && error.status === 401;
      if (isAnswer || this.me === null) this.me = null;
      this.problem = isAnswer && error.code === "unauthorized" ? null : troubleText(catalogues[this.locale], error);
    }
  }

  #signIn = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    void this.#enter(login(String(form.get("name") ?? "").trim(), String(form.get("password") ?? "")));
  };

  #signOut = async (): Promise<void> => {
    try {
      await logout();
    } catch (error) {
      // Signed out already is signed out; with no answer nobody knows, and says so.
      if (!(error instanceof ApiError && error.status === 401)) this.problem = troubleText(catalogues[this.locale], error);
    }
    this.#leave();
  };

  #signedOut = (): void => {
    this.#leave();
    this.problem = catalogues[this.locale].troubles.unauthorized;
  };

  #leave(): void {
    this.#stream?.close();
    this.#stream = null;
    this.live = false;
    this.me = null;
  }

  #listen(): void {
    this.#stream?.close();
    const source = stream();
    this.#stream = source;
    source.addEventListener("open", () => {
      this.live = true;
      // What moved while nobody listened.
      this.#refresh();
    });
    source.addEventListener("error", () => {
      this.live = false;
      if (source.readyState === EventSource.CLOSED && this.#stream === source) setTimeout(() => void this.#again(source), RETRY_AFTER);
    });
    source.addEventListener("resync", () => this.#refresh());
    source.addEventListener("case", (event) => {
      this.newsOfAll += 1;
      const session = sessionIn(event.data);
      if (this.route.at === "case" && session === this.route.session) this.newsOfCase += 1;
    });
  }

  /** The browser gave the stream up: perhaps the server was restarted, perhaps we are signed out. */
  async #again(source: EventSource): Promise<void> {
    if (this.#stream !== source || !this.me) return;
    try {
      await me();
      if (this.#stream === source) this.#listen();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.#signedOut();
      else setTimeout(() => void this.#again(source), RETRY_AFTER);
    }
  }

  #refresh(): void {
    this.newsOfAll += 1;
    this.newsOfCase += 1;
  }

  #shown = (): void => {
    if (this.me) this.#refresh();
  };

  #moved = (): void => {
    this.route = routeOf(location.hash);
  };

  #pressed = (event: KeyboardEvent): void => {
    const target = event.target as Element;
    const isTyping = target.closest("input, textarea, select, dialog") !== null;
    if (!this.keys || !this.me || isTyping || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const key = event.key.toLowerCase();
    const open = this.querySelector("kyc-case");
    if (key === "?") this.#showKeys();
    else if (key === "l" && this.route.at === "case") location.hash = "#/";
    else if (!(open instanceof KycCase && open.press(key))) return;
    event.preventDefault();
  };

  #showKeys = (): void => {
    this.querySelector<HTMLDialogElement>("dialog.keys")?.showModal();
  };

  #switchKeys = (event: Event): void => {
    this.keys = (event.target as HTMLInputElement).checked;
    localStorage.setItem(KEYS, this.keys ? "on" : "off");
  };

  #speak = (event: Event): void => {
    this.locale = (event.target as HTMLSelectElement).value as Locale;
    rememberLocale(this.locale);
  };

  async #settle(): Promise<void> {
    await this.updateComplete;
    for (const part of this.querySelectorAll("*")) if (part instanceof Part) await part.updateComplete;
    (this.querySelector<HTMLElement>("#name") ?? this.querySelector<HTMLElement>("h1"))?.focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }
}

function routeOf(hash: string): Route {
  const session = /^#\/case\/([A-Za-z0-9_-]{1,64})$/.exec(hash)?.[1];
  return session === undefined ? { at: "list" } : { at: "case", session };
}

function sessionIn(data: unknown): string | null {
  try {
    return (JSON.parse(String(data)) as { session?: string }).session ?? null;
  } catch {
    return null;
  }
}

customElements.define("kyc-backoffice", KycBackoffice);
