/** Country and kind of document: only what the Flow offers can be chosen. */
import { html, nothing, type PropertyValues } from "lit";
import type { DocumentType } from "@kyc/sdk";
import { documentDrawing } from "../drawings";
import { explained, Part, type Desk } from "../part";

export class KycDocumentChoice extends Part {
  static override properties = {
    desk: { attribute: false },
    country: { state: true },
    document: { state: true },
    problem: { state: true },
    code: { state: true },
  };

  declare desk: Desk;
  declare country: string;
  declare document: DocumentType | null;
  declare problem: string | null;
  declare code: string;
  #named: { locale: string; countries: { code: string; name: string }[] } | null = null;

  constructor() {
    super();
    this.country = "";
    this.document = null;
    this.problem = null;
    this.code = "";
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("desk") || this.hasUpdated) return;
    const chosen = this.desk.state.view.document;
    const likely = new Intl.Locale(navigator.language).maximize().region ?? "";
    this.country = chosen?.country ?? (this.desk.session.offers().some(({ country }) => country === likely) ? likely : "");
    this.document = chosen?.type ?? null;
  }

  protected override render(): unknown {
    const t = this.desk.t;
    const offer = this.desk.session.offers().find(({ country }) => country === this.country);
    return html`
      <h1 tabindex="-1" data-testid="heading">${t.document.title}</h1>
      <p class="lead">${t.document.lead}</p>
      <form @submit=${this.#submit} novalidate>
        <div class="field">
          <label for="country">${t.document.country}</label>
          <select id="country" data-testid="country" autocomplete="country" @change=${this.#choseCountry}
            aria-invalid=${this.code === "country" ? "true" : "false"} aria-describedby="document-problem">
            <option value="" ?selected=${this.country === ""}>${t.document.choose}</option>
            ${this.#countries().map(
              ({ code, name }) => html`<option value=${code} ?selected=${code === this.country}>${name}</option>`,
            )}
          </select>
        </div>
        <fieldset class="documents" aria-describedby="document-problem">
          <legend class="label">${t.document.type}</legend>
          ${offer === undefined
            ? html`<p class="hint">${t.document.chooseCountry}</p>`
            : offer.documents.map(
                ({ type, sides }) => html`<label class="option">
                  <input type="radio" name="document" value=${type} data-testid="document-${type}"
                    .checked=${this.document === type} @change=${() => this.#choseDocument(type)} />
                  ${documentDrawing(type)}
                  <span><b>${t.documents[type]}</b><span class="hint">${sides.length > 1 ? t.document.two : t.document.one}</span></span>
                </label>`,
              )}
        </fieldset>
        <div id="document-problem" role="alert">
          ${this.problem === null ? nothing : html`<p class="notice bad" data-testid="problem" data-code=${this.code}>${this.problem}</p>`}
        </div>
        <div class="actions">
          <button class="button primary" type="submit" data-testid="continue">${t.continue}</button>
        </div>
      </form>
    `;
  }

  #countries(): { code: string; name: string }[] {
    const { locale, session } = this.desk;
    if (this.#named?.locale !== locale) {
      const names = new Intl.DisplayNames([locale], { type: "region" });
      const countries = session.offers().map(({ country }) => ({ code: country, name: names.of(country) ?? country }));
      countries.sort((a, b) => a.name.localeCompare(b.name, locale));
      this.#named = { locale, countries };
    }
    return this.#named.countries;
  }

  #choseCountry = (event: Event): void => {
    this.country = (event.target as HTMLSelectElement).value;
    this.problem = null;
    this.code = "";
  };

  #choseDocument(type: DocumentType): void {
    this.document = type;
    this.problem = null;
    this.code = "";
  }

  #submit = (event: Event): void => {
    event.preventDefault();
    const t = this.desk.t;
    const offered = this.querySelector<HTMLInputElement>("input[name=document]:checked");
    if (this.country === "") return this.#missing("country", t.document.chooseCountry, "#country");
    if (offered === null || this.document === null) return this.#missing("document", t.document.chooseType, "input[name=document]");
    const outcome = this.desk.session.send({ type: "select_document", country: this.country, document: this.document });
    this.problem = explained(t, outcome);
    this.code = outcome.outcome === "rejected" && outcome.code === "refused" ? outcome.reason : "";
  };

  #missing(code: string, problem: string, selector: string): void {
    this.code = code;
    this.problem = problem;
    this.querySelector<HTMLElement>(selector)?.focus();
  }
}

customElements.define("kyc-document-choice", KycDocumentChoice);
