import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { init } from "../src/node.js";
import { HttpTransport, KycError, KycSession, MemoryStore } from "../src/index.js";
import { TestServer } from "./server.js";
import { Clockwork, consent, details, flow, jpeg, opened, until } from "./stage.js";

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

async function session(options: Parameters<typeof opened>[1] = {}): Promise<KycSession> {
  const one = await opened(server, options);
  open.push(one);
  return one;
}

const front = { type: "capture_page", side: "front" } as const;

/** Up to the photo of a passport. */
async function atThePhoto(options: Parameters<typeof opened>[1] = {}): Promise<KycSession> {
  const one = await session(options);
  one.send({ type: "start", consent });
  one.send({ type: "submit_details", details });
  one.send({ type: "select_document", country: "FR", document: "passport" });
  return one;
}

const changes = (): string[] =>
  server.arrived.filter(({ method }) => method !== "GET").map(({ method, body }) => (method === "PUT" ? "photo" : (JSON.parse(body) as { type: string }).type));

describe("photos", () => {
  test("a photo is a step at once, and its bytes are up before the event that names them", async () => {
    const one = await atThePhoto();

    const answer = await one.capture(front, jpeg("page"));

    expect(answer).toMatchObject({ outcome: "step", to: "document_review" });
    await one.saved();
    expect(changes()).toEqual(["start", "submit_details", "select_document", "photo", "capture_page"]);
  });

  test("how far the photo is on its way can be seen, and is over when it has arrived", async () => {
    const one = await atThePhoto();
    const seen: (number | null)[] = [];
    one.subscribe(() => seen.push(one.getSnapshot().uploading?.sent ?? null));

    await one.capture(front, jpeg("page"));
    await one.saved();

    expect(seen).toEqual(expect.arrayContaining([0, 6]));
    expect(one.getSnapshot().uploading).toBeNull();
  });

  test("a photo can be seen before the server has it, under the digest that the view names", async () => {
    const one = await atThePhoto();
    server.mood = "away";

    await one.capture(front, jpeg("page"));

    const digest = one.getSnapshot().view.document?.pages[0]?.blob ?? "";
    expect(await (await one.photo(digest))?.text()).toContain("page");
    expect(await one.photo("0".repeat(64))).toBeNull();
  });

  test("when the answer to an upload was lost it goes again, and the event happens once", async () => {
    const patience = new Clockwork();
    const one = await atThePhoto({ patience });
    await one.saved();
    server.mood = "deaf";
    await one.capture(front, jpeg("page"));
    await patience.somethingWaits();

    server.mood = "well";
    patience.go();
    await one.saved();

    expect(changes().slice(3)).toEqual(["photo", "photo", "capture_page"]);
    expect(one.getSnapshot()).toMatchObject({ status: "saved", divergence: null });
  });

  test("what the server says against a photo is told by its code, and the photo can be taken again", async () => {
    const one = await atThePhoto();
    await one.saved();

    await one.capture(front, new Blob(["no photo"]));
    one.send({ type: "accept_document" });
    await expect(one.saved()).rejects.toMatchObject({ code: "diverged" });

    expect(one.getSnapshot()).toMatchObject({
      status: "conflict",
      divergence: { code: "not_an_image", lost: ["capture_page", "accept_document"] },
      view: { state: "document_photo" },
    });
    await one.capture(front, jpeg("page"));
    await one.saved();
    expect(one.getSnapshot()).toMatchObject({ status: "saved", divergence: null, view: { state: "document_review" } });
  });

  test("a refused photo is a value, and nothing of it is kept", async () => {
    const store = new MemoryStore();
    const one = await session({ store });

    const answer = await one.capture(front, jpeg("page"));

    expect(answer).toMatchObject({ outcome: "rejected", code: "not_accepted" });
    await vi.waitUntil(async () => !(await store.names("s-1")).some((name) => name.startsWith("blob/")));
    expect(server.arrived.filter(({ method }) => method === "PUT")).toEqual([]);
  });

  test("a photo that is called off before it is handed in changes nothing", async () => {
    const one = await atThePhoto();
    const stop = new AbortController();

    const capture = one.capture(front, jpeg("page"), { signal: stop.signal });
    stop.abort();

    await expect(capture).rejects.toMatchObject({ code: "aborted" });
    expect(one.getSnapshot().view.state).toBe("document_photo");
  });
});

describe("without a network", () => {
  test("the whole collection can be walked, and everything arrives once", async () => {
    const patience = new Clockwork();
    const one = await session({ patience });
    server.mood = "away";

    one.send({ type: "start", consent });
    one.send({ type: "submit_details", details });
    one.send({ type: "select_document", country: "FR", document: "passport" });
    await one.capture(front, jpeg("page"));
    one.send({ type: "accept_document" });
    await one.capture({ type: "capture_selfie" }, jpeg("face"));
    one.send({ type: "accept_selfie" });
    expect(one.getSnapshot().view.state).toBe("final");
    await patience.somethingWaits();
    const before = server.arrived.length;
    server.mood = "well";
    patience.go();
    await one.saved();

    expect(server.version).toBe(7);
    const after = server.arrived.slice(before).filter(({ method }) => method !== "GET");
    expect(after.map(({ method }) => method)).toEqual(["POST", "POST", "POST", "PUT", "POST", "POST", "PUT", "POST", "POST"]);
  });

  test("a page that is opened again stands where it stood: with what was sent, and what was not", async () => {
    const store = new MemoryStore();
    const closed = await atThePhoto({ store });
    await closed.saved();
    server.mood = "away";
    await closed.capture(front, jpeg("page"));
    await until(closed, ({ kept }) => kept);
    closed.dispose();

    const one = await session({ store });

    expect(one.getSnapshot()).toMatchObject({ waiting: 1, view: { state: "document_review", version: 4 } });
    const digest = one.getSnapshot().view.document?.pages[0]?.blob ?? "";
    expect(await (await one.photo(digest))?.text()).toContain("page");
    await until(one, ({ status }) => status === "offline");
  });

  test("a page that is opened again with everything sent stands there, too, and follows when the server is back", async () => {
    const store = new MemoryStore();
    const closed = await session({ store });
    closed.send({ type: "start", consent });
    await closed.saved();
    await vi.waitUntil(async () => (await store.names("s-1")).join() === "standing/0000000001");
    closed.dispose();
    server.mood = "away";
    const patience = new Clockwork();

    const one = await session({ store, patience });

    expect(one.getSnapshot()).toMatchObject({ status: "offline", waiting: 0, view: { state: "personal_details" } });
    await patience.somethingWaits();
    server.happens({ type: "cancel" });
    server.mood = "well";
    patience.go();
    await until(one, ({ view, status }) => view.state === "cancelled" && status === "saved");
  });

  test("steps that were taken after such an opening go up, and what the server says of them counts", async () => {
    const store = new MemoryStore();
    (await session({ store })).dispose();
    await vi.waitUntil(async () => (await store.names("s-1")).length === 1);
    server.mood = "away";
    const patience = new Clockwork();
    const one = await session({ store, patience });
    one.send({ type: "start", consent });
    expect(one.getSnapshot()).toMatchObject({ status: "offline", waiting: 1 });

    server.mood = "well";
    await vi.waitUntil(() => {
      patience.go();
      return one.getSnapshot().status === "saved";
    });
    expect(server.version).toBe(1);
  });
});

describe("what is kept", () => {
  test("a photo that has gone out is no longer kept, and neither is its event", async () => {
    const store = new MemoryStore();
    const one = await atThePhoto({ store });

    await one.capture(front, jpeg("page"));
    await one.saved();

    await vi.waitUntil(async () => (await store.names("s-1")).join() === "standing/0000000004");
  });

  test("a damaged record is left aside, and the server's state counts", async () => {
    const store = new MemoryStore();
    await store.write("s-1", "standing/0000000009", new TextEncoder().encode('{"flow":{},"snapshot":"x","view":{"version":9}}'));
    await store.write("s-1", "event/x", new TextEncoder().encode("{"));

    const one = await session({ store });

    expect(one.getSnapshot()).toMatchObject({ status: "saved", waiting: 0, view: { state: "welcome", version: 0 } });
  });

  test("a device that keeps nothing is no obstacle, and says so", async () => {
    const full = (): Promise<never> => Promise.reject(new DOMException("full", "QuotaExceededError"));
    const store = Object.assign(new MemoryStore(), { write: full });
    const patience = new Clockwork();
    const one = await atThePhoto({ store, patience });
    server.mood = "away";

    await one.capture(front, jpeg("page"));
    await until(one, ({ status }) => status === "offline");
    expect(one.getSnapshot()).toMatchObject({ kept: false, view: { state: "document_review" } });

    await patience.somethingWaits();
    server.mood = "well";
    patience.go();
    await one.saved();
    expect(server.version).toBe(4);
  });

  test("at the end nothing is left on the device", async () => {
    const store = new MemoryStore();
    const one = await atThePhoto({ store });
    await one.saved();

    server.happens({ type: "cancel" });

    await until(one, ({ view }) => view.state === "cancelled");
    await vi.waitUntil(async () => (await store.names("s-1")).length === 0);
  });

  test("whose credential is no longer taken finds nothing on the device, unless something unsent would be lost", async () => {
    const store = new MemoryStore();
    const closed = await session({ store });
    await vi.waitUntil(async () => (await store.names("s-1")).length === 1);
    closed.dispose();
    const { token } = server;
    server.token = "another";
    await expect(KycSession.open({ transport: new HttpTransport({ session: "s-1", token, base: server.base }), store })).rejects.toMatchObject({ code: "unauthorised" });
    expect(await store.names("s-1")).toEqual([]);

    server.token = token;
    const unsent = await session({ store });
    server.mood = "away";
    unsent.send({ type: "start", consent });
    await until(unsent, ({ kept }) => kept);
    unsent.dispose();
    server.mood = "well";
    server.token = "another";
    const one = await KycSession.open({ transport: new HttpTransport({ session: "s-1", token, base: server.base }), store });
    open.push(one);
    expect(await until(one, ({ status }) => status === "signed_out")).toMatchObject({ waiting: 1, view: { state: "personal_details" } });
  });

  test("what is forgotten is gone from the device, unsent steps too, and the session is over here", async () => {
    const store = new MemoryStore();
    const one = await atThePhoto({ store });
    server.mood = "away";
    await one.capture(front, jpeg("page"));

    await one.forget();

    expect(await store.names("s-1")).toEqual([]);
    expect(() => one.send({ type: "back" })).toThrow(new KycError("disposed"));
  });
});
