/** Names and date of birth, as the document spells them. The chart judges them; this form says at each field what is wrong with it. */
import { html, nothing } from "lit";
import { asDate, faultOf, latinDigits, type Typed } from "../birth";
import { explained, Part, reasonOf, type Desk, type Drawn } from "../part";
import type { Unfilled } from "../texts";

type Field = "given" | "family" | "birth";

interface Problem {
  readonly field: Field | null;
  readonly code: string;
  readonly text: Unfilled;
}

export class KycDetails extends Part {
  static override properties = { desk: { attribute: false }, problems: { state: true } };

  declare desk: Desk;
  declare problems: readonly Problem[];

  constructor() {
    super();
    this.problems = [];
  }

  protected override render(): unknown {
    const { t } = this.desk;
    const details = this.desk.state.view.details;
    const [year = "", month = "", day = ""] = (details?.date_of_birth ?? "").split("-");
    const born = { day: String(Number(day) || ""), month: String(Number(month) || ""), year };
    const general = this.problems.find(({ field }) => field === null);
    return html`
      <h1 tabindex="-1" data-testid="heading">${t("details-title")}</h1>
      <p class="lead">${t("details-lead")}</p>
      <form @submit=${this.#submit} novalidate>
        <div class="field">
          <label for="given">${t("details-given")}</label>
          <span class="hint" id="given-hint">${t("details-given-hint")}</span>
          <input
            type="text" id="given" name="given" dir="auto" data-testid="given-names" autocomplete="given-name" autocapitalize="words"
            spellcheck="false" maxlength="200" required aria-describedby="given-hint given-problem"
            aria-invalid=${this.#isWrong("given")} .defaultValue=${details?.given_names ?? ""}
          />
          ${this.#problemAt("given")}
        </div>
        <div class="field">
          <label for="family">${t("details-family")}</label>
          <input
            type="text" id="family" name="family" dir="auto" data-testid="family-name" autocomplete="family-name" autocapitalize="words"
            spellcheck="false" maxlength="200" required aria-describedby="family-problem"
            aria-invalid=${this.#isWrong("family")} .defaultValue=${details?.family_name ?? ""}
          />
          ${this.#problemAt("family")}
        </div>
        <fieldset class="birth field" aria-describedby="birth-hint">
          <legend class="label">${t("details-birth")}</legend>
          <span class="hint" id="birth-hint">${t("details-birth-hint")}</span>
          <div class="parts ${t.dateOrder.join("-")}">${t.dateOrder.map((part) => this.#part(part, born[part]))}</div>
          ${this.#problemAt("birth")}
        </fieldset>
        <div role="alert">
          ${general === undefined ? nothing : html`<p class="notice bad" data-testid="problem" data-code=${general.code}>${t(general.text)}</p>`}
        </div>
        <div class="actions">
          <button class="button primary" type="submit" data-testid="continue">${t("continue")}</button>
        </div>
      </form>
    `;
  }

  #part(name: keyof Typed, value: string): unknown {
    return html`<div class="field part-${name}">
      <label for=${name}>${this.desk.t(`details-${name}`)}</label>
      <input
        type="text" inputmode="numeric" dir="ltr" id=${name} name=${name} data-testid="birth-${name}" maxlength=${name === "year" ? 4 : 2} required
        autocomplete=${`bday-${name}` as const} aria-describedby="birth-problem" aria-invalid=${this.#isWrong("birth")} .defaultValue=${value}
      />
    </div>`;
  }

  #isWrong(field: Field): "true" | "false" {
    return this.problems.some((problem) => problem.field === field) ? "true" : "false";
  }

  /** Said by the field it stands at, which gets the focus. */
  #problemAt(field: Field): Drawn {
    const problem = this.problems.find((one) => one.field === field);
    return html`<p class="wrong" id="${field}-problem" data-testid=${problem === undefined ? nothing : "problem"} data-code=${problem?.code ?? nothing}>${problem === undefined ? nothing : this.desk.t(problem.text)}</p>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const typed = (name: string): string => String(form.get(name) ?? "").trim();
    const names = { given_names: typed("given"), family_name: typed("family") };
    const born: Typed = { day: latinDigits(typed("day")), month: latinDigits(typed("month")), year: latinDigits(typed("year")) };
    const outcome = this.desk.session.send({ type: "submit_details", details: { ...names, date_of_birth: asDate(born) } });
    const refused = explained(this.desk.t, outcome);
    this.problems = refused === null ? [] : problems(reasonOf(outcome) ?? "not_accepted", refused, names, born);
    const first = this.problems.find(({ field }) => field !== null)?.field;
    if (first !== undefined) void this.updateComplete.then(() => this.querySelector<HTMLElement>(first === "birth" ? ".parts input" : `#${first}`)?.focus());
  };
}

/** The chart names one reason; whoever is told so wants to mend everything at once. */
function problems(reason: string, text: Unfilled, { given_names, family_name }: { given_names: string; family_name: string }, born: Typed): Problem[] {
  const found: Problem[] = [];
  if (given_names === "") found.push({ field: "given", code: "name_missing", text: "details-given-missing" });
  if (family_name === "") found.push({ field: "family", code: "name_missing", text: "details-family-missing" });
  const fault = faultOf(born);
  if (fault !== null) found.push({ field: "birth", code: "date_of_birth_invalid", text: `details-birth-${fault}` });
  if (found.some(({ code }) => code === reason)) return found;
  const place = reason.startsWith("name_") ? "given" : reason === "date_of_birth_invalid" || reason === "under_age" ? "birth" : null;
  return [{ field: place, code: reason, text }, ...found.filter(({ field }) => field !== place)];
}

customElements.define("kyc-details", KycDetails);
