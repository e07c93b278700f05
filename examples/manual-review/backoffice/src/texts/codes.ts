/** The codes and words that a text is needed for. */
import type { Item } from "@kyc/sdk";

/** The items that have a name of their own; an additional step goes by its name in the Flow. */
export type Photo = Exclude<Item, `step:${string}`>;

/** Problems of the server, and of the way there, that a reviewer can meet. */
export type Trouble =
  | "login_failed"
  | "rate_limited"
  | "unauthorized"
  | "role_missing"
  | "not_found"
  | "stale"
  | "not_accepted"
  | "offline"
  | "unavailable"
  | "unknown";
