/** Nothing to do for the applicant: waiting for the decision, or having it. */
import { html, nothing } from "lit";
import type { Phase } from "@kyc/sdk";
import type { Desk, Drawn } from "../part";
import { seal } from "../drawings";

export function waiting({ t, state }: Desk): Drawn {
  const { phase } = state.view;
  return html`
    <section class="end" data-testid="outcome" data-phase=${phase}>
      ${seal("waiting")}
      <h1 tabindex="-1" data-testid="heading">${t.wait.title}</h1>
      <p class="lead" role="status">${phase === "in_review" ? t.wait.in_review : t.wait.processing}</p>
      <p>${t.wait.lead}</p>
      <p class="live"><span class="pulse" aria-hidden="true"></span>${t.wait.live}</p>
    </section>
  `;
}

export function ended({ t, state }: Desk): Drawn {
  const { phase, outcome, redacted_at: redacted } = state.view;
  const [sign, title, text] = said(t, phase);
  const reason = outcome?.reason ?? null;
  return html`
    <section class="end ${sign}" data-testid="outcome" data-phase=${phase}>
      ${seal(sign)}
      <h1 tabindex="-1" data-testid="heading">${title}</h1>
      ${reason === null ? nothing : html`<p class="lead" data-testid="outcome-reason" data-reason=${reason}>${t.rejectReasons[reason] ?? t.rejectReasons.other}</p>`}
      ${outcome?.message ? html`<blockquote><p class="label">${t.outcome.message}</p><p data-testid="outcome-message">${outcome.message}</p></blockquote>` : nothing}
      <p>${text}</p>
      ${redacted === null ? nothing : html`<p class="hint">${t.outcome.erased}</p>`}
    </section>
  `;
}

function said(t: Desk["t"], phase: Phase): ["approved" | "rejected" | "ended", string, string] {
  switch (phase) {
    case "approved":
      return ["approved", t.outcome.approvedTitle, t.outcome.approved];
    case "rejected":
      return ["rejected", t.outcome.rejectedTitle, t.outcome.rejected];
    case "expired":
      return ["ended", t.outcome.expiredTitle, t.outcome.expired];
    default:
      return ["ended", t.outcome.cancelledTitle, t.outcome.cancelled];
  }
}
