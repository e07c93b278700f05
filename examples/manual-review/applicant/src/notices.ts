/** What a screen is told from outside: a reviewer wants something again, or the server stands elsewhere. */
import { html, nothing } from "lit";
import type { RetakeReason, SessionState } from "@kyc/sdk";
import { itemName, type Drawn } from "./part";
import type { Texts, Unfilled } from "./texts";
import { troubleNamed } from "./trouble";

/** What a reviewer wants again, shown where it is to be done. */
export function asked(t: Texts, { view }: SessionState): Drawn {
  if (view.phase !== "resubmission_requested" || view.asked.length === 0) return nothing;
  return html`<section class="notice warn asked" aria-labelledby="asked-title">
    <h2 id="asked-title">${t("asked-title")}</h2>
    <ul data-testid="asked">
      ${view.asked.map(
        ({ item, reason, message, done }) => html`<li data-testid="asked-${item}" data-reason=${reason} data-done=${String(done)}>
          <p><b>${itemName(t, view, item)}</b> <span class="tag">${t(done ? "asked-done" : "asked-open")}</span></p>
          <p>${t(retakeText(t, reason))}</p>
          ${message ? html`<blockquote><span class="sr-only">${t("asked-reviewer")}: </span><p dir="auto">${message}</p></blockquote>` : nothing}
        </li>`,
      )}
    </ul>
    ${view.deadline === null
      ? nothing
      : html`<p class="hint" data-testid="until">${t("asked-until", { date: new Intl.DateTimeFormat(t.region, { dateStyle: "long", timeStyle: "short" }).format(view.deadline) })}</p>`}
  </section>`;
}

/** What the server has put right, and why. */
export function conflict(t: Texts, { divergence }: SessionState, acknowledge: () => void): Drawn {
  if (divergence === null) return nothing;
  const { code, reason, lost } = divergence;
  const guard = reason === null ? null : `guard-${reason}`;
  const what = t(guard !== null && t.has(guard) ? guard : troubleNamed(code));
  // A photo that the server did not take: told where it is to be taken again.
  if (lost[0]?.startsWith("capture_") === true && code !== "stale") {
    return html`<p class="notice bad" data-testid="problem" data-code=${reason ?? code}>${what}</p>`;
  }
  return html`<div class="notice warn" data-testid="conflict" data-code=${reason ?? code}>
    <p>${t("conflict", { what })}</p>
    <button class="button small" type="button" data-testid="acknowledge" @click=${acknowledge}>${t("understood")}</button>
  </div>`;
}

function retakeText(t: Texts, reason: RetakeReason): Unfilled {
  const text: Unfilled = `retake-${reason}`;
  return t.has(text) ? text : "retake-other";
}
