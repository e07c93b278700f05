// A camera that films one photograph, in the light that is asked for: Chromium's fake capture device fed from an uncompressed video (YUV4MPEG2).

import { createHash } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { chromium } from "./browser.mjs";
import { made } from "./places.mjs";
import { posed } from "./portraits.mjs";

const size = { width: 1280, height: 960 };

/**
 * Chromium's switches for a camera that sees this photograph, its permission already granted.
 * @param {string} photograph a JPEG
 * @param {{ light?: number }} [scene] how bright it is there, 1 as photographed
 */
export async function filming(photograph, { light = 1 } = {}) {
  const jpeg = await readFile(photograph);
  const hash = createHash("sha256").update(jpeg).digest("hex").slice(0, 16);
  return switches(await video(`${hash}-${light}`, () => pixels(jpeg, light)));
}

/**
 * The same for a camera that sees people.
 * @param {import("./portraits.mjs").Pose} pose
 */
export async function filmingPeople(pose) {
  const hash = createHash("sha256").update(await readFile(new URL("portraits.mjs", import.meta.url))).update(JSON.stringify(pose)).digest("hex").slice(0, 16);
  return switches(await video(hash, async () => /** @type {Buffer} */ ((await posed([pose], size))[0])));
}

/** @param {string} path of what is filmed */
function switches(path) {
  return ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${path}`];
}

/**
 * @param {string} name
 * @param {() => Promise<Buffer>} picture its RGBA
 */
async function video(name, picture) {
  const path = join(made, `${name}-${size.width}x${size.height}.y4m`);
  if (await stat(path).catch(() => null)) return path;
  const frame = y4mFrame(await picture(), size);
  const header = `YUV4MPEG2 W${size.width} H${size.height} F10:1 Ip A1:1 C420\n`;
  await mkdir(made, { recursive: true });
  // Two runs may make the same file at once: each writes its own and the last one stays.
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, Buffer.concat([Buffer.from(header), frame, frame]));
  await rename(draft, path);
  return path;
}

/**
 * The photograph's RGBA, fitted into the camera's frame. The browser decodes: no codec of our own.
 * @param {Buffer} jpeg
 * @param {number} light
 */
async function pixels(jpeg, light) {
  const browser = await chromium();
  const page = await browser.newPage();
  const base64 = await page.evaluate(
    async ({ source, width, height, light }) => {
      const image = new Image();
      image.src = source;
      await image.decode();
      const canvas = new OffscreenCanvas(width, height);
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
      const scale = Math.min(width / image.width, height / image.height);
      const [w, h] = [image.width * scale, image.height * scale];
      context.filter = `brightness(${light})`;
      context.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
      const data = context.getImageData(0, 0, width, height).data;
      let text = "";
      for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
      return btoa(text);
    },
    { source: `data:image/jpeg;base64,${jpeg.toString("base64")}`, ...size, light },
  );
  await browser.close();
  return Buffer.from(base64, "base64");
}

/**
 * One frame: a plane of brightness, then two of colour at half size (BT.601, limited range).
 * @param {Buffer} rgba
 * @param {{ width: number, height: number }} size
 */
export function y4mFrame(rgba, { width, height }) {
  const luma = Buffer.alloc(width * height);
  const blue = Buffer.alloc((width / 2) * (height / 2));
  const red = Buffer.alloc(blue.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const [r, g, b] = [rgba[at], rgba[at + 1], rgba[at + 2]];
      luma[y * width + x] = 16 + 0.2568 * r + 0.5041 * g + 0.0979 * b;
      if (x % 2 || y % 2) continue;
      const to = (y / 2) * (width / 2) + x / 2;
      blue[to] = 128 - 0.1482 * r - 0.291 * g + 0.4392 * b;
      red[to] = 128 + 0.4392 * r - 0.3678 * g - 0.0714 * b;
    }
  }
  return Buffer.concat([Buffer.from("FRAME\n"), luma, blue, red]);
}
