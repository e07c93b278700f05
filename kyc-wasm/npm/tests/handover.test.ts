import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { init } from "../src/node.js";
import { HttpTransport, KycSession, MemoryStore, type Asking, type HandOver } from "../src/index.js";
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

async function desk(patience = new Clockwork()): Promise<KycSession> {
  const one = await opened(server, { transport: transportTo(server, patience), patience });
  open.push(one);
  return one;
}

const at = (session: KycSession, state: HandOver["state"] | null): Promise<unknown> =>
  until(session, ({ handover }) => (handover?.state ?? null) === state);

/** Another device with the code that the first one shows. */
async function comes(session: KycSession): Promise<Asking> {
  const { handover } = session.getSnapshot();
  const link = handover?.state === "open" ? handover.link : "";
  return HttpTransport.askWith(new URL(link).hash.slice("#handover=".length), { base: server.base });
}

async function handedOver(): Promise<{ first: KycSession; asking: Asking }> {
  const first = await desk();
  await first.handOver();
  const asking = await comes(first);
  await at(first, "asked");
  await first.confirmHandOver();
  return { first, asking };
}

describe("the device that begins", () => {
  test("shows a link, then the digits of the device that has come, and reads along once it has said yes", async () => {
    const one = await desk();
    expect(one.getSnapshot().handover).toBeNull();

    await one.handOver();
    expect(one.getSnapshot().handover).toMatchObject({ state: "open", link: expect.stringContaining("#handover=") as string });
    const asking = await comes(one);
    await at(one, "asked");
    expect(one.getSnapshot().handover).toMatchObject({ state: "asked", match: asking.match });
    await one.confirmHandOver();
    expect(one.getSnapshot().handover).toEqual({ state: "agreed" });

    server.happens({ type: "start", consent });
    await until(one, ({ view }) => view.state === "personal_details");
  });

  test("moves nothing while the other one does, and everything once it has taken the session back", async () => {
    const { first } = await handedOver();

    expect(first.getSnapshot().view.accepts).toEqual([]);
    expect(first.accepts("start")).toBe(false);
    expect(first.send({ type: "start", consent })).toEqual({ outcome: "rejected", code: "not_accepted", state: "welcome", event: "start" });
    expect(await first.capture({ type: "capture_selfie" }, jpeg("a face"))).toMatchObject({ outcome: "rejected" });
    expect(server.posts).toEqual([]);

    await first.takeBack();
    expect(server.handover).toBeNull();
    expect(first.getSnapshot().handover).toBeNull();
    expect(first.send({ type: "start", consent })).toMatchObject({ outcome: "step" });
    await first.saved();
  });

  test("first saves what it has", async () => {
    const one = await desk();
    one.send({ type: "start", consent });
    await one.handOver();
    expect(server.version).toBe(1);

    one.send({ type: "submit_details", details });
    await comes(one);
    await at(one, "asked");
    await one.confirmHandOver();
    expect(server.version).toBe(2);
    expect(one.getSnapshot()).toMatchObject({ waiting: 0, divergence: null });
  });

  test("cannot begin without a network, and says so", async () => {
    const patience = new Clockwork();
    const one = await desk(patience);
    server.mood = "away";
    one.send({ type: "start", consent });
    await until(one, ({ status }) => status === "offline");

    await expect(one.handOver()).rejects.toMatchObject({ code: "offline" });
    expect(one.getSnapshot().handover).toBeNull();
  });

  test("calls it off, and says no, in the same way", async () => {
    const one = await desk();
    await one.handOver();
    await one.takeBack();
    expect([one.getSnapshot().handover, server.handover]).toEqual([null, null]);

    await one.handOver();
    const asking = await comes(one);
    await at(one, "asked");
    await one.takeBack();
    await expect(HttpTransport.untilLetIn(asking, { base: server.base })).rejects.toMatchObject({ code: "handover_ended" });
  });

  test("learns from a question what its stream did not tell", async () => {
    const patience = new Clockwork();
    const one = await desk(patience);
    await one.handOver();
    server.dropStreams();
    server.handover = { ...(server.handover as NonNullable<typeof server.handover>), token: "of a phone" };

    await patience.somethingWaits();
    patience.go();
    await at(one, "asked");
  });

  test("is told when nobody came in time, and begins again", async () => {
    const patience = new Clockwork();
    const one = await desk(patience);
    await one.handOver();
    const { handover } = one.getSnapshot();
    // The server's word and its clock count.
    Object.assign(server.handover as object, { until: 0 });
    Object.assign(handover as object, { expires_at: 0 });
    await patience.somethingWaits();
    patience.go();
    await at(one, "expired");

    await one.handOver();
    expect(one.getSnapshot().handover).toMatchObject({ state: "open" });
  });

  test("says yes to nobody who does not ask any more", async () => {
    const one = await desk();
    await expect(one.confirmHandOver()).rejects.toMatchObject({ code: "handover_ended" });
    await one.handOver();
    await comes(one);
    await at(one, "asked");
    server.handover = null;

    await expect(one.confirmHandOver()).rejects.toMatchObject({ code: "refused_by_server", problem: { code: "handover_ended" } });
    await at(one, null);
  });

  test("still reads along after a reload, and takes the session back", async () => {
    const { first } = await handedOver();
    first.dispose();

    const again = await desk();
    expect(again.getSnapshot()).toMatchObject({ handover: { state: "agreed" }, view: { accepts: [] } });
    await again.takeBack();
    expect(again.accepts("start")).toBe(true);
  });

  test("follows another of its tabs that takes the session back", async () => {
    const { first } = await handedOver();
    const tab = await desk();
    await tab.takeBack();

    server.happens({ type: "start", consent });
    await at(first, null);
    expect(first.accepts("submit_details")).toBe(true);
  });

  test("says so where its transport knows no other devices", async () => {
    const { session, now, load, post, upload, follow } = bound(transportTo(server));
    const one = await opened(server, { transport: { session, now, load, post, upload, follow } });
    open.push(one);
    await expect(one.handOver()).rejects.toMatchObject({ code: "handover_unsupported" });
  });
});

describe("the device that asks", () => {
  test("waits until it is let in, and goes on with the session", async () => {
    const patience = new Clockwork();
    const first = await desk();
    await first.handOver();
    const asking = await comes(first);
    expect(asking.match).toBe("047");
    const waiting = HttpTransport.untilLetIn(asking, { base: server.base, patience });
    await patience.somethingWaits();
    await at(first, "asked");
    await first.confirmHandOver();
    patience.go();

    const credential = await waiting;
    expect(credential).toMatchObject({ session: "s-1", token: asking.token });
    const transport = new HttpTransport({ ...credential, base: server.base, patience });
    const phone = await KycSession.open({ transport, patience });
    open.push(phone);
    phone.send({ type: "start", consent });
    await phone.saved();
    await until(first, ({ view }) => view.state === "personal_details");
  });

  test("is put out when the session is taken back", async () => {
    const { first, asking } = await handedOver();
    const transport = new HttpTransport({ session: "s-1", token: asking.token, base: server.base, patience: new Clockwork() });
    const phone = await KycSession.open({ transport });
    open.push(phone);
    await first.takeBack();

    phone.send({ type: "start", consent });
    await until(phone, ({ status }) => status === "signed_out");
    expect(server.version).toBe(0);
  });

  test("keeps asking while the network is away", async () => {
    const patience = new Clockwork();
    const { asking } = await handedOver();
    server.mood = "away";
    const waiting = HttpTransport.untilLetIn(asking, { base: server.base, patience });
    await patience.somethingWaits();
    server.mood = "ill";
    patience.go();
    await patience.somethingWaits();
    server.mood = "well";
    patience.go();
    await expect(waiting).resolves.toMatchObject({ session: "s-1" });
  });

  test("stops when it is told to", async () => {
    const first = await desk();
    await first.handOver();
    const asking = await comes(first);
    const stop = new AbortController();
    const patience = new Clockwork();
    const waiting = HttpTransport.untilLetIn(asking, { base: server.base, patience, signal: stop.signal });
    await patience.somethingWaits();
    stop.abort();
    await expect(waiting).rejects.toMatchObject({ code: "aborted" });
  });

  test("gets nothing for a code that was used", async () => {
    const first = await desk();
    await first.handOver();
    const { handover } = first.getSnapshot();
    const code = handover?.state === "open" ? (handover.link.split("=")[1] ?? "") : "";
    await HttpTransport.askWith(code, { base: server.base });
    await expect(HttpTransport.askWith(code, { base: server.base })).rejects.toMatchObject({ code: "link_invalid" });
  });
});

function bound(transport: HttpTransport): HttpTransport {
  return new Proxy(transport, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

describe("the device that was let in", () => {
  const inside = async (asking: Asking, { store = new MemoryStore(), patience = new Clockwork() } = {}): Promise<KycSession> => {
    const transport = new HttpTransport({ session: server.session, token: asking.token, base: server.base, patience });
    const one = await opened(server, { transport, store, patience });
    open.push(one);
    return one;
  };

  test("gives the session back once everything is saved, and keeps nothing of it", async () => {
    const { first, asking } = await handedOver();
    const store = new MemoryStore();
    const phone = await inside(asking, { store });
    phone.send({ type: "start", consent });

    await phone.giveBack();

    expect(server.version).toBe(1);
    expect(await store.names(server.session)).toEqual([]);
    await at(first, null);
    await until(first, ({ view }) => view.state === "personal_details");
    expect(first.send({ type: "submit_details", details })).toMatchObject({ outcome: "step" });
    await first.saved();
    expect(() => phone.send({ type: "back" })).toThrow("disposed");
  });

  test("takes no step while it gives the session back, which would be lost", async () => {
    const { asking } = await handedOver();
    const phone = await inside(asking);
    const given = phone.giveBack();
    await until(phone, ({ view }) => view.accepts.length === 0);
    expect(phone.send({ type: "start", consent })).toMatchObject({ outcome: "rejected", code: "not_accepted" });
    await given;
    expect(server.version).toBe(0);
  });

  test("keeps the session, and what is unsaved, as long as it cannot reach the server", async () => {
    const { asking } = await handedOver();
    const patience = new Clockwork();
    const phone = await inside(asking, { patience });
    server.mood = "away";
    await expect(phone.giveBack()).rejects.toMatchObject({ code: "offline" });
    expect(phone.send({ type: "start", consent })).toMatchObject({ outcome: "step" });
    await until(phone, ({ status }) => status === "offline");
    await expect(phone.giveBack()).rejects.toMatchObject({ code: "offline" });
    expect(phone.getSnapshot().waiting).toBe(1);

    server.mood = "well";
    await vi.waitUntil(() => {
      patience.go();
      return phone.getSnapshot().status === "saved";
    });
    await phone.giveBack();
    expect(server.version).toBe(1);
    expect(server.handover).toBeNull();
  });

  test("is the only one that has something to give back", async () => {
    const { first } = await handedOver();
    await expect(first.giveBack()).rejects.toMatchObject({ code: "refused_by_server", problem: { code: "not_let_in" } });
    expect(first.getSnapshot().handover).toEqual({ state: "agreed" });
  });

  test("says so where its transport knows no way back", async () => {
    const transport = transportTo(server);
    const { session, now, load, post, upload, follow } = bound(transport);
    const { begin, confirm, takeBack } = transport.handOver;
    const one = await opened(server, { transport: { session, now, load, post, upload, follow, handOver: { begin, confirm, takeBack } } });
    open.push(one);
    await expect(one.giveBack()).rejects.toMatchObject({ code: "handover_unsupported" });
    expect(one.accepts("start")).toBe(true);
  });
});
