/** The applicant looks at their own photos before anyone else does. */
import { html, nothing } from "lit";
import type { Answer } from "@kyc/sdk";
import { explained, itemText, Part, type Desk, type Photo } from "../part";
import type { Unfilled } from "../texts";

interface Shown {
  readonly item: Photo;
  readonly blob: string;
  readonly again: (() => void) | null;
  readonly testid: string;
}

export class KycReview extends Part {
  static override properties = { desk: { attribute: false }, subject: { attribute: false }, problem: { state: true }, seen: { state: true } };

  declare desk: Desk;
  declare subject: "document" | "selfie";
  declare problem: Unfilled | null;
  /** The photos that are drawn: nobody says yes to what they have not seen. */
  declare seen: ReadonlySet<string>;

  constructor() {
    super();
    this.problem = null;
    this.seen = new Set();
  }

  protected override render(): unknown {
    const { t, transport, session, state } = this.desk;
    const photos = this.#shown();
    const isSelfie = this.subject === "selfie";
    const accept = isSelfie ? "accept_selfie" : "accept_document";
    return html`
      <h1 tabindex="-1" data-testid="heading">${t(`review-${this.subject}-title`)}</h1>
      <p class="lead">${t(`review-${this.subject}-lead`)}</p>
      <div class="shown ${this.subject}" @kyc-seen=${this.#sees}>
        ${photos.map(({ item, blob, again, testid }) => {
          const name = t(itemText(state.view, item));
          return html`<figure>
            <kyc-image .session=${session} .transport=${transport} .digest=${blob} .t=${t} .alt=${name} .name=${item}></kyc-image>
            <figcaption>
              <span>${name}</span>
              ${again === null
                ? nothing
                : html`<button class="button small" type="button" data-testid=${testid} aria-label=${t("review-again-named", { item: name })} @click=${again}>
                    ${t("review-again")}
                  </button>`}
            </figcaption>
          </figure>`;
        })}
      </div>
      <div role="alert">${this.problem === null ? nothing : html`<p class="notice bad" data-testid="problem">${t(this.problem)}</p>`}</div>
      <div class="actions">
        <button class="button primary" type="button" data-testid="accept" ?disabled=${!session.accepts(accept) || !photos.every(({ blob }) => this.seen.has(blob))}
          @click=${() => this.#send(accept)}>${t("review-accept")}</button>
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

  #sees = ({ detail }: CustomEvent<string>): void => {
    this.seen = new Set([...this.seen, detail]);
  };

  #send(type: "accept_document" | "accept_selfie" | "retake_selfie"): void {
    this.#tell(this.desk.session.send({ type }));
  }

  #tell(outcome: Answer): void {
    this.problem = explained(this.desk.t, outcome);
  }
}

customElements.define("kyc-review", KycReview);
