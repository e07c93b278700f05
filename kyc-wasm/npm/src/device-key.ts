/** Keys for what a browser keeps: how they are made, released, lent, and used. */
import { encoded, randomName } from "./bytes.js";

/** Gives the key of a device from the session's server, 32 bytes, or throws: not now, or not any more. */
export type Release = (device: string, signal: AbortSignal) => Promise<Uint8Array<ArrayBuffer>>;

/** Under this the server's key is lent to the device, for as long as something is unsent. */
export interface Released {
  /** The name that the device gave itself, under which the server knows its key. */
  readonly device: string;
  readonly wrapper: CryptoKey;
}

/** A key in this page's memory: of the server, and then with what can be lent of it; or of this browser. */
export interface Held {
  readonly key: CryptoKey;
  readonly device: string | null;
  readonly lent: Uint8Array<ArrayBuffer> | null;
}

export const isReleased = (entry: unknown): entry is Released => typeof entry === "object" && entry !== null && "wrapper" in entry;

/** A key that no script reads out. */
export const made = (): Promise<CryptoKey> => crypto.subtle.generateKey(AES, false, ["encrypt", "decrypt"]);

export async function newDevice(): Promise<Released> {
  return { device: randomName(), wrapper: await made() };
}

/** Asks the server, not for ever: what waits to be written must not wait for a network that is gone. `null` when there is no key. */
export async function released(session: string, { device, wrapper }: Released, release: Release): Promise<Held | null> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LONGEST);
  const over = new Promise<null>((resolve) => patience.signal.addEventListener("abort", () => resolve(null), { once: true }));
  try {
    const bytes = await Promise.race([release(device, patience.signal), over]);
    if (bytes === null) return null;
    const lent = await sealed(wrapper, [session, LENT], bytes);
    return { device, lent, key: await used(bytes) };
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** The server's key as it was lent to this device. */
export async function borrowed(session: string, { device, wrapper }: Released, lent: Uint8Array<ArrayBuffer>): Promise<Held | null> {
  const bytes = await opened(wrapper, [session, LENT], lent);
  return bytes === null ? null : { device, lent, key: await used(bytes) };
}

/** Bound to its place, under a nonce of its own. */
export async function sealed(key: CryptoKey, place: Place, bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const content = new Uint8Array(await crypto.subtle.encrypt(cipher(place, iv), key, bytes));
  const whole = new Uint8Array(IV_BYTES + content.length);
  whole.set(iv);
  whole.set(content, IV_BYTES);
  return whole;
}

/** `null` when it was altered, moved, or sealed under another key. */
export async function opened(key: CryptoKey, place: Place, whole: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(cipher(place, whole.slice(0, IV_BYTES)), key, whole.slice(IV_BYTES)));
  } catch {
    return null;
  }
}

/** Session and name. */
export type Place = readonly [string, string];

/** No record is called so: theirs have a slash. */
export const LENT = "lent";

/** The bytes become a key that no script reads out, and are gone. */
async function used(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey("raw", bytes, AES.name, false, ["encrypt", "decrypt"]);
  bytes.fill(0);
  return key;
}

function cipher(place: Place, iv: Uint8Array<ArrayBuffer>): AesGcmParams {
  return { name: AES.name, iv, additionalData: encoded(place) };
}

const AES = { name: "AES-GCM", length: 256 };
const IV_BYTES = 12;
/** In milliseconds. */
const LONGEST = 5_000;
