/** What a browser keeps: sealed records in IndexedDB, each session under a key that its server releases, or that never leaves the browser. */
import { borrowed, isReleased, LENT, made, newDevice, opened, released, sealed, type Held, type Release, type Released } from "./device-key.js";
import type { LocalStore } from "./storage.js";

const KEYS = "keys";
const RECORDS = "records";

/** What is said of a session's key: the browser's own, the server's with what was lent of it, or nothing yet. */
interface Said {
  readonly entry: CryptoKey | Released | undefined;
  readonly lent: Uint8Array<ArrayBuffer> | undefined;
}

/**
 * AES-GCM under one key a session; a record cannot be moved to another name or session. Where the session's server releases a key,
 * it is that one: in memory only, and lent to the device as long as something is unsent, so that this opens without a network.
 * Else it is one that the browser makes and no script reads out. `forget` destroys whatever there is of a key with the records.
 */
export class IndexedDbStore implements LocalStore {
  readonly isShared = true;
  readonly #name: string;
  readonly #releases = new Map<string, Release>();
  readonly #held = new Map<string, Held>();
  readonly #refused = new Set<string>();
  #database: Promise<IDBDatabase> | null = null;

  constructor(name = "kyc") {
    this.#name = name;
  }

  /** Whether this page may use it: browsers lend their cryptography to https and localhost only. */
  static get isAvailable(): boolean {
    return "indexedDB" in globalThis && globalThis.crypto?.subtle !== undefined;
  }

  releasedBy(session: string, release: Release): void {
    this.#releases.set(session, release);
  }

  async names(session: string): Promise<string[]> {
    const transaction = (await this.#open()).transaction([KEYS, RECORDS]);
    const [said, names] = await Promise.all([saidIn(transaction, session), answered(transaction.objectStore(RECORDS).getAllKeys(all(session)))]);
    // What nobody here can open is as good as not there.
    if ((await this.#heldFor(session, said)) === null) return [];
    return names.map((name) => (name as [string, string])[1]);
  }

  async read(session: string, name: string): Promise<Uint8Array<ArrayBuffer> | null> {
    // In one transaction: another tab may seal everything anew.
    const transaction = (await this.#open()).transaction([KEYS, RECORDS]);
    const [said, record] = await Promise.all([saidIn(transaction, session), answered<unknown>(transaction.objectStore(RECORDS).get([session, name]))]);
    const held = await this.#heldFor(session, said);
    // Altered, or sealed under a key that is gone: as good as not there, too.
    return held === null || record === undefined ? null : opened(held.key, [session, name], record as Uint8Array<ArrayBuffer>);
  }

  async write(session: string, name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (;;) {
      const held = await this.#heldToWrite(session);
      const record = await sealed(held.key, [session, name], bytes);
      let isKept = true;
      await this.#change((keys, records) => {
        const there = keys.get(session) as IDBRequest<Said["entry"]>;
        there.onsuccess = () => {
          // Forgotten meanwhile, by another tab perhaps: then it stays forgotten.
          if (there.result === undefined) return;
          isKept = deviceOf(there.result) === held.device;
          if (!isKept) return;
          records.put(record, [session, name]);
          if (isUnsent(name) && held.lent !== null) keys.put(held.lent, [session, LENT]);
        };
      });
      if (isKept) return;
    }
  }

  remove(session: string, name: string): Promise<void> {
    return this.#change((keys, records) => {
      records.delete([session, name]);
      if (!isUnsent(name)) return;
      const left = records.count(unsent(session));
      left.onsuccess = () => {
        if (left.result === 0) keys.delete([session, LENT]);
      };
    });
  }

  async forget(session: string): Promise<void> {
    this.#held.delete(session);
    await this.#change((keys, records) => {
      keys.delete(session);
      keys.delete([session, LENT]);
      records.delete(all(session));
    });
  }

  /** Gives the connection back; the next use opens another. */
  async close(): Promise<void> {
    const database = this.#database;
    this.#database = null;
    (await database)?.close();
  }

  /** The key that what is there is sealed with, if this page has it or may borrow it. */
  async #heldFor(session: string, { entry, lent }: Said): Promise<Held | null> {
    if (!isReleased(entry)) return entry === undefined ? null : own(entry);
    const held = this.#held.get(session);
    if (held?.device === entry.device) return held;
    const lends = lent === undefined ? null : await borrowed(session, entry, lent);
    if (lends !== null) this.#held.set(session, lends);
    return lends;
  }

  /** The key to seal with: the server's where it can be had. Asked for once a page, when it is needed first. */
  async #heldToWrite(session: string): Promise<Held> {
    for (;;) {
      const said = await saidIn((await this.#open()).transaction(KEYS), session);
      const held = await this.#heldFor(session, said);
      if (held?.device != null) return held;
      const fresh = await this.#ask(session, said);
      if (fresh === null && held !== null) return held;
      // Something unsent is there, and what was lent for it is damaged: it stays for when the server answers.
      if (fresh === null && said.lent !== undefined) throw new Error("the session's key is not to be had");
      if (await this.#begins(session, said, fresh)) return fresh?.held ?? this.#heldToWrite(session);
    }
  }

  async #ask(session: string, { entry }: Said): Promise<{ to: Released; held: Held } | null> {
    const release = this.#releases.get(session);
    if (release === undefined || this.#refused.has(session)) return null;
    const to = isReleased(entry) ? entry : await newDevice();
    const held = await released(session, to, release);
    if (held === null) this.#refused.add(session);
    else this.#held.set(session, held);
    return held === null ? null : { to, held };
  }

  /**
   * Seals under another key from here on, and what can be opened anew. Without one from the server it is the browser's own; then
   * what the server's had sealed is gone, of which nothing was unsent. `false` when another tab was faster: then look again.
   */
  async #begins(session: string, said: Said, fresh: { to: Released; held: Held } | null): Promise<boolean> {
    const entry = fresh?.to ?? (await made());
    const before = said.entry !== undefined && !isReleased(said.entry) ? said.entry : null;
    const isSame = fresh !== null && isReleased(said.entry);
    const old = await this.#records(session);
    const anew = new Map<string, Uint8Array<ArrayBuffer>>();
    if (before !== null && fresh !== null) {
      for (const [name, record] of old) {
        const bytes = await opened(before, [session, name], record);
        if (bytes !== null) anew.set(name, await sealed(fresh.held.key, [session, name], bytes));
      }
    }
    let isDone = false;
    await this.#change((keys, records) => {
      const there = keys.get(session) as IDBRequest<Said["entry"]>;
      const names = records.getAllKeys(all(session));
      const values = records.getAll(all(session)) as IDBRequest<Uint8Array[]>;
      values.onsuccess = () => {
        const now = names.result.map((name, at) => [(name as [string, string])[1], values.result[at]] as const);
        isDone = deviceOf(there.result) === deviceOf(said.entry) && now.length === old.size && now.every(([name, record]) => isEqual(record, old.get(name)));
        if (!isDone || isSame) return;
        records.delete(all(session));
        for (const [name, record] of anew) records.put(record, [session, name]);
        keys.put(entry, session);
        if (fresh?.held.lent != null && [...anew.keys()].some(isUnsent)) keys.put(fresh.held.lent, [session, LENT]);
      };
    });
    return isDone;
  }

  async #records(session: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
    const records = (await this.#open()).transaction(RECORDS).objectStore(RECORDS);
    const [names, values] = await Promise.all([answered(records.getAllKeys(all(session))), answered(records.getAll(all(session)))]);
    return new Map(names.map((name, at) => [(name as [string, string])[1], values[at] as Uint8Array<ArrayBuffer>]));
  }

  async #change(work: (keys: IDBObjectStore, records: IDBObjectStore) => unknown): Promise<void> {
    const database = await this.#open();
    return new Promise((resolve, reject) => {
      const transaction = database.transaction([KEYS, RECORDS], "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
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

const EVENT = "event/";
const isUnsent = (name: string): boolean => name.startsWith(EVENT);
/** The next character after a slash is a zero. */
const unsent = (session: string): IDBKeyRange => IDBKeyRange.bound([session, EVENT], [session, "event0"], false, true);

const own = (key: CryptoKey): Held => ({ key, device: null, lent: null });

/** For which device a key was released. Of the browser's own there is only one, which is for none; `undefined` where there is no key. */
const deviceOf = (entry: Said["entry"]): string | null | undefined => (isReleased(entry) ? entry.device : entry && null);

const isEqual = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one !== undefined && one.length === other?.length && one.every((byte, at) => byte === other[at]);

async function saidIn(transaction: IDBTransaction, session: string): Promise<Said> {
  const keys = transaction.objectStore(KEYS);
  const [entry, lent] = await Promise.all([answered<unknown>(keys.get(session)), answered<unknown>(keys.get([session, LENT]))]);
  return { entry: entry as Said["entry"], lent: lent as Said["lent"] };
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
