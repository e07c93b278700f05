/** Capture that guides, as a custom element and as the parts it is made of. Needs neither the WebAssembly nor a framework. */
import { KycCapture, type Captured, type CaptureChange } from "./element.js";

export { KycCapture, type Captured, type CaptureChange } from "./element.js";
export { type CaptureState } from "./look.js";
export { Announcer } from "./announcer.js";
export { Camera, CameraError, faultOf, type CameraFault, type Facing, type Surroundings } from "./camera.js";
export { edgesOf, fitOf, type Edges, type Fit } from "./fit.js";
export { coarse, glareOf, lightOf, lumaOf, movement, sharpnessOf, type Light, type Luma, type Pixels } from "./frame.js";
export { Detector } from "./faces/detector.js";
export { FaceFinder, type FaceHelp } from "./faces/finder.js";
export { hintOf, limits, Meter, type Faces, type Hint, type Measures } from "./hint.js";
export { compressed, prepared, tries, type Picture, type PictureLimits, type Try } from "./picture.js";
export { looked, opened, pressed, type Rules, type Shutter } from "./shutter.js";
export { captureTexts, type CaptureTexts } from "./texts.js";
export { viewOf, visible, type Area, type Kind, type Shape, type View } from "./view.js";

/** Makes `<kyc-capture>` known to the page. Calling it twice is harmless. */
export function defineCapture(): void {
  if (customElements.get("kyc-capture") === undefined) customElements.define("kyc-capture", KycCapture);
}

declare global {
  interface HTMLElementTagNameMap {
    "kyc-capture": KycCapture;
  }
  interface HTMLElementEventMap {
    "kyc-captured": CustomEvent<Captured>;
    "kyc-state": CustomEvent<CaptureChange>;
  }
}
