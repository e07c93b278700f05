/** `<kyc-step-fields>`: what was handed in for an additional step, field by field: compared with what is given, or read. */
import { html, nothing } from "lit";
import type { Comparison, Review } from "@kyc/sdk";
import { Part } from "./part";
import type { Texts } from "./texts";

export class KycStepFields extends Part {
  static override properties = { t: { attribute: false }, view: { attribute: false }, mayJudge: { attribute: false }, busy: { attribute: false } };

  declare t: Texts;
  declare view: Review.ItemView;
  declare mayJudge: boolean;
  declare busy: boolean;

  protected override render(): unknown {
    const { t, view } = this;
    const brief = view.step;
    if (brief === null) return nothing;
    const fields = brief.fields ?? [];
    return html`<p class="hint">${t.sources[brief.source]}${brief.proof === undefined ? nothing : html`, ${t.proofs[brief.proof]}`}</p>
      ${brief.type === "upload"
        ? nothing
        : html`<form class="step-fields" data-testid="fields-${view.item}" @submit=${this.#judged}>
            <table>
              <thead><tr><th scope="col"></th><th scope="col">${t.case.given}</th><th scope="col">${t.case.seen}</th></tr></thead>
              <tbody>
                ${fields.map(
                  ({ field, given }) => html`<tr>
                    <th scope="row"><label for="${view.item}-${field}">${field}</label></th>
                    <td data-testid="given-${field}">${given ?? "–"}</td>
                    <td>${brief.type === "compare" ? this.#answers(field, given) : this.#typed(field)}</td>
                  </tr>`,
                )}
              </tbody>
            </table>
            ${brief.type === "extract" && this.mayJudge ? html`<p class="hint">${t.case.leaveOut}</p>` : nothing}
            ${this.mayJudge
              ? html`<button type="submit" class="button small primary" data-testid="save-${view.item}" ?disabled=${this.busy}>${t.case.save}</button>`
              : nothing}
          </form>`}`;
  }

  /** Where nothing is given there is one answer. */
  #answers(field: string, given: string | undefined): unknown {
    const { t, view } = this;
    const said = view.verdict?.type === "compared" ? view.verdict.fields[field] : undefined;
    const answers: Comparison[] = given === undefined ? ["no_data"] : ["match", "not_match", "not_found"];
    return html`<select id="${view.item}-${field}" name=${field} data-testid="compare-${field}" required ?disabled=${!this.mayJudge}>
      ${given === undefined ? nothing : html`<option value="" ?selected=${said === undefined}>${t.dialog.chooseReason}</option>`}
      ${answers.map((answer) => html`<option value=${answer} ?selected=${answer === said}>${t.comparisons[answer]}</option>`)}
    </select>`;
  }

  #typed(field: string): unknown {
    const { view } = this;
    const read = view.verdict?.type === "extracted" ? (view.verdict.fields[field] ?? "") : "";
    return html`<input id="${view.item}-${field}" name=${field} data-testid="extract-${field}" maxlength="300" .defaultValue=${read} ?disabled=${!this.mayJudge} />`;
  }

  #judged = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const said = [...form].map(([field, value]) => [field, String(value).trim()] as const).filter(([, value]) => value !== "");
    const verdict: Review.Verdict =
      this.view.step?.type === "compare"
        ? { type: "compared", fields: Object.fromEntries(said) as Record<string, Comparison> }
        : { type: "extracted", fields: Object.fromEntries(said) };
    this.dispatchEvent(new CustomEvent<Review.Verdict>("judged", { detail: verdict }));
  };
}

customElements.define("kyc-step-fields", KycStepFields);
