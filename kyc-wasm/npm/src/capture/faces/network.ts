/** Runs a network, layer by layer, in plain arithmetic. Nothing here touches a browser. */
import type { Layer, Model, Tensor } from "./model.js";

export class Network {
  readonly #model: Model;
  readonly #values: (Float32Array | Int32Array)[];
  readonly #steps: readonly (() => void)[];

  constructor(model: Model) {
    this.#model = model;
    this.#values = model.tensors.map(({ shape, values }) => values ?? new Float32Array(shape.reduce((size, side) => size * side, 1)));
    // What is only stored smaller is made larger once.
    this.#steps = model.layers.flatMap((layer) => (layer.kind === "widen" ? this.#widened(layer) : [this.#step(layer)]));
  }

  /** The side of the picture it looks at. */
  get side(): number {
    return this.#shape(this.#model.input)[1] as number;
  }

  /** What it makes of a picture: three numbers a pixel, from -1 to 1. The answers are overwritten by the next run. */
  run(picture: Float32Array): readonly Float32Array[] {
    this.#values[this.#model.input]?.set(picture);
    for (const step of this.#steps) step();
    return this.#model.outputs.map((output) => this.#values[output] as Float32Array);
  }

  #widened({ inputs: [from], output }: Layer): [] {
    this.#values[output] = this.#values[from as number] as Float32Array;
    return [];
  }

  #step({ kind, inputs, output, stride }: Layer): () => void {
    const [first, second, third] = inputs.map((input) => this.#values[input]) as [Float32Array, Float32Array, Float32Array];
    const out = this.#values[output] as Float32Array;
    const [from, to] = [this.#grid(inputs[0] as number), this.#grid(output)];
    switch (kind) {
      case "convolve": {
        const [, window] = this.#shape(inputs[1] as number) as [number, number];
        return window === 1 && stride === 1
          ? () => mix(first, second, third, out, from.channels, to.channels)
          : () => convolve(first, second, third, out, from, to, { window, stride });
      }
      case "convolve_each": {
        const [, window] = this.#shape(inputs[1] as number) as [number, number];
        return () => convolveEach(first, second, third, out, from, to, { window, stride });
      }
      case "largest":
        return () => largest(first, out, from, to, stride);
      case "add":
        return () => {
          for (let at = 0; at < out.length; at++) out[at] = (first[at] as number) + (second[at] as number);
        };
      case "relu":
        return () => {
          for (let at = 0; at < out.length; at++) out[at] = Math.max(0, first[at] as number);
        };
      case "pad":
        return () => {
          for (let pixel = 0; pixel < to.rows * to.columns; pixel++) {
            const at = pixel * from.channels;
            out.set(first.subarray(at, at + from.channels), pixel * to.channels);
          }
        };
      case "reshape":
        return () => out.set(first);
      case "concatenate":
        return () => {
          out.set(first);
          out.set(second, first.length);
        };
      case "widen":
        throw new Error("widened before");
    }
  }

  #shape(tensor: number): readonly number[] {
    return (this.#model.tensors[tensor] as Tensor).shape;
  }

  #grid(tensor: number): Grid {
    const [, rows = 1, columns = 1, channels = 1] = this.#shape(tensor);
    return { rows, columns, channels };
  }
}

interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
}

interface Window {
  readonly window: number;
  readonly stride: number;
}

/** A window of one pixel: each pixel's channels are weighed anew. Most of the work is here, so four sums go side by side. */
function mix(input: Float32Array, weights: Float32Array, bias: Float32Array, out: Float32Array, channels: number, made: number): void {
  const pixels = out.length / made;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [start, to] = [pixel * channels, pixel * made];
    let channel = 0;
    for (; channel + 3 < made; channel += 4) {
      let a = bias[channel] as number;
      let b = bias[channel + 1] as number;
      let c = bias[channel + 2] as number;
      let d = bias[channel + 3] as number;
      let wa = channel * channels;
      let wb = wa + channels;
      let wc = wb + channels;
      let wd = wc + channels;
      for (let at = start; at < start + channels; at++) {
        const value = input[at] as number;
        a += value * (weights[wa++] as number);
        b += value * (weights[wb++] as number);
        c += value * (weights[wc++] as number);
        d += value * (weights[wd++] as number);
      }
      out[to + channel] = a;
      out[to + channel + 1] = b;
      out[to + channel + 2] = c;
      out[to + channel + 3] = d;
    }
    for (; channel < made; channel++) {
      let sum = bias[channel] as number;
      let weight = channel * channels;
      for (let at = start; at < start + channels; at++) sum += (input[at] as number) * (weights[weight++] as number);
      out[to + channel] = sum;
    }
  }
}

/** Every channel of the answer sees every channel of the window: the window is laid out as if it were one pixel's channels. */
function convolve(input: Float32Array, weights: Float32Array, bias: Float32Array, out: Float32Array, from: Grid, to: Grid, { window, stride }: Window): void {
  const [top, left] = [before(from.rows, to.rows, window, stride), before(from.columns, to.columns, window, stride)];
  const { channels } = from;
  const laid = new Float32Array(window * window * channels);
  for (let row = 0; row < to.rows; row++) {
    for (let column = 0; column < to.columns; column++) {
      laid.fill(0);
      for (let v = 0; v < window; v++) {
        const y = row * stride - top + v;
        if (y < 0 || y >= from.rows) continue;
        const first = Math.max(0, left - column * stride);
        const last = Math.min(window, from.columns + left - column * stride);
        const at = (y * from.columns + column * stride - left + first) * channels;
        const to = (v * window + first) * channels;
        for (let each = 0; each < (last - first) * channels; each++) laid[to + each] = input[at + each] as number;
      }
      const place = (row * to.columns + column) * to.channels;
      mix(laid, weights, bias, out.subarray(place, place + to.channels), laid.length, to.channels);
    }
  }
}

/** Every channel sees its own window only. */
function convolveEach(input: Float32Array, weights: Float32Array, bias: Float32Array, out: Float32Array, from: Grid, to: Grid, { window, stride }: Window): void {
  const [top, left] = [before(from.rows, to.rows, window, stride), before(from.columns, to.columns, window, stride)];
  const { channels } = to;
  const [seen, weighed] = [new Int32Array(window * window), new Int32Array(window * window)];
  for (let row = 0; row < to.rows; row++) {
    for (let column = 0; column < to.columns; column++) {
      let count = 0;
      for (let v = 0; v < window; v++) {
        const y = row * stride - top + v;
        if (y < 0 || y >= from.rows) continue;
        for (let u = 0; u < window; u++) {
          const x = column * stride - left + u;
          if (x < 0 || x >= from.columns) continue;
          seen[count] = (y * from.columns + x) * channels;
          weighed[count++] = (v * window + u) * channels;
        }
      }
      const place = (row * to.columns + column) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let sum = bias[channel] as number;
        for (let at = 0; at < count; at++) sum += (input[(seen[at] as number) + channel] as number) * (weights[(weighed[at] as number) + channel] as number);
        out[place + channel] = sum;
      }
    }
  }
}

/** The largest value of each window, windows side by side. */
function largest(input: Float32Array, out: Float32Array, from: Grid, to: Grid, window: number): void {
  const { channels } = to;
  for (let row = 0; row < to.rows; row++) {
    for (let column = 0; column < to.columns; column++) {
      const place = (row * to.columns + column) * channels;
      for (let channel = 0; channel < channels; channel++) {
        let most = Number.NEGATIVE_INFINITY;
        for (let y = row * window; y < Math.min(from.rows, (row + 1) * window); y++) {
          for (let x = column * window; x < Math.min(from.columns, (column + 1) * window); x++) {
            most = Math.max(most, input[(y * from.columns + x) * channels + channel] as number);
          }
        }
        out[place + channel] = most;
      }
    }
  }
}

/** How many pixels of padding a side begins with, as TensorFlow's "SAME" counts them. */
function before(from: number, to: number, window: number, stride: number): number {
  return Math.floor(Math.max(0, (to - 1) * stride + window - from) / 2);
}
