// Names the chart in the page, so that it comes beside the script that asks for it and not after it.
import type { Plugin } from "vite";

export function preloaded(): Plugin {
  return {
    name: "preloaded",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_, { bundle }) {
        const wasm = Object.keys(bundle ?? {}).find((name) => name.endsWith(".wasm"));
        if (wasm === undefined) throw new Error("the chart is not among the page's files");
        // The script goes first where a browser can tell: it has more to ask for.
        const attrs = { rel: "preload", href: `/apply/${wasm}`, as: "fetch", crossorigin: "", fetchpriority: "low" };
        return [{ tag: "link", attrs, injectTo: "head" }];
      },
    },
  };
}
