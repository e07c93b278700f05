import assert from "node:assert/strict";
import { test } from "node:test";

import { scene } from "../stage/scene.mjs";

/** @typedef {import("../people/applicant.mjs").Applicant} Applicant */

const stage = scene();

test("what a browser keeps is sealed with the server's key, of which nothing stays on the device once everything is saved", async (t) => {
  const { applicant } = await stage.applicant(t);
  await applicant.consents();
  await applicant.saved();
  const key = await releasedAnew(applicant);
  await until(async () => (await kept(applicant)).names.some((name) => name.startsWith("standing/")));

  const { entry, lent, legible } = await kept(applicant, key);

  assert.deepEqual({ entry, lent, legible }, { entry: "released", lent: false, legible: false });
});

test("as long as something is unsent the key is lent to the device, and a tab that is killed opens again without a network", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  await applicant.canOpenOffline();
  await applicant.consents();
  await applicant.saved();
  const key = await releasedAnew(applicant);
  await applicant.stands("personal_details");
  await applicant.saved();
  await applicant.losesTheNetwork();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.photographsPassport();
  await applicant.isKeptHere();
  const offline = await kept(applicant, key);
  assert.deepEqual([offline.lent, offline.legible], [true, false]);

  await applicant.closesTheTab();
  const again = await applicant.opensAnotherTab();
  await again.stands("document_review");
  await again.findsTheNetwork();
  await again.saved();

  await until(async () => !(await kept(again)).lent);
  assert.equal((await stage.integrator.view(session)).state, "document_review");
});

test("without a network and with nothing unsent, what is kept stays closed until the server answers", async (t) => {
  const { applicant } = await stage.applicant(t);
  await applicant.canOpenOffline();
  await applicant.consents();
  await applicant.saved();
  await until(async () => (await kept(applicant)).entry === "released" && (await kept(applicant)).lent === false);
  await applicant.losesTheNetwork();
  await applicant.closesTheTab();

  const again = await applicant.opensAnotherTab();
  await again.the("unreachable").waitFor();
  await again.findsTheNetwork();
  await again.the("retry-open").click();
  await again.stands("personal_details");
});

test("what was sealed with a key of the browser's own goes out, and the server's key takes over", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  await releasesNone(applicant);
  await applicant.consents();
  await applicant.saved();
  await applicant.losesTheNetwork();
  await applicant.tellsDetails();
  await applicant.isKeptHere();
  const before = await kept(applicant);
  assert.deepEqual([before.entry, unsentOf(before)], ["own", 1]);
  await applicant.closesTheTab();

  await applicant.context.unrouteAll();
  await applicant.findsTheNetwork();
  const again = await applicant.opensAnotherTab();

  await again.stands("document_selection");
  await again.saved();
  await until(async () => (await kept(again)).entry === "released");
  assert.equal((await stage.integrator.view(session)).state, "document_selection");
  assert.equal(await again.the("conflict").count(), 0);
});

test("with unsent steps the change of keys loses nothing, even when the tab is killed again before they went out", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  await applicant.canOpenOffline();
  await releasesNone(applicant);
  await applicant.consents();
  await applicant.saved();
  await applicant.losesTheNetwork();
  await applicant.tellsDetails();
  await applicant.isKeptHere();
  await applicant.closesTheTab();

  // Keys are to be had, and nothing else.
  await applicant.context.unrouteAll();
  await applicant.context.route("**/events", (route) => route.abort());
  await applicant.findsTheNetwork();
  const again = await applicant.opensAnotherTab();
  await again.chooses("passport");
  await until(async () => (await kept(again)).entry === "released" && unsentOf(await kept(again)) > 0);
  assert.equal((await kept(again)).lent, true);
  await again.losesTheNetwork();
  await again.closesTheTab();

  const last = await again.opensAnotherTab();
  await last.stands("document_photo");
  await last.context.unrouteAll();
  await last.findsTheNetwork();
  await last.saved();
  assert.equal((await stage.integrator.view(session)).state, "document_photo");
});

test("records that are damaged are thrown away, and the page stands where the server stands", async (t) => {
  const { applicant, session } = await stage.applicant(t);
  await applicant.consents();
  await applicant.saved();
  await applicant.losesTheNetwork();
  await applicant.tellsDetails();
  await applicant.isKeptHere();
  await applicant.closesTheTab();
  await applicant.findsTheNetwork();

  // Another file of the page, so that nothing of the session runs.
  const tool = await applicant.context.newPage();
  await tool.goto(`${stage.server.url}/apply/icon.svg`);
  const damaged = await tool.evaluate(async () => {
    const request = indexedDB.open("kyc");
    /** @type {IDBDatabase} */
    const database = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const writing = database.transaction("records", "readwrite");
    let count = 0;
    const cursor = writing.objectStore("records").openCursor();
    cursor.onsuccess = () => {
      const at = cursor.result;
      if (at === null) return;
      const bytes = /** @type {Uint8Array} */ (at.value);
      bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
      at.update(bytes);
      count += 1;
      at.continue();
    };
    await new Promise((resolve) => (writing.oncomplete = resolve));
    database.close();
    return count;
  });
  assert.ok(damaged >= 2, "where the server stood, and a step");
  await tool.close();

  const again = await applicant.opensAnotherTab();
  // A tab that is closed may have had the time to send its step when its line was given back.
  const { state } = await stage.integrator.view(session);
  await again.stands(state);
  await again.saved();
  assert.equal(unsentOf(await kept(again)), 0);
  if (state === "personal_details") await again.tellsDetails();
  await again.chooses("passport");
  await again.saved();
  assert.equal((await stage.integrator.view(session)).state, "document_photo");
});

test("a device that is put out keeps nothing, neither records nor keys", async (t) => {
  const { applicant } = await stage.applicantAtDesk(t);
  await applicant.consents();
  await applicant.saved();
  const phone = await stage.letIn(t, applicant);
  await phone.tellsDetails();
  await phone.saved();
  await until(async () => (await kept(phone)).names.length > 0);

  await applicant.the("take-back").click();

  await phone.the("taken-back").waitFor();
  await until(async () => {
    const { entry, names, lent } = await kept(phone);
    return entry === "none" && names.length === 0 && !lent;
  });
});

/** From here on the server releases no keys, as one from before there were any; and the page begins anew. @param {Applicant} applicant */
async function releasesNone(applicant) {
  // What is still opening would write after everything is cleared.
  await applicant.isWhole();
  await applicant.context.route("**/device-key", (route) => route.abort());
  await applicant.page.evaluate(async () => {
    const request = indexedDB.open("kyc");
    /** @type {IDBDatabase} */
    const database = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const writing = database.transaction(["keys", "records"], "readwrite");
    writing.objectStore("keys").clear();
    writing.objectStore("records").clear();
    await new Promise((resolve) => (writing.oncomplete = resolve));
    database.close();
  });
  await applicant.page.reload();
  await applicant.stands("welcome");
}

/** Loads the page again, and answers the key that the server releases to it, in base64. @param {Applicant} applicant */
async function releasedAnew(applicant) {
  const { page } = applicant;
  // A key that is still lent is not asked for.
  await until(async () => {
    const { entry, lent } = await kept(applicant);
    return entry === "released" && !lent;
  });
  const [answer] = await Promise.all([page.waitForResponse((response) => response.url().endsWith("/device-key")), page.reload()]);
  const { key } = /** @type {{ key: string }} */ (await answer.json());
  assert.equal(answer.headers()["cache-control"], "no-store");
  return key;
}

/** @param {{ names: string[] }} kept */
function unsentOf({ names }) {
  return names.filter((name) => name.startsWith("event/")).length;
}

/**
 * What lies on the device: what is said of the key, whether it is lent, the names of records, and whether the key is to be found.
 * @param {Applicant} applicant
 * @param {string} [key]
 */
async function kept({ page }, key) {
  return page.evaluate(async (wanted) => {
    const request = indexedDB.open("kyc");
    /** @type {IDBDatabase} */
    const database = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    if (!database.objectStoreNames.contains("keys")) {
      database.close();
      return { entry: "none", lent: false, names: [], legible: false };
    }
    const reading = database.transaction(["keys", "records"]);
    /**
     * @template T
     * @param {IDBRequest<T>} asked
     * @returns {Promise<T>}
     */
    const all = (asked) => new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result)));
    const [names, values, records, bytes] = await Promise.all([
      all(reading.objectStore("keys").getAllKeys()),
      all(reading.objectStore("keys").getAll()),
      all(reading.objectStore("records").getAllKeys()),
      all(reading.objectStore("records").getAll()),
    ]);
    database.close();
    const said = values.find((_, at) => typeof names[at] === "string");
    const key = said instanceof CryptoKey ? said : said?.wrapper;
    if (key?.extractable === true) throw new Error("a key can be read out");
    const binary = wanted === undefined ? null : atob(wanted);
    const places = [...values, ...bytes].filter((value) => value instanceof Uint8Array).map((value) => new TextDecoder("latin1").decode(value));
    // What TextDecoder calls latin1 is windows-1252, so each byte is written as it reads it.
    const written = binary === null ? null : new TextDecoder("latin1").decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)));
    const texts = [...Object.values(localStorage), ...Object.values(sessionStorage)];
    return {
      entry: said === undefined ? "none" : said instanceof CryptoKey ? "own" : "released",
      lent: names.some((name) => Array.isArray(name)),
      names: records.map((name) => String(/** @type {string[]} */ (name)[1])),
      legible: (written !== null && places.some((place) => place.includes(written))) || texts.some((text) => wanted !== undefined && text.includes(wanted)),
    };
  }, key);
}

/** @param {() => Promise<boolean>} holds */
async function until(holds) {
  const end = Date.now() + 10_000;
  while (!(await holds())) assert.ok(Date.now() < end, "it did not come about in time");
}
