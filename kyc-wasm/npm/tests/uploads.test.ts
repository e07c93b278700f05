import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { init } from "../src/node.js";
import { KycSession, MemoryStore, type Uploading } from "../src/index.js";
import { PART } from "../src/upload.js";
import { TestServer } from "./server.js";
import { Clockwork, consent, details, flow, jpeg, opened, transportTo, until } from "./stage.js";

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

const front = { type: "capture_page", side: "front" } as const;

/** Up to the photo of a passport. */
async function atThePhoto(options: Parameters<typeof opened>[1] = {}): Promise<KycSession> {
  const one = await opened(server, options);
  open.push(one);
  one.send({ type: "start", consent });
  one.send({ type: "submit_details", details });
  one.send({ type: "select_document", country: "FR", document: "passport" });
  await one.saved();
  return one;
}

/** A photo of so many parts, the last of them small. */
const large = (parts: number): Blob => new Blob([new Uint8Array([0xff, 0xd8]), new Uint8Array(parts * PART - PART / 2).fill(7)], { type: "image/jpeg" });

const sent = (): number => server.arrived.filter(({ method }) => method === "PATCH" || method === "PUT").reduce((sum, { size }) => sum + size, 0);
const asked = (method: string): number => server.arrived.filter((one) => one.method === method).length;

describe("a large photo", () => {
  test("goes in parts, each once, and a small one in one request", async () => {
    const one = await atThePhoto();
    const photo = large(4);

    await one.capture(front, photo);
    await one.saved();

    expect([asked("HEAD"), asked("PATCH"), asked("PUT")]).toEqual([1, 4, 0]);
    expect(sent()).toBe(photo.size);
    await transportTo(server).upload(jpeg("small"));
    expect([asked("HEAD"), asked("PUT")]).toEqual([1, 1]);
  });

  test("tells how many bytes of how many are sent, and never fewer than before", async () => {
    const one = await atThePhoto();
    const photo = large(3);
    const seen: Uploading[] = [];
    one.subscribe(() => {
      const { uploading } = one.getSnapshot();
      if (uploading !== null) seen.push(uploading);
    });

    await one.capture(front, photo);
    const digest = one.getSnapshot().view.document?.pages[0]?.blob;
    await one.saved();

    expect(seen.length).toBeGreaterThan(3);
    expect(seen.every((now, at) => now.sent >= (seen[at - 1]?.sent ?? 0))).toBe(true);
    expect(seen.at(-1)).toEqual({ digest, sent: photo.size, total: photo.size });
    expect(one.getSnapshot().uploading).toBeNull();
  });

  test("goes on where the network broke, and says so while it waits", async () => {
    const patience = new Clockwork();
    const one = await atThePhoto({ patience });
    const photo = large(8);
    server.cutAfterParts = 5;

    await one.capture(front, photo);
    await patience.somethingWaits();
    expect(one.getSnapshot()).toMatchObject({ status: "offline", uploading: { total: photo.size } });
    expect(one.getSnapshot().uploading?.sent).toBeGreaterThanOrEqual(5 * PART);

    server.mood = "well";
    patience.go();
    await one.saved();
    expect(one.getSnapshot()).toMatchObject({ status: "saved", divergence: null, view: { state: "document_review" } });
    expect(sent()).toBeLessThanOrEqual(photo.size + PART);
  });

  test("goes on after a reload from what the server has", async () => {
    const store = new MemoryStore();
    const patience = new Clockwork();
    const one = await atThePhoto({ patience, store });
    const photo = large(6);
    server.cutAfterParts = 4;
    await one.capture(front, photo);
    await patience.somethingWaits();
    one.dispose();

    server.mood = "well";
    const again = await opened(server, { store });
    open.push(again);
    await again.saved();

    expect(again.getSnapshot()).toMatchObject({ status: "saved", view: { state: "document_review" } });
    expect(sent()).toBeLessThanOrEqual(photo.size + PART);
    expect(server.unfinished.size).toBe(0);
  });

  test("of which the last answer was lost is not sent again", async () => {
    const photo = large(2);
    await transportTo(server).upload(photo);
    const before = sent();

    await transportTo(server).upload(photo);

    expect(sent()).toBe(before);
  });

  test("that somebody else has sent a part of goes on from there", async () => {
    const photo = large(3);
    const transport = transportTo(server);
    const digest = await transport.upload(photo);
    const bytes = Buffer.from(await photo.arrayBuffer());
    await server.stop();
    server = await TestServer.start(flow);
    const fresh = transportTo(server);
    const others = vi.fn(() => server.unfinished.set(digest, bytes.subarray(0, PART)));

    // Between the question and the first part.
    await fresh.upload(photo, { onProgress: ({ sent }) => void (sent === 0 && others.mock.calls.length === 0 && others()) });

    expect(others).toHaveBeenCalledOnce();
    expect(asked("PATCH")).toBe(3);
    expect(server.unfinished.size).toBe(0);
  });

  test("goes in one request to a server that takes no parts", async () => {
    server.takesParts = false;
    const one = await atThePhoto();

    await one.capture(front, large(3));
    await one.saved();

    expect([asked("HEAD"), asked("PATCH"), asked("PUT")]).toEqual([1, 0, 1]);
  });

  test("is not sent for ever to a server that keeps nothing of it", async () => {
    const transport = transportTo(server);
    const forgetting = setInterval(() => server.unfinished.clear(), 0);
    const answer = transport.upload(large(40));
    await expect(answer).rejects.toMatchObject({ code: "offline" });
    clearInterval(forgetting);
  });
});

describe("stopping a photo", () => {
  test("takes back its step and those after it, here and at the server", async () => {
    const patience = new Clockwork();
    const store = new MemoryStore();
    const one = await atThePhoto({ patience, store });
    server.cutAfterParts = 2;
    await one.capture(front, large(4));
    one.send({ type: "accept_document" });
    await patience.somethingWaits();
    const saved = one.saved();
    server.mood = "well";

    expect(one.abortUpload()).toEqual(["capture_page", "accept_document"]);

    await expect(saved).rejects.toMatchObject({ code: "aborted" });
    expect(one.getSnapshot()).toMatchObject({ status: "saved", uploading: null, divergence: null, waiting: 0, view: { state: "document_photo" } });
    await vi.waitUntil(() => server.unfinished.size === 0);
    await vi.waitUntil(async () => (await store.names("s-1")).every((name) => name.startsWith("standing/")));
    expect(server.posts.map(({ body }) => (JSON.parse(body) as { type: string }).type)).not.toContain("capture_page");
  });

  test("leaves the session where another photo can be taken at once", async () => {
    const one = await atThePhoto();
    const isUnderWay = until(one, ({ uploading }) => uploading !== null && uploading.sent > 0);
    await one.capture(front, large(30));
    await isUnderWay;

    expect(one.abortUpload()).toEqual(["capture_page"]);
    await one.capture(front, jpeg("another"));
    await one.saved();

    expect(one.getSnapshot()).toMatchObject({ status: "saved", divergence: null, view: { state: "document_review" } });
  });

  test("does nothing when none is on its way", async () => {
    const one = await atThePhoto();
    expect(one.abortUpload()).toEqual([]);

    await one.capture(front, jpeg("page"));
    await one.saved();

    expect(one.abortUpload()).toEqual([]);
    expect(one.getSnapshot().view.state).toBe("document_review");
  });

  test("does nothing once its step may have arrived: that answer was lost, and is asked for again", async () => {
    const patience = new Clockwork();
    const store = new MemoryStore();
    const one = await atThePhoto({ patience, store });
    const transport = transportTo(server, patience);
    one.dispose();
    const again = await opened(server, { store, patience, transport });
    open.push(again);
    const post = transport.post.bind(transport);
    // The step arrives, its answer does not.
    const losing = vi.spyOn(transport, "post").mockImplementationOnce(async (...request) => {
      await post(...request);
      server.mood = "away";
      return post(...request);
    });
    await again.capture(front, large(2));
    await patience.somethingWaits();
    expect(losing).toHaveBeenCalled();

    expect(again.abortUpload()).toEqual([]);

    server.mood = "well";
    patience.go();
    await again.saved();
    expect(again.getSnapshot()).toMatchObject({ status: "saved", divergence: null, view: { state: "document_review" } });
  });
});
