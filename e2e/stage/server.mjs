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
 * A server with its own data, deleted when it closes.
 * @param {{ config?: string }} [more] lines for its configuration file
 */
export async function serve({ config = "" } = {}) {
  await mkdir(made, { recursive: true });
  const folder = await mkdtemp(join(made, "run-"));
  const key = `kyc_test_${randomBytes(24).toString("base64url")}`;
  await writeFile(join(folder, "config.toml"), [config, await people(), integrator(key)].join("\n"));
  const server = new Server(folder, await freePort(), key);
  await server.start();
  return server;
}

export class Server {
  /** @type {import("node:child_process").ChildProcess | null} */
  #process = null;
  #folder;
  #port;

  /**
   * @param {string} folder
   * @param {number} port
   * @param {string} key the integrator's
   */
  constructor(folder, port, key) {
    this.#folder = folder;
    this.#port = port;
    this.key = key;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts it and waits until it answers. */
  async start() {
    const log = createWriteStream(this.log, { flags: "a" });
    this.#process = spawn(program, this.#words(), { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
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
   * @param {string[]} words that come after its own
   * @returns {Promise<{ code: number | null, said: string }>}
   */
  another(words) {
    return new Promise((resolve, refuse) => {
      const child = spawn(program, [...this.#words(), ...words], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
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

  #words() {
    const data = (/** @type {string} */ name) => this.file(name);
    return [
      ...["--listen", `127.0.0.1:${this.#port}`, "--public-url", this.url, "--config", data("config.toml")],
      ...["--store", `sled:${data("store")}`, "--blobs", data("blobs"), "--pages", join(root, "examples/manual-review")],
    ];
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
  const hash = await hashed(password);
  return reviewers.map((name) => `[[reviewers]]\nname = "${name}"\npassword = "${hash}"\nroles = ["reviewer"]`).join("\n");
}

/** @param {string} key */
function integrator(key) {
  return `[[integrators]]\nname = "e2e"\nkey_sha256 = "${createHash("sha256").update(key).digest("hex")}"\n`;
}

/**
 * A password as the server keeps it, by the server's own command.
 * @param {string} clear
 * @returns {Promise<string>}
 */
function hashed(clear) {
  return new Promise((resolve, refuse) => {
    const child = spawn(program, ["reviewer"], { stdio: ["pipe", "pipe", "inherit"] });
    let said = "";
    child.stdout.on("data", (text) => (said += text));
    child.once("error", refuse);
    child.once("close", () => {
      const [hash] = /\$argon2id\$[^\s"']+/.exec(said) ?? [];
      if (hash) resolve(hash);
      else refuse(new Error("`kyc-server reviewer` printed no password hash"));
    });
    child.stdin.end(`${clear}\n`);
  });
}
