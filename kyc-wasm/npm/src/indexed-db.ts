/** What a browser keeps: sealed records in IndexedDB, each session under a key that never leaves the browser. */
import type { LocalStore } from "./storage.js";

const KEYS = "keys";
const RECORDS = "records";
const IV_BYTES = 12;

/**
 * AES-GCM under one non-extractable key a session; a record cannot be moved to another name or session.
 * `forget` destroys the key together with the records.
 */
export class IndexedDbStore implements LocalStore {
  readonly isShared = true;
  readonly #name: string;
  #database: Promise<IDBDatabase> | null = null;

  constructor(name = "kyc") {
    this.#name = name;
  }

  /** Whether this page may use it: browsers lend their cryptography to https and localhost only. */
  static get isAvailable(): boolean {
    return "indexedDB" in globalThis && globalThis.crypto?.subtle !== undefined;
  }

  async names(session: string): Promise<string[]> {
    const records = (await this.#open()).transaction(RECORDS).objectStore(RECORDS);
    const keys = await answered(records.getAllKeys(all(session)));
    return keys.map((key) => (key as [string, string])[1]);
  }

  async read(session: string, name: string): Promise<Uint8Array<ArrayBuffer> | null> {
    const { key, sealed } = await this.#sealed(session, name);
    if (key === undefined || sealed === undefined) return null;
    try {
      const opened = await crypto.subtle.decrypt(cipher(session, name, sealed.slice(0, IV_BYTES)), key, sealed.slice(IV_BYTES));
      return new Uint8Array(opened);
    } catch {
      // Altered, or sealed under a key that is gone: as good as not there.
      return null;
    }
  }

  async write(session: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const key = await this.#key(session);
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const content = new Uint8Array(await crypto.subtle.encrypt(cipher(session, name, iv), key, bytes));
    const sealed = new Uint8Array(IV_BYTES + content.length);
    sealed.set(iv);
    sealed.set(content, IV_BYTES);
    await this.#change((keys, records) => {
      // Forgotten meanwhile, by another tab perhaps: then it stays forgotten.
      const known = keys.count(session);
      known.onsuccess = () => {
        if (known.result > 0) records.put(sealed, [session, name]);
      };
    });
  }

  remove(session: string, name: string): Promise<void> {
    return this.#change((_, records) => records.delete([session, name]));
  }

  forget(session: string): Promise<void> {
    return this.#change((keys, records) => {
      keys.delete(session);
      records.delete(all(session));
    });
  }

  /** Gives the connection back; the next use opens another. */
  async close(): Promise<void> {
    const database = this.#database;
    this.#database = null;
    (await database)?.close();
  }

  async #sealed(session: string, name: string): Promise<{ key?: CryptoKey | undefined; sealed?: Uint8Array<ArrayBuffer> | undefined }> {
    const transaction = (await this.#open()).transaction([KEYS, RECORDS]);
    const [key, sealed] = await Promise.all([
      answered<unknown>(transaction.objectStore(KEYS).get(session)),
      answered<unknown>(transaction.objectStore(RECORDS).get([session, name])),
    ]);
    return { key: key as CryptoKey | undefined, sealed: sealed as Uint8Array<ArrayBuffer> | undefined };
  }

  /** The session's key. Two tabs that make one at once end up with the same. */
  async #key(session: string): Promise<CryptoKey> {
    const { key } = await this.#sealed(session, "");
    if (key !== undefined) return key;
    const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    let chosen = fresh;
    await this.#change((keys) => {
      const there = keys.get(session) as IDBRequest<CryptoKey | undefined>;
      there.onsuccess = () => {
        if (there.result === undefined) keys.put(fresh, session);
        else chosen = there.result;
      };
    });
    return chosen;
  }

  async #change(work: (keys: IDBObjectStore, records: IDBObjectStore) => unknown): Promise<void> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction([KEYS, RECORDS], "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new Error("the transaction was aborted"));
      work(transaction.objectStore(KEYS), transaction.objectStore(RECORDS));
    });
  }

  #open(): Promise<IDBDatabase> {
    this.#database ??= this.#connect().catch((error: unknown) => {
      this.#database = null;
      throw error;
    });
    return this.#database;
  }

  async #connect(): Promise<IDBDatabase> {
    const request = indexedDB.open(this.#name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(KEYS);
      request.result.createObjectStore(RECORDS);
    };
    const database = await answered(request);
    // The browser takes it away when somebody clears the site's data.
    database.onclose = database.onversionchange = () => {
      database.close();
      this.#database = null;
    };
    return database;
  }
}

/** Every record of a session: in IndexedDB's order an array comes after every text. */
const all = (session: string): IDBKeyRange => IDBKeyRange.bound([session], [session, []]);

function cipher(session: string, name: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(JSON.stringify([session, name])) };
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the request failed"));
  });
}
