/** Pictures drawn pixel by pixel: a table, and a document with print on it. */
import type { Area, Pixels } from "../../src/capture/index.js";
import { viewOf } from "../../src/capture/index.js";

export const size = { width: 1000, height: 750 };
export const card = viewOf("document", "card").frame;

type Paint = (x: number, y: number, before: number) => number;

/** A picture of one grey. */
export function plain(grey: number): Pixels {
  const data = new Uint8ClampedArray(size.width * size.height * 4).fill(255);
  return painted({ ...size, data }, { x: 0, y: 0, width: 1, height: 1 }, () => grey);
}

/** A document lying there, as large as `scale` of the frame: light, with lines of print. */
export function document({ scale = 1, turn = 0, table = 90, paper = 215, print = true } = {}): Pixels {
  const picture = plain(table);
  const area: Area = {
    x: card.x + (card.width * (1 - scale)) / 2,
    y: card.y + (card.height * (1 - scale)) / 2,
    width: card.width * scale,
    height: card.height * scale,
  };
  const tilted = (x: number, y: number): [number, number] => {
    const [u, v] = [x - size.width / 2, y - size.height / 2];
    return [u * Math.cos(turn) + v * Math.sin(turn) + size.width / 2, v * Math.cos(turn) - u * Math.sin(turn) + size.height / 2];
  };
  return painted(picture, { x: 0, y: 0, width: 1, height: 1 }, (x, y, before) => {
    const [u, v] = tilted(x, y);
    const [across, down] = [(u / size.width - area.x) / area.width, (v / size.height - area.y) / area.height];
    if (across < 0 || across > 1 || down < 0 || down > 1) return before;
    const isText = print && across > 0.1 && across < 0.9 && down > 0.15 && down < 0.85 && Math.floor(v / 9) % 3 === 0 && Math.floor(u / 4) % 2 === 0;
    return isText ? 40 : paper;
  });
}

/** A spot as bright as can be, this share of the picture wide. */
export function withSpot(picture: Pixels, width: number): Pixels {
  return painted(picture, { x: 0.5, y: 0.45, width, height: width }, () => 255);
}

/** Everything a little softer: each pixel is the mean of its surroundings. */
export function blurred({ width, height, data }: Pixels, radius: number): Pixels {
  const out = new Uint8ClampedArray(data);
  const pass = (from: Uint8ClampedArray, to: Uint8ClampedArray, step: number, lines: number, along: number, stride: number): void => {
    for (let line = 0; line < lines; line++) {
      for (let at = 0; at < along; at++) {
        let [sum, count] = [0, 0];
        for (let near = Math.max(0, at - radius); near <= Math.min(along - 1, at + radius); near++, count++) sum += from[(line * stride + near * step) * 4] as number;
        const to4 = (line * stride + at * step) * 4;
        to[to4] = to[to4 + 1] = to[to4 + 2] = sum / count;
      }
    }
  };
  pass(data, out, 1, height, width, width);
  const across = new Uint8ClampedArray(out);
  pass(across, out, width, width, height, 1);
  return { width, height, data: out };
}

/** The whole picture shifted to the right. */
export function shifted({ width, height, data }: Pixels, by: number): Pixels {
  const out = new Uint8ClampedArray(data);
  for (let y = 0; y < height; y++) out.copyWithin((y * width + by) * 4, y * width * 4, (y * width + width - by) * 4);
  return { width, height, data: out };
}

function painted({ width, height, data }: Pixels, area: Area, paint: Paint): Pixels {
  const out = new Uint8ClampedArray(data);
  for (let y = Math.round(area.y * height); y < Math.round((area.y + area.height) * height); y++) {
    for (let x = Math.round(area.x * width); x < Math.round((area.x + area.width) * width); x++) {
      const at = (y * width + x) * 4;
      out[at] = out[at + 1] = out[at + 2] = paint(x, y, out[at] as number);
    }
  }
  return { width, height, data: out };
}
