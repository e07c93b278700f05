/** What the applicant has to have at hand, with a small picture of each. */
import { html, type TemplateResult } from "lit";
import type { Unfilled } from "./texts";

export const needs: readonly { readonly text: Unfilled; readonly drawing: TemplateResult }[] = [
  {
    text: "welcome-need-document",
    drawing: html`<svg class="mini" viewBox="0 0 24 24" aria-hidden="true"><rect x="2.5" y="5" width="19" height="14" rx="2.5" class="line"/><circle cx="8" cy="11" r="2" class="line"/><path d="M5 16c.6-2 1.6-2.6 3-2.6s2.400.6 3 2.600M14 10h5M14 14h4" class="line"/></svg>`,
  },
  {
    text: "welcome-need-camera",
    drawing: html`<svg class="mini" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 8h3l2-3h6l2 3h3v11H4z" class="line"/><circle cx="12" cy="13" r="3.500" class="line"/></svg>`,
  },
  {
    text: "welcome-need-light",
    drawing: html`<svg class="mini" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="4" class="line"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600l1.400 1.400M17 17l1.400 1.400M5.600 18.400L7 17M17 7l1.400-1.400" class="line"/></svg>`,
  },
];
