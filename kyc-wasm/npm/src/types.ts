/** The types of the chart, generated from Rust. Names that the DOM has too are given a `Kyc` in front. */
export type * from "./generated/collection.js";
export type { Event as KycEvent } from "./generated/collection.js";
export type * as Review from "./generated/review.js";
