/** Measures everybody in one process and prints the nanoseconds of each piece of work as JSON. */
import { readFileSync } from "node:fs";
import { measure } from "mitata";
import { back, details, nameless, noon, session, start, walk } from "./work.mjs";

const [, , ...wanted] = process.argv;
const seconds = Number(process.env.SECONDS_EACH ?? "0.5");
const results = {};

async function time(name, work) {
  const told = await measure(work, { min_cpu_time: seconds * 1e9 });
  results[name] = told.p50;
}

/** What does not do the work is not worth measuring. */
function holds(what, is_so) {
  if (!is_so) throw new Error(`does not do the work: ${what}`);
}

const peers = {
  async xstate() {
    const peer = await import("./xstate.mjs");
    const actor = peer.open();
    actor.send(start);
    await time("xstate/accepted-twice", () => {
      actor.send(details);
      actor.send(back);
    });
    await time("xstate/refused", () => actor.send(nameless));
    holds("refuses", peer.at(actor) === "personal_details");
    await time("xstate/walk", () => {
      const actor = peer.open();
      for (const event of walk) actor.send(event);
      holds("arrives", peer.at(actor) === "final");
    });
    await time("xstate/warm-twice", () => {
      actor.send(details);
      const there = peer.encode(actor);
      actor.send(back);
      return [there, peer.encode(actor)];
    });
    const kept = peer.encode(actor);
    await time("xstate/cold", () => {
      const actor = peer.restore(kept);
      actor.send(details);
      return peer.encode(actor);
    });
  },

  async ballerine() {
    // It tells every event to the console.
    console.log = () => undefined;
    const peer = await import("./ballerine.mjs");
    const workflow = peer.open("personal_details");
    await time("ballerine/accepted-twice", async () => {
      await workflow.sendEvent(details);
      await workflow.sendEvent(back);
    });
    holds("goes forth and back", peer.at(workflow) === "personal_details");
    await time("ballerine/warm-twice", async () => {
      await workflow.sendEvent(details);
      const there = peer.encode(workflow);
      await workflow.sendEvent(back);
      return [there, peer.encode(workflow)];
    });
    const kept = peer.encode(workflow);
    await time("ballerine/cold", async () => {
      const workflow = peer.restore(kept);
      await workflow.sendEvent(details);
      holds("goes forth", peer.at(workflow) === "document_selection");
      return peer.encode(workflow);
    });
  },

  /** The package as a page calls it: typed values in and out, text across the boundary. */
  async package() {
    const { Chart, init } = await import("../../kyc-wasm/npm/dist/wasm.js");
    await init(readFileSync(new URL("../../kyc-wasm/npm/dist/wasm/kyc_wasm_bg.wasm", import.meta.url)));
    const flow = readFileSync(new URL("../../kyc-wasm/npm/tests/flow.json", import.meta.url), "utf8");
    const chart = Chart.open(flow, session, noon);
    chart.handle(start, noon);
    await time("package/accepted-twice", () => {
      chart.handle(details, noon);
      chart.handle(back, noon);
    });
    await time("package/refused", () => chart.handle(nameless, noon));
    holds("refuses", chart.view().state === "personal_details");
    await time("package/warm-twice", () => {
      chart.handle(details, noon);
      const there = chart.snapshot();
      chart.handle(back, noon);
      return [there, chart.snapshot()];
    });
    const kept = chart.snapshot();
    await time("package/cold", () => {
      const chart = Chart.restore(flow, kept);
      chart.handle(details, noon);
      const snapshot = chart.snapshot();
      chart.release();
      return snapshot;
    });
  },
};

const print = console.log.bind(console);
for (const name of wanted.length > 0 ? wanted : Object.keys(peers)) await peers[name]();
print(JSON.stringify(results));
