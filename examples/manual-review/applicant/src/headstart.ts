/** Asks for the session while the rest of the page is still on its way. Stands in the page itself, so that it is there first; what it got is in `early.ts`. */
import type { Credential, Loaded } from "@kyc/sdk";
import { recalled, remember } from "./remembered";

const API = "/applicant/v1";

/** What the first script leaves to the others. */
export interface Headstart {
  /** Where the session stands as the server told; `null` when it could not be asked, or said no. Never rejects. */
  readonly seen: Promise<Loaded | null>;
  /** Settles when the session is asked for, or will not be. */
  readonly sent: Promise<void>;
  /** The answers, by what was asked. */
  readonly asked: Map<string, Promise<Response>>;
}

declare global {
  var kycHeadstart: Headstart | undefined;
}

const asked = new Map<string, Promise<Response>>();
let isOut: () => void = () => undefined;
const sent = new Promise<void>((resolve) => (isOut = resolve));
const seen = look().catch(() => null).finally(() => isOut());
globalThis.kycHeadstart = { seen, sent, asked };

/** Not for who comes with another device's code: nobody has let them in yet. */
async function look(): Promise<Loaded | null> {
  const asks = new URLSearchParams(location.hash.slice(1));
  if (asks.has("handover")) return null;
  const code = asks.get("code");
  const own = recalled(code) ?? (code === null ? null : await exchanged(code));
  if (own === null) return null;
  const loaded = told<Loaded>(`${API}/sessions/${encodeURIComponent(own.session)}`, { headers: { authorization: `Bearer ${own.token}` } });
  isOut();
  return loaded;
}

/** A code works once: what it was traded for is remembered before anything else can go wrong. */
async function exchanged(code: string): Promise<Credential | null> {
  const body = JSON.stringify({ code });
  const own = await told<Credential>(`${API}/exchange`, { method: "POST", headers: { "content-type": "application/json" }, body });
  if (own !== null) remember({ ...own, code });
  return own;
}

async function told<T>(place: string, init: RequestInit): Promise<T | null> {
  const answer = fetch(place, init);
  asked.set(`${init.method ?? "GET"} ${place}`, answer.then((response) => response.clone()));
  asked.get(`${init.method ?? "GET"} ${place}`)?.catch(() => undefined);
  const response = await answer;
  return response.ok ? ((await response.json()) as T) : null;
}
