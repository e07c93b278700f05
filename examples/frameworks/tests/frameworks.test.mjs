import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import vue from "@vitejs/plugin-vue";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { chromium } from "playwright-core";
import { build } from "vite";
import webpack from "webpack";

import { pack, stage } from "./packed.mjs";
import { served } from "./served.mjs";

/** @type {string[]} */
let packed = [];
/** @type {import("playwright-core").Browser} */
let browser;

const camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

before(async () => {
  packed = pack();
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", ...camera] });
});
after(() => browser?.close());

/** One step in the page: drawn at once, saved behind it, and nobody complains; where it films, what finds faces is there, too. */
async function walks(folder, { path = "/index.html", films = false } = {}) {
  const { url, close } = await served(folder);
  const page = await browser.newPage();
  page.setDefaultTimeout(15_000);
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => void (["error", "warning"].includes(message.type()) && complaints.push(message.text())));
  page.on("response", (response) => void (response.ok() || complaints.push(`${response.status()} ${response.url()}`)));
  try {
    await page.goto(url + path);
    await page.locator('main[data-state="welcome"][data-status="saved"]').waitFor();
    assert.equal(await page.locator("h1").innerText(), "give_consent");
    await page.getByRole("button", { name: "I agree" }).click();
    await page.locator('main[data-state="personal_details"][data-status="saved"]').waitFor();
    assert.equal(await page.locator("h1").innerText(), "enter_details");
    assert.equal(await page.getByRole("button").count(), 0);
    if (films) {
      await page.evaluate(() => {
        const capture = document.createElement("kyc-capture");
        capture.setAttribute("kind", "face");
        document.body.append(capture);
      });
      await page.getByTestId("open-camera").click();
      await page.locator('[data-testid="hint"][data-faces="ready"]').waitFor({ state: "attached" });
    }
    assert.deepEqual(complaints, []);
  } catch (error) {
    throw new Error([error.message, await page.content(), ...complaints].join("\n"), { cause: error });
  } finally {
    await page.close();
    await close();
  }
}

async function builtByVite(name, plugins = []) {
  const root = join(stage, name);
  await build({ root, configFile: false, plugins, base: "./", logLevel: "warn", build: { target: "es2022", outDir: "out", assetsInlineLimit: 0 } });
  return join(root, "out");
}

test("the package has what its entries name, and neither sources nor tests", () => {
  assert.ok(["dist/index.js", "dist/node.js", "dist/capture/index.js", "dist/wasm/kyc_wasm_bg.wasm", "dist/capture/faces/worker.js", "dist/capture/faces/face_detection_short_range.tflite", "NOTICE", "README.md"].every((file) => packed.includes(file)), packed.join());
  assert.deepEqual(packed.filter((file) => !/^(dist\/|README\.md$|NOTICE$|package\.json$|LICENSE)/.test(file)), []);
});

test("React draws it with useSyncExternalStore", async () => walks(await builtByVite("react")));

test("Svelte draws it as a store", async () => walks(await builtByVite("svelte", [svelte({ configFile: false })])));

test("Vue draws it from a shallow ref", async () => walks(await builtByVite("vue", [vue()])));

test("Vite bundles it", async () => walks(await builtByVite("bundlers"), { films: true }));

test("webpack bundles it", async () => {
  const context = join(stage, "bundlers");
  const out = join(context, "by-webpack");
  const compiler = webpack({
    context,
    mode: "production",
    entry: "./main.js",
    output: { path: out, filename: "main.js" },
    performance: false,
    // Whether it survives being made small is seen with Vite, in a tenth of the time.
    optimization: { minimize: false },
  });
  const stats = await new Promise((resolve, reject) => compiler.run((error, done) => (error ? reject(error) : resolve(done))));
  await new Promise((resolve) => compiler.close(resolve));
  assert.deepEqual(stats.toJson({ all: false, errors: true, warnings: true }), { ...stats.toJson({ all: false, errors: true, warnings: true }), errors: [], warnings: [] });
  cpSync(join(context, "index.html"), join(out, "index.html"));
  await walks(out, { films: true });
});

for (const [page, what] of [["index.html", "a script tag"], ["mapped.html", "an import map"]]) {
  test(`${what} is enough`, async () => {
    cpSync(join(stage, "node_modules/@kyc/sdk/dist"), join(stage, "plain/kyc"), { recursive: true });
    await walks(stage, { path: `/plain/${page}`, films: page === "mapped.html" });
  });
}

test("Node runs it", () => {
  const said = execFileSync(process.execPath, ["main.js"], { cwd: join(stage, "node") }).toString();
  assert.deepEqual(said.trim().split("\n"), ["welcome saved", "personal_details saving", "personal_details saved"]);
});
