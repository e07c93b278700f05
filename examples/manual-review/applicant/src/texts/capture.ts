/** What `<kyc-capture>` says: the package's words, and the company's own where it has some. */
import type { CaptureTexts } from "@kyc/sdk/capture";

type Nested = { readonly [name: string]: string | Nested };

/** A text of the company's is named by its place: `camera-openCamera`, `camera-hints-document-too_dark`. */
export function captureWords(texts: CaptureTexts, own: (id: string) => string | null): CaptureTexts {
  return replaced(texts as unknown as Nested, "camera", own) as unknown as CaptureTexts;
}

function replaced(texts: Nested, place: string, own: (id: string) => string | null): Nested {
  const entries = Object.entries(texts).map(([name, text]) => {
    const id = `${place}-${name}`;
    return [name, typeof text === "string" ? (own(id) ?? text) : replaced(text, id, own)];
  });
  return Object.fromEntries(entries) as Nested;
}
