import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { root } from "../stage/places.mjs";
import { scene } from "../stage/scene.mjs";

const stage = scene();

test("the whole collection is walked without a network, and everything arrives once when it is back", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  await applicant.saved();
  const arrived = applicant.changes();
  await applicant.losesTheNetwork();

  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("id_card");
  await applicant.photographsIdCard();
  await applicant.the("image-document_front").waitFor();
  await applicant.the("image-document_back").waitFor();
  await applicant.acceptsDocument();
  await applicant.takesSelfie();
  await applicant.the("image-selfie").waitFor();
  await applicant.acceptsSelfie();
  await applicant.isKeptHere();
  assert.equal((await stage.integrator.view(session)).version, 0, "nothing can have arrived yet");

  await applicant.findsTheNetwork();
  await applicant.learns("in_review");
  await applicant.saved();

  const { version, state } = await stage.integrator.view(session);
  assert.deepEqual([version, state], [8, "final"]);
  assert.equal(await applicant.the("conflict").count(), 0);
  const taken = arrived.filter(({ status }) => status >= 200 && status < 300);
  assert.deepEqual(taken.map(({ what }) => what), [
    "start",
    "submit_details",
    "select_document",
    "photo",
    "capture_page",
    "photo",
    "capture_page",
    "accept_document",
    "photo",
    "capture_selfie",
    "accept_selfie",
  ]);
});

test("a tab that is killed without a network opens again without one, where it stood, and loses nothing", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  await applicant.canOpenOffline();
  await applicant.consents();
  await applicant.saved();
  await applicant.losesTheNetwork();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.photographsPassport();
  await applicant.isKeptHere();

  await applicant.closesTheTab();
  const again = await applicant.opensAnotherTab();

  await again.stands("document_review");
  await again.the("image-document_front").waitFor();
  await again.acceptsDocument();
  await again.takesSelfie();
  await again.findsTheNetwork();
  await again.saved();
  const view = await stage.integrator.view(session);
  assert.deepEqual([view.version, view.state], [6, "selfie_review"]);
});

test("two tabs of one session agree without a network, and send each step once", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  await applicant.consents();
  await applicant.saved();
  const other = await applicant.opensAnotherTab();
  await other.stands("personal_details");
  await applicant.losesTheNetwork();

  await applicant.tellsDetails();
  await other.chooses("passport");
  await applicant.photographsPassport();
  await other.stands("document_review");
  await other.acceptsDocument();
  await applicant.stands("selfie");

  await applicant.findsTheNetwork();
  await applicant.saved();
  await other.saved();
  assert.equal((await stage.integrator.view(session)).version, 5);
  for (const tab of [applicant, other]) assert.equal(await tab.the("conflict").count(), 0);
});

test("what a browser keeps meets the promises of a store, and is sealed", async (t) => {
  const { applicant } = await stage.applicant(t);
  const { page } = applicant;
  const scripts = join(root, "kyc-wasm", "npm", "dist");
  await page.route("**/sdk-under-test/*", async (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-1) ?? "";
    await route.fulfill({ contentType: "text/javascript", body: await readFile(join(scripts, name)) });
  });

  const found = await page.evaluate(async () => {
    const at = `${location.origin}/sdk-under-test/`;
    const { conforms } = await import(`${at}conformance.js`);
    const { IndexedDbStore } = await import(`${at}indexed-db.js`);
    let fresh = 0;
    await conforms(() => new IndexedDbStore(`fresh-${(fresh += 1)}`));

    const name = "sealed";
    const store = new IndexedDbStore(name);
    await store.write("s", "event/1", new TextEncoder().encode("Harrowgate"));
    await store.write("s", "event/2", new TextEncoder().encode("Harrowgate"));
    /** @type {IDBDatabase} */
    const database = await new Promise((resolve) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
    });
    /** @param {string} from */
    const all = (from) =>
      new Promise((resolve) => {
        const request = database.transaction(from).objectStore(from).getAll();
        request.onsuccess = () => resolve(request.result);
      });
    const records = /** @type {Uint8Array[]} */ (await all("records"));
    const keys = /** @type {CryptoKey[]} */ (await all("keys"));
    const legible = records.some((record) => new TextDecoder("latin1").decode(record).includes("Harrowgate"));
    const different = records[0]?.join() !== records[1]?.join();
    // A record under another's name is not that other record.
    await new Promise((resolve) => {
      const writing = database.transaction("records", "readwrite");
      writing.objectStore("records").put(records[0], ["s", "event/2"]);
      writing.oncomplete = resolve;
    });
    const moved = await store.read("s", "event/2");
    await store.forget("s");
    return { checked: fresh, legible, different, moved, extractable: keys.map((key) => key.extractable), left: await all("keys") };
  });

  assert.ok(found.checked >= 9, `${found.checked} promises`);
  assert.deepEqual({ ...found, checked: 0 }, { checked: 0, legible: false, different: true, moved: null, extractable: [false], left: [] });
});

test("at the end the browser keeps nothing of the session", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  await applicant.consents();
  await applicant.saved();
  await stage.integrator.cancel(session);
  await applicant.learns("cancelled");
  await applicant.page.waitForFunction(async () => {
    const request = indexedDB.open("kyc");
    /** @type {IDBDatabase} */
    const database = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const count = database.transaction("records").objectStore("records").count();
    const left = await new Promise((resolve) => (count.onsuccess = () => resolve(count.result)));
    database.close();
    return left === 0;
  });
});
