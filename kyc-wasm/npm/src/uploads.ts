/** The photo that is on its way up: how far it is, and how it is stopped. One at a time, as events go. */
import type { Waiting } from "./shelf.js";
import type { Uploading } from "./upload.js";

export class Uploads {
  #now: Uploading | null = null;
  #posted: string | null = null;
  #stop = new AbortController();

  constructor(life: AbortSignal) {
    life.addEventListener("abort", () => this.#stop.abort(life.reason), { once: true });
  }

  /** `null` as soon as its event may have arrived: then it can no longer be stopped. */
  get now(): Uploading | null {
    return this.#now;
  }

  /** Ends with the session, and when the photo is stopped. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  goesOn({ key }: Waiting, now: Uploading): void {
    if (key !== this.#posted) this.#now = now;
  }

  /** The event that names the photo is on its way: whether it has arrived is the server's to tell. */
  posting({ key }: Waiting): void {
    this.#posted = key;
    this.#now = null;
  }

  refused(): void {
    this.#now = null;
  }

  /** Stops it, and any wait for the network. */
  stop(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#now = null;
  }
}
