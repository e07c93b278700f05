/** What every element of the page shares: it lives in the page's own tree, so that one style sheet and one set of labels hold. */
import { LitElement, nothing, type TemplateResult } from "lit";
import type { HttpTransport, KycSession, Answer, SessionState } from "@kyc/sdk";
import type { Locale, Texts } from "./texts";

/** What a screen draws from, and acts on. */
export interface Desk {
  readonly session: KycSession;
  readonly transport: HttpTransport;
  readonly state: SessionState;
  readonly t: Texts;
  readonly locale: Locale;
}

export type Drawn = TemplateResult | typeof nothing;

export abstract class Part extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

/** What to tell the applicant about an answer; nothing when it was a step. */
export function explained(t: Texts, outcome: Answer): string | null {
  if (outcome.outcome === "step") return null;
  return outcome.code === "refused" ? (t.guards[outcome.reason] ?? t.troubles.unknown) : t.troubles.not_accepted;
}
