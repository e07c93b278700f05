/** Going on with another device: this one begins, the other one asks, this one says yes and follows; either ends it. */
import type { Patience } from "./backoff.js";
import { KycError } from "./error.js";

/** What another device needs to ask: a link that works once, as a QR code or by itself. */
export interface Begun {
  readonly link: string;
  /** Until when a device can come and be let in, by the server's clock. */
  readonly expires_at: number;
}

/** Where a hand-over stands that this device has begun, as the server tells it. */
export type HandOverStanding =
  | { readonly state: "open"; readonly expires_at: number }
  | { readonly state: "asked"; readonly match: string; readonly expires_at: number }
  | { readonly state: "agreed" };

/**
 * Where it stands for the page: nobody has come yet · a device has, and shows the digits in `match` · it was let in, and this one
 * reads along · nobody was let in in time.
 */
export type HandOver =
  | { readonly state: "open"; readonly link: string; readonly expires_at: number }
  | { readonly state: "asked"; readonly match: string; readonly expires_at: number }
  | { readonly state: "agreed" }
  | { readonly state: "expired" };

/** How a session asks its server for another device. */
export interface HandOverTransport {
  /** Ends one that was begun before. */
  begin(signal?: AbortSignal): Promise<Begun>;
  /** Lets in the device that shows these digits. */
  confirm(match: string, signal?: AbortSignal): Promise<void>;
  /** Calls it off, says no, or takes the session back. */
  takeBack(signal?: AbortSignal): Promise<void>;
  /** Leaves the session to the device that let this one in. */
  giveBack?(signal?: AbortSignal): Promise<void>;
}

/** What the session lends: its server, its time, and a way to read again. */
interface Lent {
  readonly transport: HandOverTransport | undefined;
  now(): number;
  reread(): void;
  changed(): void;
  readonly patience: Patience;
  readonly life: AbortSignal;
}

/** The hand-over of one session. What the server says counts, unless it was asked before something was done here. */
export class HandOvers {
  readonly #lent: Lent;
  #now: HandOver | null = null;
  #turn = 0;
  #isLeaving = false;
  #watching = false;

  constructor(lent: Lent) {
    this.#lent = lent;
  }

  get now(): HandOver | null {
    return this.#now;
  }

  get isElsewhere(): boolean {
    return this.#isLeaving || this.#now?.state === "agreed";
  }

  /** To be handed back with what was read from here on. */
  get turn(): number {
    return this.#turn;
  }

  async begin(): Promise<void> {
    const begun = await this.#does((transport) => transport.begin(this.#lent.life));
    this.#become({ state: "open", ...begun });
  }

  async confirm(): Promise<void> {
    const asked = this.#now;
    if (asked?.state !== "asked") throw new KycError("handover_ended");
    try {
      await this.#does((transport) => transport.confirm(asked.match, this.#lent.life));
    } catch (error) {
      this.#lent.reread();
      throw error;
    }
    this.#become({ state: "agreed" });
  }

  async takeBack(): Promise<void> {
    if (this.#now !== null && this.#now.state !== "expired") await this.#does((transport) => transport.takeBack(this.#lent.life));
    this.#become(null);
    // The other device may have moved the session meanwhile.
    this.#lent.reread();
  }

  /** What is done here meanwhile would be lost. */
  async giveBack(): Promise<void> {
    this.#isLeaving = true;
    this.#lent.changed();
    try {
      await this.#does((transport) => {
        if (transport.giveBack === undefined) throw new KycError("handover_unsupported");
        return transport.giveBack(this.#lent.life);
      });
    } catch (error) {
      this.#isLeaving = false;
      this.#lent.changed();
      throw error;
    }
  }

  /** What the server said to who asked at that turn. */
  told(standing: HandOverStanding | null | undefined, turn: number): void {
    if (turn !== this.#turn) return;
    this.#now = this.#from(standing ?? null);
    void this.#watch();
  }

  #from(standing: HandOverStanding | null): HandOver | null {
    const before = this.#now;
    // The link was told once, to the page that asked for it.
    if (standing?.state === "open") return before?.state === "open" ? before : null;
    if (standing !== null) return standing;
    if (before === null || before.state === "agreed") return null;
    return before.state === "expired" || this.#lent.now() >= before.expires_at ? { state: "expired" } : null;
  }

  async #does<T>(work: (transport: HandOverTransport) => Promise<T>): Promise<T> {
    const { transport } = this.#lent;
    if (transport === undefined) throw new KycError("handover_unsupported");
    this.#turn += 1;
    try {
      return await work(transport);
    } finally {
      this.#turn += 1;
    }
  }

  #become(now: HandOver | null): void {
    this.#now = now;
    this.#lent.changed();
    void this.#watch();
  }

  /** The stream tells when a device has come. Where there is none, and for the end of the time, it is asked for. */
  async #watch(): Promise<void> {
    if (this.#watching) return;
    this.#watching = true;
    const { patience, life } = this.#lent;
    while (this.#now?.state === "open" || this.#now?.state === "asked") {
      try {
        await patience.wait(POLL, life);
      } catch {
        return;
      }
      this.#lent.reread();
    }
    this.#watching = false;
  }
}

/** How long to wait between two questions, in milliseconds. */
export const POLL = 2_000;
