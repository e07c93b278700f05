// Serves a folder as a careful company does: nothing inline, no eval, nothing from elsewhere.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

/** @returns {Promise<{ url: string, close(): Promise<void> }>} */
export async function served(folder) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://here").pathname);
    if (path === "/favicon.ico") return response.writeHead(204).end();
    try {
      const body = await readFile(join(folder, path));
      response.writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream", "content-security-policy": policy(path, body) }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** An import map can only be inline: it is named by its digest. */
function policy(path, body) {
  const map = extname(path) === ".html" ? /<script type="importmap">(.*?)<\/script>/s.exec(body.toString())?.[1] : undefined;
  const digest = map === undefined ? "" : ` 'sha256-${createHash("sha256").update(map).digest("base64")}'`;
  return `default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'${digest}; style-src 'self'; img-src 'self' data:`;
}
