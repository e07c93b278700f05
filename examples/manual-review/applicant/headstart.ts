// Puts the script that asks for the session into the page itself: it is small, and what it asks for would wait for one more way there and back.
import { build, type Plugin } from "vite";

const SCRIPT = "src/headstart.ts";
const PLACE = "<!-- headstart -->";

export function headstart(): Plugin {
  let isBuilt = false;
  return {
    name: "headstart",
    configResolved: ({ command }) => void (isBuilt = command === "build"),
    transformIndexHtml: {
      order: "post",
      async handler(html) {
        if (!html.includes(PLACE)) throw new Error(`the page has no place for ${SCRIPT}`);
        // Exactly this tag: the server names in the page's policy what stands in it, by its digest.
        const script = isBuilt ? `<script>${await written()}</script>` : `<script type="module" src="/${SCRIPT}"></script>`;
        return html.replace(PLACE, () => script);
      },
    },
  };
}

/** In one piece, since a script in a page imports nothing. */
async function written(): Promise<string> {
  const lib = { entry: SCRIPT, formats: ["iife" as const], name: "headstart" };
  const made = await build({ configFile: false, logLevel: "warn", build: { target: "es2023", write: false, minify: true, lib } });
  const [script, ...others] = [made].flat().flatMap((one) => ("output" in one ? one.output : []));
  if (script?.type !== "chunk" || others.length > 0) throw new Error("the first script is not one piece");
  const code = script.code.trim();
  if (/<!--|<\/?script|\r/i.test(code)) throw new Error("the first script says something that ends it in a page");
  return code;
}
