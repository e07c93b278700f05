/** Consent: what happens with the data, and a box that is never ticked beforehand. */
import { html, nothing } from "lit";
import { explained, Part, type Desk } from "../part";
import { needs } from "../drawings";

export class KycWelcome extends Part {
  static override properties = { desk: { attribute: false }, consentVersion: { attribute: false }, agreed: { state: true }, problem: { state: true } };

  declare desk: Desk;
  declare consentVersion: string;
  declare agreed: boolean;
  declare problem: string | null;

  constructor() {
    super();
    this.agreed = false;
    this.problem = null;
  }

  protected override render(): unknown {
    const t = this.desk.t.welcome;
    return html`
      <h1 tabindex="-1" data-testid="heading">${t.title}</h1>
      <p class="lead">${t.lead}</p>
      <ul class="needs">
        ${t.needs.map((need, index) => html`<li>${needs[index] ?? nothing}<span>${need}</span></li>`)}
      </ul>
      <section class="privacy" aria-labelledby="privacy-title">
        <h2 id="privacy-title">${t.privacyTitle}</h2>
        <ul>
          ${t.privacy.map((line) => html`<li>${line}</li>`)}
        </ul>
        <p class="hint">${t.version(this.consentVersion)}</p>
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
          <span>${t.consent}</span>
        </label>
        <div id="welcome-problem" role="alert">
          ${this.problem === null ? nothing : html`<p class="notice bad" data-testid="problem">${this.problem}</p>`}
        </div>
        <div class="actions">
          <button class="button primary" type="submit" data-testid="start">${t.start}</button>
        </div>
      </form>
    `;
  }

  #start = (event: Event): void => {
    event.preventDefault();
    if (!this.agreed) {
      this.problem = this.desk.t.welcome.consentMissing;
      this.querySelector<HTMLInputElement>("[data-testid=consent]")?.focus();
      return;
    }
    const consent = { version: this.consentVersion, locale: this.desk.locale };
    this.problem = explained(this.desk.t, this.desk.session.send({ type: "start", consent }));
  };
}

customElements.define("kyc-welcome", KycWelcome);
