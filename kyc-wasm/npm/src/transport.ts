/** How a session reaches its server: the applicant's HTTP interface, and the seam for another one. */
import type { ApplicantEvent, Definition, Step, View } from "./generated/collection.js";
import { patience, type Patience } from "./backoff.js";
import { KycError, type Problem } from "./error.js";
import { POLL, type Begun, type HandOverStanding, type HandOverTransport } from "./handover.js";
import { serverEvents } from "./stream.js";
import { digestOf, inParts, PART, sendBytes, type Progress } from "./upload.js";

/** A session as the server has it. */
export interface Loaded {
  readonly view: View;
  readonly flow: Definition;
  readonly snapshot: string;
  /** Where a hand-over stands that this device has begun. */
  readonly handover?: HandOverStanding | null;
}

/** The server's answer to an event: its step, or the problem that ends the event's way. */
export type Posted = { readonly ok: true; readonly step: Step } | { readonly ok: false; readonly problem: Problem };

export interface UploadOptions {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

/**
 * What a session needs of the other side. Throws `KycError("offline")` where the same call may simply go again,
 * `KycError("unauthorised")` where it needs another credential first.
 */
export interface Transport {
  readonly session: string;
  /** The server's clock, in milliseconds since the Unix epoch. */
  now(): number;
  load(signal?: AbortSignal): Promise<Loaded>;
  post(event: ApplicantEvent, request: { key: string; version: number; signal?: AbortSignal }): Promise<Posted>;
  /** Sends the bytes of an image or a PDF and answers their digest. The same bytes may go again. */
  upload(bytes: Blob, options?: UploadOptions): Promise<string>;
  /** What has come of an upload that was stopped is not wanted any more. Without it, the server forgets that by itself. */
  giveUp?(digest: string): Promise<void>;
  /** The key for what the device of that name keeps. Without it, the browser seals under one of its own. */
  deviceKey?(device: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
  /** Calls back with the server's version at every change, until aborted. */
  follow(heard: (version: number) => void, signal: AbortSignal): void;
  /** Without it, the session goes on at no other device. */
  readonly handOver?: HandOverTransport;
}

/** One page of a file as the server shows it, and how many there are: a photo has one. */
export interface ShownPage {
  readonly picture: Blob;
  readonly pages: number;
}

/** What a link code is exchanged for. Keep it; it is the applicant's credential for this one session. */
export interface Credential {
  readonly session: string;
  readonly token: string;
  readonly expires_at: number;
}

/** What the server answers to a link's code with `load: true`: the credential, and at once what it opens. Of these, keep the credential alone. */
export interface Exchanged extends Credential {
  readonly loaded?: Loaded;
}

/** A one-use link that opens the session on another device. */
export interface Link {
  readonly link: string;
  readonly link_expires_at: number;
}

/** A device that waits to be let in: plain data, so that a reload goes on waiting. */
export interface Asking {
  readonly token: string;
  /** The digits that both devices show. */
  readonly match: string;
  readonly expires_at: number;
}

interface Reach {
  readonly base?: string;
  readonly fetch?: typeof globalThis.fetch;
}

export interface HttpOptions {
  readonly session: string;
  readonly token: string;
  /** Where the applicant's interface is; by default on the page's own host. */
  readonly base?: string;
  /** Called when the token is not taken any more; the failed call goes again with the new one. `null` gives up. */
  readonly renew?: () => Promise<string | null>;
  readonly fetch?: typeof globalThis.fetch;
  readonly patience?: Patience;
}

const BASE = "/applicant/v1";
/** A clock that differs less than this from the server's is taken as it is: the `Date` header has whole seconds. */
const TOLERATED_SKEW = 3_000;

export class HttpTransport implements Transport {
  readonly session: string;
  readonly #base: string;
  readonly #renew: () => Promise<string | null>;
  readonly #fetch: typeof globalThis.fetch;
  readonly #patience: Patience;
  #token: string;
  #skew = 0;

  constructor(options: HttpOptions) {
    this.session = options.session;
    this.#token = options.token;
    this.#base = `${options.base ?? BASE}/sessions/${encodeURIComponent(options.session)}`;
    this.#renew = options.renew ?? (() => Promise.resolve(null));
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#patience = options.patience ?? patience;
  }

  /** Turns the code of a link, which works once, into the session's credential. */
  static async exchange(code: string, options: Reach = {}): Promise<Credential> {
    // Whoever keeps what this answers keeps nothing of the session.
    const { session, token, expires_at } = await presented<Exchanged>("/exchange", code, options);
    return { session, token, expires_at };
  }

  /** Asks to be let in with the code of another device's hand-over, which works once. Show the digits, and wait. */
  static askWith(code: string, options: Reach = {}): Promise<Asking> {
    return presented<Asking>("/handover", code, options);
  }

  /** Waits until the other device has said yes; throws `KycError("handover_ended")` when it will not. */
  static async untilLetIn(asking: Asking, options: Reach & { patience?: Patience; signal?: AbortSignal } = {}): Promise<Credential> {
    const { signal = new AbortController().signal } = options;
    const request = options.fetch ?? globalThis.fetch.bind(globalThis);
    const headers = { authorization: `Bearer ${asking.token}` };
    for (;;) {
      const answer = reached(request(`${options.base ?? BASE}/handover`, { headers, cache: "no-store", signal }));
      const response = await answer.catch((error: unknown) => {
        if (error instanceof KycError && error.code === "offline") return null;
        throw error;
      });
      if (response?.ok === true) {
        const told = (await response.json()) as { state: string; session: string; expires_at: number };
        if (told.state === "agreed") return { session: told.session, token: asking.token, expires_at: told.expires_at };
      } else if (response !== null && !isLater(response.status)) {
        throw new KycError("handover_ended", { problem: await problemOf(response) });
      }
      await (options.patience ?? patience).wait(POLL, signal).catch((cause: unknown) => {
        throw new KycError("aborted", { cause });
      });
    }
  }

  now(): number {
    return Date.now() + this.#skew;
  }

  async load(signal?: AbortSignal): Promise<Loaded> {
    return (await this.#expect("", { signal: signal ?? null })).json() as Promise<Loaded>;
  }

  async post(event: ApplicantEvent, request: { key: string; version: number; signal?: AbortSignal }): Promise<Posted> {
    const response = await this.#call("/events", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "if-match": `"${request.version}"`,
        "idempotency-key": request.key,
      },
      body: JSON.stringify(event),
      signal: request.signal ?? null,
    });
    if (response.ok) return { ok: true, step: (await response.json()) as Step };
    return { ok: false, problem: await problemOf(response) };
  }

  /**
   * Sends the bytes of a file and answers their name, for `capture_page`, `capture_selfie` and `capture_step`. A large one goes in
   * parts; called again with the same bytes it goes on from what the server has, after a reload, too.
   */
  async upload(bytes: Blob, options: UploadOptions = {}): Promise<string> {
    const content = await bytes.arrayBuffer();
    const digest = await digestOf(content);
    const inOne = (): Promise<Response> => this.#send("PUT", `/blobs/${digest}`, content, { "content-type": bytes.type || "application/octet-stream" }, options);
    const response = (content.byteLength > PART ? await this.#sendInParts(digest, content, options) : null) ?? (await inOne());
    if (!response.ok) throw new KycError("refused_by_server", { problem: await problemOf(response) });
    return digest;
  }

  async giveUp(digest: string): Promise<void> {
    await this.#expect(`/uploads/${digest}`, { method: "DELETE" });
  }

  #sendInParts(digest: string, content: ArrayBuffer, { onProgress, signal }: UploadOptions): Promise<Response | null> {
    const path = `/uploads/${digest}`;
    const way = {
      stands: (): Promise<Response> => this.#call(path, { method: "HEAD", cache: "no-store", signal: signal ?? null }),
      send: (part: ArrayBuffer, place: { offset: number; isLast: boolean }, onSent: (bytes: number) => void): Promise<Response> => {
        const headers = {
          "content-type": "application/partial-upload",
          "upload-offset": String(place.offset),
          "upload-complete": place.isLast ? "?1" : "?0",
        };
        return this.#send("PATCH", path, part, headers, { onProgress: ({ sent }) => onSent(sent), ...(signal === undefined ? {} : { signal }) });
      },
    };
    return inParts(content, way, onProgress ?? (() => undefined));
  }

  #send(method: "PUT" | "PATCH", path: string, content: ArrayBuffer, headers: Record<string, string>, options: UploadOptions): Promise<Response> {
    return this.#authorised(() =>
      sendBytes(`${this.#base}${path}`, content, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, ...headers },
        fetch: this.#fetch,
        ...options,
      }),
    );
  }

  async deviceKey(device: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const headers = { "content-type": "application/json" };
    const asked = await this.#expect("/device-key", { method: "POST", headers, body: JSON.stringify({ device }), signal: signal ?? null });
    const { key } = (await asked.json()) as { key: string };
    return Uint8Array.from(atob(key), (character) => character.charCodeAt(0));
  }

  /** An image of this session, as the server shows it. */
  async image(digest: string, signal?: AbortSignal): Promise<Blob> {
    return (await this.#expect(`/blobs/${digest}`, { signal: signal ?? null })).blob();
  }

  /** One page of a PDF of this session, counted from 1, as the server shows it. */
  async page(digest: string, number: number, signal?: AbortSignal): Promise<ShownPage> {
    const response = await this.#expect(`/blobs/${digest}?page=${number}`, { signal: signal ?? null });
    const pages = Number(response.headers.get("kyc-pages") ?? 1);
    return { picture: await response.blob(), pages: Number.isSafeInteger(pages) && pages > 0 ? pages : 1 };
  }

  /** A fresh link to this session, for another device. */
  async link(): Promise<Link> {
    return (await this.#expect("/links", { method: "POST" })).json() as Promise<Link>;
  }

  readonly handOver: HandOverTransport = {
    begin: async (signal) => (await this.#expect("/handover", { method: "POST", signal: signal ?? null })).json() as Promise<Begun>,
    confirm: async (match, signal) => {
      const headers = { "content-type": "application/json" };
      await this.#expect("/handover/confirm", { method: "POST", headers, body: JSON.stringify({ match }), signal: signal ?? null });
    },
    takeBack: async (signal) => void (await this.#expect("/handover", { method: "DELETE", signal: signal ?? null })),
    giveBack: async (signal) => void (await this.#expect("/handover/give-back", { method: "POST", signal: signal ?? null })),
  };

  follow(heard: (version: number) => void, signal: AbortSignal): void {
    void this.#follow(heard, signal);
  }

  async #follow(heard: (version: number) => void, signal: AbortSignal): Promise<void> {
    let last: string | null = null;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        const response = await this.#expect("/stream", {
          headers: { accept: "text/event-stream", ...(last === null ? {} : { "last-event-id": last }) },
          cache: "no-store",
          signal,
        });
        if (response.body === null) return;
        for await (const { event, data, id } of serverEvents(response.body)) {
          attempt = 0;
          last = id ?? last;
          const version = event === "session" ? versionIn(data) : null;
          if (version !== null) heard(version);
        }
      } catch (error) {
        if (error instanceof KycError && error.code === "unauthorised") return;
      }
      await this.#patience.wait(this.#patience.delay(Math.max(1, attempt)), signal).catch(() => undefined);
    }
  }

  async #expect(path: string, init: RequestInit): Promise<Response> {
    const response = await this.#call(path, init);
    if (!response.ok) throw new KycError("refused_by_server", { problem: await problemOf(response) });
    return response;
  }

  #call(path: string, init: RequestInit): Promise<Response> {
    return this.#authorised(() =>
      reached(
        this.#fetch(`${this.#base}${path}`, {
          ...init,
          headers: { authorization: `Bearer ${this.#token}`, ...(init.headers as Record<string, string> | undefined) },
        }),
      ),
    );
  }

  /** One more try with a renewed token; "later" and "not you" become errors, every other answer is the caller's. */
  async #authorised(send: () => Promise<Response>): Promise<Response> {
    let response = await send();
    if (response.status === 401) {
      const token = await this.#renew();
      if (token === null) throw new KycError("unauthorised", { problem: await problemOf(response) });
      this.#token = token;
      response = await send();
      if (response.status === 401) throw new KycError("unauthorised", { problem: await problemOf(response) });
    }
    this.#learnClock(response);
    if (isLater(response.status)) {
      throw new KycError("offline", { problem: await problemOf(response), retryAfter: retryAfter(response) });
    }
    return response;
  }

  #learnClock(response: Response): void {
    const server = Date.parse(response.headers.get("date") ?? "");
    if (Number.isNaN(server)) return;
    const skew = server - Date.now();
    this.#skew = Math.abs(skew) > TOLERATED_SKEW ? skew : 0;
  }
}

/** Trades a code that works once. */
async function presented<T>(path: string, code: string, { base = BASE, fetch = globalThis.fetch.bind(globalThis) }: Reach): Promise<T> {
  const response = await reached(
    fetch(`${base}${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ code }) }),
  );
  if (response.ok) return (await response.json()) as T;
  const problem = await problemOf(response);
  if (isLater(response.status)) throw new KycError("offline", { problem, retryAfter: retryAfter(response) });
  throw new KycError("link_invalid", { problem });
}

async function reached(answer: Promise<Response>): Promise<Response> {
  try {
    return await answer;
  } catch (cause) {
    if (cause instanceof KycError) throw cause;
    if (cause instanceof DOMException && cause.name === "AbortError") throw new KycError("aborted", { cause });
    throw new KycError("offline", { cause });
  }
}

const isLater = (status: number): boolean => status === 408 || status === 429 || status >= 500;

function retryAfter(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

async function problemOf(response: Response): Promise<Problem> {
  const said = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return { ...said, status: response.status, code: said.code ?? `http_${response.status}` };
}

function versionIn(data: string): number | null {
  try {
    const version: unknown = (JSON.parse(data) as { version?: unknown }).version;
    return typeof version === "number" ? version : null;
  } catch {
    return null;
  }
}
