import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import { Caller } from "../people/caller.mjs";
import { Integrator } from "../people/integrator.mjs";
import { serve } from "../stage/server.mjs";

/** @type {import("../stage/server.mjs").Server} */
let server;
before(async () => (server = await serve()));
after(() => server.close());

const start = { type: "start", consent: { version: "1", locale: "en" } };

async function caller() {
  const { link } = await new Integrator(server).open();
  return Caller.with(server.url, link);
}

/** @param {Caller} caller */
async function version(caller) {
  return (await caller.reads()).body.view.version;
}

test("an event that the state does not accept is answered with the state and what it accepts", async () => {
  const nova = await caller();
  const answer = await nova.sends({ type: "accept_selfie" });
  assert.deepEqual([answer.status, answer.code], [409, "not_accepted"]);
  assert.equal(answer.body.state, "welcome");
  assert.ok(answer.body.accepts.includes("start"));
  assert.equal(await version(nova), 0);
});

test("a guard that says no is answered with its reason", async () => {
  const nova = await caller();
  const answer = await nova.sends({ type: "start", consent: { version: "0", locale: "en" } });
  assert.deepEqual([answer.status, answer.code, answer.body.reason], [422, "refused", "consent_outdated"]);
  assert.equal(await version(nova), 0);
});

test("the same key again gets the same answer, and another body under it is refused", async () => {
  const nova = await caller();
  const key = randomUUID();
  const first = await nova.sends(start, { key });
  const again = await nova.sends(start, { key });
  assert.equal(first.status, 200);
  assert.deepEqual(again, first);
  const other = await nova.sends({ ...start, consent: { version: "1", locale: "de" } }, { key });
  assert.deepEqual([other.status, other.code], [422, "key_reused"]);
  assert.equal(await version(nova), first.body.version);
});

test("a stale version is told the present one", async () => {
  const nova = await caller();
  await nova.sends(start);
  const answer = await nova.sends({ type: "back" }, { version: 0 });
  assert.deepEqual([answer.status, answer.code], [412, "stale"]);
  assert.equal(answer.body.current.version, 1);
  assert.equal((await nova.sends(start, { version: null })).status, 428);
});

const deep = `{"type":"start","consent":${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}}`;
const nonsense = [
  { name: "no JSON", body: "start please" },
  { name: "an unknown event", body: { type: "approve_me" } },
  { name: "an unknown field", body: { ...start, state: "approved" } },
  { name: "a wrong type", body: { type: "start", consent: "yes" } },
  { name: "an array", body: [start] },
  { name: "a nesting bomb", body: deep },
  { name: "an event of another sender", body: { type: "decide", decision: { outcome: "approved" } }, statuses: [400, 403, 409] },
];
for (const { name, body, statuses = [400, 413] } of nonsense) {
  test(`${name} is refused, and nothing has changed`, async () => {
    const nova = await caller();
    const answer = await nova.sends(body);
    assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.code}`);
    assert.match(answer.code ?? "", /\w/);
    assert.equal(await version(nova), 0);
  });
}

test("a body of 100 MB is refused before it is read", async () => {
  const nova = await caller();
  // The server may answer and hang up while we still talk: both are a refusal.
  const answer = await nova.sends("x".repeat(100 * 1024 * 1024)).catch(() => ({ status: 413 }));
  assert.equal(answer.status, 413);
  assert.equal(await version(nova), 0);
});

test("a token opens its own session and nothing else", async () => {
  const [nova, other] = [await caller(), await caller()];
  assert.equal((await nova.reads()).status, 200);
  assert.equal((await nova.reads(other.session)).status, 404);
  assert.equal((await nova.sends(start, { session: other.session })).status, 404);
  assert.equal((await nova.says("GET", "/backoffice/v1/cases")).status, 401);
  assert.equal((await nova.says("GET", "/integrator/v1/sessions")).status, 401);
  assert.equal((await new Caller(server.url, nova.session, "not-a-token").reads()).status, 401);
  assert.equal(await version(other), 0);
});

test("a refusal repeats nothing that was typed", async () => {
  const nova = await caller();
  await nova.sends(start);
  const details = { given_names: "Nova\u0000Ellen", family_name: "Harrowgate", date_of_birth: "1991-02-31" };
  const answer = await nova.sends({ type: "submit_details", details }, { version: 1 });
  assert.equal(answer.status, 422);
  assert.doesNotMatch(JSON.stringify(answer.body), /Nova|Harrowgate|1991/);
});
