// The business whose backend speaks the other product's vocabulary: a key and a secret, tokens, and what is told back.

/**
 * @typedef {object} Token
 * @property {string} scanRef
 * @property {string} authToken
 */

export class Company {
  /**
   * @param {{ url: string }} server
   * @param {{ key: string, secret: string }} pair
   */
  constructor(server, { key, secret }) {
    this.url = `${server.url}/api/v2`;
    this.authorization = `Basic ${Buffer.from(`${key}:${secret}`).toString("base64")}`;
  }

  /** A session, and the link for its applicant. @param {object} request */
  async opens(request) {
    const token = /** @type {Token} */ (await this.#asks("token", request, 201));
    return { ...token, session: token.scanRef.replaceAll("-", ""), link: `${this.url}/redirect?authToken=${token.authToken}` };
  }

  /**
   * Hands in a file for an additional step after the end.
   * @param {string} scanRef
   * @param {string} step
   * @param {Buffer} bytes
   * @param {Record<string, string>} [known] what is known now, by field
   */
  async handsIn(scanRef, step, bytes, known = {}) {
    const body = { scanRef, step, image: bytes.toString("base64"), additionalData: { [step]: known } };
    return this.#asks("upload-additional-step", body);
  }

  /** @param {string} scanRef */
  async status(scanRef) {
    return this.#asks("status", { scanRef });
  }

  /** @param {string} scanRef */
  async data(scanRef) {
    return this.#asks("data", { scanRef });
  }

  /**
   * @param {string} route
   * @param {object} body
   * @returns {Promise<any>}
   */
  async #asks(route, body, status = 200) {
    const headers = { authorization: this.authorization, "content-type": "application/json" };
    const answer = await fetch(`${this.url}/${route}`, { method: "POST", headers, body: JSON.stringify(body) });
    if (answer.status !== status) throw new Error(`${route}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}
