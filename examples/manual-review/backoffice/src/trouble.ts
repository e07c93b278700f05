/** From what went wrong to the text that says what to do next. */
import { ApiError } from "./api";
import type { Texts } from "./texts";

export function troubleText(t: Texts, error: unknown): string {
  if (!(error instanceof ApiError)) return t.troubles.unknown;
  const guard = named(t.guards, error.reason);
  if (guard !== undefined) return error.reason === "claimed_by_another" && error.claimedBy !== null ? t.heldBy(error.claimedBy) : guard;
  const trouble = named(t.troubles, error.code);
  if (trouble !== undefined) return trouble;
  return isLater(error) ? t.troubles.unavailable : t.troubles.unknown;
}

function named(texts: Readonly<Record<string, string>>, code: string | null): string | undefined {
  return code !== null && Object.hasOwn(texts, code) ? texts[code] : undefined;
}

/** Whether the same request may simply go again. */
export function isLater(error: unknown): boolean {
  return error instanceof ApiError && (error.code === "offline" || error.status === 503 || error.status === 502 || error.status === 429);
}
