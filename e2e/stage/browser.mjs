// The browser that both people sit at.

import { accessSync, constants } from "node:fs";

import { chromium as playwright } from "playwright-core";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"];

/** No screen, no sandbox (CI is root in a container), and nothing that calls home. */
const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts the machine's own Chromium.
 * @param {string[]} [more] switches
 */
export async function chromium(more = []) {
  return playwright.launch({ executablePath: executable(), headless: true, args: [...quiet, ...more] });
}

/** `$CHROMIUM`, or where distributions put it. */
function executable() {
  const named = process.env.CHROMIUM;
  const found = named ?? places.find(runs);
  if (!found) throw new Error("no Chromium found: install the package chromium, or name one in CHROMIUM");
  return found;
}

/** @param {string} path */
function runs(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
