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
  return tried(loaded, null, (chart) => {
    const again: Waiting[] = [];
    for (const one of waiting) {
      const { version } = chart;
      if (chart.handle(one.event, one.at).outcome === "rejected") return null;
      again.push({ ...one, version });
    }
    return again;
  });
}

/** What the server has after it took this event, so that a reload without a network stands there, too. */
export function advanced(standing: Loaded, { event, at, version }: Waiting): Loaded {
  if (version !== standing.view.version) return standing;
  return tried(standing, standing, (chart) => (chart.handle(event, at).outcome === "step" ? { ...standing, snapshot: chart.snapshot(), view: chart.view() } : standing));
}

/** Whether this version of the package can go on from there. */
export function isReadable(loaded: Loaded): boolean {
  return tried(loaded, false, (chart) => chart.version === loaded.view.version);
}

/** What a chart that stands there answers, or the other thing where it cannot. */
function tried<T>({ flow, snapshot }: Loaded, otherwise: T, work: (chart: Chart) => T): T {
  let chart: Chart | null = null;
  try {
    chart = Chart.restore(flow, snapshot);
    return work(chart);
  } catch {
    return otherwise;
  } finally {
    chart?.release();
  }
}
