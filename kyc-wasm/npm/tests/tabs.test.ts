import { afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { init } from "../src/node.js";
import { KycSession, MemoryStore } from "../src/index.js";
import { TestServer } from "./server.js";
import { Clockwork, consent, details, flow, opened, until } from "./stage.js";

let server: TestServer;
let store: MemoryStore;
const open: KycSession[] = [];

beforeAll(() => init());
beforeEach(async () => {
  server = await TestServer.start(flow);
  store = new MemoryStore({ isShared: true });
});
afterEach(async () => {
  for (const session of open.splice(0)) session.dispose();
  await server.stop();
});

async function tab(patience = new Clockwork()): Promise<KycSession> {
  const one = await opened(server, { store, patience });
  open.push(one);
  return one;
}

test("a step in one tab is there in the other, even without a network", async () => {
  const [one, other] = [await tab(), await tab()];
  server.mood = "away";
  server.dropStreams();

  one.send({ type: "start", consent });

  const state = await until(other, ({ view, status }) => view.state === "personal_details" && status === "offline");
  expect(state).toMatchObject({ waiting: 1, divergence: null });
});

test("tabs take turns over one walk, and the server has each step once", async () => {
  const [one, other] = [await tab(), await tab()];

  one.send({ type: "start", consent });
  await until(other, ({ view }) => view.state === "personal_details");
  other.send({ type: "submit_details", details });
  await until(one, ({ view }) => view.state === "document_selection");
  await Promise.all([one.saved(), other.saved()]);

  expect(server.version).toBe(2);
  expect(one.getSnapshot().divergence).toBeNull();
  expect(other.getSnapshot().divergence).toBeNull();
});

test("what one tab could not send goes out from the other one, when the first is closed", async () => {
  const patience = new Clockwork();
  const [one, other] = [await tab(), await tab(patience)];
  server.mood = "away";
  one.send({ type: "start", consent });
  await until(other, ({ waiting }) => waiting === 1);
  await patience.somethingWaits();
  one.dispose();

  server.mood = "well";
  patience.go();
  await other.saved();

  expect(server.version).toBe(1);
});

test("what the server took from neither is told in both", async () => {
  const patience = new Clockwork();
  const [one, other] = [await tab(patience), await tab()];
  server.mood = "away";
  server.dropStreams();
  one.send({ type: "start", consent });
  await until(other, ({ waiting }) => waiting === 1);
  await patience.somethingWaits();
  server.happens({ type: "start", consent });

  server.mood = "well";
  patience.go();

  for (const tab of [one, other]) {
    const state = await until(tab, ({ status }) => status === "conflict");
    expect(state).toMatchObject({ waiting: 0, divergence: { code: "stale", lost: ["start"] }, view: { version: 1 } });
  }
});
