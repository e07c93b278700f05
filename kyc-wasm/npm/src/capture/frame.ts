/** What can be measured in one picture of the camera without a model: light, sharpness, glare, movement. Nothing here touches a browser. */
import type { Area } from "./view.js";

/** Pixels as a canvas gives them: four bytes each, red first. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** One byte of brightness a pixel. */
export interface Luma {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** Brightness as the eye weighs the colours (BT.601). */
export function lumaOf({ width, height, data }: Pixels): Luma {
  const luma = new Uint8ClampedArray(width * height);
  for (let at = 0, from = 0; at < luma.length; at++, from += 4) {
    luma[at] = (77 * (data[from] as number) + 150 * (data[from + 1] as number) + 29 * (data[from + 2] as number)) >> 8;
  }
  return { width, height, data: luma };
}

export interface Light {
  readonly mean: number;
  /** Standard deviation: how much there is to see at all. */
  readonly contrast: number;
  /** The share of pixels that are as bright as the camera can tell. */
  readonly clipped: number;
}

export function lightOf(luma: Luma, area: Area): Light {
  const { left, top, right, bottom } = pixelsOf(luma, area);
  let [count, sum, squares, clipped] = [0, 0, 0, 0];
  for (let y = top; y < bottom; y += 2) {
    for (let x = left; x < right; x += 2) {
      const value = luma.data[y * luma.width + x] as number;
      count++;
      sum += value;
      squares += value * value;
      if (value >= CLIPPED) clipped++;
    }
  }
  if (count === 0) return { mean: 0, contrast: 0, clipped: 0 };
  const mean = sum / count;
  return { mean, contrast: Math.sqrt(Math.max(0, squares / count - mean * mean)), clipped: clipped / count };
}

/** The 90th percentile over 12 × 12 tiles of the Laplacian's variance: one sharp line of text is enough, a soft background harms nobody. */
export function sharpnessOf(luma: Luma, area: Area): number {
  const { left, top, right, bottom } = pixelsOf(luma, area);
  const tiles: number[] = [];
  for (let row = 0; row < TILES; row++) {
    for (let column = 0; column < TILES; column++) {
      tiles.push(
        laplacian(
          luma,
          Math.max(1, left + Math.floor(((right - left) * column) / TILES)),
          Math.max(1, top + Math.floor(((bottom - top) * row) / TILES)),
          Math.min(luma.width - 1, left + Math.floor(((right - left) * (column + 1)) / TILES)),
          Math.min(luma.height - 1, top + Math.floor(((bottom - top) * (row + 1)) / TILES)),
        ),
      );
    }
  }
  tiles.sort((a, b) => a - b);
  return tiles[Math.floor(tiles.length * 0.9)] as number;
}

/** The variance of the Laplacian in a tile. */
function laplacian({ width, data }: Luma, left: number, top: number, right: number, bottom: number): number {
  let [count, sum, squares] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let at = y * width + left; at < y * width + right; at++) {
      const value =
        (data[at - width] as number) + (data[at + width] as number) + (data[at - 1] as number) + (data[at + 1] as number) - 4 * (data[at] as number);
      count++;
      sum += value;
      squares += value * value;
    }
  }
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}

/** The largest blown-out spot, as a share of the area: where all three colours are at their end, nothing can be read. */
export function glareOf({ width, height, data }: Pixels, area: Area): number {
  const { left, top, right, bottom } = pixelsOf({ width, height }, area);
  const [columns, rows] = [Math.ceil((right - left) / STRIDE), Math.ceil((bottom - top) / STRIDE)];
  const burnt = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = ((top + row * STRIDE) * width + left + column * STRIDE) * 4;
      burnt[row * columns + column] = Math.min(data[at] as number, data[at + 1] as number, data[at + 2] as number) >= CLIPPED ? 1 : 0;
    }
  }
  let largest = 0;
  for (let start = 0; start < burnt.length; start++) if (burnt[start] === 1) largest = Math.max(largest, blob(burnt, columns, start));
  return burnt.length === 0 ? 0 : largest / burnt.length;
}

/** The size of the spot around `start`, which is wiped out on the way. */
function blob(burnt: Uint8Array, columns: number, start: number): number {
  const open = [start];
  burnt[start] = 0;
  let size = 0;
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    size++;
    const column = at % columns;
    for (const next of [column > 0 ? at - 1 : -1, column < columns - 1 ? at + 1 : -1, at - columns, at + columns]) {
      if (burnt[next] !== 1) continue;
      burnt[next] = 0;
      open.push(next);
    }
  }
  return size;
}

/** The picture in a few large cells, in which the camera's noise is gone and a movement is not. */
export function coarse({ width, height, data }: Luma): Uint8ClampedArray {
  const cells = new Uint8ClampedArray(CELLS * CELLS);
  const [across, down] = [width / CELLS, height / CELLS];
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      let [count, sum] = [0, 0];
      for (let y = Math.floor(row * down); y < (row + 1) * down; y += 3) {
        for (let x = Math.floor(column * across); x < (column + 1) * across; x += 3) {
          sum += data[y * width + x] as number;
          count++;
        }
      }
      cells[row * CELLS + column] = count === 0 ? 0 : sum / count;
    }
  }
  return cells;
}

/** The mean difference of two coarse pictures, apart from both being lit differently as a whole. */
export function movement(before: Uint8ClampedArray, now: Uint8ClampedArray): number {
  let drift = 0;
  for (let at = 0; at < now.length; at++) drift += (now[at] as number) - (before[at] as number);
  drift /= now.length;
  let sum = 0;
  for (let at = 0; at < now.length; at++) sum += Math.abs((now[at] as number) - (before[at] as number) - drift);
  return sum / now.length;
}

/** An area in whole pixels of a picture, within it. */
export function pixelsOf(size: { width: number; height: number }, area: Area): { left: number; top: number; right: number; bottom: number } {
  return {
    left: Math.max(0, Math.round(area.x * size.width)),
    top: Math.max(0, Math.round(area.y * size.height)),
    right: Math.min(size.width, Math.round((area.x + area.width) * size.width)),
    bottom: Math.min(size.height, Math.round((area.y + area.height) * size.height)),
  };
}

const CLIPPED = 250;
const TILES = 12;
const STRIDE = 3;
const CELLS = 48;
