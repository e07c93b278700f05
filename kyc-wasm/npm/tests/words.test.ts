import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { Chart, init, KycError, type KycEvent } from "../src/node.js";

const flow = readFileSync(new URL("flow.json", import.meta.url), "utf8");
const noon = 1_795_262_400_000;
const blob = "b".repeat(64);

/** Every event that a page can send, with everything that it may carry. */
const events: readonly KycEvent[] = [
  { type: "start", consent: { version: "1", locale: "en" } },
  { type: "submit_details", details: { given_names: "Érika", family_name: "王 \u0000😀", date_of_birth: "1964-08-12" } },
  { type: "select_document", country: "DE", document: "id_card" },
  { type: "capture_page", side: "front", blob },
  { type: "review_document" },
  { type: "accept_document" },
  { type: "retake_page", side: "back" },
  { type: "capture_selfie", blob },
  { type: "review_selfie" },
  { type: "accept_selfie" },
  { type: "retake_selfie" },
  { type: "capture_step", step: "UTILITY_BILL", source: "pdf", blob, proof: "gas_bill" },
  { type: "review_step" },
  { type: "accept_step" },
  { type: "retake_step" },
  { type: "back" },
];

const open = () => Chart.open(flow, "s-1", noon);
const send = (event: unknown) => () => open().handle(event as KycEvent, noon);
const malformed = new KycError("malformed_event");

beforeAll(() => init());

describe.each(events.map((event) => [event.type, event] as const))("%s", (type, event) => {
  test("crosses whole", () => {
    expect(send(event)()).toMatchObject({ event: type });
  });

  const own: Readonly<Record<string, unknown>> = { ...event };
  for (const field of Object.keys(own)) {
    if (field === "proof") continue;
    test(`is none without ${field}`, () => {
      expect(send({ ...own, [field]: undefined })).toThrow(malformed);
      expect(send({ ...own, [field]: null })).toThrow(malformed);
      expect(send({ ...own, [field]: 7 })).toThrow(malformed);
      expect(send({ ...own, [field]: [] })).toThrow(malformed);
    });
    const inner = own[field];
    if (typeof inner !== "object" || inner === null) continue;
    for (const name of [...Object.keys(inner), "another"]) {
      test(`is none with another ${field}.${name}`, () => {
        expect(send({ ...own, [field]: { ...inner, [name]: name === "another" ? "x" : undefined } })).toThrow(malformed);
        expect(send({ ...own, [field]: { ...inner, [name]: 7 } })).toThrow(malformed);
      });
    }
  }

  test("is none with a field too many", () => {
    expect(send({ ...event, approved: "yes" })).toThrow(malformed);
  });
});

test("a text that is half a character is no event", () => {
  expect(send({ type: "start", consent: { version: "1", locale: "\ud83d" } })).toThrow(malformed);
});

test("a field that the event only inherits is none", () => {
  for (const event of events) expect(send(Object.create(event))).toThrow(malformed);
  expect(send({ type: "start", consent: Object.create({ version: "1", locale: "en" }) })).toThrow(malformed);
});

test("an event that asks another session for something while it is read takes no text from there", () => {
  const details = { given_names: "Erika", family_name: "Mustermann", date_of_birth: "1964-08-12" };
  const others = { given_names: "Bertram", family_name: "Bauer", date_of_birth: "1970-01-01" };
  const asking = (ask: () => void) => [
    { ...details, get family_name() { ask(); return details.family_name; } },
    new Proxy(details, { ownKeys: (target) => { ask(); return Reflect.ownKeys(target); } }),
  ];
  const [retake, submit]: KycEvent[] = [{ type: "retake_page", side: "back" }, { type: "submit_details", details: others }];
  for (const event of [retake, submit]) {
    const other = open();
    other.handle(events[0] as KycEvent, noon);
    for (const asks of asking(() => other.handle(event as KycEvent, noon))) {
      const chart = open();
      chart.handle(events[0] as KycEvent, noon);
      expect(chart.handle({ type: "submit_details", details: asks }, noon)).toMatchObject({ outcome: "step" });
      expect(chart.view().details).toEqual(details);
    }
  }
});

test("a field that is gone when it is read again was read once", () => {
  let reads = 0;
  const event = { type: "start", get consent() { return (reads += 1) > 1 ? undefined : { version: "1", locale: "en" }; } };
  expect(send(event)()).toMatchObject({ outcome: "step" });
});

test("a word that there is not is no event", () => {
  expect(send({ type: "select_document", country: "XX", document: "id_card" })).toThrow(malformed);
  expect(send({ type: "select_document", country: "DE", document: "library_card" })).toThrow(malformed);
  expect(send({ type: "capture_page", side: "top", blob })).toThrow(malformed);
  expect(send({ type: "capture_selfie", blob: "B".repeat(64) })).toThrow(malformed);
  expect(send({ type: "capture_step", step: "UTILITY_BILL", source: "fax", blob })).toThrow(malformed);
});

test.each([null, undefined, "start", 7, [], {}, { type: "approve_me" }, { type: "constructor" }, { type: "__proto__" }])("%j is no event", (event) => {
  expect(send(event)).toThrow(malformed);
});

test("what others say of a session, no page can say", () => {
  for (const event of [
    { type: "decide", decision: { outcome: "approved" } },
    { type: "request_resubmission", items: [{ item: "selfie", reason: "blurry" }] },
    { type: "prescribe" },
    { type: "supply_step", step: "UTILITY_BILL", source: "pdf", blob },
  ]) {
    expect(send(event)).toThrow(malformed);
  }
});

test("what the company and the clock say of a session is not accepted from a page", () => {
  for (const type of ["cancel", "erase", "lift", "deadline_reached", "reminder_due"] as const) {
    expect(open().handle({ type }, noon + 1e12)).toEqual({ outcome: "rejected", code: "not_accepted", state: "welcome", event: type });
  }
  expect(open().handle({ type: "hold", reason: "order" }, noon)).toMatchObject({ code: "not_accepted" });
});

test.each([
  ["...", "Mustermann", "name_missing"],
  ["\u2014 \u3002", "Mustermann", "name_missing"],
  ["Erika", "\u{1f600}", "name_missing"],
  ["Erika\u200e", "Mustermann", "name_invalid"],
  ["Erika", "M".repeat(101), "name_invalid"],
])("%j %j is no name: %s", (given_names, family_name, reason) => {
  const chart = open();
  chart.handle(events[0] as KycEvent, noon);
  expect(chart.handle({ type: "submit_details", details: { given_names, family_name, date_of_birth: "1964-08-12" } }, noon)).toMatchObject({ code: "refused", reason });
});

test.each([["\u738b", "\u05d0"], ["\u0968", "\u2167"], ["O'Neil-\u00c9", "\u{1d400}"], ["7", "x".repeat(100)]])("%j %j is a name", (given_names, family_name) => {
  const chart = open();
  chart.handle(events[0] as KycEvent, noon);
  expect(chart.handle({ type: "submit_details", details: { given_names, family_name, date_of_birth: "1964-08-12" } }, noon)).toMatchObject({ outcome: "step" });
  expect(chart.view().details).toMatchObject({ given_names, family_name });
});

test("an answer has everything that a step or a rejection has", () => {
  const chart = open();
  expect(chart.handle({ type: "back" }, noon)).toEqual({ outcome: "rejected", code: "not_accepted", state: "welcome", event: "back" });
  const before = chart.view();
  expect(chart.handle({ type: "start", consent: { version: "0", locale: "en" } }, noon)).toEqual({
    outcome: "rejected",
    code: "refused",
    state: "welcome",
    event: "start",
    reason: "consent_outdated",
  });
  expect(chart.view()).toBe(before);
  expect(chart.handle(events[0] as KycEvent, noon)).toEqual({ outcome: "step", version: 1, from: "welcome", to: "personal_details", event: "start", persist: false, effects: [] });
  expect(chart.version).toBe(1);
  expect(chart.view()).toMatchObject({ state: "personal_details", version: 1 });
  chart.handle({ type: "submit_details", details: { given_names: "Erika", family_name: "Mustermann", date_of_birth: "1964-08-12" } }, noon);
  chart.handle({ type: "select_document", country: "DE", document: "passport" }, noon);
  expect(chart.handle({ type: "capture_page", side: "front", blob }, noon)).toMatchObject({
    persist: true,
    effects: [{ type: "submit", complete: false, round: 1, exhibits: [{ item: "document_front", blob }] }],
  });
});

test("a Flow is read again when it is another one", () => {
  const older = JSON.parse(flow);
  const kept = open().snapshot();
  expect(() => Chart.restore({ ...older, version: 2 }, kept)).toThrow(new KycError("foreign_snapshot"));
  expect(Chart.restore(older, kept).view()).toMatchObject({ state: "welcome" });
  expect(() => Chart.restore({ ...older, steps: ["iris_scan"] }, kept)).toThrow(new KycError("malformed_flow"));
});
