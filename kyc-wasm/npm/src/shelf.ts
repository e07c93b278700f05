/** What is kept of one session on this device: where the server stood, what has not gone out since, and the photos that belong to it. */
import type { ApplicantEvent } from "./generated/collection.js";
import { encoded } from "./bytes.js";
import type { LocalStore } from "./storage.js";
import type { Loaded } from "./transport.js";

/** One event on its way: with its key a resend is harmless, with its version it cannot land on another state. */
export interface Waiting {
  readonly key: string;
  readonly version: number;
  readonly event: ApplicantEvent;
  /** When it was decided here, by the server's clock. */
  readonly at: number;
  /** The photo that has to be there first, where there is one. Its name is the event's `blob`. */
  readonly photo: { readonly type: string; readonly size: number } | null;
}

export interface Kept {
  readonly standing: Loaded | null;
  /** What has not gone out, oldest first. */
  readonly waiting: readonly Waiting[];
}

/** Writes one after the other. What cannot be written makes the device forgetful, not the session unusable. */
export class Shelf {
  readonly #session: string;
  readonly #store: LocalStore;
  /** Called whenever something was written, or could not be. */
  onWritten: () => void = () => {};
  #writes: Promise<void> = Promise.resolve();
  #pending = 0;
  #isForgetful = false;
  #isForgotten = false;

  constructor(session: string, store: LocalStore) {
    this.#session = session;
    this.#store = store;
  }

  get isShared(): boolean {
    return this.#store.isShared;
  }

  /** Whether everything that was handed over would survive a closed tab. */
  get isKept(): boolean {
    return this.#pending === 0 && !this.#isForgetful;
  }

  get isForgetful(): boolean {
    return this.#isForgetful || this.#isForgotten;
  }

  /** Everything, once nothing is being written any more. What cannot be read is as good as not there. */
  async load(): Promise<Kept> {
    try {
      let kept: Kept;
      do {
        await this.#writes;
        kept = await this.#load();
      } while (this.#pending > 0);
      return kept;
    } catch {
      this.#isForgetful = true;
      return { standing: null, waiting: [] };
    }
  }

  /** The bytes of a photo that has not gone out yet. */
  async photo(digest: string): Promise<Uint8Array<ArrayBuffer> | null> {
    await this.#writes;
    return this.#store.read(this.#session, `blob/${digest}`).catch(() => null);
  }

  keepPhoto(digest: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.#write(() => this.#store.write(this.#session, `blob/${digest}`, bytes));
  }

  dropPhoto(digest: string): Promise<void> {
    return this.#write(() => this.#store.remove(this.#session, `blob/${digest}`));
  }

  keepEvent(waiting: Waiting): Promise<void> {
    return this.#write(() => this.#store.write(this.#session, `event/${waiting.key}`, encoded(waiting)));
  }

  /** First where the server stands now, then what it has: in between, an event is only sent once more. */
  settle(standing: Loaded, done: readonly Waiting[]): Promise<void> {
    return this.#write(async () => {
      const name = slot(standing.view.version);
      await this.#store.write(this.#session, name, encoded(standing));
      for (const { key } of done) await this.#store.remove(this.#session, `event/${key}`);
      const names = await this.#store.names(this.#session);
      // By version: of two tabs that write, the one that knows more wins.
      for (const older of names) if (older.startsWith(STANDING) && older < name) await this.#store.remove(this.#session, older);
      for (const { event } of done) if ("blob" in event) await this.#dropUnused(event.blob);
    });
  }

  /** Removes everything. */
  wipe(): Promise<void> {
    return this.#write(() => this.#store.forget(this.#session));
  }

  /** Removes everything, and keeps nothing from here on. */
  forget(): Promise<void> {
    const done = this.wipe();
    this.#isForgotten = true;
    return done;
  }

  async #load(): Promise<Kept> {
    const names = await this.#store.names(this.#session);
    const newest = names.filter((name) => name.startsWith(STANDING)).sort().at(-1);
    const standing = newest === undefined ? null : await this.#record<Loaded>(newest);
    const waiting: Waiting[] = [];
    for (const name of names) {
      const one = name.startsWith("event/") ? await this.#record<Waiting>(name) : null;
      if (one !== null) waiting.push(one);
    }
    waiting.sort((one, other) => one.version - other.version || one.at - other.at);
    return { standing, waiting };
  }

  /** One that is damaged goes: it would be in the way for ever. */
  async #record<T>(name: string): Promise<T | null> {
    const record = decoded<T>(await this.#store.read(this.#session, name));
    if (record === null) await this.#store.remove(this.#session, name).catch(() => undefined);
    return record;
  }

  /** The same photo can be taken twice: its bytes stay as long as an event still needs them. */
  async #dropUnused(digest: string): Promise<void> {
    const { waiting } = await this.#load();
    if (waiting.some((one) => names(one, digest))) return;
    await this.#store.remove(this.#session, `blob/${digest}`);
  }

  #write(work: () => Promise<void>): Promise<void> {
    if (this.#isForgotten) return Promise.resolve();
    this.#pending += 1;
    this.#writes = this.#writes.then(work).then(
      () => {
        this.#pending -= 1;
        this.onWritten();
      },
      () => {
        this.#pending -= 1;
        this.#isForgetful = true;
        this.onWritten();
      },
    );
    return this.#writes;
  }
}

/** Whether the event hands in these bytes. */
export const names = ({ event }: Waiting, digest: string): boolean => "blob" in event && event.blob === digest;

const STANDING = "standing/";
/** Names sort as the versions do. */
const slot = (version: number): string => `${STANDING}${String(version).padStart(10, "0")}`;

function decoded<T>(bytes: Uint8Array | null): T | null {
  try {
    return bytes === null ? null : (JSON.parse(new TextDecoder().decode(bytes)) as T);
  } catch {
    return null;
  }
}
