import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { init, MemoryStore, type SessionState } from "../src/node.js";
import { HttpTransport, KycError, KycSession } from "../src/index.js";
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

async function session(options: Parameters<typeof opened>[1] = {}): Promise<KycSession> {
  const one = await opened(server, options);
  open.push(one);
  return one;
}

describe("steps", () => {
  test("a step is there at once, and saved behind it", async () => {
    const one = await session();

    const answer = one.send({ type: "start", consent });

    expect(answer).toMatchObject({ outcome: "step", version: 1, from: "welcome", to: "personal_details" });
    expect(one.getSnapshot()).toMatchObject({ status: "saving", waiting: 1, view: { state: "personal_details" } });
    await one.saved();
    expect(one.getSnapshot()).toMatchObject({ status: "saved", waiting: 0, divergence: null });
    expect(server.version).toBe(1);
  });

  test("a refusal is a value, and nothing has changed or been sent", async () => {
    const one = await session();
    const before = one.getSnapshot();

    const early = one.send({ type: "accept_selfie" });
    const outdated = one.send({ type: "start", consent: { version: "0", locale: "en" } });

    expect(early).toEqual({ outcome: "rejected", code: "not_accepted", state: "welcome", event: "accept_selfie" });
    expect(outdated).toEqual({ outcome: "rejected", code: "refused", state: "welcome", event: "start", reason: "consent_outdated" });
    expect(one.getSnapshot()).toBe(before);
    expect(server.posts).toEqual([]);
  });

  test("what was taken is what is saved, whatever becomes of the caller's object", async () => {
    const one = await session();
    const form = { ...details };

    one.send({ type: "start", consent });
    one.send({ type: "submit_details", details: form });
    form.family_name = "Musterfrau";
    await one.saved();

    expect(one.getSnapshot()).toMatchObject({ divergence: null, view: { details } });
  });

  test("an event that the chart does not know is the caller's mistake, and changes nothing", async () => {
    const one = await session();
    const before = one.getSnapshot();

    const unknown = { type: "approve_me" } as never;
    const embellished = { type: "back", verified: true } as never;

    expect(() => one.send(unknown)).toThrow(new KycError("malformed_event"));
    expect(() => one.send(embellished)).toThrow(new KycError("malformed_event"));
    expect(() => one.send(undefined as never)).toThrow(new KycError("malformed_event"));
    expect(() => one.send({ type: "back", further: 1n } as never)).toThrow(new KycError("malformed_event"));
    expect(one.getSnapshot()).toBe(before);
  });

  test("events go up in order, each under its own key and upon its own version", async () => {
    const one = await session();

    one.send({ type: "start", consent });
    one.send({ type: "submit_details", details });
    one.send({ type: "select_document", country: "DE", document: "passport" });
    await one.saved();

    expect(server.posts.map(({ version }) => version)).toEqual(['"0"', '"1"', '"2"']);
    expect(server.posts.map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([
      "start",
      "submit_details",
      "select_document",
    ]);
    expect(new Set(server.posts.map(({ key }) => key)).size).toBe(3);
  });

  test("the flow decides which documents are offered where", async () => {
    const offers = (await session()).offers();

    const kinds = (code: string): string[] => offers.find(({ country }) => country === code)?.documents.map(({ type }) => type) ?? [];
    expect(kinds("DE")).toEqual(["id_card", "passport"]);
    expect(kinds("FR")).toEqual(["passport"]);
  });

  test("an uploaded photo becomes a step, and can be seen again", async () => {
    const transport = transportTo(server);
    const one = await session({ transport });
    one.send({ type: "start", consent });
    one.send({ type: "submit_details", details });
    one.send({ type: "select_document", country: "FR", document: "passport" });
    const seen: number[] = [];

    const blob = await transport.upload(jpeg("page"), { onProgress: ({ sent }) => seen.push(sent) });
    one.send({ type: "capture_page", side: "front", blob });
    await one.saved();

    expect(one.getSnapshot().view).toMatchObject({ state: "document_review", document: { pages: [{ side: "front", blob, round: 1 }] } });
    expect(seen).toEqual([0, 6]);
    expect(await (await transport.image(blob)).text()).toContain("page");
  });
});

describe("a network that comes and goes", () => {
  test("the walk goes on without a server, and arrives when it is back", async () => {
    const patience = new Clockwork();
    const one = await session({ patience });
    server.mood = "away";

    one.send({ type: "start", consent });
    one.send({ type: "submit_details", details });
    const state = await until(one, ({ status }) => status === "offline");
    expect(state).toMatchObject({ waiting: 2, view: { state: "document_selection" } });

    await patience.somethingWaits();
    server.mood = "well";
    patience.go();
    await one.saved();
    expect(one.getSnapshot()).toMatchObject({ status: "saved", waiting: 0 });
    expect(server.version).toBe(2);
  });

  test("when the answer was lost, the same key again gets it: the event has happened once", async () => {
    const patience = new Clockwork();
    const one = await session({ patience });
    server.mood = "deaf";

    one.send({ type: "start", consent });
    await patience.somethingWaits();
    expect(server.version).toBe(1);
    server.mood = "well";
    patience.go();
    await one.saved();

    const [first, second] = server.posts;
    expect(second).toEqual(first);
    expect(server.version).toBe(1);
    expect(one.getSnapshot()).toMatchObject({ status: "saved", divergence: null });
  });

  test("a server that asks for patience gets it", async () => {
    const patience = new Clockwork();
    const one = await session({ patience });
    server.mood = "hurried";

    one.send({ type: "start", consent });
    await patience.somethingWaits();

    expect(patience.asked).toEqual([7000]);
    server.mood = "well";
    patience.go();
    await one.saved();
  });

  test("a tab that was closed with unsent events loses none of them", async () => {
    const store = new MemoryStore();
    const patience = new Clockwork();
    const closed = await session({ store, patience });
    server.mood = "away";
    closed.send({ type: "start", consent });
    closed.send({ type: "submit_details", details });
    await until(closed, ({ kept }) => kept);
    await patience.somethingWaits();
    closed.dispose();
    server.mood = "well";

    const one = await session({ store });

    expect(one.getSnapshot()).toMatchObject({ status: "saving", waiting: 2, view: { state: "document_selection" } });
    await one.saved();
    expect(server.version).toBe(2);
    expect(one.getSnapshot()).toMatchObject({ status: "saved", view: { state: "document_selection" } });
  });

  test("what an earlier tab left and the server no longer takes is dropped, and told", async () => {
    const store = new MemoryStore();
    const closed = await session({ store });
    server.mood = "away";
    closed.send({ type: "start", consent });
    await until(closed, ({ kept }) => kept);
    closed.dispose();
    server.mood = "well";
    server.happens({ type: "cancel" });

    const one = await session({ store });
    const state = await until(one, ({ status }) => status === "conflict");

    expect(state).toMatchObject({ divergence: { code: "stale", lost: ["start"] }, view: { state: "cancelled" } });
    await vi.waitUntil(async () => (await store.names(server.session)).length === 0);
  });

  test("opening without a server is told as such", async () => {
    server.mood = "away";

    await expect(opened(server)).rejects.toMatchObject({ name: "KycError", code: "offline" });
  });
});

describe("a server that stands elsewhere", () => {
  test("a page that was overtaken is put where the server stands, and told what was lost", async () => {
    const one = await session();
    server.dropStreams();
    server.happens({ type: "start", consent });

    one.send({ type: "start", consent });
    one.send({ type: "submit_details", details });
    await expect(one.saved()).rejects.toMatchObject({ code: "diverged" });

    expect(one.getSnapshot()).toMatchObject({
      status: "conflict",
      waiting: 0,
      divergence: { code: "stale", reason: null, lost: ["start", "submit_details"] },
      view: { state: "personal_details", version: 1 },
    });
    one.acknowledge();
    expect(one.getSnapshot()).toMatchObject({ status: "saved", divergence: null });
  });

  test("a reminder costs a page that was away none of its steps", async () => {
    const reminding = JSON.stringify({ ...JSON.parse(flow), clocks: { opening: 604_800, session: 86_400, resubmission: 604_800, reminders: [3_600] } });
    await server.stop();
    server = await TestServer.start(reminding);
    const store = new MemoryStore();
    const closed = await session({ store });
    server.mood = "away";
    closed.send({ type: "start", consent });
    closed.send({ type: "submit_details", details });
    await until(closed, ({ kept, waiting }) => kept && waiting === 2);
    closed.dispose();
    server.mood = "well";
    server.happens({ type: "reminder_due" }, Date.now() + 3_600_000);

    const one = await session({ store });
    await one.saved();

    expect(one.getSnapshot()).toMatchObject({ status: "saved", divergence: null, view: { state: "document_selection", version: 3 } });
    const sent = server.posts.map(({ version, key }) => ({ version, key }));
    const keys = new Set(sent.map(({ key }) => key));
    expect([sent.at(-2)?.version, sent.at(-1)?.version, keys.size]).toEqual(['"1"', '"2"', 2]);
    await vi.waitUntil(async () => (await store.names(server.session)).every((name) => !name.startsWith("event/")));
  });

  test("a page that more than a reminder has overtaken is put where the server stands", async () => {
    const reminding = JSON.stringify({ ...JSON.parse(flow), clocks: { opening: 604_800, session: 86_400, resubmission: 604_800, reminders: [3_600] } });
    await server.stop();
    server = await TestServer.start(reminding);
    const one = await session();
    server.dropStreams();
    server.happens({ type: "reminder_due" }, Date.now() + 3_600_000);
    server.happens({ type: "hold", reason: "order" });

    one.send({ type: "start", consent });
    await expect(one.saved()).rejects.toMatchObject({ code: "diverged" });

    expect(one.getSnapshot()).toMatchObject({ divergence: { code: "stale", lost: ["start"] }, view: { state: "welcome", version: 2 } });
  });

  test("what only the server can refuse is told with its code", async () => {
    const one = await session();
    one.send({ type: "start", consent });
    one.send({ type: "submit_details", details });
    one.send({ type: "select_document", country: "FR", document: "passport" });
    await one.saved();

    one.send({ type: "capture_page", side: "front", blob: "0".repeat(64) });
    await expect(one.saved()).rejects.toMatchObject({ code: "diverged" });

    expect(one.getSnapshot()).toMatchObject({
      divergence: { code: "blob_missing", lost: ["capture_page"] },
      view: { state: "document_photo" },
    });
  });

  test("what happens on another device arrives without asking", async () => {
    const one = await session();
    await vi.waitUntil(() => server.streams === 1);

    server.happens({ type: "start", consent });

    const state = await until(one, ({ view }) => view.state === "personal_details");
    expect(state).toMatchObject({ status: "saved", divergence: null, view: { version: 1 } });
  });

  test("that a reviewer can see the case is told, even where the stream tells it together with the last step", async () => {
    const transport = transportTo(server);
    const one = await session({ transport });
    await vi.waitUntil(() => server.streams === 1);
    one.send({ type: "start", consent });
    one.send({ type: "submit_details", details });
    one.send({ type: "select_document", country: "FR", document: "passport" });
    one.send({ type: "capture_page", side: "front", blob: await transport.upload(jpeg("page")) });
    one.send({ type: "accept_document" });
    one.send({ type: "capture_selfie", blob: await transport.upload(jpeg("face")) });

    one.send({ type: "accept_selfie" });

    const state = await until(one, ({ view }) => view.phase === "in_review");
    expect(state).toMatchObject({ status: "saved", view: { state: "final", version: 7 } });
  });

  test("what is told while the page is reading is not missed: it reads again", async () => {
    const transport = transportTo(server);
    let tell: (version: number) => void = () => {};
    transport.follow = (heard) => void (tell = heard);
    const one = await session({ transport });
    const load = transport.load.bind(transport);
    vi.spyOn(transport, "load").mockImplementationOnce(async (signal) => {
      const answer = await load(signal);
      server.happens({ type: "start", consent });
      tell(1);
      return answer;
    });

    tell(1);

    const state = await until(one, ({ view }) => view.version === 1);
    expect(state.view.state).toBe("personal_details");
  });

  test("after a broken stream the page listens again, and has missed nothing", async () => {
    const patience = new Clockwork();
    const one = await session({ transport: transportTo(server, patience) });
    await vi.waitUntil(() => server.streams === 1);

    server.dropStreams();
    await patience.somethingWaits();
    server.happens({ type: "start", consent });
    patience.go();

    await until(one, ({ view }) => view.state === "personal_details");
    expect(server.arrived.filter(({ path }) => path.endsWith("/stream")).at(-1)).toMatchObject({ lastEventId: "0" });
  });
});

describe("listeners", () => {
  test("the state is the same object until something changes", async () => {
    const one = await session();
    const before = one.getSnapshot();

    expect(one.getSnapshot()).toBe(before);
    one.send({ type: "start", consent });
    expect(one.getSnapshot()).not.toBe(before);
  });

  test("a listener that sends is told again afterwards, never in between", async () => {
    const one = await session();
    const seen: string[] = [];
    let depth = 0;
    one.subscribe(() => {
      depth += 1;
      expect(depth).toBe(1);
      if (one.getSnapshot().view.state === "personal_details") one.send({ type: "submit_details", details });
      seen.push(one.getSnapshot().view.state);
      depth -= 1;
    });

    one.send({ type: "start", consent });

    expect(seen).toEqual(["document_selection", "document_selection"]);
    await one.saved();
  });

  test("a listener that throws harms no other, and is reported", async () => {
    const reported = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const one = await session();
    const states: SessionState[] = [];
    one.subscribe(() => {
      throw new Error("a bug of the page");
    });
    one.subscribe(() => states.push(one.getSnapshot()));

    const answer = one.send({ type: "start", consent });
    await one.saved();

    expect(answer.outcome).toBe("step");
    expect(states.length).toBeGreaterThan(0);
    expect(reported).toHaveBeenCalled();
    reported.mockRestore();
  });

  test("whoever stops listening hears nothing more", async () => {
    const one = await session();
    const listener = vi.fn();
    const stop = one.subscribe(listener);

    stop();
    one.send({ type: "start", consent });

    expect(listener).not.toHaveBeenCalled();
  });
});

describe("credentials and ends", () => {
  test("a token that is no longer taken is renewed once, and the call goes again", async () => {
    const fresh = crypto.randomUUID();
    const renew = (): Promise<string> => Promise.resolve(fresh);
    const one = await session({
      transport: new HttpTransport({ session: server.session, token: server.token, base: server.base, renew }),
    });
    server.token = fresh;

    one.send({ type: "start", consent });
    await one.saved();

    expect(server.version).toBe(1);
  });

  test("without a credential nothing is lost: the page is told, and goes on after a new sign-in", async () => {
    const one = await session();
    const token = server.token;
    server.token = "another";

    one.send({ type: "start", consent });
    await expect(one.saved()).rejects.toMatchObject({ code: "unauthorised" });
    expect(one.getSnapshot()).toMatchObject({ status: "signed_out", waiting: 1, view: { state: "personal_details" } });

    server.token = token;
    one.refresh();
    await until(one, ({ status }) => status === "saved");
    expect(server.version).toBe(1);
  });

  test("what is told at the version of a step of one's own is news when the step itself was told before its answer", async () => {
    const transport = transportTo(server);
    let tell: (version: number) => void = () => undefined;
    vi.spyOn(transport, "follow").mockImplementation((heard) => void (tell = heard));
    const post = transport.post.bind(transport);
    vi.spyOn(transport, "post").mockImplementationOnce(async (...request) => {
      const posted = await post(...request);
      tell(1);
      return posted;
    });
    const load = vi.spyOn(transport, "load");
    const one = await session({ transport });
    one.send({ type: "start", consent });
    await one.saved();
    await vi.waitUntil(() => one.getSnapshot().status === "saved");
    const before = load.mock.calls.length;

    // As when another device takes the session back.
    tell(1);

    expect(load.mock.calls.length).toBe(before + 1);
  });

  test("a disposed session takes nothing more, and leaves no stream behind", async () => {
    const one = await session();
    await vi.waitUntil(() => server.streams === 1);

    one.dispose();
    one.dispose();

    expect(() => one.send({ type: "start", consent })).toThrow(new KycError("disposed"));
    await vi.waitUntil(() => server.streams === 0);
  });

  test("a session that nobody holds any more ends its stream by itself", async () => {
    await opened(server);
    await vi.waitUntil(() => server.streams === 1);

    await vi.waitUntil(() => {
      globalThis.gc?.();
      return server.streams === 0;
    }, 5_000);
  });
});
