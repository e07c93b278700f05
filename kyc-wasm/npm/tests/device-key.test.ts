import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { init } from "../src/node.js";
import { borrowed, newDevice, opened as unsealed, released, sealed } from "../src/device-key.js";
import { KycError, KycSession, MemoryStore } from "../src/index.js";
import { TestServer } from "./server.js";
import { Clockwork, consent, details, flow, opened, transportTo, until } from "./stage.js";

const PHONE = "00112233445566778899aabbccddeeff";
const text = (words: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(words);

describe("a key of the server", () => {
  const fixed = () => Promise.resolve(new Uint8Array(32).fill(7));

  test("opens on every page of its device what it has sealed, and no script reads it out", async () => {
    const device = await newDevice();
    const one = await released("s", device, fixed);
    const other = await released("s", device, fixed);
    if (one === null || other === null) throw new Error("there is a key");

    const record = await sealed(one.key, ["s", "event/1"], text("Harrowgate"));

    expect(await unsealed(other.key, ["s", "event/1"], record)).toEqual(text("Harrowgate"));
    expect(await unsealed(other.key, ["s", "event/2"], record)).toBeNull();
    expect([one.key.extractable, device.wrapper.extractable]).toEqual([false, false]);
  });

  test("leaves no bytes behind", async () => {
    const bytes = new Uint8Array(32).fill(7);
    await released("s", await newDevice(), () => Promise.resolve(bytes));
    expect(bytes).toEqual(new Uint8Array(32));
  });

  test("is lent to its device and session alone", async () => {
    const [device, another] = [await newDevice(), await newDevice()];
    const own = await released("s", device, fixed);
    if (own?.lent == null) throw new Error("it can be lent");
    const record = await sealed(own.key, ["s", "event/1"], text("Harrowgate"));

    const lent = await borrowed("s", device, own.lent);

    expect(lent === null ? null : await unsealed(lent.key, ["s", "event/1"], record)).toEqual(text("Harrowgate"));
    expect(await borrowed("t", device, own.lent)).toBeNull();
    expect(await borrowed("s", another, own.lent)).toBeNull();
    expect(own.lent.join()).not.toContain(new Uint8Array(32).fill(7).join());
  });

  test("is not waited for for ever, and none is none", async () => {
    vi.useFakeTimers();
    const asked: AbortSignal[] = [];
    const silent = released("s", await newDevice(), (_, signal) => {
      asked.push(signal);
      return new Promise(() => undefined);
    });
    await vi.advanceTimersByTimeAsync(5_000);
    vi.useRealTimers();
    expect(await silent).toBeNull();
    expect(asked[0]?.aborted).toBe(true);
    expect(await released("s", await newDevice(), () => Promise.reject(new KycError("unauthorised")))).toBeNull();
    expect(await released("s", await newDevice(), () => Promise.resolve(new Uint8Array(31)))).toBeNull();
  });
});

describe("with a server", () => {
  let server: TestServer;
  const open: KycSession[] = [];

  beforeAll(() => init());
  beforeEach(async () => {
    server = await TestServer.start(flow);
  });
  afterEach(async () => {
    for (const session of open.splice(0)) session.dispose();
    await server.stop();
  });

  const session = async (options: Parameters<typeof opened>[1] = {}): Promise<KycSession> => {
    const one = await opened(server, options);
    open.push(one);
    return one;
  };

  test("the transport gets the key of the device that is named", async () => {
    const key = await transportTo(server).deviceKey(PHONE);
    expect(key).toHaveLength(32);
    expect(await transportTo(server).deviceKey(PHONE)).toEqual(key);
    expect(await transportTo(server).deviceKey(PHONE.replace("0", "1"))).not.toEqual(key);
  });

  test("a store is told where to get the key before it is read", async () => {
    const asked: string[] = [];
    class Noting extends MemoryStore {
      releasedBy = (name: string): void => void asked.push(`released ${name}`);
      override names = (name: string): Promise<string[]> => {
        asked.push("names");
        return super.names(name);
      };
    }
    await session({ store: new Noting() });
    expect(asked.slice(0, 2)).toEqual(["released s-1", "names"]);
  });

  test("records that do not open are thrown away, and the server's state counts", async () => {
    const store = new MemoryStore();
    const patience = new Clockwork();
    const one = await session({ store, patience });
    one.send({ type: "start", consent });
    await one.saved();
    server.mood = "away";
    one.send({ type: "submit_details", details });
    await until(one, ({ status, kept }) => status === "offline" && kept);
    one.dispose();
    for (const name of await store.names("s-1")) await store.write("s-1", name, text("no record"));

    server.mood = "well";
    const again = await session({ store });

    await until(again, ({ status }) => status === "saved");
    expect(again.getSnapshot()).toMatchObject({ waiting: 0, divergence: null, view: { state: "personal_details" } });
    await vi.waitUntil(async () => (await store.names("s-1")).join() === "standing/0000000001");
  });

  test("a credential that is no longer taken wipes the device, unless something is unsent", async () => {
    const [empty, full] = [new MemoryStore(), new MemoryStore()];
    const one = await session({ store: empty });
    one.send({ type: "start", consent });
    await one.saved();
    const patience = new Clockwork();
    const other = await session({ store: full, patience });
    await vi.waitUntil(async () => (await empty.names("s-1")).length > 0 && (await full.names("s-1")).length > 0);
    server.mood = "away";
    other.send({ type: "submit_details", details });
    await patience.somethingWaits();

    server.mood = "well";
    server.token = "another";
    one.refresh();
    patience.go();

    await until(one, ({ status }) => status === "signed_out");
    await until(other, ({ status }) => status === "signed_out");
    await vi.waitUntil(async () => (await empty.names("s-1")).length === 0);
    expect((await full.names("s-1")).some((name) => name.startsWith("event/"))).toBe(true);
  });
});
