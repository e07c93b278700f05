/** What only a server lets happen, written into a snapshot as the server writes it: the chart of a page takes no such event. */
import { Chart, type KycEvent } from "../src/index.js";

interface Snapshot {
  version: number;
  state: string;
  case: { idle?: { since: number; reminded: number; steps: number } };
}

/** Does to a snapshot what the event does to a session; nothing when it is for the chart itself. */
const HAPPENS: { readonly [kind in KycEvent["type"]]?: (snapshot: Snapshot) => void } = {
  cancel: (snapshot) => {
    snapshot.state = "cancelled";
    delete snapshot.case.idle;
  },
  reminder_due: ({ case: { idle } }) => {
    if (idle === undefined) throw new Error("nobody is reminded");
    idle.reminded += 1;
    idle.steps += 1;
  },
  // The applicant's snapshot does not tell of it.
  hold: ({ case: { idle } }) => {
    if (idle !== undefined) idle.steps = 0;
  },
};

/** The chart after an event that no page may send; nothing when it is one that a page may. */
export function after(chart: Chart, flow: string, { type }: KycEvent): Chart | null {
  const happens = HAPPENS[type];
  if (happens === undefined) return null;
  const { checksum: _, ...snapshot } = JSON.parse(chart.snapshot()) as Snapshot & { checksum: string };
  snapshot.version += 1;
  happens(snapshot);
  const text = JSON.stringify(snapshot);
  const checksum = xxh64(Buffer.from(text.slice(0, -1))).toString(16).padStart(16, "0");
  return Chart.restore(flow, `${text.slice(0, -1)},"checksum":"${checksum}"}`);
}

/** XXH64 without a seed. */
function xxh64(bytes: Buffer): bigint {
  const fit = (number: bigint) => BigInt.asUintN(64, number);
  const turn = (number: bigint, by: bigint) => fit((number << by) | (number >> (64n - by)));
  const round = (sum: bigint, lane: bigint) => fit(turn(fit(sum + lane * P2), 31n) * P1);
  let at = 0;
  let hash = P5;
  if (bytes.length >= 32) {
    const sums: [bigint, bigint, bigint, bigint] = [fit(P1 + P2), P2, 0n, fit(-P1)];
    for (; at + 32 <= bytes.length; at += 32) sums.forEach((sum, lane) => (sums[lane] = round(sum, bytes.readBigUInt64LE(at + 8 * lane))));
    hash = fit(turn(sums[0], 1n) + turn(sums[1], 7n) + turn(sums[2], 12n) + turn(sums[3], 18n));
    for (const sum of sums) hash = fit((hash ^ round(0n, sum)) * P1 + P4);
  }
  hash = fit(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) hash = fit(turn(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * P1 + P4);
  for (; at + 4 <= bytes.length; at += 4) hash = fit(turn(hash ^ fit(BigInt(bytes.readUInt32LE(at)) * P1), 23n) * P2 + P3);
  for (; at < bytes.length; at += 1) hash = fit(turn(hash ^ fit(BigInt(bytes.readUInt8(at)) * P5), 11n) * P1);
  hash = fit((hash ^ (hash >> 33n)) * P2);
  hash = fit((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;
