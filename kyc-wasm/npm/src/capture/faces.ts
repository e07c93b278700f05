/** The browser's own face detector, where it has one. None is brought along. */
import type { Area } from "./view.js";
import type { Faces } from "./hint.js";

interface FaceDetector {
  detect(image: CanvasImageSource): Promise<readonly { readonly boundingBox: DOMRectReadOnly }[]>;
}

type FaceDetectorClass = new (options: { fastMode: boolean; maxDetectedFaces: number }) => FaceDetector;

export class FaceFinder {
  #detector: FaceDetector | null;

  constructor() {
    const Detector = (globalThis as { FaceDetector?: FaceDetectorClass }).FaceDetector;
    this.#detector = Detector === undefined ? null : new Detector({ fastMode: true, maxDetectedFaces: 3 });
  }

  /** Whether faces can be told. Some browsers have the name and nothing behind it: then no longer, after the first look. */
  get isAble(): boolean {
    return this.#detector !== null;
  }

  async find(picture: HTMLCanvasElement): Promise<Faces> {
    if (this.#detector === null) return null;
    try {
      const found = await this.#detector.detect(picture);
      return found.map(({ boundingBox: box }): Area => ({
        x: box.x / picture.width,
        y: box.y / picture.height,
        width: box.width / picture.width,
        height: box.height / picture.height,
      }));
    } catch {
      this.#detector = null;
      return null;
    }
  }
}
