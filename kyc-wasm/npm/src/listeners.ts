/** Who is told of a change: never one inside another, and nobody is harmed by one that throws. */

export class Listeners {
  readonly #all = new Set<() => void>();
  #telling = false;
  #untold = false;

  add(listener: () => void): () => void {
    const own = (): void => listener();
    this.#all.add(own);
    return () => void this.#all.delete(own);
  }

  clear(): void {
    this.#all.clear();
  }

  /** A listener that changes something is told again afterwards, never in between. */
  tell(): void {
    this.#untold = true;
    if (this.#telling) return;
    this.#telling = true;
    try {
      while (this.#untold) {
        this.#untold = false;
        for (const listener of [...this.#all]) {
          try {
            listener();
          } catch (error) {
            report(error);
          }
        }
      }
    } finally {
      this.#telling = false;
    }
  }
}

function report(error: unknown): void {
  if ("reportError" in globalThis) globalThis.reportError(error);
  else console.error(error);
}
