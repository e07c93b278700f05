// The business that wants to know its customer: opens sessions and hands out links.

import { createHash, randomUUID } from "node:crypto";

/**
 * @typedef {object} Opened
 * @property {string} session
 * @property {string} link one use, ten minutes
 */

/**
 * @typedef {object} Opening
 * @property {Record<string, Record<string, string>>} [given] what is known, by additional step and field
 */

export class Integrator {
  /** @param {{ url: string, key: string }} server */
  constructor(server) {
    this.server = server;
  }

  /**
   * A session and the link for its applicant, who is spoken to in this language.
   * @param {string} [locale]
   * @param {Opening} [more]
   * @returns {Promise<Opened>}
   */
  async open(locale = "en", more = {}) {
    return this.#ask("POST", "/sessions", { locale, ...more });
  }

  /** Another link for the same session: another device. @param {string} session @returns {Promise<Opened>} */
  async link(session) {
    return this.#ask("POST", `/sessions/${session}/links`);
  }

  /** What the business sees. @param {string} session */
  async view(session) {
    return this.#ask("GET", `/sessions/${session}`);
  }

  /** What came of it, of every additional step too. @param {string} session */
  async results(session) {
    return this.#ask("GET", `/sessions/${session}/results`);
  }

  /**
   * Hands in a file for an additional step after the decision.
   * @param {string} session
   * @param {string} step
   * @param {Buffer} bytes
   * @param {Record<string, string>} given what is known now, by field
   */
  async handsIn(session, step, bytes, given) {
    const blob = createHash("sha256").update(bytes).digest("hex");
    const place = `/sessions/${session}/steps/${step}`;
    const answer = await fetch(`${this.server.url}/integrator/v1${place}/${blob}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${this.server.key}` },
      body: new Uint8Array(bytes),
    });
    if (!answer.ok) throw new Error(`PUT ${place}: ${answer.status} ${await answer.text()}`);
    await this.#ask("POST", place, { blob, given });
  }

  /** @param {string} session */
  async cancel(session) {
    return this.#ask("POST", `/sessions/${session}/cancel`);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body]
   */
  async #ask(method, path, body) {
    const answer = await fetch(`${this.server.url}/integrator/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.server.key}`,
        ...(method === "POST" && { "content-type": "application/json", "idempotency-key": randomUUID() }),
      },
      body: method === "POST" ? JSON.stringify(body ?? {}) : undefined,
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }
}
