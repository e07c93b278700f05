// The applicant's page while parts of it are still on their way: its first screen comes alone, everything else behind it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { scene } from "../stage/scene.mjs";

const stage = scene();

/** The session, its screens, the camera's screens, and the chart. */
const [WALK, PHOTOS, CHART] = ["**/assets/walk-*.js", "**/assets/photos-*.js", "**/*.wasm"];
/** What a phone may have to receive before its first screen can be used; a second of slow 3G is 50 kB. */
const MOST_BYTES = 33_000;
/** The page, its style and its script, what the company says, its icon, and the link's code for the session. */
const MOST_REQUESTS = 6;

/**
 * Keeps files from coming until they are let through.
 * @param {import("../people/applicant.mjs").Applicant} applicant
 * @param {string[]} files
 */
async function holdsUp(applicant, ...files) {
  /** @type {() => void} */
  let letsThrough = () => undefined;
  const held = new Promise((resolve) => (letsThrough = () => resolve(undefined)));
  for (const file of files) {
    await applicant.context.route(file, async (route) => {
      await held;
      await route.continue().catch(() => undefined);
    });
  }
  return letsThrough;
}

/**
 * Changes the page on its way.
 * @param {import("../people/applicant.mjs").Applicant} applicant
 * @param {(page: { body: string, policy: string }) => Partial<{ body: string, policy: string }>} change
 */
async function meddles(applicant, change) {
  await applicant.context.route("**/apply/", async (route) => {
    try {
      const response = await route.fetch();
      const page = { body: await response.text(), policy: response.headers()["content-security-policy"] ?? "" };
      const { body, policy } = { ...page, ...change(page) };
      await route.fulfill({ response, body, headers: { ...response.headers(), "content-security-policy": policy } });
    } catch (error) {
      // The test is over, and nobody waits for the page any more.
      if (!/disposed|closed/.test(String(error))) throw error;
    }
  });
}

/** @param {import("../people/applicant.mjs").Applicant} applicant */
async function agrees(applicant) {
  await applicant.the("consent").check();
  await applicant.the("start").click();
}

test("the first screen needs nothing but what the page names, neither chart nor another screen, and few bytes", async (t) => {
  const { link } = await stage.integrator.open();
  const applicant = await stage.stranger(t);
  const named = await (await fetch(new URL(link))).text();
  await applicant.context.route("**/assets/*", async (route) => {
    // What it does not name never comes.
    if (named.includes(new URL(route.request().url()).pathname)) await route.continue();
  });
  const developer = await applicant.context.newCDPSession(applicant.page);
  await developer.send("Network.enable");
  let received = 0;
  /** @type {string[]} */
  const asked = [];
  developer.on("Network.loadingFinished", ({ encodedDataLength }) => void (received += encodedDataLength));
  developer.on("Network.requestWillBeSent", ({ request }) => void asked.push(new URL(request.url).pathname));
  await applicant.open(link);
  const needed = [...new Set(asked)].filter((path) => !path.startsWith("/apply/assets/") || named.includes(path));
  await applicant.the("start").click();
  // It says what is missing: the screen is alive.
  await applicant.the("problem").waitFor();
  assert.ok(received > 10_000 && received <= MOST_BYTES, `${received} bytes`);
  assert.ok(needed.length > 3 && needed.length <= MOST_REQUESTS, needed.join(" "));
});

test("the session is there before any file of the page has come, after one request", async (t) => {
  const { link } = await stage.integrator.open();
  const applicant = await stage.stranger(t);
  const letsThrough = await holdsUp(applicant, "**/assets/*");
  /** @type {string[]} */
  const asked = [];
  applicant.page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/applicant/v1/")) asked.push(pathname);
  });
  const told = applicant.page.waitForResponse((response) => new URL(response.url()).pathname === "/applicant/v1/exchange");
  await applicant.page.goto(link, { waitUntil: "commit" });
  const { loaded } = await (await told).json();
  assert.equal(loaded.view.next_action, "give_consent");
  letsThrough();
  await applicant.page.locator("html[data-whole]").waitFor({ state: "attached" });
  // What was told is what the session is opened with: nothing is asked until it listens for what moves from then on.
  const listens = asked.findIndex((path) => path.endsWith("/stream"));
  const before = asked.slice(0, listens).filter((path) => !path.endsWith("/device-key"));
  assert.deepEqual(before, ["/applicant/v1/exchange"]);
});

test("a script that the page was not served with is not run, and what is there works", async (t) => {
  const { link } = await stage.integrator.open();
  const applicant = await stage.stranger(t);
  await meddles(applicant, ({ body }) => ({ body: body.replace("</title>", "</title><script>document.documentElement.dataset.foreign = ''</script>") }));
  await applicant.open(link);
  await applicant.consents();
  assert.equal(await applicant.page.locator("html[data-foreign]").count(), 0);
  // The browser has complained of that one, and of nothing else.
  assert.match(applicant.complaints.splice(0).join("\n"), /^[^\n]*inline script[^\n]*$/);
});

test("a page whose first script may not run opens all the same", async (t) => {
  const { link } = await stage.integrator.open();
  const applicant = await stage.stranger(t);
  await meddles(applicant, ({ policy }) => ({ policy: policy.replace(/ 'sha256-[^']*'/, "") }));
  await applicant.open(link);
  await applicant.consents();
  await applicant.saved();
  assert.match(applicant.complaints.splice(0).join("\n"), /^[^\n]*inline script[^\n]*$/);
});

test("a press that is faster than the chart is answered at once, kept, and carried out with it", async (t) => {
  const { link, session } = await stage.integrator.open();
  const applicant = await stage.stranger(t);
  const letsThrough = await holdsUp(applicant, CHART);
  await applicant.open(link);
  await agrees(applicant);
  await applicant.the("begins").filter({ hasText: "One moment" }).waitFor();
  // Once is enough.
  await applicant.page.keyboard.press("Enter");
  assert.equal((await stage.integrator.view(session)).version, 0);
  letsThrough();
  await applicant.stands("personal_details");
  await applicant.saved();
  assert.equal((await stage.integrator.view(session)).version, 1);
});

test("a network that is cut before the rest has come is told, and the press is carried out when it is back", async (t) => {
  const { link, session } = await stage.integrator.open();
  const applicant = await stage.stranger(t);
  const letsThrough = await holdsUp(applicant, WALK, CHART);
  await applicant.open(link);
  await applicant.context.setOffline(true);
  letsThrough();
  await applicant.the("incomplete").waitFor();
  await agrees(applicant);
  await applicant.the("begins").filter({ hasText: "One moment" }).waitFor();
  await applicant.findsTheNetwork();
  await applicant.stands("personal_details");
  await applicant.saved();
  assert.equal(await applicant.the("incomplete").count(), 0);
  assert.equal((await stage.integrator.view(session)).version, 1);
});

test("a screen that does not come says so where it belongs, and is there after a press", async (t) => {
  const { link } = await stage.integrator.open();
  const applicant = await stage.stranger(t);
  await applicant.context.route(PHOTOS, (route) => route.abort());
  await applicant.open(link);
  await applicant.consents();
  await applicant.tellsDetails();
  await applicant.chooses("passport");
  await applicant.the("incomplete").waitFor();
  await applicant.the("coming").waitFor();
  await applicant.context.unroute(PHOTOS);
  await applicant.the("fetch-again").click();
  await applicant.photographsPassport();
  await applicant.acceptsDocument();
  assert.equal(await applicant.the("incomplete").count(), 0);
});

test("a page that asks for files its server no longer has is fetched anew, and stands where it stood", async (t) => {
  const { link } = await stage.integrator.open();
  const applicant = await stage.stranger(t);
  await applicant.context.route(PHOTOS, (route) => route.fulfill({ status: 404 }));
  await applicant.open(link);
  await applicant.consents();
  await applicant.the("incomplete").waitFor();
  const anew = applicant.page.waitForEvent("load");
  await applicant.the("fetch-again").click();
  await anew;
  await applicant.stands("personal_details");
});

test("whom another tab has overtaken meanwhile stands where that tab stands", async (t) => {
  const { link, session } = await stage.integrator.open();
  const applicant = await stage.stranger(t);
  const letsThrough = await holdsUp(applicant, CHART);
  await applicant.open(link);
  await agrees(applicant);
  const tablet = await stage.anotherDevice(t, (await stage.integrator.link(session)).link);
  await tablet.consents();
  await tablet.saved();
  letsThrough();
  await applicant.stands("personal_details");
  await applicant.saved();
  assert.equal(await applicant.the("conflict").count(), 0);
  assert.equal((await stage.integrator.view(session)).version, 1);
});
