// The business that wants to know its customer: opens sessions and hands out links.

import { randomUUID } from "node:crypto";

/**
 * @typedef {object} Opened
 * @property {string} session
 * @property {string} link one use, ten minutes
 */

export class Integrator {
  /** @param {{ url: string, key: string }} server */
  constructor(server) {
    this.server = server;
  }

  /** A session and the link for its applicant, who is spoken to in this language. @returns {Promise<Opened>} */
  async open(locale = "en") {
    return this.#ask("POST", "/sessions", { locale });
  }

  /** Another link for the same session: another device. @param {string} session @returns {Promise<Opened>} */
  async link(session) {
    return this.#ask("POST", `/sessions/${session}/links`);
  }

  /** What the business sees. @param {string} session */
  async view(session) {
    return this.#ask("GET", `/sessions/${session}`);
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
