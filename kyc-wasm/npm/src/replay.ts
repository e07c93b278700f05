/** Working out here where the server stands, or will: its snapshot, and the events that were decided upon it. */
import type { Waiting } from "./shelf.js";
import type { Loaded } from "./transport.js";
import { Chart } from "./wasm.js";

/** The chart after everything that waits. What no longer fits is left to the server's answer. */
export function replayed({ flow, snapshot }: Loaded, waiting: readonly Waiting[]): Chart {
  const chart = Chart.restore(flow, snapshot);
  for (const { event, at, version } of waiting) {
    try {
      if (version === chart.version) chart.handle(event, at);
    } catch {
      // Not an event: the server will say so.
    }
  }
  return chart;
}

/**
 * The same steps where the server stands now, when nothing but reminders has happened there since they were taken; `null` when
 * something else has, or one of them is no longer taken.
 */
export function rebased(loaded: Loaded, waiting: readonly Waiting[]): Waiting[] | null {
  const { version, unchanged_since } = loaded.view;
  const [first] = waiting;
  if (first === undefined || first.version < unchanged_since || first.version >= version) return null;
  let chart: Chart | null = null;
  try {
    chart = Chart.restore(loaded.flow, loaded.snapshot);
    const again: Waiting[] = [];
    for (const one of waiting) {
      const seen = chart.view().version;
      if (chart.handle(one.event, one.at).outcome === "rejected") return null;
      again.push({ ...one, version: seen });
    }
    return again;
  } catch {
    return null;
  } finally {
    chart?.release();
  }
}

/** What the server has after it took this event, so that a reload without a network stands there, too. */
export function advanced(standing: Loaded, { event, at, version }: Waiting): Loaded {
  if (version !== standing.view.version) return standing;
  const chart = Chart.restore(standing.flow, standing.snapshot);
  try {
    const answer = chart.handle(event, at);
    return answer.outcome === "step" ? { ...standing, snapshot: chart.snapshot(), view: chart.view() } : standing;
  } finally {
    chart.release();
  }
}

/** Whether this version of the package can go on from there. */
export function isReadable({ flow, snapshot, view }: Loaded): boolean {
  try {
    const chart = Chart.restore(flow, snapshot);
    const isSame = chart.version === view.version;
    chart.release();
    return isSame;
  } catch {
    return false;
  }
}
