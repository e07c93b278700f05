import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { Caller } from "../people/caller.mjs";
import { picture } from "../stage/places.mjs";
import { empty, huge, noise, pixelBomb, svg, text, truncated } from "../stage/files.mjs";
import { scene } from "../stage/scene.mjs";

const stage = scene();

const cases = [
  { name: "an empty file", file: empty, code: /image_empty|empty/ },
  { name: "a text called photo", file: text, code: /not_an_image/ },
  { name: "a drawing with a script in it", file: svg, code: /not_an_image/ },
  { name: "half a photo", file: truncated, code: /image_damaged|damaged/ },
  { name: "12 MB of noise", file: noise, code: /too_large|not_an_image|damaged/ },
];

for (const { name, file, code } of cases) {
  test(`${name} is refused, the page says why, and the next photo is taken`, async (t) => {
    const { applicant, session } = await stage.applicant(t);
    await applicant.consents();
    await applicant.tellsDetails();
    await applicant.chooses("passport");
    await applicant.gives("front", await file());
    const problem = applicant.the("problem");
    await problem.waitFor();
    assert.match((await problem.getAttribute("data-code")) ?? "", code);
    assert.ok((await problem.innerText()).length > 20, "explained in words");
    assert.equal(await applicant.state(), "document_photo");
    assert.equal((await stage.integrator.view(session)).state, "document_photo");

    await applicant.photographsPassport();
    await applicant.acceptsDocument();
    await applicant.stands("selfie");
  });
}

test("a photo over the size limit is made smaller by the page, and taken", async (t) => {
  const { applicant } = await stage.applicant(t);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.gives("front", await huge());
  await applicant.stands("document_review");
});

// What a page would not send, or would make smaller first: the server has to say no by itself.
const uploads = [
  { name: "an empty file", file: empty, status: 422, code: "image_empty" },
  { name: "a text called photo", file: text, status: 415, code: "not_an_image" },
  { name: "a drawing with a script in it", file: svg, status: 415, code: "not_an_image" },
  { name: "half a photo", file: truncated, status: 422, code: "image_damaged" },
  { name: "a photo over the size limit", file: huge, status: 413, code: "too_large" },
  { name: "a few kilobytes that unfold into 225 megapixels", file: pixelBomb, status: 413, code: "too_many_pixels" },
];

for (const { name, file, status, code } of uploads) {
  test(`the server refuses ${name} without unfolding it`, async () => {
    const nova = await Caller.with(stage.server.url, (await stage.integrator.open()).link);
    const { buffer, mimeType } = await file();
    const start = Date.now();
    const answer = await nova.uploads(buffer, mimeType);
    assert.deepEqual([answer.status, answer.code], [status, code]);
    // Decoding what the last one unfolds into would take longer; nothing else here takes a tenth of it.
    assert.ok(Date.now() - start < 3000, `took ${Date.now() - start} ms`);
  });
}

test("bytes that are not those they are said to be are refused", async () => {
  const nova = await Caller.with(stage.server.url, (await stage.integrator.open()).link);
  const answer = await nova.uploads(await readFile(picture("selfie")), "image/jpeg", "0".repeat(64));
  assert.deepEqual([answer.status, answer.code], [422, "digest_mismatch"]);
});

test("an event that names a photo nobody has uploaded is refused", async () => {
  const nova = await Caller.with(stage.server.url, (await stage.integrator.open()).link);
  const details = { given_names: "Nova Ellen", family_name: "Harrowgate", date_of_birth: "1991-04-17" };
  await nova.sends({ type: "start", consent: { version: "1", locale: "en" } });
  await nova.sends({ type: "submit_details", details }, { version: 1 });
  await nova.sends({ type: "select_document", country: "DE", document: "passport" }, { version: 2 });
  const answer = await nova.sends({ type: "capture_page", side: "front", blob: "0".repeat(64) }, { version: 3 });
  assert.deepEqual([answer.status, answer.code], [422, "blob_missing"]);
});
