/** Every word the element says: from `texts/*.ftl`, a language at a time. A host hands over its own; a text that is missing does not compile. */
import type { CameraFault } from "./camera.js";
import type { Hint } from "./hint.js";
import { en } from "./texts/en.js";
import type { Kind } from "./view.js";

export interface CaptureTexts {
  readonly openCamera: string;
  readonly takePhoto: string;
  readonly closeCamera: string;
  readonly chooseFile: string;
  readonly dropHint: string;
  readonly starting: string;
  readonly preparing: string;
  /** While the means to find faces come. */
  readonly loadingHelp: string;
  /** The name of the camera's picture, for who cannot see it. */
  readonly live: string;
  /** That the photo is taken without a press. */
  readonly auto: string;
  /** That the button is the way now. */
  readonly manual: string;
  readonly switchCamera: string;
  readonly torch: string;
  readonly hints: Readonly<Record<Kind, Readonly<Record<Hint, string>>>>;
  readonly faults: Readonly<Record<CameraFault, string>>;
}

/** What the element says until it knows better. */
export const english = en;

/** The texts for a language as pages and browsers name it, fetched when asked for; English for any that is not there. */
export async function captureTexts(language: string): Promise<CaptureTexts> {
  switch (language.toLowerCase().split("-")[0]) {
    case "ar":
      return (await import("./texts/ar.js")).ar;
    case "de":
      return (await import("./texts/de.js")).de;
    case "es":
      return (await import("./texts/es.js")).es;
    case "fr":
      return (await import("./texts/fr.js")).fr;
    case "pt":
      return (await import("./texts/pt.js")).pt;
    default:
      return en;
  }
}
