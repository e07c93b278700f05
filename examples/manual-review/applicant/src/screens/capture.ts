/** One photo: by camera or as a file, made smaller, then handed in; it goes up behind the applicant's back. */
import { html, nothing, type PropertyValues } from "lit";
import type { Side } from "@kyc/sdk";
import { Camera, CameraError, type CameraFault } from "../camera";
import { captureDrawing, frame } from "../drawings";
import { explained, Part, type Desk } from "../part";
import { prepared } from "../picture";
import { troubleOf } from "../trouble";

type Doing =
  | { at: "choosing" }
  | { at: "starting" }
  | { at: "camera"; camera: Camera }
  | { at: "preparing" };

export class KycCapture extends Part {
  static override properties = {
    desk: { attribute: false },
    subject: { attribute: false },
    doing: { state: true },
    fault: { state: true },
    problem: { state: true },
  };

  declare desk: Desk;
  declare subject: Side | "selfie";
  declare doing: Doing;
  declare fault: CameraFault | null;
  declare problem: { code: string; text: string } | null;
  #work = new AbortController();

  constructor() {
    super();
    this.doing = { at: "choosing" };
    this.fault = null;
    this.problem = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("subject") || !this.hasUpdated) return;
    this.#stop();
    this.fault = null;
    this.problem = null;
  }

  protected override updated(): void {
    const video = this.querySelector("video");
    if (this.doing.at === "camera" && video !== null && video.srcObject !== this.doing.camera.stream) {
      video.srcObject = this.doing.camera.stream;
      void video.play().catch(() => undefined);
    }
  }

  protected override render(): unknown {
    const { t, state } = this.desk;
    const kind = state.view.document?.type ?? "id_card";
    const isSelfie = this.subject === "selfie";
    const isDataPage = this.subject === "front" && state.view.document?.sides.length === 1;
    const title = isSelfie ? t.capture.selfie : isDataPage ? t.capture.data : t.capture[this.subject];
    const lead = isSelfie
      ? t.capture.selfieLead
      : isDataPage
        ? t.capture.dataLead
        : this.subject === "front"
          ? t.capture.frontLead
          : t.capture.backLead;
    const left = state.view.attempts_left[this.subject];
    return html`
      <h1 tabindex="-1" data-testid="heading">${title}</h1>
      <p class="lead">${lead}</p>
      <section
        class="capture" data-testid="capture" data-side=${this.subject} aria-label=${title}
        @dragover=${(event: DragEvent) => event.preventDefault()} @drop=${this.#dropped}
      >
        ${this.doing.at === "camera" ? this.#viewfinder(isSelfie, isDataPage) : captureDrawing(this.subject, kind)}
        ${this.#told()} ${left === 0 ? html`<p class="notice warn" data-testid="no-attempts">${t.guards.no_attempts_left}</p>` : this.#controls(isSelfie)}
      </section>
      <div role="alert">
        ${this.fault === null
          ? nothing
          : html`<p class="notice warn" data-testid="camera-error" data-code=${this.fault}>${t.camera[this.fault]}</p>`}
        ${this.problem === null
          ? nothing
          : html`<p class="notice bad" data-testid="problem" data-code=${this.problem.code}>${this.problem.text}</p>`}
      </div>
      ${left > 0 && left <= 3 ? html`<p class="hint" data-testid="attempts">${t.capture.attempts(left)}</p>` : nothing}
      ${this.#keep(isSelfie)}
    `;
  }

  /** A photo is there already: the applicant came back, or has no tries left. */
  #keep(isSelfie: boolean): unknown {
    const { session, t } = this.desk;
    const type = isSelfie ? "review_selfie" : "review_document";
    const isThere = session.accepts(type) && this.doing.at === "choosing";
    if (!isThere) return nothing;
    return html`<button class="button plain" type="button" data-testid="keep" @click=${() => session.send({ type })}>
      ${isSelfie ? t.capture.keepSelfie : t.capture.keep}
    </button>`;
  }

  #viewfinder(isSelfie: boolean, isDataPage: boolean): unknown {
    return html`<div class="viewfinder ${isSelfie ? "mirrored" : ""}">
      <video data-testid="camera" playsinline muted aria-label=${this.desk.t.capture.live}></video>
      ${frame(isSelfie ? "face" : isDataPage ? "passport" : "card")}
    </div>`;
  }

  #told(): unknown {
    const t = this.desk.t.capture;
    switch (this.doing.at) {
      case "starting":
        return html`<p role="status">${t.starting}</p>`;
      case "preparing":
        return html`<p role="status">${t.preparing}</p>`;
      default:
        return nothing;
    }
  }

  #controls(isSelfie: boolean): unknown {
    const { t } = this.desk;
    const isBusy = this.doing.at === "preparing";
    if (isBusy) {
      return html`<div class="actions">
        <button class="button" type="button" data-testid="cancel-upload" @click=${this.#stop}>${t.capture.cancel}</button>
      </div>`;
    }
    if (this.doing.at === "camera") {
      return html`<div class="actions">
        <button class="button primary shutter" type="button" data-testid="take-photo" @click=${this.#take}>${t.capture.takePhoto}</button>
        <button class="button" type="button" data-testid="close-camera" @click=${this.#stop}>${t.capture.closeCamera}</button>
      </div>`;
    }
    // After a refusal the way by file comes first: it is the one that works.
    const cameraFirst = this.fault === null;
    return html`<div class="actions">
      <button
        class="button ${cameraFirst ? "primary" : ""}" type="button" data-testid="open-camera"
        ?disabled=${this.doing.at === "starting"} @click=${this.#open}
      >${t.capture.openCamera}</button>
      <label class="button ${cameraFirst ? "" : "primary"} file" data-testid="choose-file">
        <input
          type="file" class="sr-only" data-testid="file-input" accept="image/jpeg,image/png,image/webp" capture=${isSelfie ? "user" : nothing}
          aria-label=${t.capture.chooseFile} @change=${this.#chose}
        />
        ${t.capture.chooseFile}
      </label>
      <span class="hint drop-hint">${t.capture.dropHint}</span>
    </div>`;
  }

  #open = async (): Promise<void> => {
    this.fault = null;
    this.problem = null;
    this.doing = { at: "starting" };
    const work = this.#work;
    try {
      const camera = await Camera.open(this.subject === "selfie" ? "user" : "environment");
      if (work.signal.aborted) return camera.close();
      camera.onInterrupted(() => this.#failed("interrupted"));
      this.doing = { at: "camera", camera };
      await this.updateComplete;
      this.querySelector<HTMLElement>("[data-testid=take-photo]")?.focus();
    } catch (error) {
      if (!work.signal.aborted) this.#failed(error instanceof CameraError ? error.fault : "unknown");
    }
  };

  #failed(fault: CameraFault): void {
    this.#stop();
    this.fault = fault;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>("[data-testid=file-input]")?.focus());
  }

  #take = async (): Promise<void> => {
    const video = this.querySelector("video");
    if (this.doing.at !== "camera" || video === null) return;
    try {
      const photo = await this.doing.camera.photo(video);
      await this.#send(photo);
    } catch (error) {
      this.#failed(error instanceof CameraError ? error.fault : "unknown");
    }
  };

  #chose = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const photo = input.files?.[0];
    // So that choosing the same file again is a change again.
    input.value = "";
    if (photo !== undefined) void this.#send(photo);
  };

  #dropped = (event: DragEvent): void => {
    event.preventDefault();
    const photo = event.dataTransfer?.files[0];
    if (photo !== undefined && this.doing.at === "choosing") void this.#send(photo);
  };

  async #send(photo: Blob): Promise<void> {
    this.#stop();
    this.problem = null;
    this.fault = null;
    this.desk.session.acknowledge();
    this.doing = { at: "preparing" };
    const { signal } = this.#work;
    const subject = this.subject;
    try {
      const ready = await prepared(photo);
      if (signal.aborted) return;
      if (ready.size > (this.desk.session.flow.images?.max_bytes ?? Number.POSITIVE_INFINITY)) return this.#tell("too_large");
      const event = subject === "selfie" ? ({ type: "capture_selfie" } as const) : ({ type: "capture_page", side: subject } as const);
      const outcome = await this.desk.session.capture(event, ready, { signal });
      this.doing = { at: "choosing" };
      const text = explained(this.desk.t, outcome);
      if (text !== null) this.problem = { code: outcome.outcome === "rejected" && outcome.code === "refused" ? outcome.reason : "not_accepted", text };
    } catch (error) {
      if (!signal.aborted) this.#tell(troubleOf(error));
    }
  }

  #tell(trouble: keyof Desk["t"]["troubles"]): void {
    this.doing = { at: "choosing" };
    this.problem = { code: trouble, text: this.desk.t.troubles[trouble] };
  }

  #stop = (): void => {
    this.#work.abort();
    this.#work = new AbortController();
    if (this.doing.at === "camera") this.doing.camera.close();
    this.doing = { at: "choosing" };
  };
}

customElements.define("kyc-capture", KycCapture);
