/** Bytes on their way up: their name, and how far they are. */
import { KycError } from "./error.js";
import { hex } from "./bytes.js";

export interface Progress {
  readonly sent: number;
  readonly total: number;
}

/** The SHA-256 of the bytes in lower-case hexadecimal digits: the name they have everywhere. */
export async function digestOf(bytes: ArrayBuffer): Promise<string> {
  // Browsers lend their cryptography to https and localhost only.
  if (globalThis.crypto?.subtle === undefined) throw new KycError("insecure_context");
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** The photo that is on its way up. */
export interface Uploading extends Progress {
  readonly digest: string;
}

/** A file that is larger goes in parts of this size, so that a broken connection does not send it back to its beginning. */
export const PART = 256 * 1024;

/** How often the server may name another place before the way up is taken for lost, for now. */
const CORRECTIONS = 4;

/** What sending in parts needs of a transport. */
interface Way {
  /** Where the upload stands. */
  stands(): Promise<Response>;
  send(part: ArrayBuffer, place: { offset: number; isLast: boolean }, onSent: (bytes: number) => void): Promise<Response>;
}

/** Sends what the server does not have yet; `null` where it takes no parts. Whatever the last answer is, is the caller's. */
export async function inParts(bytes: ArrayBuffer, way: Way, onProgress: (progress: Progress) => void): Promise<Response | null> {
  const total = bytes.byteLength;
  const tell = (sent: number): void => onProgress({ sent: Math.min(sent, total), total });
  const standing = await way.stands();
  if (standing.status === 404 || standing.status === 405) return null;
  if (standing.headers.get("upload-complete") === "?1") {
    tell(total);
    return standing;
  }
  let offset = offsetIn(standing, total) ?? 0;
  for (let corrections = 0; corrections <= CORRECTIONS; ) {
    const from = offset;
    tell(from);
    const end = Math.min(total, from + PART);
    const answer = await way.send(bytes.slice(from, end), { offset: from, isLast: end === total }, (sent) => tell(from + sent));
    const stands = offsetIn(answer, total);
    if (answer.ok && end === total) {
      tell(total);
      return answer;
    }
    // An answer was lost, another tab was faster, or nothing of it stayed.
    if (stands === null || (answer.ok && stands <= from)) return answer.ok ? lost() : answer;
    if (!answer.ok) corrections += 1;
    offset = stands;
  }
  return lost();
}

/** The place that an answer names, if it names one within the file. */
function offsetIn(answer: Response, total: number): number | null {
  const offset = Number(answer.headers.get("upload-offset") ?? Number.NaN);
  return Number.isSafeInteger(offset) && offset >= 0 && offset <= total ? offset : null;
}

function lost(): never {
  throw new KycError("offline");
}

interface SendOptions {
  method: "PUT" | "PATCH";
  headers: Record<string, string>;
  fetch: typeof globalThis.fetch;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** By XMLHttpRequest where there is one, since fetch does not tell how far an upload is. */
export function sendBytes(url: string, bytes: ArrayBuffer, options: SendOptions): Promise<Response> {
  return "XMLHttpRequest" in globalThis ? byRequest(url, bytes, options) : byFetch(url, bytes, options);
}

async function byFetch(url: string, bytes: ArrayBuffer, options: SendOptions): Promise<Response> {
  const total = bytes.byteLength;
  options.onProgress?.({ sent: 0, total });
  try {
    const response = await options.fetch(url, {
      method: options.method,
      headers: options.headers,
      body: bytes,
      signal: options.signal ?? null,
    });
    options.onProgress?.({ sent: total, total });
    return response;
  } catch (cause) {
    throw new KycError(options.signal?.aborted === true ? "aborted" : "offline", { cause });
  }
}

function byRequest(url: string, bytes: ArrayBuffer, options: SendOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    const end = (settle: () => void): void => {
      options.signal?.removeEventListener("abort", abort);
      settle();
    };
    request.open(options.method, url);
    for (const [name, value] of Object.entries(options.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (progress) => {
      options.onProgress?.({ sent: progress.loaded, total: bytes.byteLength });
    };
    request.onload = () => end(() => resolve(asResponse(request)));
    request.onerror = () => end(() => reject(new KycError("offline")));
    request.onabort = () => end(() => reject(new KycError("aborted")));
    if (options.signal?.aborted === true) return reject(new KycError("aborted"));
    options.signal?.addEventListener("abort", abort, { once: true });
    request.send(bytes);
  });
}

function asResponse(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().trim().split(/[\r\n]+/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const empty = request.status === 204 || request.status === 304;
  return new Response(empty ? null : request.responseText, { status: request.status, headers });
}
