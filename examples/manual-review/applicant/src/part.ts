/** What every element of the page shares: it lives in the page's own tree, so that one style sheet and one set of labels hold. */
import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Answer, HttpTransport, Item, KycSession, SessionState, View } from "@kyc/sdk";
import type { Texts, Unfilled } from "./texts";

/** What a screen draws from, and acts on. */
export interface Desk {
  readonly session: KycSession;
  readonly transport: HttpTransport;
  readonly state: SessionState;
  readonly t: Texts;
}

export type Drawn = TemplateResult | typeof nothing;

export abstract class Part extends LitElement {
  protected override createRenderRoot(): HTMLElement {
    return this;
  }
}

/** What to tell the applicant about an answer; nothing when it was a step. A new reason without a text does not compile. */
export function explained(t: Texts, outcome: Answer): Unfilled | null {
  if (outcome.outcome === "step") return null;
  if (outcome.code !== "refused") return "trouble-not_accepted";
  const guard: Unfilled = `guard-${outcome.reason}`;
  return t.has(guard) ? guard : "trouble-unknown";
}

/** Why a guard said no, in its own word; nothing when it was something else. */
export function reasonOf(outcome: Answer): string | null {
  return outcome.outcome === "rejected" && outcome.code === "refused" ? outcome.reason : null;
}

/** A photo of the document or of the face. */
export type Photo = Exclude<Item, `step:${string}`>;

/** What a photo is called: a passport has no front, it is opened at a page. */
export function itemText({ document }: View, item: Photo): Unfilled {
  return item === "document_front" && document?.type === "passport" ? "item-document_page" : `item-${item}`;
}

/** What an item is called: an additional step as its Flow calls it. */
export function itemName(t: Texts, view: View, item: Item): string {
  switch (item) {
    case "document_front":
    case "document_back":
    case "selfie":
      return t(itemText(view, item));
    default:
      return view.additional_steps.find(({ step }) => item === `step:${step}`)?.name ?? t("step-additional_step");
  }
}

/** The digits that both devices show; read out one by one. */
export function digits(match: string): Drawn {
  return html`<p class="digits" dir="ltr" data-testid="match" data-match=${match}><span aria-hidden="true">${match}</span><span class="sr-only">${[...match].join(" ")}</span></p>`;
}
