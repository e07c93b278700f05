// Whether a webhook was sent by the server that we share a secret with, and its bytes are those that were sent.

import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether a webhook comes from us.
 * @param {string} secret as `kyc-server webhook-secret` has printed it
 * @param {Record<string, string>} headers
 * @param {Buffer} body the bytes that came, not what was parsed from them
 * @param {number} [now] in seconds
 */
export function isGenuine(secret, headers, body, now = Date.now() / 1000) {
  const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signatures } = headers;
  if (!id || !signatures || !(Math.abs(now - Number(timestamp)) <= 300)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(" ").some((signature) => {
    const code = Buffer.from(signature.replace(/^v1,/, ""), "base64");
    return signature.startsWith("v1,") && code.length === expected.length && timingSafeEqual(code, expected);
  });
}

/**
 * Whether one in the other vocabulary does: it is signed over its body alone.
 * @param {string} secret
 * @param {Record<string, string>} headers
 * @param {Buffer} body
 */
export function isGenuineCompatible(secret, headers, body) {
  const code = Buffer.from(headers["idenfy-signature"] ?? "", "hex");
  const expected = createHmac("sha256", secret).update(body).digest();
  return code.length === expected.length && timingSafeEqual(code, expected);
}
