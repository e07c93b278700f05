/** `<kyc-capture>`: one photo, by camera with live hints or as a file. It guides; whoever gets the photo decides about it. */
import { Announcer } from "./announcer.js";
import { Camera, CameraError, type CameraFault, type Facing } from "./camera.js";
import { FaceFinder } from "./faces/finder.js";
import { hintOf, Meter, type Hint } from "./hint.js";
import { Look, type CaptureState } from "./look.js";
import { compressed, prepared, type Picture, type PictureLimits } from "./picture.js";
import { looked, opened, pressed, type Rules, type Shutter } from "./shutter.js";
import { captureTexts, english, type CaptureTexts } from "./texts.js";
import { viewOf, visible, type Kind, type Shape } from "./view.js";

/** What a `kyc-captured` event brings. Sizes are `null` for what the browser cannot show, a PDF for example. */
export interface Captured {
  readonly blob: Blob;
  readonly width: number | null;
  readonly height: number | null;
  readonly how: "auto" | "manual" | "file";
}

/** What a `kyc-state` event tells. */
export interface CaptureChange {
  readonly state: CaptureState;
  readonly fault: CameraFault | null;
}

// Where there is no page (a server that renders), the module can still be imported.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

export class KycCapture extends Base {
  static readonly observedAttributes = ["kind", "shape", "facing", "accept", "auto", "file", "faces", "lang"];
  readonly #look: Look;
  readonly #canvas = document.createElement("canvas");
  readonly #faces = new FaceFinder(() => this.#draw());
  #forEyes = forEyes();
  #forEars = forEars();
  #texts: CaptureTexts | null = null;
  /** The page's language, in the package's words. */
  #spoken: { readonly language: string; readonly texts: CaptureTexts } = { language: "en", texts: english };
  #state: CaptureState = "idle";
  #fault: CameraFault | null = null;
  #camera: Camera | null = null;
  #facing: Facing | null = null;
  #canSwitch = false;
  #torch = false;
  #hint: Hint | null = null;
  #shutter: Shutter | null = null;
  /** Counts what was begun, so that what comes late is known to be late. */
  #turn = 0;
  /** The page was hidden while the camera was on. */
  #waits = false;

  constructor() {
    super();
    this.#look = new Look(this.attachShadow({ mode: "open" }));
    this.#look.open.addEventListener("click", () => void this.open());
    this.#look.close.addEventListener("click", this.#closed);
    this.#look.take.addEventListener("click", this.#pressed);
    this.#look.flip.addEventListener("click", this.#flipped);
    this.#look.torch.addEventListener("click", this.#lit);
    this.#look.file.addEventListener("change", this.#chosen);
    this.addEventListener("dragover", (event) => event.preventDefault());
    this.addEventListener("drop", this.#dropped);
  }

  connectedCallback(): void {
    document.addEventListener("visibilitychange", this.#hidden);
    this.#draw();
  }

  disconnectedCallback(): void {
    document.removeEventListener("visibilitychange", this.#hidden);
    this.#waits = false;
    this.close();
    this.#faces.end();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === "facing") this.#facing = null;
    if (name === "kind" || name === "shape" || name === "facing" || name === "auto" || name === "faces") this.close();
    this.#draw();
  }

  get kind(): Kind {
    return this.getAttribute("kind") === "face" ? "face" : "document";
  }

  get shape(): Shape {
    return this.getAttribute("shape") === "passport" ? "passport" : "card";
  }

  get state(): CaptureState {
    return this.#state;
  }

  get fault(): CameraFault | null {
    return this.#fault;
  }

  /** The host's own words; by default those of the page's language, as far as the package speaks it. */
  get texts(): CaptureTexts {
    return this.#texts ?? this.#spoken.texts;
  }

  set texts(texts: CaptureTexts | null) {
    this.#texts = texts;
    this.#draw();
  }

  /** Opens the camera; what is in the way of it becomes `fault`. */
  async open(): Promise<void> {
    this.close();
    const turn = this.#turn;
    this.#become("starting");
    try {
      const facing = this.#facing ?? this.#usualFacing();
      const camera = await Camera.open(facing);
      if (turn !== this.#turn) return camera.close();
      if (document.visibilityState === "hidden") {
        camera.close();
        this.close();
        this.#waits = true;
        return;
      }
      this.#camera = camera;
      camera.onInterrupted(() => this.#failed("aborted"));
      this.#look.video.srcObject = camera.stream;
      this.#hint = null;
      this.#shutter = null;
      this.#forEyes = forEyes();
      this.#forEars = forEars();
      if (this.#looksForFaces()) this.#faces.begin();
      else this.#faces.end();
      this.#become("live");
      this.#look.take.focus();
      await this.#look.video.play();
      if (turn !== this.#turn) return;
      this.#canSwitch = await Camera.isOneOfMany();
      if (turn !== this.#turn) return;
      this.#draw();
      void this.#watch(turn);
    } catch (error) {
      if (turn === this.#turn) this.#failed(error instanceof CameraError ? error.fault : "unknown");
    }
  }

  /** Switches the camera off. */
  close(): void {
    this.#turn++;
    this.#camera?.close();
    this.#camera = null;
    this.#torch = false;
    this.#look.video.srcObject = null;
    this.#look.speak("");
    this.#fault = null;
    if (this.#state === "idle") this.#draw();
    else this.#become("idle");
  }

  /** Looks at one picture after the other until the shutter fires or the camera is off. */
  async #watch(turn: number): Promise<void> {
    const { kind } = this;
    const view = viewOf(kind, this.shape);
    const meter = new Meter(kind, view.frame);
    while (turn === this.#turn) {
      await this.#nextPicture();
      if (turn !== this.#turn) return;
      const pixels = this.#pixels(view.aspect);
      if (pixels === null) continue;
      const faces = await this.#faces.find(this.#canvas);
      if (turn !== this.#turn || this.#shutter?.fired === true) return;
      const hint = hintOf(kind, view.frame, meter.measure(pixels, faces));
      const at = performance.now();
      this.#shutter = looked(this.#shutter ?? opened(at, this.#rules()), hint, at, this.#rules());
      this.#told(hint, at);
      if (this.#shutter.fired) return void this.#take("auto");
    }
  }

  /** Waits for a picture that was not seen yet, and leaves the page time of its own. */
  async #nextPicture(): Promise<void> {
    const { video } = this.#look;
    await new Promise((rested) => setTimeout(rested, PAUSE));
    if (!("requestVideoFrameCallback" in video)) return;
    await new Promise<void>((seen) => {
      // A camera that stops shows no further picture: the wait ends with it.
      const late = setTimeout(seen, 1000);
      video.requestVideoFrameCallback(() => {
        clearTimeout(late);
        seen();
      });
    });
  }

  /** What the viewfinder shows, at the size the limits were measured at. */
  #pixels(aspect: number): ImageData | null {
    const { video } = this.#look;
    const { videoWidth, videoHeight } = video;
    if (videoWidth === 0) return null;
    const shown = visible(videoWidth, videoHeight, aspect);
    const scale = Math.min(1, MEASURED / Math.max(shown.width, shown.height));
    const [width, height] = [Math.round(shown.width * scale), Math.round(shown.height * scale)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    const context = this.#canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) return null;
    context.drawImage(video, shown.x, shown.y, shown.width, shown.height, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  }

  #told(hint: Hint, at: number): void {
    const { texts, kind } = this;
    const shown = this.#forEyes.hear(hint, at);
    if (shown !== null) this.#hint = shown;
    const spoken = this.#forEars.hear(texts.hints[kind][hint], at);
    if (spoken !== null) this.#look.speak(spoken);
    this.#draw();
  }

  async #take(how: "auto" | "manual"): Promise<void> {
    const turn = this.#turn;
    const { video } = this.#look;
    this.#shutter = pressed(this.#shutter ?? opened(performance.now(), this.#rules()));
    // Whoever is quicker than the camera gets its first picture.
    if (video.readyState < video.HAVE_CURRENT_DATA) await new Promise((seen) => video.addEventListener("loadeddata", seen, { once: true }));
    if (turn !== this.#turn) return;
    const { videoWidth: width, videoHeight: height } = video;
    const picture = await compressed(video, width, height, this.#limits());
    if (turn !== this.#turn) return;
    if (picture === null) return this.#failed("unknown");
    this.#answer(picture, how);
  }

  async #give(photo: Blob): Promise<void> {
    this.close();
    const turn = this.#turn;
    this.#become("preparing");
    const picture = await prepared(photo, this.#limits());
    if (turn === this.#turn) this.#answer(picture, "file");
  }

  #answer(picture: Picture, how: Captured["how"]): void {
    this.close();
    this.dispatchEvent(new CustomEvent<Captured>("kyc-captured", { detail: { ...picture, how }, bubbles: true, composed: true }));
  }

  #failed(fault: CameraFault): void {
    this.close();
    this.#fault = fault;
    this.#become("idle");
    (this.#takesFiles() ? this.#look.file : this.#look.open).focus();
  }

  #become(state: CaptureState): void {
    this.#state = state;
    if (state === "starting") this.#fault = null;
    this.#draw();
    const detail: CaptureChange = { state, fault: this.#fault };
    this.dispatchEvent(new CustomEvent<CaptureChange>("kyc-state", { detail, bubbles: true, composed: true }));
  }

  /** The words of another language come when they come; those of before are better than none. */
  async #speak(): Promise<void> {
    const language = this.closest<HTMLElement>("[lang]")?.lang ?? "en";
    if (this.#texts !== null || language === this.#spoken.language) return;
    this.#spoken = { language, texts: this.#spoken.texts };
    const texts = await captureTexts(language).catch(() => null);
    if (texts === null || this.#spoken.language !== language) return;
    this.#spoken = { language, texts };
    this.#draw();
  }

  #draw(): void {
    if (!this.isConnected) return;
    void this.#speak();
    const { kind, shape } = this;
    const rules = this.#rules();
    const shutter = this.#shutter;
    this.#look.draw({
      state: this.#state,
      fault: this.#fault,
      kind,
      shape,
      view: viewOf(kind, shape),
      texts: this.texts,
      accept: this.getAttribute("accept") ?? "image/jpeg,image/png,image/webp",
      takesFiles: this.#takesFiles(),
      mirrored: this.#camera?.facing === "user",
      auto: rules.auto,
      offered: shutter?.offered ?? !rules.auto,
      hint: this.#state === "live" ? this.#hint : null,
      progress: rules.auto && shutter !== null ? shutter.good / rules.steady : 0,
      canSwitch: this.#canSwitch,
      torch: this.#camera?.hasTorch === true ? (this.#torch ? "on" : "off") : "none",
      help: this.#faces.help,
      loaded: this.#faces.loaded,
    });
  }

  /** A face is taken by itself only where something tells that there is one. */
  #rules(): Rules {
    const canTell = this.kind === "document" || (this.#looksForFaces() && this.#faces.help !== "failed");
    const auto = this.getAttribute("auto") !== "off" && canTell;
    return { auto, steady: Math.max(1, this.#number("steady", 5)), manualAfter: this.#number("manual-after", 8) * 1000 };
  }

  #limits(): PictureLimits {
    return { maxSide: this.#number("max-side", 2560), maxBytes: this.#number("max-bytes", 4 * 1024 * 1024) };
  }

  #looksForFaces(): boolean {
    return this.kind === "face" && this.getAttribute("faces") !== "off";
  }

  #takesFiles(): boolean {
    return this.getAttribute("file") !== "off";
  }

  #number(name: string, usual: number): number {
    const value = Number.parseFloat(this.getAttribute(name) ?? "");
    return Number.isFinite(value) && value >= 0 ? value : usual;
  }

  #usualFacing(): Facing {
    const wish = this.getAttribute("facing");
    if (wish === "user" || wish === "environment") return wish;
    return this.kind === "face" ? "user" : "environment";
  }

  #closed = (): void => {
    this.close();
    this.#look.open.focus();
  };

  #pressed = (): void => {
    if (this.#state === "live" && this.#shutter?.fired !== true) void this.#take("manual");
  };

  #flipped = (): void => {
    this.#facing = (this.#facing ?? this.#usualFacing()) === "user" ? "environment" : "user";
    void this.open();
  };

  #lit = async (): Promise<void> => {
    const wish = !this.#torch;
    try {
      await this.#camera?.light(wish);
      this.#torch = wish;
    } catch {
      // The light is a help: where it does not come on, the photo is taken without.
    }
    this.#draw();
  };

  #chosen = (): void => {
    const { file } = this.#look;
    const photo = file.files?.[0];
    // So that choosing the same file again is a change again.
    file.value = "";
    if (photo !== undefined) void this.#give(photo);
  };

  #dropped = (event: DragEvent): void => {
    event.preventDefault();
    const photo = event.dataTransfer?.files[0];
    if (photo !== undefined && this.#takesFiles() && this.#state !== "preparing") void this.#give(photo);
  };

  /** Nobody is filmed by a page that is not looked at. */
  #hidden = (): void => {
    if (document.visibilityState === "hidden") {
      this.#waits = this.#state === "live";
      if (this.#waits) this.close();
    } else if (this.#waits) {
      this.#waits = false;
      void this.open();
    }
  };
}

/** A hint that comes and goes within a few pictures helps nobody. */
const forEyes = (): Announcer<Hint> => new Announcer(200, 400);
/** Read out in peace: what is being said is not cut off by the next. */
const forEars = (): Announcer => new Announcer(700, 3000);

/** The longest side at which blur and glare were measured. */
const MEASURED = 1000;
/** Between two looks, in milliseconds. */
const PAUSE = 90;
