/** What went wrong that is nobody's answer: refusals of the chart are values, everything else is a {@link KycError}. */

/** Stable codes; compare these, never the message. */
export type KycErrorCode =
  /** `init()` was not called, or the WebAssembly did not load: the message says which, and what to do. */
  | "not_initialised"
  /** The session was disposed. */
  | "disposed"
  /** The event is not one that the chart knows, or has fields that it does not know. */
  | "malformed_event"
  /** The Flow from the server cannot be read by this version of the package. */
  | "malformed_flow"
  /** The snapshot from the server cannot be read: not one at all, newer than this package, altered, or another Flow's. */
  | "malformed_snapshot"
  | "unknown_schema"
  | "tampered_snapshot"
  | "foreign_snapshot"
  /** Not a session's name. */
  | "malformed_session"
  /** The page was opened without https, so that the browser does not lend it what is needed. */
  | "insecure_context"
  /** No answer, or one that says "later": nothing is lost, the same request may go again. */
  | "offline"
  /** The credential is missing, foreign or no longer valid. */
  | "unauthorised"
  /** The link was used before, or is too old. */
  | "link_invalid"
  /** This hand-over was called off, refused or taken back, or nobody answered in time. */
  | "handover_ended"
  /** The transport knows of no other devices. */
  | "handover_unsupported"
  /** The server does not want this request. `problem.code` says why. */
  | "refused_by_server"
  /** The server stood elsewhere: what was not yet saved is gone, and the session shows what the server has. */
  | "diverged"
  /** Stopped by the caller. */
  | "aborted";

/** A problem as the server describes it (RFC 9457), with its stable `code`. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title?: string;
  readonly detail?: string;
  /** With `code: "refused"`: which guard said no. */
  readonly reason?: string;
}

export class KycError extends Error {
  override readonly name = "KycError";
  readonly code: KycErrorCode;
  /** What the server said, where it said something. */
  readonly problem: Problem | null;
  /** Seconds that the server asked to wait, where it did. */
  readonly retryAfter: number | null;

  constructor(code: KycErrorCode, options: { problem?: Problem; cure?: string; retryAfter?: number | null; cause?: unknown } = {}) {
    const more = options.problem?.code ?? options.cure;
    super(more ? `${code}: ${more}` : code, options);
    this.code = code;
    this.problem = options.problem ?? null;
    this.retryAfter = options.retryAfter ?? null;
  }
}
