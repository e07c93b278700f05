/** Where events wait that the server has not yet acknowledged, so that a closed tab loses none. */
import type { Event } from "./generated/collection.js";

/** One event on its way: with its key a resend is harmless, with its version it cannot land on another state. */
export interface Waiting {
  readonly key: string;
  readonly version: number;
  readonly event: Event;
}

export interface Queue {
  load(session: string): Waiting[];
  /** Called before the event goes out, and after it was acknowledged. An empty list means: forget. */
  store(session: string, waiting: readonly Waiting[]): void;
}

/**
 * A queue in `localStorage` or `sessionStorage`: written before `send` returns, so that even a tab closed at once loses nothing.
 * Storage that is full or forbidden makes it forgetful, not the session unusable.
 */
export class StorageQueue implements Queue {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  load(session: string): Waiting[] {
    try {
      const waiting: unknown = JSON.parse(this.#storage.getItem(slot(session)) ?? "[]");
      return Array.isArray(waiting) ? (waiting as Waiting[]) : [];
    } catch {
      return [];
    }
  }

  store(session: string, waiting: readonly Waiting[]): void {
    try {
      if (waiting.length === 0) this.#storage.removeItem(slot(session));
      else this.#storage.setItem(slot(session), JSON.stringify(waiting));
    } catch {
      // Private windows and full disks: the events still go out from memory.
    }
  }
}

const slot = (session: string): string => `kyc.waiting.${session}`;
