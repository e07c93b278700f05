// A company's server that is told what becomes of sessions: it verifies each webhook over the bytes that came, remembers which
// it has taken, answers, and only then looks at what it says. Nothing but Node is needed.

import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

import { isGenuine, isGenuineCompatible } from "./signature.mjs";

/**
 * @typedef {object} Came a webhook that was verified
 * @property {"standard" | "compatible"} format
 * @property {string} event what has happened, in the words of its format
 * @property {string} id the same on every attempt
 * @property {any} body
 * @property {Buffer} bytes as they came
 * @property {Record<string, string>} headers
 */

export class Receiver {
  /** What was taken, each once. @type {Came[]} */
  came = [];
  /** How many were sent away. */
  refused = 0;
  #secrets;
  #tell;
  #server;
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /**
   * @param {{ standard: string, compatible: string }} secrets
   * @param {(came: Came) => void} [tell]
   */
  constructor(secrets, tell = () => {}) {
    this.#secrets = secrets;
    this.#tell = tell;
    this.#server = createServer((request, response) => this.#take(request, response));
  }

  /** Listens on this machine alone; answers where. @param {number} [port] */
  async listen(port = 0) {
    await new Promise((resolve, refuse) => {
      this.#server.once("error", refuse);
      this.#server.listen(port, "127.0.0.1", () => resolve(undefined));
    });
    const at = /** @type {import("node:net").AddressInfo} */ (this.#server.address());
    return `http://127.0.0.1:${at.port}`;
  }

  /**
   * Waits for a webhook that fits.
   * @param {(came: Came) => boolean} fits
   * @param {number} [patience] in milliseconds
   * @returns {Promise<Came>}
   */
  async until(fits, patience = 30_000) {
    const end = Date.now() + patience;
    for (;;) {
      const found = this.came.find(fits);
      if (found) return found;
      if (Date.now() >= end) throw new Error(`it does not come; what came: ${this.came.map(({ event }) => event).join(", ")}`);
      await new Promise((wake) => {
        const over = setTimeout(wake, end - Date.now());
        this.#waiting.add(() => wake(clearTimeout(over)));
      });
    }
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(() => resolve(undefined)));
  }

  /**
   * @param {import("node:http").IncomingMessage} request
   * @param {import("node:http").ServerResponse} response
   */
  async #take(request, response) {
    const format = request.method === "POST" ? formats[request.url ?? ""] : undefined;
    const bytes = format && (await read(request).catch(() => null));
    if (!format || !bytes) return void response.writeHead(format ? 413 : 404).end();
    const headers = /** @type {Record<string, string>} */ (request.headers);
    const isOurs = format === "standard" ? isGenuine(this.#secrets.standard, headers, bytes) : isGenuineCompatible(this.#secrets.compatible, headers, bytes);
    if (!isOurs) {
      this.refused += 1;
      return void response.writeHead(401).end();
    }
    // At once: who answers late is told again.
    response.writeHead(204).end();
    const id = headers["webhook-id"] ?? "";
    if (this.came.some((before) => before.format === format && before.id === id)) return;
    const body = JSON.parse(bytes.toString("utf8"));
    const event = format === "standard" ? body.type : headers["idenfy-event-type"];
    const came = { format, event, id, body, bytes, headers };
    this.came.push(came);
    this.#tell(came);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Where each is sent to. @type {Record<string, "standard" | "compatible" | undefined>} */
const formats = { "/standard": "standard", "/compatible": "compatible" };

/**
 * The bytes of a request, if they are not too many.
 * @param {import("node:http").IncomingMessage} request
 */
async function read(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > 1_000_000) throw new Error("too large");
    parts.push(part);
  }
  return Buffer.concat(parts);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { KYC_STANDARD_SECRET: standard = "", KYC_COMPATIBLE_SECRET: compatible = "", KYC_RECEIVER_PORT: port } = process.env;
  const receiver = new Receiver({ standard, compatible }, ({ format, event, body }) => {
    console.log(`\n[webhook] ${event}: ${format}, its signature is right\n${JSON.stringify(body, null, 2)}`);
  });
  await receiver.listen(Number(port));
}
