// The real server as a process of its own: started, killed and started again on the same port and the same data.

import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";

import { made, root, target } from "./places.mjs";

const program = process.env.KYC_SERVER ?? join(target, "debug", "kyc-server");

/** The people who may sign in: their names, and the password of all. */
export const reviewers = /** @type {const} */ (["ada", "grace"]);
export const password = "correct horse battery staple";

/**
 * @typedef {object} More
 * @property {string} [config] lines for its configuration file
 * @property {object} [flow] another than the usual one
 * @property {string} [pair] key and secret of a backend that speaks the other vocabulary, with a colon between
 * @property {Record<string, string>} [words] to start it with
 * @property {Record<string, string>} [env] what its environment tells besides
 */

/**
 * A server with its own data, deleted when it closes.
 * @param {More} [more]
 */
export async function serve({ config = "", flow, pair, env, words = {} } = {}) {
  await mkdir(made, { recursive: true });
  const folder = await mkdtemp(join(made, "run-"));
  const key = `kyc_test_${randomBytes(24).toString("base64url")}`;
  await writeFile(join(folder, "config.toml"), [config, await people(), integrator(key, pair)].join("\n"));
  if (flow) await writeFile(join(folder, "flow.json"), JSON.stringify(flow));
  const server = new Server(folder, await freePort(), key, { ...(flow && { "--flow": join(folder, "flow.json") }), ...words }, env);
  await server.start();
  return server;
}

export class Server {
  /** @type {import("node:child_process").ChildProcess | null} */
  #process = null;
  #folder;
  #port;
  #more;
  #env;

  /**
   * @param {string} folder
   * @param {number} port
   * @param {string} key the integrator's
   * @param {Record<string, string>} [more] words to start it with
   * @param {Record<string, string>} [env]
   */
  constructor(folder, port, key, more = {}, env = {}) {
    this.#folder = folder;
    this.#port = port;
    this.#more = more;
    this.#env = { ...process.env, ...env };
    this.key = key;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts it and waits until it answers. */
  async start() {
    const log = createWriteStream(this.log, { flags: "a" });
    this.#process = spawn(program, this.#words(), { cwd: root, env: this.#env, stdio: ["ignore", "pipe", "pipe"] });
    const ended = new Promise((_, refuse) => this.#process?.once("exit", (code) => refuse(new Error(`the server ended with ${code}: see ${this.log}`))));
    this.#process.stdout?.pipe(log, { end: false });
    this.#process.stderr?.pipe(log, { end: false });
    await Promise.race([ended, this.#ready()]);
    ended.catch(() => {});
  }

  /** Ends it as a power cut would: it hears nothing. */
  async kill() {
    await this.#end("SIGKILL");
  }

  /** Asks it to end, and tells how it did. */
  async stop() {
    return this.#end("SIGTERM");
  }

  async restart() {
    await this.kill();
    await this.start();
  }

  /** Ends it and forgets its data. */
  async close() {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /**
   * Starts the program once more over the same data, and tells how that ended.
   * @param {Record<string, string>} other words than usual
   * @returns {Promise<{ code: number | null, said: string }>}
   */
  another(other) {
    return new Promise((resolve, refuse) => {
      const child = spawn(program, this.#words({ "--listen": "127.0.0.1:0", ...other }), { cwd: root, env: this.#env, stdio: ["ignore", "pipe", "pipe"] });
      const patience = setTimeout(() => child.kill("SIGKILL"), 15_000);
      let said = "";
      child.stdout.on("data", (text) => (said += text));
      child.stderr.on("data", (text) => (said += text));
      child.once("error", refuse);
      child.once("close", (code) => {
        clearTimeout(patience);
        resolve({ code, said });
      });
    });
  }

  /** A place among its data. @param {string} name */
  file(name) {
    return join(this.#folder, name);
  }

  /** What it said. */
  get log() {
    return join(this.#folder, "server.log");
  }

  /** @param {Record<string, string>} [other] */
  #words(other = {}) {
    const usual = {
      "--listen": `127.0.0.1:${this.#port}`,
      "--public-url": this.url,
      "--config": this.file("config.toml"),
      "--store": `redb:${this.file("store")}`,
      "--blobs": this.file("blobs"),
      "--pages": join(target, "pages"),
    };
    return Object.entries({ ...usual, ...this.#more, ...other }).flat();
  }

  async #ready() {
    const until = Date.now() + 20_000;
    while (Date.now() < until) {
      const answer = await fetch(`${this.url}/readyz`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((wake) => setTimeout(wake, 25));
    }
    throw new Error(`the server did not get ready: see ${this.log}`);
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    return ended;
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, refuse) => {
    const probe = createServer();
    probe.once("error", refuse);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (probe.address());
      probe.close(() => resolve(port));
    });
  });
}

/** Both reviewers' lines of the configuration. */
async function people() {
  return (await Promise.all(reviewers.map(person))).join("\n");
}

/** @param {string} key @param {string} [pair] */
function integrator(key, pair) {
  const line = pair === undefined ? "" : `pair_sha256 = "${digest(pair)}"\n`;
  return `[[integrators]]\nname = "e2e"\nkey_sha256 = "${digest(key)}"\n${line}`;
}

/** @param {string} secret */
function digest(secret) {
  return createHash("sha256").update(secret).digest("hex");
}

/**
 * A reviewer as the configuration names them, by the server's own command.
 * @param {string} name
 * @returns {Promise<string>}
 */
function person(name) {
  return new Promise((resolve, refuse) => {
    const child = spawn(program, ["reviewer", name], { stdio: ["pipe", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (text) => (said += text));
    child.once("error", refuse);
    child.once("close", (code) => (code === 0 ? resolve(said) : refuse(new Error("`kyc-server reviewer` failed"))));
    child.stdin.end(`${password}\n`);
  });
}
