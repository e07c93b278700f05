/** Problems of the server and of the way there that an applicant can meet. */
export const TROUBLES = [
  "not_an_image",
  "image_empty",
  "image_damaged",
  "too_large",
  "too_many_pixels",
  "image_too_small",
  "digest_mismatch",
  "blob_missing",
  "images_exhausted",
  "events_exhausted",
  "stale",
  "handed_over",
  "not_accepted",
  "offline",
  "rate_limited",
  "insecure",
  "unknown",
] as const;

export type Trouble = (typeof TROUBLES)[number];
