/** What every {@link LocalStore} has to keep: checks that throw, for whatever runs your tests. */
import type { LocalStore } from "./storage.js";

/** One promise of the store: a sentence, and its check on a store that has nothing of these sessions yet. */
export interface Promised {
  readonly sentence: string;
  check(store: LocalStore): Promise<void>;
}

/** Checks every promise, each on a store of its own. Throws the first that is broken, by its sentence. */
export async function conforms(fresh: () => LocalStore | Promise<LocalStore>): Promise<void> {
  for (const { sentence, check } of promises) {
    const store = await fresh();
    try {
      await check(store);
    } catch (cause) {
      throw new Error(`not kept: ${sentence}`, { cause });
    }
  }
}

export const promises: readonly Promised[] = [
  {
    sentence: "what was written is read back whole, byte for byte",
    async check(store) {
      const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await store.write("a", "blob/1", every);
      await store.write("a", "blob/2", new Uint8Array(0));
      same(await store.read("a", "blob/1"), every);
      same(await store.read("a", "blob/2"), new Uint8Array(0));
    },
  },
  {
    sentence: "what was never written is null, and no session has names before it is written",
    async check(store) {
      isTrue((await store.read("a", "event/1")) === null);
      isTrue((await store.names("a")).length === 0);
    },
  },
  {
    sentence: "writing a name again replaces it whole",
    async check(store) {
      await store.write("a", "event/1", text("a longer text"));
      await store.write("a", "event/1", text("short"));
      same(await store.read("a", "event/1"), text("short"));
      named(await store.names("a"), ["event/1"]);
    },
  },
  {
    sentence: "sessions do not see one another, even when one's name begins with the other's",
    async check(store) {
      await store.write("a", "event/1", text("of a"));
      await store.write("ab", "event/1", text("of ab"));
      await store.forget("a");
      isTrue((await store.read("a", "event/1")) === null);
      same(await store.read("ab", "event/1"), text("of ab"));
      named(await store.names("a"), []);
      named(await store.names("ab"), ["event/1"]);
    },
  },
  {
    sentence: "removing takes one record, and removing what is not there is fine",
    async check(store) {
      await store.write("a", "event/1", text("one"));
      await store.write("a", "event/2", text("two"));
      await store.remove("a", "event/1");
      await store.remove("a", "event/1");
      await store.remove("nobody", "event/1");
      named(await store.names("a"), ["event/2"]);
      isTrue((await store.read("a", "event/1")) === null);
    },
  },
  {
    sentence: "what is forgotten is gone, and the session can be kept anew",
    async check(store) {
      await store.write("a", "event/1", text("one"));
      await store.write("a", "blob/1", text("two"));
      await store.forget("a");
      await store.forget("a");
      named(await store.names("a"), []);
      await store.write("a", "event/3", text("three"));
      named(await store.names("a"), ["event/3"]);
      same(await store.read("a", "event/3"), text("three"));
    },
  },
  {
    sentence: "a record is a copy: changing the bytes afterwards changes nothing that is kept",
    async check(store) {
      const bytes = text("kept");
      const writing = store.write("a", "event/1", bytes);
      await writing;
      bytes.fill(0);
      const read = await store.read("a", "event/1");
      same(read, text("kept"));
      read?.fill(0);
      same(await store.read("a", "event/1"), text("kept"));
    },
  },
  {
    sentence: "writes of many names at once all arrive",
    async check(store) {
      const names = Array.from({ length: 20 }, (_, at) => `event/${at}`);
      await Promise.all(names.map((name) => store.write("a", name, text(name))));
      named(await store.names("a"), names);
      for (const name of names) same(await store.read("a", name), text(name));
    },
  },
  {
    sentence: "a photo of several megabytes is kept",
    async check(store) {
      const photo = new Uint8Array(6 << 20).fill(7);
      await store.write("a", "blob/large", photo);
      same(await store.read("a", "blob/large"), photo);
    },
  },
];

const text = (words: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(words);

function isTrue(holds: boolean): void {
  if (!holds) throw new Error("something was there that should not be");
}

function same(found: Uint8Array | null, expected: Uint8Array): void {
  const isSame = found !== null && found.length === expected.length && found.every((byte, at) => byte === expected[at]);
  if (!isSame) throw new Error(`expected ${expected.length} bytes, found ${found === null ? "nothing" : `${found.length} (others)`}`);
}

function named(found: readonly string[], expected: readonly string[]): void {
  const [one, other] = [[...found].sort(), [...expected].sort()];
  if (JSON.stringify(one) !== JSON.stringify(other)) throw new Error(`expected the names ${other.join(", ")}, found ${one.join(", ")}`);
}
