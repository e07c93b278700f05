/** Asks for the session while the rest of the page is still on its way. Stands in the page itself, so that it is there first; what it got is in `early.ts`. */
import type { Exchanged, Loaded } from "@kyc/sdk";
import { recalled, remember } from "./remembered";

const API = "/applicant/v1";

/** What the first script leaves to the others. */
export interface Headstart {
  /** Where the session stands as the server told; `null` when it could not be asked, or said no. Never rejects. */
  readonly seen: Promise<Loaded | null>;
  /** The answers, by what was asked. */
  readonly asked: Map<string, Promise<Response>>;
}

declare global {
  var kycHeadstart: Headstart | undefined;
}

const asked = new Map<string, Promise<Response>>();
globalThis.kycHeadstart = { seen: look().catch(() => null), asked };

/** Not for who comes with another device's code: nobody has let them in yet. */
async function look(): Promise<Loaded | null> {
  const asks = new URLSearchParams(location.hash.slice(1));
  if (asks.has("handover")) return null;
  const code = asks.get("code");
  const own = recalled(code);
  if (own === null) return code === null ? null : exchanged(code);
  const response = await sent(placeOf(own.session), { headers: { authorization: `Bearer ${own.token}` } });
  return response.ok ? ((await response.json()) as Loaded) : null;
}

/** A code works once: what it was traded for is remembered before anything else can go wrong, and nothing of the session with it. */
async function exchanged(code: string): Promise<Loaded | null> {
  const body = JSON.stringify({ code, load: true });
  const response = await sent(`${API}/exchange`, { method: "POST", headers: { "content-type": "application/json" }, body });
  if (!response.ok) return null;
  const { session, token, expires_at, loaded = null } = (await response.json()) as Exchanged;
  remember({ session, token, expires_at, code });
  // Who asks for the session with the token is told the same, at the same time by the server's clock.
  const headers = { date: response.headers.get("date") ?? "" };
  if (loaded !== null) asked.set(`GET ${placeOf(session)}`, Promise.resolve(Response.json(loaded, { headers })));
  return loaded;
}

function placeOf(session: string): string {
  return `${API}/sessions/${encodeURIComponent(session)}`;
}

/** The answer, and a copy of it for who asks the same a moment later. */
function sent(place: string, init: RequestInit): Promise<Response> {
  const answer = fetch(place, init);
  const copy = answer.then((response) => response.clone());
  copy.catch(() => undefined);
  asked.set(`${init.method ?? "GET"} ${place}`, copy);
  return answer;
}
