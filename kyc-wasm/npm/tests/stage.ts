/** What every test of the session needs: a server, a transport that waits only when told to, a walk. */
import { readFileSync } from "node:fs";
import { HttpTransport, KycSession, type OpenOptions, type SessionState } from "../src/index.js";
import type { Patience } from "../src/backoff.js";
import type { TestServer } from "./server.js";

export const flow = readFileSync(new URL("./flow.json", import.meta.url), "utf8");

export const consent = { version: "1", locale: "en" };
export const details = { given_names: "Ada Nova", family_name: "Specimen", date_of_birth: "1991-04-17" };
export const jpeg = (text: string): Blob => new Blob([new Uint8Array([0xff, 0xd8]), text], { type: "image/jpeg" });

/** Waits are recorded, and end when the test says so. */
export class Clockwork implements Patience {
  readonly asked: number[] = [];
  #waiting: (() => void)[] = [];
  #arrivals: (() => void)[] = [];

  delay(attempt: number): number {
    return attempt;
  }

  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    this.asked.push(milliseconds);
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
      this.#waiting.push(resolve);
      for (const arrived of this.#arrivals.splice(0)) arrived();
    });
  }

  /** Resolves when something waits. */
  async somethingWaits(): Promise<void> {
    if (this.#waiting.length === 0) await new Promise<void>((resolve) => this.#arrivals.push(resolve));
  }

  /** The time is over. */
  go(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

export function transportTo(server: TestServer, patience: Patience = new Clockwork()): HttpTransport {
  return new HttpTransport({ session: server.session, token: server.token, base: server.base, patience });
}

export async function opened(server: TestServer, options: Partial<OpenOptions> = {}): Promise<KycSession> {
  return KycSession.open({ transport: transportTo(server), ...options });
}

/** Resolves with the first state that fits. */
export function until(session: KycSession, fits: (state: SessionState) => boolean): Promise<SessionState> {
  return new Promise((resolve) => {
    const look = (): void => {
      const state = session.getSnapshot();
      if (!fits(state)) return;
      stop();
      resolve(state);
    };
    const stop = session.subscribe(look);
    look();
  });
}
