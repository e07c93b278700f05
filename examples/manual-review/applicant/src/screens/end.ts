/** Nothing to do for the applicant: waiting for the decision, or having it. */
import { html, nothing } from "lit";
import type { Phase, RejectReason } from "@kyc/sdk";
import type { Desk, Drawn } from "../part";
import type { Unfilled } from "../texts";
import { seal } from "../drawings";

export function waiting({ t, state }: Desk): Drawn {
  const { phase } = state.view;
  return html`
    <section class="end" data-testid="outcome" data-phase=${phase}>
      ${seal("waiting")}
      <h1 tabindex="-1" data-testid="heading">${t("wait-title")}</h1>
      <p class="lead" role="status">${t(phase === "in_review" ? "wait-in_review" : "wait-processing")}</p>
      <p>${t("wait-lead")}</p>
      <p class="live"><span class="pulse" aria-hidden="true"></span>${t("wait-live")}</p>
    </section>
  `;
}

export function ended({ t, state }: Desk): Drawn {
  const { phase, outcome, redacted_at: redacted } = state.view;
  const [sign, title, text] = said(phase);
  const reason = outcome?.reason ?? null;
  return html`
    <section class="end ${sign}" data-testid="outcome" data-phase=${phase}>
      ${seal(sign)}
      <h1 tabindex="-1" data-testid="heading">${t(title)}</h1>
      ${reason === null ? nothing : html`<p class="lead" data-testid="outcome-reason" data-reason=${reason}>${t(reasonText(t, reason))}</p>`}
      ${outcome?.message ? html`<blockquote><p class="label">${t("outcome-message")}</p><p dir="auto" data-testid="outcome-message">${outcome.message}</p></blockquote>` : nothing}
      <p>${t(text)}</p>
      ${redacted === null ? nothing : html`<p class="hint">${t("outcome-erased")}</p>`}
    </section>
  `;
}

function said(phase: Phase): ["approved" | "rejected" | "ended", Unfilled, Unfilled] {
  switch (phase) {
    case "approved":
      return ["approved", "outcome-approved-title", "outcome-approved"];
    case "rejected":
      return ["rejected", "outcome-rejected-title", "outcome-rejected"];
    case "expired":
      return ["ended", "outcome-expired-title", "outcome-expired"];
    default:
      return ["ended", "outcome-cancelled-title", "outcome-cancelled"];
  }
}

function reasonText(t: Desk["t"], reason: RejectReason): Unfilled {
  const text: Unfilled = `reject-${reason}`;
  return t.has(text) ? text : "reject-other";
}
