// Names the script that asks for the session in the page, before all others: it is small, and what it asks for takes two ways there and back.
import type { Plugin } from "vite";

export function headstart(): Plugin {
  return {
    name: "headstart",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_, { bundle }) {
        const script = Object.values(bundle ?? {}).find((file) => file.type === "chunk" && file.isEntry && file.name === "headstart");
        if (script === undefined) throw new Error("the first script is not among the page's files");
        return [{ tag: "script", attrs: { type: "module", async: true, crossorigin: "", src: `/apply/${script.fileName}` }, injectTo: "head-prepend" }];
      },
    },
  };
}
