/** From what went wrong to the name of the text that says what to do next. */
import { KycError } from "@kyc/sdk";
import type { Trouble } from "./texts/codes";
import { TROUBLES } from "./texts/codes";

export function troubleOf(error: unknown): `trouble-${Trouble}` {
  if (!(error instanceof KycError)) return "trouble-unknown";
  if (error.problem !== null) return troubleNamed(error.problem.code, error.problem.status);
  return error.code === "insecure_context" ? "trouble-insecure" : error.code === "offline" ? "trouble-offline" : "trouble-unknown";
}

/** Also for codes that came later than this page. */
export function troubleNamed(code: string, status = 0): `trouble-${Trouble}` {
  const known = TROUBLES.find((trouble) => trouble === code);
  if (known !== undefined) return `trouble-${known}`;
  if (status === 413) return "trouble-too_large";
  if (status === 415) return "trouble-not_an_image";
  if (status === 429) return "trouble-rate_limited";
  return "trouble-unknown";
}
