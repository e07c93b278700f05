/** Country and kind of document: only what the Flow offers can be chosen. */
import { html, nothing, type PropertyValues } from "lit";
import type { DocumentType } from "@kyc/sdk";
import { documentDrawing } from "../drawings";
import { explained, Part, reasonOf, type Desk } from "../part";
import type { Unfilled } from "../texts";

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
  declare problem: Unfilled | null;
  declare code: string;
  #named: { language: string; countries: { code: string; name: string }[] } | null = null;

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
      <h1 tabindex="-1" data-testid="heading">${t("choice-title")}</h1>
      <p class="lead">${t("choice-lead")}</p>
      <form @submit=${this.#submit} novalidate>
        <div class="field">
          <label for="country">${t("choice-country")}</label>
          <select id="country" data-testid="country" autocomplete="country" required @change=${this.#choseCountry}
            aria-invalid=${this.code === "country" ? "true" : "false"} aria-describedby="document-problem">
            <option value="" ?selected=${this.country === ""}>${t("choice-please")}</option>
            ${this.#countries().map(
              ({ code, name }) => html`<option value=${code} ?selected=${code === this.country}>${name}</option>`,
            )}
          </select>
        </div>
        <fieldset class="documents" role="radiogroup" aria-required="true" aria-invalid=${this.code === "document" ? "true" : "false"} aria-describedby="document-problem">
          <legend class="label">${t("choice-type")}</legend>
          ${offer === undefined
            ? html`<p class="hint">${t("choice-country-missing")}</p>`
            : offer.documents.map(
                ({ type, sides }) => html`<label class="option">
                  <input type="radio" name="document" value=${type} data-testid="document-${type}"
                    .checked=${this.document === type} @change=${() => this.#choseDocument(type)} />
                  ${documentDrawing(type)}
                  <span><b>${t(`document-${type}`)}</b><span class="hint">${t(sides.length > 1 ? "choice-two" : "choice-one")}</span></span>
                </label>`,
              )}
        </fieldset>
        <div id="document-problem" role="alert">
          ${this.problem === null ? nothing : html`<p class="notice bad" data-testid="problem" data-code=${this.code}>${t(this.problem)}</p>`}
        </div>
        <div class="actions">
          <button class="button primary" type="submit" data-testid="continue">${t("continue")}</button>
        </div>
      </form>
    `;
  }

  #countries(): { code: string; name: string }[] {
    const { t, session } = this.desk;
    const { language } = t;
    if (this.#named?.language !== language) {
      const names = new Intl.DisplayNames([language], { type: "region" });
      const countries = session.offers().map(({ country }) => ({ code: country, name: names.of(country) ?? country }));
      countries.sort((a, b) => a.name.localeCompare(b.name, language));
      this.#named = { language, countries };
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
    const offered = this.querySelector<HTMLInputElement>("input[name=document]:checked");
    if (this.country === "") return this.#missing("country", "choice-country-missing", "#country");
    if (offered === null || this.document === null) return this.#missing("document", "choice-type-missing", "input[name=document]");
    const outcome = this.desk.session.send({ type: "select_document", country: this.country, document: this.document });
    this.problem = explained(this.desk.t, outcome);
    this.code = reasonOf(outcome) ?? "";
  };

  #missing(code: string, problem: Unfilled, selector: string): void {
    this.code = code;
    this.problem = problem;
    this.querySelector<HTMLElement>(selector)?.focus();
  }
}

customElements.define("kyc-document-choice", KycDocumentChoice);
