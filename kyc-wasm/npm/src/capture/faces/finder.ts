/** Faces in the camera's picture, found by a worker beside the page. What it needs is loaded when a face is filmed for the first time, and not before. */
import type { Faces } from "../hint.js";
import type { Answer, Ask } from "./worker.js";

/** How far the help with faces is. Where it is `failed` there is none until it is asked for again. */
export type FaceHelp = "off" | "loading" | "ready" | "failed";

export class FaceFinder {
  readonly #tell: () => void;
  #worker: Worker | null = null;
  #help: FaceHelp = "off";
  #loaded = 0;
  #answered: ((faces: Faces) => void) | null = null;
  readonly #small = document.createElement("canvas");

  /** @param tell is called when `help` or `loaded` has changed */
  constructor(tell: () => void) {
    this.#tell = tell;
  }

  get help(): FaceHelp {
    return this.#help;
  }

  /** The share that is loaded, from 0 to 1. */
  get loaded(): number {
    return this.#loaded;
  }

  /** Begins to load. Nothing waits for it: until it is `ready`, and where it fails, faces are simply not spoken of. */
  begin(): void {
    if (this.#help === "loading" || this.#help === "ready") return;
    this.#loaded = 0;
    this.#become("loading");
    try {
      const model = new URL("./face_detection_short_range.tflite", import.meta.url);
      // The worker is one file without imports, so that any bundler may take it for a file like another.
      this.#worker = new Worker(vouched(new URL("./worker.js", import.meta.url).href), { type: "module" });
      this.#worker.addEventListener("message", this.#heard);
      this.#worker.addEventListener("error", this.#failed);
      this.#ask({ type: "load", model: model.href });
    } catch {
      this.#failed();
    }
  }

  /** The faces in a picture, in shares of it; `null` where nobody can tell. One picture at a time. */
  find(picture: CanvasImageSource): Promise<Faces> {
    if (this.#help !== "ready" || this.#answered !== null) return Promise.resolve(null);
    Object.assign(this.#small, { width: SIDE, height: SIDE });
    const context = this.#small.getContext("2d", { willReadFrequently: true });
    if (context === null) return Promise.resolve(null);
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, SIDE, SIDE);
    const { width, height, data } = context.getImageData(0, 0, SIDE, SIDE);
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#ask({ type: "find", picture: { width, height, data } });
    });
  }

  /** Gives the worker and its memory back. */
  end(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#answer(null);
    if (this.#help !== "off") this.#become("off");
  }

  #ask(ask: Ask): void {
    this.#worker?.postMessage(ask);
  }

  #heard = ({ data }: MessageEvent<Answer>): void => {
    switch (data.type) {
      case "loading":
        this.#loaded = data.loaded;
        return this.#tell();
      case "ready":
        return this.#become("ready");
      case "found":
        return this.#answer(data.faces);
      case "failed":
        return this.#failed();
    }
  };

  #failed = (): void => {
    this.end();
    this.#become("failed");
  };

  #answer(faces: Faces): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(faces);
  }

  #become(help: FaceHelp): void {
    this.#help = help;
    this.#tell();
  }
}

/** Where a page takes only scripts that somebody vouches for (Trusted Types), this is who. */
function vouched(url: string): string {
  const policies = (globalThis as { trustedTypes?: { createPolicy(name: string, rules: object): { createScriptURL(url: string): string } } }).trustedTypes;
  policy ??= policies?.createPolicy("kyc-capture", { createScriptURL: (url: string) => url }) ?? null;
  return policy?.createScriptURL(url) ?? url;
}

let policy: { createScriptURL(url: string): string } | null = null;

/** What the network looks at. */
const SIDE = 128;
