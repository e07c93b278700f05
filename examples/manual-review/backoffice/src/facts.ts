/** What is known of a case beside its images: the applicant's details, earlier decisions, the history. */
import { html, nothing } from "lit";
import type { Review } from "@kyc/sdk";
import type { Entry, Journal, Opened } from "./api";
import { age, day, moment } from "./dates";
import type { Drawn } from "./part";
import type { Locale, Texts } from "./texts";

export function details(t: Texts, locale: Locale, { applicant }: Opened): Drawn {
  const { details: said, document } = applicant;
  const line = (name: string, value: unknown): unknown => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<section class="card fact">
    <h2>${t.case.details}</h2>
    <dl data-testid="details">
      ${said === null
        ? applicant.redacted_at === null
          ? nothing
          : line(t.case.givenNames, t.case.erased)
        : html`${line(t.case.givenNames, own(said.given_names))} ${line(t.case.familyName, own(said.family_name))}
          ${line(t.case.birth, html`${day(said.date_of_birth, locale)} <span class="hint">${t.case.age(age(said.date_of_birth))}</span>`)}`}
      ${document === null
        ? nothing
        : html`${line(t.case.document, t.documents[document.type])}
          ${line(t.case.country, new Intl.DisplayNames([locale], { type: "region" }).of(document.country) ?? document.country)}`}
    </dl>
  </section>`;
}

/** What a stranger wrote keeps its direction to itself: nothing in it turns the text around it. */
export const own = (words: string): unknown => html`<bdi>${words}</bdi>`;

export function decisions(t: Texts, locale: Locale, view: Review.CaseView): Drawn {
  if (view.decisions.length === 0) return nothing;
  return html`<section class="card fact">
    <h2>${t.case.decisions}</h2>
    <ul class="decisions" data-testid="decisions">
      ${view.decisions.map(
        ({ by, at, outcome, reason, message, note }) => html`<li>
          <p><b>${by}</b> ${outcome === null ? t.events.request_resubmission : t.events[outcome === "approved" ? "approve" : "reject"]} <time class="hint">${moment(at, locale)}</time></p>
          ${reason === null ? nothing : html`<p>${t.rejectReasons[reason]}</p>`}
          ${message ? html`<p><span class="hint">${t.case.toApplicant}:</span> ${message}</p>` : nothing}
          ${note ? html`<p class="internal"><span class="hint">${t.case.internal}:</span> ${note}</p>` : nothing}
        </li>`,
      )}
    </ul>
  </section>`;
}

export function history(t: Texts, locale: Locale, journal: Journal | null): Drawn {
  if (journal === null) return nothing;
  const walk = journal.collection.entries.map((entry) => ({ ...entry, isRelayed: entry.by.sender === "reviewer" }));
  // A case begins by itself, with the first submission.
  const work = journal.review.entries.map((entry) => ({ ...entry, isRelayed: entry.event === "open" }));
  const entries = [...walk, ...work].sort((a, b) => a.at - b.at);
  const isWhole = journal.collection.whole && journal.review.whole;
  return html`<section class="card fact">
    <h2>${t.case.history}</h2>
    <p class="chain ${isWhole ? "whole" : "broken"}" data-testid="chain" data-whole=${String(isWhole)}>${isWhole ? t.case.whole : t.case.broken}</p>
    <ol class="history" data-testid="history" tabindex="0" aria-label=${t.case.history}>
      ${entries.map((entry) => html`<li><time>${moment(entry.at, locale)}</time><span>${told(t, entry)}</span></li>`)}
    </ol>
  </section>`;
}

/** What a case tells its session is a line in both records: in the session's it reads as what the applicant learned. Nobody's deeds have no name before them. */
function told(t: Texts, { by, event, isRelayed }: Entry & { isRelayed: boolean }): unknown {
  if (isRelayed) return (t.relayed as Record<string, string>)[event] ?? event;
  // Time has no name to be told with.
  if (by.sender === "clock" && by.name === undefined && (event === "deadline_reached" || event === "reminder_due")) return t.events[event];
  const who = by.name ?? t.senders[by.sender] ?? by.sender;
  return html`<b>${who}</b> ${(t.events as Record<string, string>)[event] ?? event}`;
}
