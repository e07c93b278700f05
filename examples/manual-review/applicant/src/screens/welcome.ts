/** Consent: what happens with the data, and a box that is never ticked beforehand. */
import { html, nothing } from "lit";
import { explained, Part, type Desk } from "../part";
import { needs } from "../drawings";
import type { Unfilled } from "../texts";

export class KycWelcome extends Part {
  static override properties = { desk: { attribute: false }, consentVersion: { attribute: false }, agreed: { state: true }, problem: { state: true } };

  declare desk: Desk;
  declare consentVersion: string;
  declare agreed: boolean;
  declare problem: Unfilled | null;

  constructor() {
    super();
    this.agreed = false;
    this.problem = null;
  }

  protected override render(): unknown {
    const { t } = this.desk;
    return html`
      <h1 tabindex="-1" data-testid="heading">${t("welcome-title")}</h1>
      <p class="lead">${t("welcome-lead")}</p>
      <ul class="needs">
        ${needs.map(({ text, drawing }) => html`<li>${drawing}<span>${t(text)}</span></li>`)}
      </ul>
      <section class="privacy" aria-labelledby="privacy-title">
        <h2 id="privacy-title">${t("welcome-privacy-title")}</h2>
        <ul>
          ${PRIVACY.map((line) => html`<li>${t(line)}</li>`)}
        </ul>
        <p class="hint">${t("welcome-version", { version: this.consentVersion })}</p>
      </section>
      <form @submit=${this.#start} novalidate>
        <label class="tick">
          <input
            type="checkbox"
            data-testid="consent"
            .checked=${this.agreed}
            aria-invalid=${this.problem !== null && !this.agreed ? "true" : "false"}
            aria-describedby="welcome-problem"
            @change=${(event: Event) => {
              this.agreed = (event.target as HTMLInputElement).checked;
              if (this.agreed) this.problem = null;
            }}
          />
          <span>${t("welcome-consent")}</span>
        </label>
        <div id="welcome-problem" role="alert">
          ${this.problem === null ? nothing : html`<p class="notice bad" data-testid="problem">${t(this.problem)}</p>`}
        </div>
        <div class="actions">
          <button class="button primary" type="submit" data-testid="start">${t("welcome-start")}</button>
        </div>
      </form>
    `;
  }

  #start = (event: Event): void => {
    event.preventDefault();
    if (!this.agreed) {
      this.problem = "welcome-consent-missing";
      this.querySelector<HTMLInputElement>("[data-testid=consent]")?.focus();
      return;
    }
    const consent = { version: this.consentVersion, locale: this.desk.t.language };
    this.problem = explained(this.desk.t, this.desk.session.send({ type: "start", consent }));
  };
}

const PRIVACY = ["welcome-privacy-use", "welcome-privacy-person", "welcome-privacy-saved", "welcome-privacy-company"] as const;

customElements.define("kyc-welcome", KycWelcome);
