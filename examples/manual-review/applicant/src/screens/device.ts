/** Going on with another device: a code to scan, digits to compare, a yes. Put forward where a phone's camera would do better. */
import { html, nothing, type PropertyValues } from "lit";
import type { HandOver } from "@kyc/sdk";
import { phoneDrawing } from "../drawings";
import { digits, Part, type Desk, type Drawn } from "../part";
import { qrCode } from "../qr";
import type { Unfilled } from "../texts";

export class KycOtherDevice extends Part {
  static override properties = { desk: { attribute: false }, isOffered: { attribute: false }, said: { state: true }, copied: { state: true }, busy: { state: true } };

  declare desk: Desk;
  /** Whether it is put forward, or waits in a drawer until it is asked for. */
  declare isOffered: boolean;
  declare said: Unfilled | null;
  declare busy: boolean;
  declare copied: boolean;

  constructor() {
    super();
    this.isOffered = false;
    this.said = null;
    this.busy = false;
    this.copied = false;
  }

  protected override updated(changed: PropertyValues): void {
    const before = changed.get("desk") as Desk | undefined;
    const now = this.desk.state.handover?.state;
    // What the person asked for is there: the keyboard goes on with it. What comes by itself is only told.
    if (before !== undefined && now === "open" && before.state.handover?.state !== "open") this.querySelector<HTMLElement>("h2")?.focus();
  }

  protected override render(): unknown {
    const { t, state } = this.desk;
    const { handover } = state;
    const alert = html`<div role="alert">${handover?.state === "asked" ? this.#asked(handover) : nothing}
      ${this.said === null ? nothing : html`<p class="notice bad" data-testid="device-problem">${t(this.said)}</p>`}</div>`;
    if (handover === null && !this.isOffered) {
      return html`<aside aria-label=${t("device-title")}><details class="device" data-testid="device">
        <summary>${t("device-title")}</summary>
        <p class="hint">${t("device-lead")}</p>
        ${this.#begin("device-begin")} ${alert}
      </details></aside>`;
    }
    return html`<aside class="card device offer" data-testid="device" data-state=${handover?.state ?? "offered"} aria-labelledby="device-title">
      ${handover?.state === "open" ? this.#open(handover.link) : handover?.state === "asked" ? nothing : this.#offer(handover?.state === "expired")}
      ${alert}
    </aside>`;
  }

  #offer(isExpired: boolean): Drawn {
    const { t } = this.desk;
    return html`<div class="offered">
      ${phoneDrawing}
      <div>
        <h2 id="device-title" tabindex="-1">${t(isExpired ? "device-expired-title" : "device-phone-title")}</h2>
        <p class="hint">${t(isExpired ? "device-expired" : "device-lead")}</p>
      </div>
      ${this.#begin(isExpired ? "device-anew" : "device-begin")}
    </div>`;
  }

  #begin(text: "device-begin" | "device-anew"): Drawn {
    return html`<button class="button small" type="button" data-testid="other-device" ?disabled=${this.busy} @click=${this.#make}>${this.desk.t(text)}</button>`;
  }

  #open(link: string): Drawn {
    const { t } = this.desk;
    const own = withLanguage(link, t.language);
    return html`
      <h2 id="device-title" tabindex="-1">${t("device-scan-title")}</h2>
      <div class="scan">
        ${qrCode(own, t("device-qr"))}
        <div>
          <p>${t("device-scan")}</p>
          <div class="copy">
            <input type="url" dir="ltr" readonly data-testid="device-link" aria-label=${t("device-link")} .value=${own}
              @focus=${(event: Event) => (event.target as HTMLInputElement).select()} />
            <button class="button small" type="button" data-testid="copy-link" @click=${this.#copy}>${t("device-copy")}</button>
          </div>
          <p role="status" class="hint" data-testid="copied">${this.copied ? t("device-copied") : nothing}</p>
          <p class="live"><span class="pulse" aria-hidden="true"></span>${t("device-wait")}</p>
          ${this.#cancel("device-cancel")}
        </div>
      </div>`;
  }

  #asked({ match }: Extract<HandOver, { state: "asked" }>): Drawn {
    const { t } = this.desk;
    return html`
      <h2 id="device-title">${t("device-asked-title")}</h2>
      ${digits(match)}
      <p>${t("device-asked")}</p>
      <div class="actions both">
        ${this.#cancel("device-no")}
        <button class="button primary" type="button" data-testid="device-yes" ?disabled=${this.busy} @click=${this.#confirm}>${t("device-yes")}</button>
      </div>`;
  }

  #cancel(text: "device-cancel" | "device-no"): Drawn {
    return html`<button class="button" type="button" data-testid=${text} ?disabled=${this.busy} @click=${this.#end}>${this.desk.t(text)}</button>`;
  }

  #make = (): Promise<void> => this.#does(() => this.desk.session.handOver());
  #confirm = (): Promise<void> => this.#does(() => this.desk.session.confirmHandOver());
  #end = (): Promise<void> => this.#does(() => this.desk.session.takeBack());

  async #does(work: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.said = null;
    this.copied = false;
    try {
      await work();
    } catch {
      this.said = "device-failed";
    } finally {
      this.busy = false;
    }
  }

  #copy = async (): Promise<void> => {
    const field = this.querySelector<HTMLInputElement>("[data-testid=device-link]");
    try {
      await navigator.clipboard.writeText(field?.value ?? "");
      this.copied = true;
    } catch {
      // Without permission the marked text can still be copied by hand.
      field?.focus();
    }
  };
}

/** The other device goes on in the same language. */
function withLanguage(link: string, language: string): string {
  return `${link}&lang=${language}`;
}

customElements.define("kyc-other-device", KycOtherDevice);
