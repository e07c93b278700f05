/** Which hints are told: those that last, not too often, none twice in a row. What is seen may change faster than what is heard. */

export class Announcer<Text extends string = string> {
  readonly #settled: number;
  readonly #apart: number;
  #said: Text | null = null;
  #saidAt = Number.NEGATIVE_INFINITY;
  #wish: Text | null = null;
  #wishedAt = 0;

  /** Tells what has lasted for `settled` milliseconds, `apart` after what it told before. */
  constructor(settled: number, apart: number) {
    this.#settled = settled;
    this.#apart = apart;
  }

  /** What to say now, if anything. */
  hear(text: Text, at: number): Text | null {
    if (text !== this.#wish) {
      this.#wish = text;
      this.#wishedAt = at;
    }
    const isNews = text !== this.#said && at - this.#wishedAt >= this.#settled && at - this.#saidAt >= this.#apart;
    if (!isNews) return null;
    this.#said = text;
    this.#saidAt = at;
    return text;
  }
}
