/** The last question before a decision goes out: it cannot be taken back. */
import { html, nothing } from "lit";
import type { Item, RejectReason, Review } from "@kyc/sdk";
import type { Steps } from "./api";
import { itemName, type Name } from "./names";
import { Part } from "./part";
import type { Locale, Texts } from "./texts";

export type Closing = "approve" | "reject" | "ask";

export class KycDecision extends Part {
  static override properties = {
    t: { attribute: false },
    locale: { attribute: false },
    steps: { attribute: false },
    closing: { attribute: false },
    view: { attribute: false },
    busy: { attribute: false },
    problem: { state: true },
  };

  declare t: Texts;
  declare locale: Locale;
  declare steps: Steps;
  declare closing: Closing;
  declare view: Review.CaseView;
  declare busy: boolean;
  declare problem: string | null;

  constructor() {
    super();
    this.problem = null;
  }

  protected override firstUpdated(): void {
    this.querySelector("dialog")?.showModal();
  }

  protected override render(): unknown {
    const { t, closing } = this;
    const look = closing === "reject" ? "danger" : "primary";
    const label = closing === "approve" ? t.case.approve : closing === "reject" ? t.case.reject : t.case.askAgain;
    return html`<dialog class="card" data-testid="decision-dialog" aria-labelledby="dialog-title" @cancel=${this.#closed} @close=${this.#closed}>
      <form @submit=${this.#submit} novalidate>
        <h2 id="dialog-title">${closing === "approve" ? t.dialog.approveTitle : closing === "reject" ? t.dialog.rejectTitle : t.dialog.askTitle}</h2>
        <p class="hint">${closing === "approve" ? t.dialog.approveLead : closing === "reject" ? t.dialog.rejectLead : t.dialog.askLead}</p>
        ${closing === "ask" ? this.#asked() : nothing} ${closing === "reject" ? this.#reasons() : nothing}
        ${closing === "ask"
          ? nothing
          : html`<div class="field internal">
              <label for="decision-note">${t.case.note}</label>
              <textarea id="decision-note" name="note" data-testid="decision-note" maxlength="1000"></textarea>
            </div>`}
        <div class="buttons">
          <button type="button" class="button" data-testid="cancel-dialog" @click=${this.#closed}>${t.cancel}</button>
          <button type="submit" class="button ${look}" data-testid="confirm" ?disabled=${this.busy}>${label}</button>
        </div>
      </form>
    </dialog>`;
  }

  #asked(): unknown {
    const { t } = this;
    const name = (item: Item): Name => itemName(t, this.locale, this.steps, item);
    return html`<ul class="asked">
      ${this.view.items.map(({ item, verdict }) =>
        verdict?.type === "retake"
          ? html`<li><b lang=${name(item).locale || nothing}>${name(item).text}</b>: ${t.retakeReasons[verdict.reason]}${verdict.message ? html`<br /><q>${verdict.message}</q>` : nothing}</li>`
          : nothing,
      )}
    </ul>`;
  }

  #reasons(): unknown {
    const { t } = this;
    return html`<div class="field">
        <label for="reject-reason">${t.dialog.reason}</label>
        <select id="reject-reason" name="reason" data-testid="reject-reason" required aria-describedby="reason-problem"
          aria-invalid=${this.problem === null ? "false" : "true"}>
          <option value="">${t.dialog.chooseReason}</option>
          ${Object.entries(t.rejectReasons).map(([reason, name]) => html`<option value=${reason}>${name}</option>`)}
        </select>
        <span class="wrong" id="reason-problem" role="alert">${this.problem ?? nothing}</span>
      </div>
      <div class="field">
        <label for="decision-message">${t.case.message}</label>
        <textarea id="decision-message" name="message" data-testid="decision-message" maxlength="1000"></textarea>
      </div>`;
  }

  #submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string): string => String(form.get(name) ?? "").trim();
    const note = text("note") === "" ? {} : { note: text("note") };
    if (this.closing === "approve") return this.#decided({ type: "approve", ...note });
    if (this.closing === "ask") return this.#decided({ type: "request_resubmission" });
    const reason = text("reason");
    if (reason === "") {
      this.problem = this.t.dialog.reasonMissing;
      this.querySelector<HTMLElement>("#reject-reason")?.focus();
      return;
    }
    const message = text("message") === "" ? {} : { message: text("message") };
    this.#decided({ type: "reject", reason: reason as RejectReason, ...message, ...note });
  };

  #decided(event: Review.Event): void {
    this.dispatchEvent(new CustomEvent<Review.Event>("decided", { detail: event }));
  }

  #closed = (): void => {
    this.dispatchEvent(new Event("closed"));
  };
}

customElements.define("kyc-decision", KycDecision);
