/** What crosses into WebAssembly and back: numbers, and texts through one buffer of each side. The other side is `kyc-wasm/src/lib.rs`. */
import { encoder } from "./bytes.js";
import type * as Exports from "./wasm/kyc_wasm_bg.wasm.js";

/** What `init` may be given: where the `.wasm` is, or the thing itself. */
export type WasmSource = string | URL | Request | Response | BufferSource | WebAssembly.Module;

export class Border {
  /** What may be asked beside texts; each call begins with {@link self}. */
  readonly wasm: typeof Exports;
  readonly self: number;
  /** Of each text that lies there for the other side, its bytes. */
  readonly lengths: [number, number, number, number] = [NONE, NONE, NONE, NONE];
  readonly #decoder = new TextDecoder();
  #memory = new Uint8Array();
  #begin = 0;
  #room = 0;
  #end = 0;
  #texts = 0;

  constructor({ exports }: WebAssembly.Instance) {
    this.wasm = exports as typeof Exports;
    this.self = this.wasm.border_new();
  }

  /** Takes away what lies there. */
  clear(): void {
    this.#end = this.#texts = 0;
    const { lengths } = this;
    lengths[0] = lengths[1] = lengths[2] = lengths[3] = NONE;
  }

  /** Lays a text there behind those before; `false` when half a character is in it, which is none. */
  add(text: string): boolean {
    const length = this.#lay(text);
    this.lengths[this.#texts++] = length;
    return length === text.length || isWhole(text);
  }

  /** Lays one text there, and nothing else; answers its bytes. */
  put(text: string): number {
    this.#end = 0;
    return this.#lay(text);
  }

  /** The text that was answered by its length. */
  text(length: number): string {
    const begin = this.wasm.border_told(this.self) >>> 0;
    return this.#decoder.decode(this.#bytes().subarray(begin, begin + length));
  }

  #lay(text: string): number {
    const needed = this.#end + text.length * UTF8;
    if (needed > this.#room) {
      this.#room = needed * 2;
      this.#begin = this.wasm.border_room(this.self, this.#room) >>> 0;
    }
    const bytes = this.#bytes();
    const begin = this.#begin + this.#end;
    const { length } = text;
    let at = 0;
    // A short text is there before an encoder has begun.
    if (length < SHORT) {
      for (let unit = 0; at < length && (unit = text.charCodeAt(at)) < 128; at += 1) bytes[begin + at] = unit;
    }
    if (at < length) at = encoder.encodeInto(text, bytes.subarray(begin)).written;
    this.#end += at;
    return at;
  }

  /** Memory that has grown is another buffer. */
  #bytes(): Uint8Array<ArrayBuffer> {
    if (this.#memory.length === 0) this.#memory = new Uint8Array(this.wasm.memory.buffer);
    return this.#memory;
  }
}

/** Compiles what there is; without a source, what lies beside this file. */
export async function loaded(source: WasmSource = new URL("./wasm/kyc_wasm_bg.wasm", import.meta.url)): Promise<Border> {
  const found = typeof source === "string" || source instanceof URL || source instanceof Request ? await fetch(source) : source;
  return new Border(found instanceof WebAssembly.Module ? await WebAssembly.instantiate(found) : (await compiled(found)).instance);
}

async function compiled(found: Response | BufferSource): Promise<WebAssembly.WebAssemblyInstantiatedSource> {
  if (!(found instanceof Response)) return WebAssembly.instantiate(found);
  if (!found.ok) throw new Error(`${found.status}: ${found.url}`);
  // Browsers compile on the way what is called so, and nothing else.
  return found.headers.get("content-type") === "application/wasm" ? WebAssembly.instantiateStreaming(found) : WebAssembly.instantiate(await found.arrayBuffer());
}

/** A unit of UTF-16 becomes at most so many bytes. */
const UTF8 = 3;
const SHORT = 80;
/** The length of a text that is not there. */
const NONE = -1;

/** By the engine's own word only in browsers of late 2023. */
const isWhole = (text: string): boolean => !/\p{Surrogate}/u.test(text);
