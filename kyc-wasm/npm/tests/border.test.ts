import { readFileSync } from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";
import type { KycEvent, WasmSource } from "../src/index.js";

const flow = readFileSync(new URL("flow.json", import.meta.url), "utf8");
const bytes = readFileSync(new URL("../src/wasm/kyc_wasm_bg.wasm", import.meta.url));
const noon = 1_795_262_400_000;
const start: KycEvent = { type: "start", consent: { version: "1", locale: "en" } };

// The package as a page has it that has only just loaded it.
beforeEach(() => vi.resetModules());

async function loaded(source: WasmSource = bytes): Promise<typeof import("../src/index.js")> {
  const index = await import("../src/index.js");
  await index.init(source);
  return index;
}

const named = (type: string, status = 200): Response => new Response(bytes, { status, headers: { "content-type": type } });

test.each<[string, () => WasmSource]>([
  ["its bytes", () => bytes],
  ["a module", () => new WebAssembly.Module(bytes)],
  ["an answer that is compiled while it comes", () => named("application/wasm")],
  ["an answer that is called something else", () => named("application/octet-stream")],
  ["an address", () => `data:application/wasm;base64,${bytes.toString("base64")}`],
  ["a URL", () => new URL(`data:application/wasm;base64,${bytes.toString("base64")}`)],
  ["a request", () => new Request(`data:application/wasm;base64,${bytes.toString("base64")}`)],
])("the chart is made of %s", async (_, source) => {
  const { Chart } = await loaded(source());
  expect(Chart.open(flow, "s-1", noon).view().state).toBe("welcome");
});

test("what is no chart is told, and can be loaded again", async () => {
  const { init, Chart } = await import("../src/index.js");
  await expect(init(named("application/wasm", 404))).rejects.toMatchObject({ code: "not_initialised" });
  await expect(init(new Uint8Array(8))).rejects.toMatchObject({ code: "not_initialised" });
  await init(bytes);
  expect(Chart.open(flow, "s-1", noon).version).toBe(0);
});

test("a text comes through whole, however long it is and whatever is in it", async () => {
  const { Chart } = await loaded();
  for (const given_names of ["a", "a".repeat(79), "a".repeat(80), "é".repeat(79), "é".repeat(80), "Ÿ Anna 😀王", "Anna-é"]) {
    const chart = Chart.open(flow, "s-1", noon);
    chart.handle(start, noon);
    chart.handle({ type: "submit_details", details: { given_names, family_name: "Ø", date_of_birth: "1964-08-12" } }, noon);
    expect(chart.view().details).toEqual({ given_names, family_name: "Ø", date_of_birth: "1964-08-12" });
    expect(Chart.restore(flow, chart.snapshot()).snapshot()).toBe(chart.snapshot());
  }
});

test("a text that is larger than all memory so far is read", async () => {
  const { Chart, KycError } = await loaded();
  const one = Chart.open(flow, "s-1", noon);
  expect(() => Chart.restore(flow, "é".repeat(2_000_000))).toThrow(new KycError("malformed_snapshot"));
  one.handle(start, noon);
  expect(Chart.restore(flow, one.snapshot()).view()).toEqual(one.view());
});

test("sessions do not meet, also when one has the place of another that is over", async () => {
  const { Chart, KycError } = await loaded();
  const [one, other] = [Chart.open(flow, "s-1", noon), Chart.open(flow, "s-2", noon)];
  other.handle(start, noon);
  one.release();
  one.release();
  const third = Chart.open(flow, "s-3", noon);

  expect(() => one.version).toThrow(new KycError("disposed"));
  expect(() => one.view()).toThrow(new KycError("disposed"));
  expect(() => one.handle(start, noon)).toThrow(new KycError("disposed"));
  expect([other.version, third.version]).toEqual([1, 0]);
  expect(JSON.parse(third.snapshot()).session).toBe("s-3");
  expect(JSON.parse(other.snapshot()).session).toBe("s-2");
});

test("what nobody holds gives its memory back", async () => {
  const instantiate = vi.spyOn(WebAssembly, "instantiate");
  const { Chart } = await loaded();
  const { instance } = (await instantiate.mock.results[0]?.value) as WebAssembly.WebAssemblyInstantiatedSource;
  instantiate.mockRestore();
  const { memory } = instance.exports as { memory: WebAssembly.Memory };
  const held = Chart.open(flow, "s-1", noon);
  held.handle(start, noon);
  for (let round = 0; round < 20; round += 1) {
    for (let many = 0; many < 500; many += 1) Chart.restore(flow, held.snapshot());
    await collected();
  }
  expect(memory.buffer.byteLength).toBeLessThan(4 << 20);
  expect(held.view().state).toBe("personal_details");
});

/** The engine tells in a task of its own what it has collected. */
async function collected(): Promise<void> {
  (globalThis as unknown as { gc(): void }).gc();
  await new Promise((resolve) => setTimeout(resolve));
}
