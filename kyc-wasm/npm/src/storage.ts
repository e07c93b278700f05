/** What a device keeps of a session until the server has it: the seam, and the one that lives as long as the page. */

import type { Release } from "./device-key.js";

/**
 * Small named records of one session each. A host's own is held to its promises by `@kyc/sdk/conformance`.
 * What is kept are personal data and photos: whoever implements this answers for sealing them, as {@link IndexedDbStore} does.
 */
export interface LocalStore {
  /** Whether other tabs of this browser see the same records. */
  readonly isShared: boolean;
  /** Where the session's server gives keys for what its devices keep. Told before anything is read or written. */
  releasedBy?(session: string, release: Release): void;
  /** The names of a session's records, in any order. */
  names(session: string): Promise<string[]>;
  /** What was written last, or `null`: never written, removed, or no longer readable. */
  read(session: string, name: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Resolves when the record would survive a closed tab. Writing a name again replaces it whole. */
  write(session: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** Removing what is not there is fine. */
  remove(session: string, name: string): Promise<void>;
  /** Removes every record of the session, so that none can be read again. */
  forget(session: string): Promise<void>;
}

/** Keeps as long as the page lives: for tests, for Node, and where a browser lends no storage. */
export class MemoryStore implements LocalStore {
  readonly isShared: boolean;
  readonly #sessions = new Map<string, Map<string, Uint8Array<ArrayBuffer>>>();

  /** With `isShared`, several sessions of this process are told to agree over it, as tabs do. */
  constructor(options: { isShared?: boolean } = {}) {
    this.isShared = options.isShared ?? false;
  }

  async names(session: string): Promise<string[]> {
    return [...(this.#sessions.get(session)?.keys() ?? [])];
  }

  async read(session: string, name: string): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#sessions.get(session)?.get(name)?.slice() ?? null;
  }

  async write(session: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const records = this.#sessions.get(session) ?? new Map<string, Uint8Array<ArrayBuffer>>();
    this.#sessions.set(session, records.set(name, bytes.slice()));
  }

  async remove(session: string, name: string): Promise<void> {
    this.#sessions.get(session)?.delete(name);
  }

  async forget(session: string): Promise<void> {
    this.#sessions.delete(session);
  }
}
