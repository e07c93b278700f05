/** The codes that a text is needed for, as far as the page can meet them. */
import type { Reason } from "@kyc/sdk";

/** Why a guard of the chart said no. */
export type GuardReason = Reason;

/** Problems of the server and of the way there that an applicant can meet. */
export type Trouble =
  | "not_an_image"
  | "image_empty"
  | "image_damaged"
  | "too_large"
  | "too_many_pixels"
  | "image_too_small"
  | "digest_mismatch"
  | "blob_missing"
  | "images_exhausted"
  | "events_exhausted"
  | "stale"
  | "not_accepted"
  | "offline"
  | "rate_limited"
  | "insecure"
  | "unknown";
