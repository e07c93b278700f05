/** Working out here where the server stands, or will: its snapshot, and the events that were decided upon it. */
import type { Waiting } from "./shelf.js";
import type { Loaded } from "./transport.js";
import { Chart } from "./wasm.js";

/** The chart after everything that waits. What no longer fits is left to the server's answer. */
export function replayed({ flow, snapshot }: Loaded, waiting: readonly Waiting[]): Chart {
  const chart = Chart.restore(flow, snapshot);
  for (const { event, at, version } of waiting) {
    try {
      if (version === chart.view().version) chart.handle(event, at);
    } catch {
      // Not an event: the server will say so.
    }
  }
  return chart;
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
    const isSame = chart.view().version === view.version;
    chart.release();
    return isSame;
  } catch {
    return false;
  }
}
