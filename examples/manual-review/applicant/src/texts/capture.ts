/** What `<kyc-capture>` says: the package's words, and the company's own where it has some. */
import { captureTexts, type CaptureTexts } from "@kyc/sdk/capture";

type Nested = { readonly [name: string]: string | Nested };

/** In a language, once it is known what the company says. A text of the company's is named by its place: `camera-openCamera`, `camera-hints-document-too_dark`. */
export async function captureWords(language: string): Promise<(own: (id: string) => string | null) => CaptureTexts> {
  const texts = (await captureTexts(language)) as unknown as Nested;
  return (own) => replaced(texts, "camera", own) as unknown as CaptureTexts;
}

function replaced(texts: Nested, place: string, own: (id: string) => string | null): Nested {
  const entries = Object.entries(texts).map(([name, text]) => {
    const id = `${place}-${name}`;
    return [name, typeof text === "string" ? (own(id) ?? text) : replaced(text, id, own)];
  });
  return Object.fromEntries(entries) as Nested;
}
