import type { Loaded } from "@kyc/sdk";
import { beforeEach, describe, expect, test, vi } from "vitest";

const path = "/applicant/v1/sessions/s-1";
const loaded = { view: { session: "s-1", given_names: "Erika" }, flow: {}, snapshot: "{}", handover: null } as unknown as Loaded;
const own = { session: "s-1", token: "t", expires_at: Date.now() + 60_000 };
const date = "Sun, 22 Nov 2026 10:00:00 GMT";

let went: string[];
let bodies: unknown[];
let kept: Map<string, string>;
let answers: Record<string, () => Response>;

const storage = (): Pick<Storage, "getItem" | "setItem"> => ({ getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) });

/** The page's first script, and what the others get of it. */
async function begins(hash: string): Promise<typeof import("../src/early")> {
  vi.stubGlobal("location", { hash });
  vi.resetModules();
  await import("../src/headstart");
  return import("../src/early");
}

beforeEach(() => {
  [went, bodies, kept] = [[], [], new Map()];
  answers = {
    "POST /applicant/v1/exchange": () => Response.json({ ...own, loaded }, { headers: { date } }),
    [`GET ${path}`]: () => Response.json(loaded),
  };
  vi.stubGlobal("sessionStorage", storage());
  vi.stubGlobal("localStorage", storage());
  vi.stubGlobal("fetch", (place: string, init: RequestInit = {}) => {
    const what = `${init.method ?? "GET"} ${place}`;
    went.push(what);
    bodies.push(init.body ?? null);
    return Promise.resolve(answers[what]?.() ?? Response.json({}, { status: 404 }));
  });
});

describe("who comes with a link", () => {
  test("is told the session with one request, and who asks again gets that answer", async () => {
    const { early, seen } = await begins("#code=one");

    expect(await seen).toEqual(loaded);
    const again = await early(path, { headers: { authorization: "Bearer t" } });
    expect(await again.json()).toEqual(loaded);
    expect(again.headers.get("date")).toBe(date);
    expect(went).toEqual(["POST /applicant/v1/exchange"]);
    expect(bodies).toEqual([JSON.stringify({ code: "one", load: true })]);
  });

  test("gets it once: after that everything goes out", async () => {
    const { early, forgetEarly, seen } = await begins("#code=one");
    await seen;
    forgetEarly();
    await early(path);
    expect(went).toEqual(["POST /applicant/v1/exchange", `GET ${path}`]);
  });

  test("has the credential remembered, and nothing of the session", async () => {
    await (await begins("#code=one")).seen;
    expect(JSON.parse(kept.get("kyc.credential") ?? "")).toEqual({ ...own, code: "one" });
  });

  test("has the token even if the session could not be told, and it is asked for in its turn", async () => {
    answers["POST /applicant/v1/exchange"] = () => Response.json(own);
    const { early, seen } = await begins("#code=one");

    expect(await seen).toBeNull();
    expect(JSON.parse(kept.get("kyc.credential") ?? "")).toMatchObject({ token: "t" });
    await early(path);
    expect(went).toEqual(["POST /applicant/v1/exchange", `GET ${path}`]);
  });

  test("that is spent is told so by the one answer there is", async () => {
    answers["POST /applicant/v1/exchange"] = () => Response.json({ code: "code_invalid" }, { status: 401 });
    const { early, seen } = await begins("#code=one");

    expect(await seen).toBeNull();
    expect((await early("/applicant/v1/exchange", { method: "POST" })).status).toBe(401);
    expect(went).toEqual(["POST /applicant/v1/exchange"]);
    expect(kept.size).toBe(0);
  });
});

test("who is remembered asks with the token", async () => {
  kept.set("kyc.credential", JSON.stringify({ ...own, code: "one" }));
  const { early, seen } = await begins("#code=one");

  expect(await seen).toEqual(loaded);
  expect(await (await early(path)).json()).toEqual(loaded);
  expect(went).toEqual([`GET ${path}`]);
});

test.each(["", "#handover=one"])("who comes with %j asks for nothing", async (hash) => {
  expect(await (await begins(hash)).seen).toBeNull();
  expect(went).toEqual([]);
});

test("what the first script has asked lies open to nobody once it was taken over", async () => {
  await begins("#code=one");
  expect(globalThis.kycHeadstart).toBeUndefined();
});

test("where the first script may not run everything goes out", async () => {
  vi.resetModules();
  const { early, seen } = await import("../src/early");

  expect(await seen).toBeNull();
  await early(path);
  expect(went).toEqual([`GET ${path}`]);
});
