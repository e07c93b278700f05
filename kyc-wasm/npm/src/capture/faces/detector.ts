/** Finds faces in one picture with BlazeFace (short range): what the network is shown, and how its answers are read. Nothing here touches a browser. */
import type { Pixels } from "../frame.js";
import type { Area } from "../view.js";
import { modelOf } from "./model.js";
import { Network } from "./network.js";

export class Detector {
  readonly #network: Network;
  readonly #anchors: readonly Anchor[];

  /** @param model the file of the network */
  constructor(model: ArrayBuffer) {
    this.#network = new Network(modelOf(model));
    this.#anchors = anchorsOf(this.#network.side);
  }

  /** The side that `find` works at; a smaller copy of a large picture finds the same faces. */
  get side(): number {
    return this.#network.side;
  }

  /** Faces in shares of the picture, the surest first. A box goes from the forehead to the chin. */
  find(picture: Pixels): Area[] {
    const { side } = this;
    const [boxes, scores] = this.#network.run(squeezed(picture, side)) as [Float32Array, Float32Array];
    const found: Found[] = [];
    for (const [index, { x, y }] of this.#anchors.entries()) {
      const score = 1 / (1 + Math.exp(-(scores[index] as number)));
      if (score < SURE) continue;
      const [across, down, width, height] = boxes.subarray(index * VALUES, index * VALUES + 4) as unknown as [number, number, number, number];
      found.push({ score, x: x + across / side - width / side / 2, y: y + down / side - height / side / 2, width: width / side, height: height / side });
    }
    return apart(found);
  }
}

interface Anchor {
  readonly x: number;
  readonly y: number;
}

interface Found extends Area {
  readonly score: number;
}

/** The picture as the network wants it: averaged over squares, so that a large one does not flicker, each colour from -1 to 1. */
export function squeezed({ width, height, data }: Pixels, side: number): Float32Array {
  const out = new Float32Array(side * side * 3);
  for (let row = 0; row < side; row++) {
    const [top, bottom] = span(row, height / side, height);
    for (let column = 0; column < side; column++) {
      const [left, right] = span(column, width / side, width);
      let [red, green, blue] = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4) {
          red += data[at] as number;
          green += data[at + 1] as number;
          blue += data[at + 2] as number;
        }
      }
      const count = (bottom - top) * (right - left) * 127.5;
      const to = (row * side + column) * 3;
      out[to] = red / count - 1;
      out[to + 1] = green / count - 1;
      out[to + 2] = blue / count - 1;
    }
  }
  return out;
}

/** Which pixels a cell stands for; at least one. */
function span(cell: number, scale: number, all: number): [number, number] {
  const first = Math.min(all - 1, Math.floor(cell * scale));
  return [first, Math.max(first + 1, Math.min(all, Math.floor((cell + 1) * scale)))];
}

/** The middles that boxes are told from: two for each of 16 × 16 places, six for each of 8 × 8. */
function anchorsOf(side: number): Anchor[] {
  return [
    { places: side / 8, each: 2 },
    { places: side / 16, each: 6 },
  ].flatMap(({ places, each }) =>
    Array.from({ length: places * places * each }, (_, index) => {
      const place = Math.floor(index / each);
      return { x: ((place % places) + 0.5) / places, y: (Math.floor(place / places) + 0.5) / places };
    }),
  );
}

/** One box a face: those that lie over a surer one are the same face, seen from another anchor, and are averaged into it. */
function apart(found: readonly Found[]): Area[] {
  const rest = [...found].sort((a, b) => b.score - a.score);
  const faces: Area[] = [];
  for (let first = rest[0]; first !== undefined; first = rest[0]) {
    const same = rest.filter((other) => overlap(first as Found, other) > SAME);
    const sum = same.reduce((total, { score }) => total + score, 0);
    const mean = (of: (box: Found) => number): number => same.reduce((total, box) => total + of(box) * box.score, 0) / sum;
    faces.push({ x: mean((box) => box.x), y: mean((box) => box.y), width: mean((box) => box.width), height: mean((box) => box.height) });
    rest.splice(0, rest.length, ...rest.filter((other) => !same.includes(other)));
  }
  return faces;
}

/** The shared part of two boxes, of both together. */
function overlap(a: Area, b: Area): number {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (across <= 0 || down <= 0) return 0;
  const shared = across * down;
  return shared / (a.width * a.height + b.width * b.height - shared);
}

/** As MediaPipe uses the same network. */
const SURE = 0.5;
const SAME = 0.3;
/** A box and six points of the face, of which only the box is used. */
const VALUES = 16;
