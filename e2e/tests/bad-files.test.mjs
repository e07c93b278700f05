import assert from "node:assert/strict";
import { test } from "node:test";

import { empty, huge, pixelBomb, svg, text, truncated } from "../stage/files.mjs";
import { scene } from "../stage/scene.mjs";

const stage = scene();

const cases = [
  { name: "an empty file", file: empty, code: /image_empty|empty/ },
  { name: "a text called photo", file: text, code: /not_an_image/ },
  { name: "a drawing with a script in it", file: svg, code: /not_an_image/ },
  { name: "half a photo", file: truncated, code: /image_damaged|damaged/ },
  { name: "a photo over the size limit", file: huge, code: /too_large/ },
  { name: "a picture with more pixels than anybody needs", file: pixelBomb, code: /too_many_pixels/ },
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
