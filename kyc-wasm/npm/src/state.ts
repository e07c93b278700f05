/** What a page draws of a session, and what it hands in. */
import type { EventKind, ProofKind, Side, Source, StepName, View } from "./generated/collection.js";
import type { HandOver } from "./handover.js";
import type { Uploading } from "./upload.js";

/**
 * How what the applicant sees relates to what the server has: the same · on its way · on its way, with no answer for now ·
 * replaced by the server's, see `divergence` · kept here, because the credential is no longer taken.
 */
export type SaveStatus = "saved" | "saving" | "offline" | "conflict" | "signed_out";

/** Why the page's steps were replaced by the server's. */
export interface Divergence {
  /** The stable code of the server's answer, or of the error. */
  readonly code: string;
  /** With `code: "refused"`: which guard said no. */
  readonly reason: string | null;
  /** What was not saved, oldest first. */
  readonly lost: readonly EventKind[];
}

/** What a page draws. The same object until something changes. */
export interface SessionState {
  readonly view: View;
  readonly status: SaveStatus;
  /** Events that the server has not acknowledged yet. */
  readonly waiting: number;
  /** Whether what waits would survive a closed tab: `false` while it is written, and where the device keeps nothing. */
  readonly kept: boolean;
  /**
   * How far the photo is that is on its way up. It stays while there is no network, and is gone when the photo has arrived, is
   * refused, or was stopped with `abortUpload`.
   */
  readonly uploading: Uploading | null;
  readonly divergence: Divergence | null;
  /** Where a hand-over stands that this device has begun. While it is `agreed`, another device moves the session. */
  readonly handover: HandOver | null;
}

/** An event that hands in a photo or a file, before that has its name. */
export type Capture =
  | { readonly type: "capture_page"; readonly side: Side }
  | { readonly type: "capture_selfie" }
  | { readonly type: "capture_step"; readonly step: StepName; readonly source: Source; readonly proof?: ProofKind };
