/** The worker beside the page: loads the network once, then finds the faces in one picture after the other. It keeps none of them and sends nothing. */
import type { Pixels } from "../frame.js";
import type { Area } from "../view.js";
import { Detector } from "./detector.js";

/** What the page asks for. */
export type Ask = { readonly type: "load"; readonly model: string } | { readonly type: "find"; readonly picture: Pixels };

/** What it is told. */
export type Answer =
  | { readonly type: "loading"; readonly loaded: number }
  | { readonly type: "ready" }
  | { readonly type: "found"; readonly faces: readonly Area[] }
  | { readonly type: "failed" };

const page = globalThis as unknown as { postMessage(answer: Answer): void; addEventListener(type: "message", heard: (event: MessageEvent<Ask>) => void): void };
let detector: Detector | null = null;

page.addEventListener("message", ({ data }) => {
  if (data.type === "load") void load(data.model);
  else if (detector !== null) page.postMessage({ type: "found", faces: detector.find(data.picture) });
});

async function load(model: string): Promise<void> {
  try {
    const response = await fetch(model);
    if (!response.ok || response.body === null) throw new Error(`the network did not come: ${response.status}`);
    const file = await whole(response.body);
    // Another file than the one that was tested is not run.
    if (hex(await crypto.subtle.digest("SHA-256", file)) !== MODEL.sha256) throw new Error("the network is another one");
    detector = new Detector(file);
    page.postMessage({ type: "ready" });
  } catch {
    page.postMessage({ type: "failed" });
  }
}

/** All bytes of the file, with word of how far it is. */
async function whole(body: ReadableStream<Uint8Array>): Promise<ArrayBuffer> {
  const file = new Uint8Array(MODEL.bytes);
  let length = 0;
  for (const reader = body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return file.buffer;
    file.set(value, length);
    length += value.length;
    page.postMessage({ type: "loading", loaded: length / MODEL.bytes });
  }
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `face_detection_short_range.tflite` of `@mediapipe/face_detection` 0.4.1657300184, as it is. */
const MODEL = { bytes: 229_032, sha256: "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633" };
