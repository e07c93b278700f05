/** The photos that this device has: shown without asking the server, and kept until their event is acknowledged. */
import { names, type Shelf, type Waiting } from "./shelf.js";
import { digestOf } from "./upload.js";

export class Photos {
  readonly #shelf: Shelf;
  readonly #seen = new Map<string, Blob>();

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  /** Names the photo and writes it down. Where that fails it lasts as long as the page. */
  async keep(image: Blob): Promise<{ digest: string; photo: NonNullable<Waiting["photo"]> }> {
    const bytes = new Uint8Array(await image.arrayBuffer());
    const digest = await digestOf(bytes.buffer);
    await this.#shelf.keepPhoto(digest, bytes);
    // A copy: a chosen file may change on the disk, and its bytes would no longer have this name.
    this.#seen.set(digest, new Blob([bytes], { type: image.type }));
    return { digest, photo: { type: image.type, size: bytes.length } };
  }

  async photo(digest: string, waiting: readonly Waiting[]): Promise<Blob | null> {
    const here = this.#seen.get(digest);
    if (here !== undefined) return here;
    const bytes = await this.#shelf.photo(digest);
    if (bytes === null) return null;
    const type = waiting.find((one) => names(one, digest))?.photo?.type ?? "";
    const blob = new Blob([bytes], { type });
    this.#seen.set(digest, blob);
    return blob;
  }

  /** It was not handed in after all. Another event that names the same bytes keeps them. */
  drop(digest: string, waiting: readonly Waiting[]): void {
    if (waiting.some((one) => names(one, digest))) return;
    this.#seen.delete(digest);
    void this.#shelf.dropPhoto(digest);
  }

  clear(): void {
    this.#seen.clear();
  }
}
