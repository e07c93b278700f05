import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { serve } from "../stage/server.mjs";

/** @type {import("../stage/server.mjs").Server} */
let server;
before(async () => (server = await serve()));
after(() => server.close());

test("a data directory that another server has open is refused in plain words", async () => {
  const { code, said } = await server.another({});
  assert.notEqual(code, 0);
  assert.match(said, /in use|another process|already open/i);
  assert.doesNotMatch(said, /panicked/);
});

test("a faulty flow is refused with every fault and its place", async () => {
  const flow = server.file("flow.json");
  await writeFile(flow, JSON.stringify({ id: "", version: 0, documents: [] }));
  const { code, said } = await server.another({ "--flow": flow });
  assert.equal(code, 2);
  assert.doesNotMatch(said, /panicked/);
});

test("a faulty configuration is refused, and its secrets are not repeated", async () => {
  const config = server.file("bad.toml");
  await writeFile(config, '[[reviewers]]\nname = "ada"\npassword = "hunter2"\nroles = ["reviewer"]\n');
  const { code, said } = await server.another({ "--config": config });
  assert.equal(code, 2);
  assert.match(said, /reviewers\[0\]\.password/);
  assert.doesNotMatch(said, /hunter2/);
});

test("what the server logs is JSON", async () => {
  // The last line may not be whole yet.
  const lines = (await readFile(server.log, "utf8")).split("\n").slice(0, -1);
  assert.ok(lines.length > 0);
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line), line);
});
