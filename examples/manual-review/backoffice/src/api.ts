/** The reviewer's HTTP interface: the cookie says who asks, versions and keys make every write harmless to repeat. */
import type { Review, View } from "@kyc/sdk";

export interface Me {
  readonly name: string;
  readonly roles: readonly string[];
}

export interface CaseLine {
  readonly session: string;
  readonly external_ref: string | null;
  readonly state: Review.State;
  readonly version: number;
  readonly opened_at: number;
  readonly claimed_by: string | null;
}

export interface Cases {
  readonly cases: readonly CaseLine[];
  /** Those that nobody can read before a backup is restored. */
  readonly damaged: readonly string[];
  readonly next: string | null;
}

/** What the applicant read of each additional step, by its name and language. */
export type Steps = Readonly<Record<string, Readonly<Record<string, { readonly name: string; readonly description: string }>>>>;

export interface Opened {
  readonly case: Review.CaseView;
  readonly applicant: View;
  readonly steps: Steps;
}

/** One line of the record, without personal data. */
export interface Entry {
  readonly version: number;
  readonly at: number;
  readonly by: { readonly sender: string; readonly name?: string };
  readonly event: string;
  readonly from: string;
  readonly to: string;
}

export interface Journal {
  readonly collection: { readonly entries: readonly Entry[]; readonly whole: boolean };
  readonly review: { readonly entries: readonly Entry[]; readonly whole: boolean };
}

/** A write on its way: the same object sent again is the same request. */
export interface Deed {
  readonly session: string;
  readonly version: number;
  readonly key: string;
  readonly event: Review.Event;
}

/** A problem by its stable code. `offline` is ours: no answer came. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly reason: string | null;
  readonly claimedBy: string | null;

  constructor(code: string, status: number, body: { reason?: unknown; claimed_by?: unknown } = {}) {
    super(code);
    this.code = code;
    this.status = status;
    this.reason = typeof body.reason === "string" ? body.reason : null;
    this.claimedBy = typeof body.claimed_by === "string" ? body.claimed_by : null;
  }
}

const BASE = "/backoffice/v1";

export const me = (): Promise<Me> => read("/me");
export const login = (name: string, password: string): Promise<Me> => write("/login", { name, password });
export const logout = (): Promise<unknown> => write("/logout", {});
export const opened = (session: string): Promise<Opened> => read(`/cases/${encodeURIComponent(session)}`);
export const journal = (session: string): Promise<Journal> => read(`/cases/${encodeURIComponent(session)}/journal`);
export const image = (session: string, blob: string): string => `${BASE}/cases/${encodeURIComponent(session)}/blobs/${blob}`;
/** How many pages there are to look at: a photo has one. */
export async function pagesOf(src: string): Promise<number> {
  const response = await fetch(src, { method: "HEAD", cache: "no-store" });
  if (!response.ok) throw new ApiError(`http_${response.status}`, response.status);
  return Math.max(1, Number(response.headers.get("kyc-pages") ?? 1) || 1);
}
export const stream = (): EventSource => new EventSource(`${BASE}/stream`);

export function cases(state: Review.State | null, after: string | null): Promise<Cases> {
  const query = new URLSearchParams({ limit: "50" });
  if (state !== null) query.set("state", state);
  if (after !== null) query.set("after", after);
  return read(`/cases?${query.toString()}`);
}

export function deed(session: string, version: number, event: Review.Event): Deed {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return { session, version, event, key: Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") };
}

export const send = ({ session, version, key, event }: Deed): Promise<Review.Step> =>
  write(`/cases/${encodeURIComponent(session)}/events`, event, { "if-match": `"${version}"`, "idempotency-key": key });

const read = <T>(path: string): Promise<T> => call(path, { cache: "no-store" });

const write = <T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> =>
  call(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });

async function call<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`${BASE}${path}`, init);
  } catch {
    throw new ApiError("offline", 0);
  }
  const body: unknown = await response.json().catch(() => ({}));
  if (response.ok) return body as T;
  const problem = body as { code?: unknown; reason?: unknown; claimed_by?: unknown };
  throw new ApiError(typeof problem.code === "string" ? problem.code : `http_${response.status}`, response.status, problem);
}
