/** The applicant looks at their own photos before anyone else does. */
import { html, nothing } from "lit";
import type { Answer, Item } from "@kyc/sdk";
import { explained, Part, type Desk } from "../part";

interface Shown {
  readonly item: Item;
  readonly blob: string;
  readonly again: (() => void) | null;
  readonly testid: string;
}

export class KycReview extends Part {
  static override properties = { desk: { attribute: false }, subject: { attribute: false }, problem: { state: true } };

  declare desk: Desk;
  declare subject: "document" | "selfie";
  declare problem: string | null;

  constructor() {
    super();
    this.problem = null;
  }

  protected override render(): unknown {
    const { t, transport, session } = this.desk;
    const isSelfie = this.subject === "selfie";
    const accept = isSelfie ? "accept_selfie" : "accept_document";
    return html`
      <h1 tabindex="-1" data-testid="heading">${isSelfie ? t.review.selfieTitle : t.review.documentTitle}</h1>
      <p class="lead">${isSelfie ? t.review.selfieLead : t.review.documentLead}</p>
      <div class="shown ${this.subject}">
        ${this.#shown().map(
          ({ item, blob, again, testid }) => html`<figure>
            <kyc-image .session=${session} .transport=${transport} .digest=${blob} .alt=${t.items[item]} .name=${item} .failure=${t.review.imageFailed}></kyc-image>
            <figcaption>
              <span>${t.items[item]}</span>
              ${again === null
                ? nothing
                : html`<button class="button small" type="button" data-testid=${testid} aria-label=${t.review.againNamed(t.items[item])} @click=${again}>
                    ${t.review.again}
                  </button>`}
            </figcaption>
          </figure>`,
        )}
      </div>
      <div role="alert">${this.problem === null ? nothing : html`<p class="notice bad" data-testid="problem">${this.problem}</p>`}</div>
      <div class="actions">
        <button class="button primary" type="button" data-testid="accept" ?disabled=${!session.accepts(accept)}
          @click=${() => this.#send(accept)}>${t.review.accept}</button>
      </div>
    `;
  }

  #shown(): Shown[] {
    const { state, session } = this.desk;
    const { document, selfie } = state.view;
    if (this.subject === "selfie") {
      const again = session.accepts("retake_selfie") ? () => this.#send("retake_selfie") : null;
      return selfie === null ? [] : [{ item: "selfie", blob: selfie.blob, again, testid: "retake-selfie" }];
    }
    return (document?.pages ?? []).map(({ side, blob }) => ({
      item: side === "front" ? "document_front" : "document_back",
      blob,
      // Only what this round asks for may be taken again.
      again: session.accepts("retake_page") && document?.sides.includes(side) ? () => this.#tell(session.send({ type: "retake_page", side })) : null,
      testid: `retake-${side}`,
    }));
  }

  #send(type: "accept_document" | "accept_selfie" | "retake_selfie"): void {
    this.#tell(this.desk.session.send({ type }));
  }

  #tell(outcome: Answer): void {
    this.problem = explained(this.desk.t, outcome);
  }
}

customElements.define("kyc-review", KycReview);
