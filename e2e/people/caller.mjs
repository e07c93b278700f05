// Somebody who speaks to the applicant's interface without a page: says anything, and reads the answer as it came.

import { createHash, randomUUID } from "node:crypto";

/** @typedef {{ status: number, code: string | null, body: any, etag: string | null }} Answer */

export class Caller {
  /**
   * @param {string} url of the server
   * @param {string} session
   * @param {string} token
   */
  constructor(url, session, token) {
    this.url = url;
    this.session = session;
    this.token = token;
  }

  /**
   * Exchanges a link for a token.
   * @param {string} url
   * @param {string} link
   */
  static async with(url, link) {
    const [, code] = /code=([^&]+)/.exec(link) ?? [];
    const answer = await ask(url, "POST", "/applicant/v1/exchange", { body: JSON.stringify({ code }) });
    if (answer.status !== 200) throw new Error(`the link was not taken: ${answer.status} ${answer.code}`);
    return new Caller(url, answer.body.session, answer.body.token);
  }

  async reads(session = this.session) {
    return this.says("GET", `/applicant/v1/sessions/${session}`);
  }

  /**
   * Sends an event, or anything else in its place.
   * @param {unknown} event a value, or text as it is
   * @param {{ version?: number | null, key?: string | null, session?: string }} [how]
   */
  async sends(event, { version = 0, key = randomUUID(), session = this.session } = {}) {
    return this.says("POST", `/applicant/v1/sessions/${session}/events`, {
      body: typeof event === "string" ? event : JSON.stringify(event),
      headers: {
        ...(version !== null && { "if-match": `"${version}"` }),
        ...(key !== null && { "idempotency-key": key }),
      },
    });
  }

  /**
   * Uploads bytes under their digest, or under another name.
   * @param {Buffer} bytes
   * @param {string} type
   */
  async uploads(bytes, type, digest = createHash("sha256").update(bytes).digest("hex")) {
    const path = `/applicant/v1/sessions/${this.session}/blobs/${digest}`;
    return this.says("PUT", path, { body: bytes, headers: { "content-type": type } });
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {{ body?: string | Buffer, headers?: Record<string, string> }} [more]
   */
  async says(method, path, { body, headers = {} } = {}) {
    return ask(this.url, method, path, { body, headers: { authorization: `Bearer ${this.token}`, ...headers } });
  }
}

/**
 * @param {string} url
 * @param {string} method
 * @param {string} path
 * @param {{ body?: string | Buffer, headers?: Record<string, string> }} more
 * @returns {Promise<Answer>}
 */
async function ask(url, method, path, { body, headers = {} }) {
  const answer = await fetch(url + path, {
    method,
    body: /** @type {BodyInit | undefined} */ (body),
    headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
  });
  const text = await answer.text();
  const parsed = /json/.test(answer.headers.get("content-type") ?? "") ? JSON.parse(text) : text;
  return { status: answer.status, code: parsed?.code ?? null, body: parsed, etag: answer.headers.get("etag") };
}
