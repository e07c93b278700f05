import { HttpTransport } from "@kyc/sdk";
import { beforeEach, expect, test, vi } from "vitest";
import { arrival, letIn } from "../src/arrival";
import { credential } from "../src/credential";
import { isLetIn } from "../src/remembered";

const asks = Promise.resolve({ HttpTransport });

const bar = { hash: "", pathname: "/apply/", search: "" };
const life = new AbortController().signal;
let codes: Set<string>;
let answer: () => Response;

function storage(): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  const items = new Map<string, string>();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, value) => void items.set(key, value), removeItem: (key) => void items.delete(key) };
}

beforeEach(() => {
  codes = new Set(["one"]);
  answer = () => Response.json({ state: "agreed", session: "s-1", expires_at: Date.now() + 60_000 });
  bar.hash = "#handover=one&lang=de";
  vi.stubGlobal("location", bar);
  vi.stubGlobal("history", { replaceState: () => (bar.hash = "") });
  vi.stubGlobal("sessionStorage", storage());
  vi.stubGlobal("localStorage", storage());
  vi.stubGlobal("fetch", (_: string, init: { method?: string; body?: string }) => {
    if (init.method !== "POST") return Promise.resolve(answer());
    const { code } = JSON.parse(init.body ?? "") as { code: string };
    const asking = { token: "of the phone", match: "047", expires_at: Date.now() + 60_000 };
    return Promise.resolve(codes.delete(code) ? Response.json(asking) : Response.json({ code: "code_invalid" }, { status: 401 }));
  });
});

test("who came another way asks nobody", async () => {
  bar.hash = "#code=one";
  expect(await arrival(asks)).toBeNull();
  expect(codes).toEqual(new Set(["one"]));
});

test("a code is used once, leaves the address bar, and a reload goes on waiting", async () => {
  expect(await arrival(asks)).toMatchObject({ token: "of the phone", match: "047" });
  expect(bar.hash).toBe("");
  expect(await arrival(asks)).toMatchObject({ token: "of the phone" });
});

test("a code that was used before is refused", async () => {
  codes.clear();
  await expect(arrival(asks)).rejects.toMatchObject({ code: "link_invalid" });
});

test("who was let in has the session from then on, and asks no more", async () => {
  const asking = await arrival(asks);
  if (asking !== null) await letIn(asking, asks, life);
  expect(await credential(asks)).toMatchObject({ session: "s-1", token: "of the phone" });
  expect(isLetIn()).toBe(true);
  expect(await arrival(asks)).toBeNull();
});

test("who was refused has nothing, and asks no more", async () => {
  answer = () => Response.json({ code: "handover_ended" }, { status: 410 });
  const asking = await arrival(asks);
  await expect(asking === null ? null : letIn(asking, asks, life)).rejects.toMatchObject({ code: "handover_ended" });
  expect(await credential(asks)).toBeNull();
  expect(await arrival(asks)).toBeNull();
});
