/** The applicant's HTTP interface in memory, over the same WebAssembly chart: what the package is tested against. */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Chart, type KycEvent } from "../src/index.js";
import { after } from "./elsewhere.js";

/** One request as it arrived, for tests about order and headers. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly version: string | undefined;
  readonly lastEventId: string | undefined;
  readonly body: string;
  readonly size: number;
}

/** What the server does with the next requests of a kind. */
type Mood = "well" | "away" | "deaf" | "ill" | "hurried";

export class TestServer {
  readonly session: string;
  readonly arrived: Arrived[] = [];
  token: string = randomUUID();
  code: string | null = randomUUID();
  /** What another device of the session can ask with, the one that asks, and whether it was let in. */
  handover: { code: string | null; token: string | null; agreed: boolean; until: number } | null = null;
  /** `away` cuts the line before, `deaf` after the work is done; `ill` says 503, `hurried` 429. */
  mood: Mood = "well";
  /** The network breaks when that many parts of an upload have arrived, and half of the next. */
  cutAfterParts: number | null = null;
  /** Whether it takes uploads in parts. */
  takesParts = true;
  /** What has come of files that are not whole. */
  readonly unfinished = new Map<string, Buffer>();
  /** Called once, when a request has been dealt with in a mood other than `well`. */
  onTrouble: (() => void) | null = null;
  readonly #flow: string;
  readonly #http: Server;
  readonly #sockets = new Set<Socket>();
  readonly #streams = new Set<ServerResponse>();
  readonly #blobs = new Map<string, Buffer>();
  readonly #answers = new Map<string, { body: string; status: number; answer: string }>();
  #chart: Chart;
  #version = 0;

  private constructor(flow: string, session: string) {
    this.#flow = flow;
    this.session = session;
    this.#chart = Chart.open(flow, session, Date.now());
    this.#http = createServer((request, response) => void this.#serve(request, response));
    this.#http.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(flow: string, session = "s-1"): Promise<TestServer> {
    const server = new TestServer(flow, session);
    await new Promise<void>((resolve) => server.#http.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}/applicant/v1`;
  }

  get version(): number {
    return this.#version;
  }

  get posts(): Arrived[] {
    return this.arrived.filter(({ path }) => path.endsWith("/events"));
  }

  /** Something that happened elsewhere: on another device, or at the reviewer's. */
  happens(event: KycEvent, at = Date.now()): void {
    const others = after(this.#chart, this.#flow, event);
    if (others !== null) {
      this.#chart.release();
      this.#chart = others;
    } else {
      const answer = this.#chart.handle(event, at);
      if (answer.outcome === "rejected") throw new Error(`the test's own event was rejected: ${answer.code}`);
    }
    this.#moved(this.#chart.version);
  }

  /** Ends every live stream, as a restart does. */
  dropStreams(): void {
    for (const stream of this.#streams) stream.socket?.destroy();
  }

  get streams(): number {
    return this.#streams.size;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#http.close(resolve));
    this.#chart.release();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await whole(request);
    const path = (request.url ?? "").replace("/applicant/v1", "");
    this.arrived.push({
      method: request.method ?? "",
      path,
      key: header(request, "idempotency-key"),
      version: header(request, "if-match"),
      lastEventId: header(request, "last-event-id"),
      body: body.toString(),
      size: body.length,
    });
    const isStream = path.endsWith("/stream");
    if (request.method === "PATCH" && this.cutAfterParts !== null && this.cutAfterParts-- === 0) {
      this.cutAfterParts = null;
      this.mood = "away";
      this.#takes(request, path.split("/").at(-1) ?? "", body.subarray(0, body.length / 2));
    }
    if (this.mood !== "well" && !isStream) {
      if (this.mood === "deaf") this.#answer(request, path, body);
      if (this.mood === "ill") respond(response, 503, { code: "unavailable" }, { "retry-after": "2" });
      else if (this.mood === "hurried") respond(response, 429, { code: "rate_limited" }, { "retry-after": "7" });
      else request.socket.destroy();
      const tell = this.onTrouble;
      this.onTrouble = null;
      tell?.();
      return;
    }
    if (isStream && this.#isIn(request)) return this.#stream(response);
    const { status, content, type, pages, headers } = this.#answer(request, path, body);
    response.writeHead(status, { "content-type": type, ...(pages === undefined ? {} : { "kyc-pages": pages }), ...headers }).end(content);
  }

  #answer(request: IncomingMessage, path: string, body: Buffer): Answered {
    const json = (status: number, content: unknown): Answered => ({ status, content: JSON.stringify(content), type: "application/json" });
    if (path === "/exchange") {
      const { code } = JSON.parse(body.toString()) as { code: string };
      if (code !== this.code) return json(401, { code: "code_invalid" });
      this.code = null;
      return json(200, { session: this.session, token: this.token, expires_at: Date.now() + 3_600_000 });
    }
    if (path === "/handover") return json(...this.#asks(request, body.toString()));
    if (!this.#isIn(request)) return json(401, { code: "unauthorised" });
    const isFirst = header(request, "authorization") === `Bearer ${this.token}`;
    const [, , session, thing, name] = path.split("/");
    if (session !== this.session) return json(404, { code: "not_found" });
    if (thing === undefined) {
      const view = this.#chart.view();
      // As the real one does: only who keeps the case knows whether a reviewer can see it.
      const phase = view.state === "final" ? "in_review" : view.phase;
      return json(200, { view: { ...view, phase }, flow: JSON.parse(this.#flow), snapshot: this.#chart.snapshot(), handover: isFirst ? this.#standing() : null });
    }
    if (thing === "device-key") return json(200, { key: createHash("sha256").update(body).digest("base64") });
    if (thing === "handover") return json(...this.#handsOver(request, name, body.toString()));
    if (isFirst && this.handover?.agreed === true) return json(409, { code: "handed_over" });
    if (thing === "events") return json(...this.#event(request, body.toString()));
    if (thing === "links") return json(201, { link: "http://127.0.0.1/apply/#code=next", link_expires_at: Date.now() + 600_000 });
    if (thing === "uploads" && this.takesParts) return this.#takes(request, name ?? "", body);
    if (thing === "blobs" && request.method === "PUT") {
      if (createHash("sha256").update(body).digest("hex") !== name) return json(422, { code: "digest_mismatch" });
      if (body.subarray(0, 2).toString("hex") !== "ffd8" && !isPdf(body)) return json(415, { code: "not_an_image" });
      const known = this.#blobs.has(name);
      this.#blobs.set(name, body);
      return json(known ? 200 : 201, {});
    }
    const [digest = "", page] = (name ?? "").split("?page=");
    const blob = thing === "blobs" ? this.#blobs.get(digest) : undefined;
    if (blob === undefined) return json(404, { code: "not_found" });
    // Of a PDF, whatever it is, three pages are shown.
    const picture = isPdf(blob) ? Buffer.from(`page ${page ?? "1"}`) : blob;
    return { status: 200, content: picture, type: "image/jpeg", pages: isPdf(blob) ? 3 : 1 };
  }

  /** One request about an upload in parts, as the real server answers it. */
  #takes(request: IncomingMessage, name: string, body: Buffer): Answered {
    const answer = (status: number, offset: number, complete: boolean, code?: string): Answered => {
      const content = code === undefined ? "" : JSON.stringify({ code, offset });
      return { status, content, type: "application/problem+json", headers: { "upload-offset": offset, "upload-complete": complete ? "?1" : "?0" } };
    };
    const kept = this.unfinished.get(name) ?? Buffer.alloc(0);
    const blob = this.#blobs.get(name);
    if (request.method === "DELETE") {
      this.unfinished.delete(name);
      return answer(204, 0, false);
    }
    if (blob !== undefined) return answer(request.method === "HEAD" ? 204 : 200, blob.length, true);
    if (request.method === "HEAD") return answer(204, kept.length, false);
    if (header(request, "upload-offset") !== String(kept.length)) return answer(409, kept.length, false, "upload_offset");
    const whole = Buffer.concat([kept, body]);
    if (header(request, "upload-complete") === "?1" && createHash("sha256").update(whole).digest("hex") === name) {
      this.unfinished.delete(name);
      this.#blobs.set(name, whole);
      return answer(201, whole.length, true);
    }
    const pieces = whole.subarray(0, whole.length - (whole.length % PIECE));
    this.unfinished.set(name, pieces);
    return answer(204, pieces.length, false);
  }

  /** A device comes with the code. */
  comes(): void {
    if (this.handover !== null) Object.assign(this.handover, { code: null, token: randomUUID() });
    this.#moved(this.#version);
  }

  #isIn(request: IncomingMessage): boolean {
    const tokens = [this.token, ...(this.handover?.agreed === true ? [this.handover.token] : [])];
    return tokens.some((token) => header(request, "authorization") === `Bearer ${token}`);
  }

  #standing(): unknown {
    const { handover } = this;
    if (handover?.agreed === true) return { state: "agreed" };
    if (handover === null || Date.now() >= handover.until) return null;
    return handover.token === null ? { state: "open", expires_at: handover.until } : { state: "asked", match: "047", expires_at: handover.until };
  }

  #handsOver(request: IncomingMessage, name: string | undefined, body: string): [number, unknown] {
    if (request.method === "DELETE") {
      this.handover = null;
      return [200, {}];
    }
    if (name === "give-back") {
      if (header(request, "authorization") === `Bearer ${this.token}`) return [409, { code: "not_let_in" }];
      this.handover = null;
      this.#moved(this.#version);
      return [200, {}];
    }
    if (name === "confirm") {
      const { match } = JSON.parse(body) as { match: string };
      if (match !== "047" || this.handover === null || this.handover.token === null) return [410, { code: "handover_ended" }];
      this.handover.agreed = true;
      return [200, {}];
    }
    this.handover = { code: randomUUID(), token: null, agreed: false, until: Date.now() + 300_000 };
    return [201, { link: `http://127.0.0.1/apply/#handover=${this.handover.code}`, expires_at: this.handover.until }];
  }

  #asks(request: IncomingMessage, body: string): [number, unknown] {
    const { handover } = this;
    if (request.method === "POST") {
      if (handover === null || handover.code !== (JSON.parse(body) as { code: string }).code) return [401, { code: "code_invalid" }];
      this.comes();
      return [200, { token: handover.token, match: "047", expires_at: handover.until }];
    }
    if (handover === null || header(request, "authorization") !== `Bearer ${handover.token}`) return [410, { code: "handover_ended" }];
    if (!handover.agreed) return [200, { state: "asked", match: "047", expires_at: handover.until }];
    return [200, { state: "agreed", session: this.session, expires_at: Date.now() + 3_600_000 }];
  }

  #event(request: IncomingMessage, body: string): [number, unknown] {
    const key = header(request, "idempotency-key") ?? "";
    const before = this.#answers.get(key);
    if (before !== undefined) {
      return before.body === body ? [before.status, JSON.parse(before.answer)] : [422, { code: "key_reused" }];
    }
    if (header(request, "if-match") !== `"${this.#version}"`) return [412, { code: "stale" }];
    const event = JSON.parse(body) as KycEvent;
    if ("blob" in event && !this.#blobs.has(event.blob)) return [422, { code: "blob_missing" }];
    const answer = this.#chart.handle(event, Date.now());
    if (answer.outcome === "rejected") return [answer.code === "refused" ? 422 : 409, answer];
    this.#answers.set(key, { body, status: 200, answer: JSON.stringify(answer) });
    this.#moved(answer.version);
    return [200, answer];
  }

  #moved(version: number): void {
    this.#version = version;
    for (const stream of this.#streams) this.#say(stream);
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    this.#streams.add(response);
    response.on("close", () => this.#streams.delete(response));
    response.write(": hello\n\n");
    this.#say(response);
  }

  #say(stream: ServerResponse): void {
    stream.write(`event: session\nid: ${this.#version}\ndata: {"version":${this.#version}}\n\n`);
  }
}

function respond(response: ServerResponse, status: number, content: unknown, headers: Record<string, string>): void {
  response.writeHead(status, { "content-type": "application/problem+json", ...headers }).end(JSON.stringify(content));
}

interface Answered {
  readonly status: number;
  readonly content: string | Buffer;
  readonly type: string;
  readonly pages?: number;
  readonly headers?: Record<string, string | number>;
}

/** What is kept of a part that broke off: whole pieces of it. */
const PIECE = 128 * 1024;

const isPdf = (bytes: Buffer): boolean => bytes.subarray(0, 5).toString() === "%PDF-";

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

async function whole(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
