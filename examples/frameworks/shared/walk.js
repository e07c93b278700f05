import { consent } from "./server.js";

/** Draws what the chart says, without a framework. */
export function draw(session) {
  const main = document.querySelector("main");
  const button = document.querySelector("button");
  const show = () => {
    const { view, status } = session.getSnapshot();
    Object.assign(main.dataset, { state: view.state, status });
    document.querySelector("h1").textContent = view.next_action;
    button.hidden = !session.accepts("start");
  };
  button.addEventListener("click", () => session.send({ type: "start", consent }));
  session.subscribe(show);
  show();
}
