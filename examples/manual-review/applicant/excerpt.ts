// The words of the first screen, cut out of a language's file: `de.ftl?first`. The others come behind it.
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

/** What the page can say before everything has come. */
const FIRST = /^(?:title|language|language-failed|loading|incomplete|try-again|progress|step-.*|status-saved|open-no_link.*|welcome-.*)$/;

export function excerpt(): Plugin {
  return {
    name: "excerpt",
    enforce: "pre",
    load(id) {
      const [path = "", query] = id.split("?");
      if (query !== "first" || !path.endsWith(".ftl")) return null;
      this.addWatchFile(path);
      return `export default ${JSON.stringify(first(readFileSync(path, "utf8")))};`;
    },
  };
}

/** Whole messages: a line that is indented belongs to the one above it. */
function first(text: string): string {
  let isFirst = false;
  const lines = text.split("\n").filter((line) => {
    const id = /^([a-z][\w-]*) =/.exec(line)?.[1];
    if (id !== undefined) isFirst = FIRST.test(id);
    else if (!/^\s+\S/.test(line)) isFirst = false;
    return isFirst;
  });
  return lines.join("\n");
}
