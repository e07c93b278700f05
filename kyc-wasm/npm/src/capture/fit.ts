/** How a document lies in the frame, as far as its edges stand out from what is under it. */
import { pixelsOf, type Luma } from "./frame.js";
import type { Area } from "./view.js";

/** `unseen`: too few edges stand out, so nothing can be said. */
export type Fit = "fits" | "too_small" | "too_large" | "unseen";

/** How far each edge of the document lies inside the frame, in shares of the frame; negative when outside, `null` when it is not seen. */
export interface Edges {
  readonly left: number | null;
  readonly right: number | null;
  readonly top: number | null;
  readonly bottom: number | null;
}

export function fitOf(luma: Luma, frame: Area): Fit {
  const { left, right, top, bottom } = edgesOf(luma, frame);
  const seen = [left, right, top, bottom].filter((edge) => edge !== null).length;
  const across = left === null || right === null ? null : 1 - left - right;
  const down = top === null || bottom === null ? null : 1 - top - bottom;
  if (seen < 3) return "unseen";
  const size = Math.max(across ?? 0, down ?? 0);
  return size < SMALLEST ? "too_small" : size > LARGEST ? "too_large" : "fits";
}

/** The outermost straight edge along each side of the frame, looked for from well outside it to well inside. */
export function edgesOf(luma: Luma, frame: Area): Edges {
  const small = shrunk(luma);
  const upright = turned(small);
  const sideways: Area = { x: frame.y, y: frame.x, width: frame.height, height: frame.width };
  return {
    left: edge(small, frame, false),
    right: edge(small, frame, true),
    top: edge(upright, sideways, false),
    bottom: edge(upright, sideways, true),
  };
}

/** Walks from outside the frame's left (or right) side inwards, and stops where most rows change their brightness in the same direction. */
function edge(luma: Luma, frame: Area, fromRight: boolean): number | null {
  const { left, right, top, bottom } = pixelsOf(luma, frame);
  const [width, height] = [right - left, bottom - top];
  // The corners are round, and a document held askew leaves the rows at its ends.
  const [first, last] = [Math.round(top + height * 0.22), Math.round(bottom - height * 0.22)];
  const [start, step] = fromRight ? [right, -1] : [left, 1];
  const most = Math.round(width * DEEPEST);
  for (let depth = -Math.round(width * OUTSIDE); depth < most; depth++) {
    const x = start + step * depth;
    if (x - SPAN - SLACK < 0 || x + SPAN + SLACK >= luma.width) continue;
    if (coverage(luma, x, first, last) >= COVERAGE) return (depth + (SPAN + SLACK) / 2) / width;
  }
  return null;
}

/** The share of rows with a step in brightness near the column `x`, all in the direction that most have. */
function coverage({ width, data }: Luma, x: number, first: number, last: number): number {
  let [rising, falling] = [0, 0];
  for (let y = first; y < last; y++) {
    const row = y * width;
    let [up, down] = [false, false];
    for (let near = x - SLACK; near <= x + SLACK; near++) {
      const step = (data[row + near + SPAN] as number) - (data[row + near - SPAN] as number);
      if (step >= STEP) up = true;
      else if (step <= -STEP) down = true;
    }
    if (up) rising++;
    if (down) falling++;
  }
  return last <= first ? 0 : Math.max(rising, falling) / (last - first);
}

/** Cells of the luma's mean, so that grain and fabric do not look like edges. */
function shrunk(luma: Luma): Luma {
  const width = Math.min(WORKING_WIDTH, luma.width);
  const scale = luma.width / width;
  const height = Math.floor(luma.height / scale);
  const data = new Uint8ClampedArray(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [count, sum] = [0, 0];
      for (let v = Math.floor(y * scale); v < (y + 1) * scale && v < luma.height; v++) {
        for (let u = Math.floor(x * scale); u < (x + 1) * scale && u < luma.width; u++) {
          sum += luma.data[v * luma.width + u] as number;
          count++;
        }
      }
      data[y * width + x] = sum / count;
    }
  }
  return { width, height, data };
}

/** Rows as columns. */
function turned({ width, height, data }: Luma): Luma {
  const other = new Uint8ClampedArray(data.length);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) other[x * height + y] = data[y * width + x] as number;
  return { width: height, height: width, data: other };
}

const SMALLEST = 0.74;
const LARGEST = 1.07;
const WORKING_WIDTH = 240;
/** How far outside and inside the frame an edge is looked for. */
const OUTSIDE = 0.2;
const DEEPEST = 0.42;
/** A step in brightness between two columns that lie this far to both sides. */
const SPAN = 2;
const STEP = 14;
/** An edge may lean by as many columns to both sides. */
const SLACK = 3;
const COVERAGE = 0.7;
