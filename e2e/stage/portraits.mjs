// Faces before the camera: where each photograph has its face, and how to stand so that it is seen as large, and where, as asked.

import { readFile } from "node:fs/promises";

import { chromium } from "./browser.mjs";
import { picture } from "./places.mjs";

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {{ photograph: string, face: Box }} Portrait the face from the forehead to the chin, in pixels of the photograph */

/** @type {Record<string, Portrait>} */
export const portraits = {
  selfie: { photograph: "selfie", face: { x: 291, y: 270, width: 360, height: 360 } },
  second: { photograph: "portrait-2", face: { x: 267, y: 144, width: 277, height: 277 } },
  third: { photograph: "portrait-3", face: { x: 247, y: 269, width: 299, height: 299 } },
};

/**
 * @typedef {object} Pose
 * @property {string[]} people who is there, by name, from left to right
 * @property {number} [size] of each face, in shares of the oval's height
 * @property {number} [aside] how far right of the middle, in shares of the oval's width
 * @property {number} [below] how far below the middle, in shares of its height
 * @property {number} [light] 1 as photographed
 * @property {number} [blur] of the lens, in pixels of a view of 960
 * @property {number} [turn] of the head to a shoulder, in degrees
 * @property {number} [noise] of the camera, in steps of brightness
 */

/** The camera's square view, the oval in it as `<kyc-capture>` draws it, and how far below its middle a face is for the hair above it. */
const side = 960;
const oval = { width: 0.58 * side, height: (0.58 / 0.76) * side };
const hair = 0.1;

/**
 * What a camera sees of these people: the RGBA of a picture, the view in its middle. The browser decodes and draws.
 * @param {Pose[]} poses
 * @param {{ width: number, height: number }} size
 * @returns {Promise<Buffer[]>}
 */
export async function posed(poses, size = { width: side, height: side }) {
  const browser = await chromium();
  const page = await browser.newPage();
  const pictures = [];
  for (const pose of poses) pictures.push(Buffer.from(await page.evaluate(draw, { size, ...(await scene(pose)) }), "base64"));
  await browser.close();
  return pictures;
}

/** @param {Pose} pose */
async function scene({ people, size = 0.62, aside = 0, below = 0, light = 1, blur = 0, turn = 0, noise = 0 }) {
  const layers = await Promise.all(
    people.map(async (name, index) => {
      const { photograph, face } = /** @type {Portrait} */ (portraits[name]);
      const source = `data:image/jpeg;base64,${await readFile(picture(photograph), "base64")}`;
      const scale = (size * oval.height) / face.height;
      const place = people.length === 1 ? 0 : (index / (people.length - 1) - 0.5) * 0.55 * side;
      const middle = { x: place + aside * oval.width, y: (hair + below) * oval.height };
      return { source, face, scale, middle, share: 1 / people.length, place };
    }),
  );
  return { layers, light, blur, turn, noise, side };
}

/**
 * Runs in the page.
 * @param {Awaited<ReturnType<typeof scene>> & { size: { width: number, height: number } }} scene
 */
async function draw({ size: { width, height }, layers, light, blur, turn, noise, side }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.imageSmoothingQuality = "high";
  context.filter = `brightness(${light}) blur(${blur}px)`;
  // A room: a wall, a shelf, a lamp.
  context.fillStyle = "#a9a49c";
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#7d6a58";
  for (let shelf = 0; shelf < 4; shelf++) context.fillRect(0, (height * (shelf + 1)) / 5, width, 18);
  for (let book = 0; book < 60; book++) {
    context.fillStyle = ["#6b3f3a", "#3f556b", "#8a8450", "#40543f"][book % 4] ?? "";
    const tall = 60 + ((book * 37) % 50);
    context.fillRect((book % 15) * (width / 15) + 4, (height * (Math.floor(book / 15) + 1)) / 5 - tall, 30, tall);
  }
  for (const { source, face, scale, middle, share, place } of layers) {
    const image = new Image();
    image.src = source;
    await image.decode();
    context.save();
    if (share < 1) {
      // Everybody stands in a part of the view of their own.
      context.beginPath();
      context.rect(width / 2 + place - (side * share) / 2, 0, side * share, height);
      context.clip();
    }
    context.translate(width / 2 + middle.x, height / 2 + middle.y);
    context.rotate((turn * Math.PI) / 180);
    context.scale(scale, scale);
    context.drawImage(image, -(face.x + face.width / 2), -(face.y + face.height / 2));
    context.restore();
  }
  const { data } = context.getImageData(0, 0, width, height);
  if (noise > 0) {
    let seed = 1;
    const grain = () => ((seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5) * 2 * noise;
    for (let at = 0; at < data.length; at += 4) for (let colour = 0; colour < 3; colour++) data[at + colour] = /** @type {number} */ (data[at + colour]) + grain();
  }
  let text = "";
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return btoa(text);
}
