import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { init as initHere } from "../src/node.js";
import { TestServer } from "./server.js";
import { flow } from "./stage.js";

let server: TestServer;

beforeAll(async () => {
  await initHere();
  server = await TestServer.start(flow);
});
afterAll(() => server.stop());
// The package as a page has it that has only just loaded it.
beforeEach(() => vi.resetModules());

async function fresh(): Promise<{ init: (source: Promise<BufferSource>) => Promise<void>; open: () => Promise<import("../src/index.js").KycSession> }> {
  const { init, HttpTransport, KycSession } = await import("../src/index.js");
  const open = (): Promise<import("../src/index.js").KycSession> =>
    KycSession.open({ transport: new HttpTransport({ session: server.session, token: server.token, base: server.base }) });
  return { init, open };
}

test("a session asks the server while the chart is on its way, and is there when both are", async () => {
  const { init, open } = await fresh();
  let arrives = (_: BufferSource): void => undefined;
  void init(new Promise((resolve) => (arrives = resolve)));
  const asked = server.arrived.length;
  const opening = open();

  await expect.poll(() => server.arrived.length).toBeGreaterThan(asked);
  arrives(await readFile(new URL("../src/wasm/kyc_wasm_bg.wasm", import.meta.url)));
  const session = await opening;

  expect(session.getSnapshot().view.state).toBe("welcome");
  session.dispose();
});

test("a session is told of a chart that did not come, and of one that nobody has asked for", async () => {
  const { init, open } = await fresh();
  await expect(open()).rejects.toMatchObject({ code: "not_initialised", message: "not_initialised: call init() before" });

  const cause = new Error("no such file");
  init(Promise.reject(cause)).catch(() => undefined);
  await expect(open()).rejects.toMatchObject({ code: "not_initialised", message: expect.stringContaining("the .wasm did not load"), cause });
});
