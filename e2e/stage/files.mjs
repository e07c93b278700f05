// Files that no camera would make: each is what somebody's phone, or somebody's malice, sends one day.

import { randomFillSync } from "node:crypto";
import { readFile } from "node:fs/promises";
import { crc32, deflateSync } from "node:zlib";

import { picture } from "./places.mjs";

/** @typedef {{ name: string, mimeType: string, buffer: Buffer }} File what a file chooser hands over */

/** @returns {File} */
export function empty() {
  return jpeg("empty.jpg", Buffer.alloc(0));
}

/** @returns {File} */
export function text() {
  return jpeg("notes.jpg", Buffer.from("This is not a photograph, whatever its name says.\n".repeat(40)));
}

/** @returns {File} */
export function svg() {
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="600"><script>alert(1)</script><rect width="800" height="600"/></svg>`;
  return { name: "drawing.svg", mimeType: "image/svg+xml", buffer: Buffer.from(drawing) };
}

/**
 * The first half of a photograph: its header is fine, its picture is not.
 * @returns {Promise<File>}
 */
export async function truncated() {
  const whole = await readFile(picture("id-card-front"));
  return jpeg("truncated.jpg", whole.subarray(0, whole.length / 2));
}

/**
 * A photograph over the size limit: a true JPEG with 12 MB behind its end, which every decoder shows.
 * @returns {Promise<File>}
 */
export async function huge() {
  return jpeg("huge.jpg", Buffer.concat([await readFile(picture("id-card-front")), noise().buffer]));
}

/**
 * 12 MB of nothing.
 * @returns {File}
 */
export function noise() {
  return jpeg("noise.jpg", randomFillSync(Buffer.alloc(12 * 1024 * 1024)));
}

/**
 * A few kilobytes that unfold into more than 200 megapixels.
 * @returns {File}
 */
export function pixelBomb() {
  const side = 15_000;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([1, 0, 0, 0, 0], 8); // one bit a pixel, grey
  const rows = deflateSync(Buffer.alloc((Math.ceil(side / 8) + 1) * side), { level: 9 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const buffer = Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", rows), chunk("IEND", Buffer.alloc(0))]);
  return { name: "bomb.png", mimeType: "image/png", buffer };
}

/**
 * @param {string} name
 * @param {Buffer} buffer
 * @returns {File}
 */
function jpeg(name, buffer) {
  return { name, mimeType: "image/jpeg", buffer };
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
