/** Consent: what happens with the data, and a box that is never ticked beforehand. */
import { html, nothing } from "lit";
import { Part } from "../part";
import { needs } from "../needs";
import type { Texts, Unfilled } from "../texts";

/** What is agreed to, and in which language it was read. */
export interface Consent {
  readonly version: string;
  readonly locale: string;
}

export class KycWelcome extends Part {
  static override properties = {
    t: { attribute: false },
    consentVersion: { attribute: false },
    start: { attribute: false },
    agreed: { state: true },
    waits: { state: true },
    problem: { state: true },
  };

  declare t: Texts;
  declare consentVersion: string;
  /** Settles when the step is taken, with what is against it; that can be a while after the press. */
  declare start: (consent: Consent) => Promise<Unfilled | null>;
  declare agreed: boolean;
  /** The step will be taken as soon as it can. */
  declare waits: boolean;
  declare problem: Unfilled | null;

  constructor() {
    super();
    this.waits = false;
    this.agreed = false;
    this.problem = null;
  }

  protected override render(): unknown {
    const { t } = this;
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
            ?disabled=${this.waits}
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
          <button class="button primary" type="submit" data-testid="start" aria-disabled=${this.waits ? "true" : nothing}>${t("welcome-start")}</button>
        </div>
        <p role="status" class="live" data-testid="begins" data-waits=${String(this.waits)}>
          ${this.waits ? html`<span class="pulse" aria-hidden="true"></span>${t("loading")}` : nothing}
        </p>
      </form>
    `;
  }

  #start = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (this.waits) return;
    if (!this.agreed) {
      this.problem = "welcome-consent-missing";
      this.querySelector<HTMLInputElement>("[data-testid=consent]")?.focus();
      return;
    }
    this.waits = true;
    try {
      this.problem = await this.start({ version: this.consentVersion, locale: this.t.language });
    } finally {
      this.waits = false;
    }
  };
}

const PRIVACY = ["welcome-privacy-use", "welcome-privacy-person", "welcome-privacy-saved", "welcome-privacy-company"] as const;

customElements.define("kyc-welcome", KycWelcome);
