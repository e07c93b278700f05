/** From what went wrong to the code of the text that says what to do next. */
import { KycError } from "@kyc/sdk";
import type { Trouble } from "./texts/codes";
import { en } from "./texts/en";

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof KycError)) return "unknown";
  if (error.problem !== null) return troubleNamed(error.problem.code, error.problem.status);
  return error.code === "insecure_context" ? "insecure" : error.code === "offline" ? "offline" : "unknown";
}

/** Also for codes that came later than this page. */
export function troubleNamed(code: string, status = 0): Trouble {
  if (Object.hasOwn(en.troubles, code)) return code as Trouble;
  if (status === 413) return "too_large";
  if (status === 415) return "not_an_image";
  if (status === 429) return "rate_limited";
  return "unknown";
}
