import { createHash } from "node:crypto";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { init } from "../src/node.js";
import { Chart, HttpTransport, KycError } from "../src/index.js";
import { serverEvents, type ServerEvent } from "../src/stream.js";
import { TestServer } from "./server.js";
import { consent, flow, jpeg, transportTo } from "./stage.js";

let server: TestServer;

beforeAll(() => init());
beforeEach(async () => {
  server = await TestServer.start(flow);
});
afterEach(() => server.stop());

describe("links", () => {
  test("a code is exchanged for a credential, once", async () => {
    const code = server.code ?? "";

    const credential = await HttpTransport.exchange(code, { base: server.base });

    expect(credential).toEqual({ session: "s-1", token: server.token, expires_at: expect.any(Number) as number });
    await expect(HttpTransport.exchange(code, { base: server.base })).rejects.toMatchObject({
      code: "link_invalid",
      problem: { status: 401, code: "code_invalid" },
    });
  });

  test("what a code is exchanged for can be kept: nothing of the session is in it, even where the server has told that", async () => {
    const told = { session: "s-1", token: "t", expires_at: 1, loaded: { view: { given_names: "Erika" } } };
    const fetch: typeof globalThis.fetch = () => Promise.resolve(Response.json(told));

    expect(await HttpTransport.exchange("code", { fetch })).toEqual({ session: "s-1", token: "t", expires_at: 1 });
  });

  test("a server that is away does not spend the code", async () => {
    const code = server.code ?? "";
    server.mood = "ill";
    await expect(HttpTransport.exchange(code, { base: server.base })).rejects.toMatchObject({ code: "offline", retryAfter: 2 });

    server.mood = "well";
    await expect(HttpTransport.exchange(code, { base: server.base })).resolves.toMatchObject({ session: "s-1" });
  });

  test("a link for another device comes from the server", async () => {
    expect(await transportTo(server).link()).toMatchObject({ link: expect.stringContaining("#code=") as string });
  });
});

describe("uploads", () => {
  test("the bytes arrive under their own digest", async () => {
    const bytes = jpeg("a page");
    const digest = createHash("sha256").update(Buffer.from(await bytes.arrayBuffer())).digest("hex");

    await expect(transportTo(server).upload(bytes)).resolves.toBe(digest);
    expect(server.arrived.at(-1)).toMatchObject({ method: "PUT", path: `/sessions/s-1/blobs/${digest}` });
  });

  test("a PDF goes up as it is, and comes back as pictures of its pages", async () => {
    const bill = new Blob(["%PDF-1.7 a bill"], { type: "application/pdf" });
    const transport = transportTo(server);

    const digest = await transport.upload(bill);
    expect(server.arrived.at(-1)?.body).toBe("%PDF-1.7 a bill");
    const { picture, pages } = await transport.page(digest, 2);

    expect({ pages, shown: await picture.text() }).toEqual({ pages: 3, shown: "page 2" });
    const photo = await transport.upload(jpeg("a page"));
    expect(await transport.page(photo, 1)).toMatchObject({ pages: 1 });
    await expect(transport.page("0".repeat(64), 1)).rejects.toMatchObject({ code: "refused_by_server", problem: { status: 404 } });
  });

  test("what the server does not want is refused with the server's code", async () => {
    await expect(transportTo(server).upload(new Blob(["<svg/>"]))).rejects.toMatchObject({
      code: "refused_by_server",
      problem: { status: 415, code: "not_an_image" },
    });
  });

  test("an upload that is stopped is stopped, and not taken for a lost connection", async () => {
    const stop = new AbortController();
    stop.abort();

    await expect(transportTo(server).upload(jpeg("x"), { signal: stop.signal })).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("answers", () => {
  test("a foreign token and a foreign session are told apart from a lost connection", async () => {
    const foreign = new HttpTransport({ session: "s-1", token: "not mine", base: server.base });
    const elsewhere = new HttpTransport({ session: "s-2", token: server.token, base: server.base });

    await expect(foreign.load()).rejects.toMatchObject({ code: "unauthorised" });
    await expect(elsewhere.load()).rejects.toMatchObject({ code: "refused_by_server", problem: { status: 404 } });
  });

  test("a problem's code, reason and status reach the caller whole", async () => {
    const posted = await transportTo(server).post({ type: "start", consent: { version: "0", locale: "en" } }, { key: "k", version: 0 });

    expect(posted).toMatchObject({ ok: false, problem: { status: 422, code: "refused", reason: "consent_outdated" } });
  });

  test("a key that was used for another event is refused", async () => {
    const transport = transportTo(server);
    await transport.post({ type: "start", consent }, { key: "k", version: 0 });

    const reused = await transport.post({ type: "back" }, { key: "k", version: 1 });

    expect(reused).toMatchObject({ ok: false, problem: { code: "key_reused" } });
  });

  test("a page whose clock is wrong goes by the server's", async () => {
    const ahead = new Date(Date.now() + 86_400_000).toUTCString();
    const late: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      return new Response(response.body, { status: response.status, headers: { date: ahead } });
    };
    const transport = new HttpTransport({ session: "s-1", token: server.token, base: server.base, fetch: late });

    await transport.load();

    expect(Math.abs(transport.now() - Date.parse(ahead))).toBeLessThan(5_000);
  });
});

describe("snapshots", () => {
  test("a snapshot opens where it was left", () => {
    const chart = Chart.open(flow, "s-1", 1_795_219_200_000);
    chart.handle({ type: "start", consent }, 1_795_219_201_000);

    expect(Chart.restore(flow, chart.snapshot()).view()).toEqual(chart.view());
  });

  test("each bad snapshot is refused with its own code, and never opens", () => {
    const snapshot = Chart.open(flow, "s-1", 1_795_219_200_000).snapshot();
    const other = JSON.stringify({ ...(JSON.parse(flow) as object), version: 2 });
    const why = (text: string, definition = flow): string => {
      try {
        Chart.restore(definition, text);
        return "opened";
      } catch (error) {
        return (error as KycError).code;
      }
    };

    expect(why("")).toBe("malformed_snapshot");
    expect(why(snapshot.slice(0, -9))).toBe("malformed_snapshot");
    expect(why(snapshot.replace('"schema":1', '"schema":99'))).toBe("unknown_schema");
    expect(why(snapshot.replace("welcome", "final"))).toBe("tampered_snapshot");
    expect(why(snapshot, other)).toBe("foreign_snapshot");
    expect(why(snapshot, "{}")).toBe("malformed_flow");
  });
});

describe("server-sent events", () => {
  const text =
    ': keep-alive\r\n\r\nevent: session\r\nid: 7\r\ndata: {"version":7}\r\n\r\ndata: one\ndata: two\n\nevent: gone\n\nid\ndata:tight\n\ndata: cut';
  const expected: ServerEvent[] = [
    { event: "session", data: '{"version":7}', id: "7" },
    { event: "message", data: "one\ntwo", id: "7" },
    { event: "message", data: "tight", id: "" },
  ];

  test("they read the same wherever the network cuts them", async () => {
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const chunks = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
          controller.close();
        },
      });
      const seen: ServerEvent[] = [];
      for await (const event of serverEvents(chunks)) seen.push(event);
      expect(seen, `in pieces of ${size}`).toEqual(expected);
    }
  });
});
