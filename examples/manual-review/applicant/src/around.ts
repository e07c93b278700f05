/** What stands around every screen: how far the walk is, and whether everything is on the server. */
import { html, nothing } from "lit";
import type { SessionState } from "@kyc/sdk";
import type { Drawn } from "./part";
import type { Texts } from "./texts";

export function progress(t: Texts, { view }: SessionState): Drawn {
  const at = view.steps.indexOf(view.state);
  if (at < 0) return nothing;
  const label = t("progress", { step: at + 1, of: view.steps.length, name: t(`step-${view.state}`) });
  return html`<nav class="progress" aria-label=${label}>
    <ol data-testid="progress">
      ${view.steps.map(
        (step, index) => html`<li class=${index < at ? "done" : index === at ? "now" : "ahead"} aria-current=${index === at ? "step" : nothing}>
          <span class="sr-only">${t(`step-${step}`)}${index < at ? `, ${t("step-done")}` : ""}</span>
        </li>`,
      )}
    </ol>
    <p aria-hidden="true">${label}</p>
  </nav>`;
}

export function saveStatus(t: Texts, state: SessionState | null): Drawn {
  if (state === null) return html`<span class="saved"></span>`;
  const { status, kept } = state;
  const text = t(status === "offline" && !kept ? "status-offline_not_kept" : `status-${status}`);
  // Read out is where it comes to rest.
  return html`<span class="saved ${status}" data-testid="save-status" data-status=${status} data-kept=${String(kept)}>
      <span class="dot" aria-hidden="true"></span>
      <span aria-hidden="true">${text}</span>
    </span>
    <span class="sr-only" role="status">${status === "saving" ? nothing : text}</span>`;
}
