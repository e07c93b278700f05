/** Bytes on their way up: their name, and how far they are. */
import { KycError } from "./error.js";

export interface Progress {
  readonly sent: number;
  readonly total: number;
}

/** The SHA-256 of the bytes in lower-case hexadecimal digits: the name they have everywhere. */
export async function digestOf(bytes: ArrayBuffer): Promise<string> {
  // Browsers lend their cryptography to https and localhost only.
  if (globalThis.crypto?.subtle === undefined) throw new KycError("insecure_context");
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface PutOptions {
  headers: Record<string, string>;
  fetch: typeof globalThis.fetch;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/** By XMLHttpRequest where there is one, since fetch does not tell how far an upload is. */
export function put(url: string, bytes: ArrayBuffer, options: PutOptions): Promise<Response> {
  return "XMLHttpRequest" in globalThis ? byRequest(url, bytes, options) : byFetch(url, bytes, options);
}

async function byFetch(url: string, bytes: ArrayBuffer, options: PutOptions): Promise<Response> {
  const total = bytes.byteLength;
  options.onProgress?.({ sent: 0, total });
  try {
    const response = await options.fetch(url, {
      method: "PUT",
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

function byRequest(url: string, bytes: ArrayBuffer, options: PutOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    const end = (settle: () => void): void => {
      options.signal?.removeEventListener("abort", abort);
      settle();
    };
    request.open("PUT", url);
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
