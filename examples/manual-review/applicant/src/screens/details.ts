/** Names and date of birth, as the document spells them. The chart judges them; this form only asks. */
import { html, nothing } from "lit";
import { explained, Part, type Desk } from "../part";

export class KycDetails extends Part {
  static override properties = { desk: { attribute: false }, problem: { state: true }, reason: { state: true } };

  declare desk: Desk;
  declare problem: string | null;
  declare reason: string | null;

  constructor() {
    super();
    this.problem = null;
    this.reason = null;
  }

  protected override render(): unknown {
    const t = this.desk.t.details;
    const details = this.desk.state.view.details;
    const [year = "", month = "", day = ""] = (details?.date_of_birth ?? "").split("-");
    const nameWrong = this.reason === "name_missing";
    const birthWrong = this.reason === "date_of_birth_invalid" || this.reason === "under_age";
    return html`
      <h1 tabindex="-1" data-testid="heading">${t.title}</h1>
      <p class="lead">${t.lead}</p>
      <form @submit=${this.#submit} novalidate>
        <div class="field">
          <label for="given">${t.givenNames}</label>
          <span class="hint" id="given-hint">${t.givenNamesHint}</span>
          <input
            type="text" id="given" name="given" data-testid="given-names" autocomplete="given-name" autocapitalize="words"
            spellcheck="false" maxlength="200" aria-describedby="given-hint details-problem"
            aria-invalid=${nameWrong ? "true" : "false"} .defaultValue=${details?.given_names ?? ""}
          />
        </div>
        <div class="field">
          <label for="family">${t.familyName}</label>
          <input
            type="text" id="family" name="family" data-testid="family-name" autocomplete="family-name" autocapitalize="words"
            spellcheck="false" maxlength="200" aria-describedby="details-problem"
            aria-invalid=${nameWrong ? "true" : "false"} .defaultValue=${details?.family_name ?? ""}
          />
        </div>
        <fieldset class="birth" aria-describedby="birth-hint details-problem">
          <legend class="label">${t.birth}</legend>
          <span class="hint" id="birth-hint">${t.birthHint}</span>
          <div class="parts">
            ${this.#part("day", t.day, Number(day) || "", "bday-day", 2, birthWrong)}
            ${this.#part("month", t.month, Number(month) || "", "bday-month", 2, birthWrong)}
            ${this.#part("year", t.year, year, "bday-year", 4, birthWrong)}
          </div>
        </fieldset>
        <div id="details-problem" role="alert">
          ${this.problem === null
            ? nothing
            : html`<p class="notice bad" data-testid="problem" data-code=${this.reason ?? ""}>${this.problem}</p>`}
        </div>
        <div class="actions">
          <button class="button primary" type="submit" data-testid="continue">${this.desk.t.continue}</button>
        </div>
      </form>
    `;
  }

  #part(name: string, label: string, value: string | number, autocomplete: string, length: number, wrong: boolean): unknown {
    return html`<div class="field part-${name}">
      <label for=${name}>${label}</label>
      <input
        type="text" inputmode="numeric" id=${name} name=${name} data-testid="birth-${name}" maxlength=${length}
        autocomplete=${autocomplete as "bday-day"} aria-invalid=${wrong ? "true" : "false"} .defaultValue=${String(value)}
      />
    </div>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const typed = (name: string): string => String(new FormData(form).get(name) ?? "").trim();
    const details = {
      given_names: typed("given"),
      family_name: typed("family"),
      date_of_birth: [typed("year").padStart(4, "0"), typed("month").padStart(2, "0"), typed("day").padStart(2, "0")].join("-"),
    };
    const outcome = this.desk.session.send({ type: "submit_details", details });
    this.problem = explained(this.desk.t, outcome);
    this.reason = outcome.outcome === "rejected" && outcome.code === "refused" ? outcome.reason : null;
    if (this.problem === null) return;
    void this.updateComplete.then(() => {
      const empty = [...form.elements].find((field) => field instanceof HTMLInputElement && field.value.trim() === "");
      const wrong = empty ?? form.querySelector("[aria-invalid=true]");
      if (wrong instanceof HTMLElement) wrong.focus();
    });
  };
}

customElements.define("kyc-details", KycDetails);
