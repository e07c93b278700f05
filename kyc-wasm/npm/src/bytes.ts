/** Bytes of texts and records, bytes as lower-case hexadecimal digits, and names nobody guesses. */

export const encoder = new TextEncoder();

export const encoded = (record: unknown): Uint8Array<ArrayBuffer> => encoder.encode(JSON.stringify(record));

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

/** 128 bits that are nobody else's. */
export const randomName = (): string => hex(crypto.getRandomValues(new Uint8Array(16)));
