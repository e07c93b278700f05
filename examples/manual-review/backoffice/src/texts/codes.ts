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
