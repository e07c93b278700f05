import { useSyncExternalStore } from "react";
import { consent } from "../shared/server.js";

/** Draws what the chart says, and draws it again after every change. */
export function Walk({ session }) {
  const { view, status } = useSyncExternalStore(session.subscribe, session.getSnapshot);
  return (
    <main data-state={view.state} data-status={status}>
      <h1>{view.next_action}</h1>
      {view.accepts.includes("start") && <button onClick={() => session.send({ type: "start", consent })}>I agree</button>}
    </main>
  );
}
