// What an applicant with a cheap phone and a bad connection waits for: `npm run slow -w kyc-e2e`. A table on stderr, one JSON object on stdout.
// Needs the server and the pages (`cargo build -p kyc-server && cargo xtask pages`).

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Applicant } from "./people/applicant.mjs";
import { Integrator } from "./people/integrator.mjs";
import { chromium } from "./stage/browser.mjs";
import { made } from "./stage/places.mjs";
import { serve } from "./stage/server.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** Slow 3G as Chromium's developer tools had it, on a phone a quarter as fast as this machine. */
const profile = { kbitPerSecond: 400, latencyMs: 400, cpuSlowedTimes: 4 };
const repeats = Number(process.env.KYC_REPEATS ?? 3);

/** What people would build instead: a form with plain file inputs, without a script. The server says the rest after it is sent. */
const plain = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Identity check</title><link rel="stylesheet" href="plain.css"></head>
<body><main><h1>Identity check</h1>
<form method="post" enctype="multipart/form-data">
<p><label><input type="checkbox" name="consent" required data-testid="start"> I agree that my data is processed to check my identity.</label></p>
<p><label>Given names <input name="given" required autocomplete="given-name"></label></p>
<p><label>Family name <input name="family" required autocomplete="family-name"></label></p>
<p><label>Date of birth <input name="born" type="date" required></label></p>
<p><label>Front of the document <input name="front" type="file" accept="image/*" capture="environment" required></label></p>
<p><label>Back of the document <input name="back" type="file" accept="image/*" capture="environment"></label></p>
<p><label>A photo of you <input name="selfie" type="file" accept="image/*" capture="user" required></label></p>
<p><button>Send</button></p>
</form></main></body></html>
`;
const plainStyle = "body{font:1rem/1.5 system-ui;margin:0}main{max-width:34rem;margin:auto;padding:1rem}label{display:block}input:not([type=checkbox]){width:100%}button{width:100%;min-height:3rem}";

await mkdir(made, { recursive: true });
const folder = await mkdtemp(join(made, "plain-"));
await mkdir(join(folder, "apply"));
await writeFile(join(folder, "apply/index.html"), plain);
await writeFile(join(folder, "apply/plain.css"), plainStyle);
// A server wants both pages.
await mkdir(join(folder, "backoffice"));
await writeFile(join(folder, "backoffice/index.html"), plain);

const ours = await serve();
const theirs = await serve({ words: { "--pages": folder } }).catch(async (error) => {
  await ours.close();
  throw error;
});
const browser = await chromium();
const integrator = new Integrator(ours);

try {
  const link = async () => (await integrator.open()).link;
  /** @type {{ plain: Visit, page: Visit, again: Visit }[]} */
  const rounds = [];
  // In turns, so that what a busy machine does to one it does to the other.
  for (let round = 0; round < repeats; round++) {
    const plain = await visited(() => Promise.resolve(`${theirs.url}/apply/`));
    rounds.push({ plain, page: await visited(link, { mayPress: true }), again: await visited(link, { mayPress: true, isKnown: true }) });
  }
  const ratios = rounds.map(({ plain, page }) => page.interactiveMs / plain.interactiveMs);
  const [plain, page, again] = [middle(rounds.map(({ plain }) => plain)), middle(rounds.map(({ page }) => page)), middle(rounds.map(({ again }) => again))];
  const flow = await walked();
  const ratio = /** @type {number} */ (ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)]);
  const report = { profile, repeats, page, again, plain, ratio, ratios, flow };
  console.error(`
  slow 3G: ${profile.kbitPerSecond} kbit/s, ${profile.latencyMs} ms, CPU slowed ${profile.cpuSlowedTimes} times; medians of ${repeats}
  interactive: the first button is drawn, the page has time again, and a press on it is taken; that is pressed then.

  | | received by then | requests | first paint | interactive | a press is answered after | next screen |
  |---|---:|---:|---:|---:|---:|---:|
  ${row("applicant's page", page)}
  ${row("applicant's page, a second visit", again)}
  ${row("plain file inputs", plain)}

  applicant's page by kind: ${Object.entries(page.byKind).map(([kind, bytes]) => `${kind} ${kB(bytes)}`).join(", ")}
  ratio of the times: ${ratio.toFixed(2)}, of the rounds ${ratios.map((one) => one.toFixed(2)).join(", ")}
  a whole flow (passport and selfie, ${kB(flow.sent)} sent, ${kB(flow.received)} received, ${flow.requests} requests): ${(flow.ms / 1000).toFixed(1)} s
${flow.steps.map(({ step, ms }) => `    ${(ms / 1000).toFixed(1).padStart(5)} s  ${step}`).join("\n")}
`);
  console.log(JSON.stringify(report, null, 2));
} finally {
  await browser.close();
  await Promise.all([ours.close(), theirs.close()]);
  await rm(folder, { recursive: true, force: true });
}

/** @typedef {Awaited<ReturnType<typeof visited>>} Visit */

/** @param {Visit[]} visits */
function middle(visits) {
  const inOrder = visits.toSorted((a, b) => a.interactiveMs - b.interactiveMs);
  return /** @type {Visit} */ (inOrder[Math.floor(inOrder.length / 2)]);
}

/**
 * One visit with an empty cache, or with one that a visit before has filled; the first button is pressed as soon as it can be.
 * @param {() => Promise<string>} link
 * @param {{ isKnown?: boolean, mayPress?: boolean }} [how]
 */
async function visited(link, { isKnown = false, mayPress = false } = {}) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: "block" });
  if (isKnown) {
    const before = await context.newPage();
    await before.goto(await link());
    await before.locator("html[data-whole]").waitFor({ state: "attached" });
    await before.close();
  }
  const page = await context.newPage();
  const traffic = await slow(page);
  await page.addInitScript(() => {
    const seen = () => {
      if (document.querySelector('[data-testid="start"]') === null) return;
      watch.disconnect();
      // What is there can be pressed when the page has drawn it and has time again.
      requestAnimationFrame(() => setTimeout(() => Reflect.set(window, "interactive", performance.now())));
    };
    const watch = new MutationObserver(seen);
    watch.observe(document, { subtree: true, childList: true });
  });
  await page.goto(await link(), { waitUntil: "commit", timeout: 120_000 });
  const interactive = await page.waitForFunction(() => Reflect.get(window, "interactive"), null, { timeout: 120_000 });
  const interactiveMs = /** @type {number} */ (await interactive.jsonValue());
  const paintMs = await page.evaluate(painted);
  const { received, requests, byKind } = traffic();
  const pressed = mayPress ? await press(page) : { answeredMs: null, nextMs: null };
  await context.close();
  return { received, requests, byKind, paintMs, interactiveMs, ...pressed };
}

/** When there was something to see; a page may be told of that after it can be used. @returns {Promise<number>} */
function painted() {
  return new Promise((resolve) => {
    const watch = new PerformanceObserver((list) => {
      const [first] = list.getEntriesByName("first-contentful-paint");
      if (first === undefined) return;
      watch.disconnect();
      resolve(first.startTime);
    });
    watch.observe({ type: "paint", buffered: true });
  });
}

/**
 * How long the page takes to say something to a press on the first button, and when the next screen stands there, both as drawn.
 * @param {Page} page
 */
async function press(page) {
  await page.evaluate(() => {
    /** @param {string} what @param {string} selector */
    const drawn = (what, selector) => {
      const look = () => {
        if (Reflect.has(window, what) || document.querySelector(selector) === null) return;
        Reflect.set(window, what, 0);
        requestAnimationFrame(() => setTimeout(() => Reflect.set(window, what, performance.now())));
      };
      new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
    };
    drawn("answered", '[data-testid="begins"][data-waits="true"], [data-state="personal_details"]');
    drawn("next", '[data-state="personal_details"]');
    document.addEventListener("submit", () => Reflect.set(window, "pressed", performance.now()), { capture: true, once: true });
    document.querySelector("input[type=checkbox]")?.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    /** @type {HTMLElement | null} */ (document.querySelector('[data-testid="start"]'))?.click();
  });
  await page.waitForFunction(() => Reflect.get(window, "next"), null, { timeout: 120_000 });
  const [at, answered, next] = await page.evaluate(() => ["pressed", "answered", "next"].map((name) => Number(Reflect.get(window, name))));
  return { answeredMs: Number(answered) - Number(at), nextMs: Number(next) };
}

/** From the link to the last screen, with files, everything saved. */
async function walked() {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "en-GB", serviceWorkers: "block" });
  const applicant = new Applicant(context, await context.newPage());
  applicant.page.setDefaultTimeout(180_000);
  const traffic = await slow(applicant.page);
  /** @type {{ step: string, ms: number }[]} */
  const steps = [];
  const began = performance.now();
  const { link } = await integrator.open();
  for (const [step, go] of /** @type {[string, () => Promise<unknown>][]} */ ([
    ["the link opens", () => applicant.open(link)],
    ["consent", () => applicant.consents()],
    ["details", () => applicant.tellsDetails()],
    ["the document is chosen", () => applicant.chooses("passport")],
    ["its photo is there to be looked at", () => applicant.photographsPassport()],
    ["and accepted", () => applicant.acceptsDocument()],
    ["the selfie is there to be looked at", () => applicant.takesSelfie()],
    ["and accepted", () => applicant.acceptsSelfie()],
    ["everything is on the server", () => applicant.saved()],
  ])) {
    const start = performance.now();
    await go();
    steps.push({ step, ms: performance.now() - start });
  }
  const ms = performance.now() - began;
  const { received, sent, requests } = traffic();
  await context.close();
  return { ms, sent, received, requests, steps };
}

/**
 * Makes a page's line and processor slow, and counts what goes over the line.
 * @param {Page} page
 */
async function slow(page) {
  const developer = await page.context().newCDPSession(page);
  const bytesPerSecond = (profile.kbitPerSecond * 1000) / 8;
  await developer.send("Network.enable");
  await developer.send("Network.emulateNetworkConditions", { offline: false, latency: profile.latencyMs, downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond });
  await developer.send("Emulation.setCPUThrottlingRate", { rate: profile.cpuSlowedTimes });
  /** @type {Map<string, string>} */
  const kinds = new Map();
  /** @type {Record<string, number>} */
  const byKind = {};
  let [received, sent, requests] = [0, 0, 0];
  developer.on("Network.responseReceived", ({ requestId, type, response }) => {
    kinds.set(requestId, response.mimeType === "application/wasm" ? "WebAssembly" : type);
  });
  developer.on("Network.requestWillBeSent", () => void requests++);
  developer.on("Network.requestWillBeSentExtraInfo", ({ headers }) => void (sent += Number(headers["Content-Length"] ?? headers["content-length"] ?? 0)));
  developer.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    received += encodedDataLength;
    const kind = kinds.get(requestId) ?? "Other";
    byKind[kind] = (byKind[kind] ?? 0) + encodedDataLength;
  });
  return () => ({ received, sent, requests, byKind: { ...byKind } });
}

/** @param {string} name @param {Visit} visit */
function row(name, { received, requests, paintMs, interactiveMs, answeredMs, nextMs }) {
  return `| ${[name, kB(received), requests, ...[paintMs, interactiveMs, answeredMs, nextMs].map(seconds)].join(" | ")} |`;
}

/** @param {number | null} ms */
function seconds(ms) {
  return ms === null ? "" : `${(ms / 1000).toFixed(1)} s`;
}

/** @param {number} bytes */
function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
