/** A network as a TFLite file describes it: what is read is exactly what the one detector that comes along uses, and everything else is refused. */

/** Values between two layers, or weights. Layout: batch (always one), rows, columns, channels. */
export interface Tensor {
  readonly shape: readonly number[];
  /** The weights, for what the file brings along. */
  readonly values: Float32Array | Int32Array | null;
}

export type LayerKind = "add" | "concatenate" | "convolve" | "convolve_each" | "widen" | "largest" | "pad" | "relu" | "reshape";

export interface Layer {
  readonly kind: LayerKind;
  readonly inputs: readonly number[];
  readonly output: number;
  readonly stride: number;
}

export interface Model {
  readonly tensors: readonly Tensor[];
  readonly layers: readonly Layer[];
  readonly input: number;
  readonly outputs: readonly number[];
}

/** Reads a TFLite file. */
export function modelOf(file: ArrayBuffer): Model {
  const bytes = new Bytes(file);
  const root = bytes.table(bytes.follow(0));
  if (bytes.text(4, 4) !== "TFL3") throw new Error("this is no TFLite file");
  const kinds = bytes.tables(root, 1).map((code) => kindOf(Math.max(bytes.byte(code, 0), bytes.int(code, 3))));
  const buffers = bytes.tables(root, 4);
  const [graph] = bytes.tables(root, 2);
  if (graph === undefined) throw new Error("this TFLite file holds no network");
  const tensors = bytes.tables(graph, 0).map((tensor): Tensor => {
    const buffer = buffers[bytes.int(tensor, 2)];
    const data = buffer === undefined ? new ArrayBuffer(0) : bytes.data(buffer, 0);
    return { shape: bytes.ints(tensor, 0), values: data.byteLength === 0 ? null : weights(data, bytes.byte(tensor, 1)) };
  });
  const layers = bytes.tables(graph, 3).map((operator): Layer => {
    const kind = kinds[bytes.int(operator, 0)] as LayerKind;
    const [output] = bytes.ints(operator, 2) as [number];
    const options = bytes.inner(operator, 4);
    return { kind, inputs: bytes.ints(operator, 1), output, stride: options === null ? 1 : strideOf(bytes, kind, options) };
  });
  const [input] = bytes.ints(graph, 1) as [number];
  return { tensors, layers, input, outputs: bytes.ints(graph, 2) };
}

/** The file's numbers of what a layer does. */
function kindOf(code: number): LayerKind {
  const kind = kinds[code];
  if (kind === undefined) throw new Error(`no such layer is known here: ${code}`);
  return kind;
}

const kinds: Readonly<Record<number, LayerKind>> = {
  0: "add",
  2: "concatenate",
  3: "convolve",
  4: "convolve_each",
  6: "widen",
  17: "largest",
  19: "relu",
  22: "reshape",
  34: "pad",
};

/** How far a window moves, the same in both directions. An edge is padded so that no pixel is lost ("SAME"), nothing is dilated or clipped. */
function strideOf(bytes: Bytes, kind: LayerKind, options: Table): number {
  if (kind !== "convolve" && kind !== "convolve_each" && kind !== "largest") return 1;
  const [across, down] = [bytes.int(options, 1), bytes.int(options, 2)];
  const clips = bytes.byte(options, kind === "convolve" ? 3 : kind === "convolve_each" ? 4 : 5) !== 0;
  const window = kind === "largest" ? [bytes.int(options, 3), bytes.int(options, 4)] : [across, down];
  if (across !== down || clips || window.some((side) => side !== across)) throw new Error(`a layer of this form is not known here: ${kind}`);
  return across;
}

function weights(data: ArrayBuffer, type: number): Float32Array | Int32Array {
  switch (type) {
    case 0:
      return new Float32Array(data);
    case 1:
      return Float32Array.from(new Uint16Array(data), half);
    case 2:
      return new Int32Array(data);
    default:
      throw new Error(`weights of this type are not known here: ${type}`);
  }
}

/** A number of 16 bits: one for the sign, five for the exponent, ten for the rest. */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, rest] = [(bits >> 10) & 0x1f, bits & 0x3ff];
  return sign * (exponent === 0 ? rest * 2 ** -24 : (1024 + rest) * 2 ** (exponent - 25));
}

/** Where a table of the file begins. */
type Table = number & { readonly table: true };

/** A FlatBuffers file: tables whose fields are found by number, and may be left out. */
class Bytes {
  readonly #view: DataView;

  constructor(file: ArrayBuffer) {
    this.#view = new DataView(file);
  }

  follow(at: number): number {
    return at + this.#view.getUint32(at, true);
  }

  table(at: number): Table {
    return at as Table;
  }

  text(at: number, length: number): string {
    return String.fromCharCode(...new Uint8Array(this.#view.buffer, at, length));
  }

  int(table: Table, field: number): number {
    const at = this.#field(table, field);
    return at === null ? 0 : this.#view.getInt32(at, true);
  }

  byte(table: Table, field: number): number {
    const at = this.#field(table, field);
    return at === null ? 0 : this.#view.getInt8(at);
  }

  inner(table: Table, field: number): Table | null {
    const at = this.#field(table, field);
    return at === null ? null : this.table(this.follow(at));
  }

  ints(table: Table, field: number): number[] {
    const { count, first } = this.#list(table, field);
    return Array.from({ length: count }, (_, index) => this.#view.getInt32(first + 4 * index, true));
  }

  tables(table: Table, field: number): Table[] {
    const { count, first } = this.#list(table, field);
    return Array.from({ length: count }, (_, index) => this.table(this.follow(first + 4 * index)));
  }

  data(table: Table, field: number): ArrayBuffer {
    const { count, first } = this.#list(table, field);
    return this.#view.buffer.slice(first, first + count) as ArrayBuffer;
  }

  #list(table: Table, field: number): { count: number; first: number } {
    const at = this.#field(table, field);
    if (at === null) return { count: 0, first: 0 };
    const list = this.follow(at);
    return { count: this.#view.getUint32(list, true), first: list + 4 };
  }

  /** The place of a field's value; `null` when it is left out. */
  #field(table: Table, field: number): number | null {
    const fields = table - this.#view.getInt32(table, true);
    const entry = 4 + 2 * field;
    if (entry >= this.#view.getUint16(fields, true)) return null;
    const offset = this.#view.getUint16(fields + entry, true);
    return offset === 0 ? null : table + offset;
  }
}
