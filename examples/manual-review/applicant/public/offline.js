// Answers for this page's own files when there is no network. What was put aside is older, so the network goes first.
const CACHE = "kyc-page";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOwn = request.method === "GET" && request.url.startsWith(self.registration.scope);
  if (isOwn) event.respondWith(answered(request));
});

async function answered(request) {
  const kept = request.mode === "navigate" ? self.registration.scope : request;
  try {
    const response = await fetch(request);
    if (response.ok) {
      const cache = await caches.open(CACHE);
      // A full disk is no reason not to answer.
      await cache.put(kept, response.clone()).catch(() => undefined);
    }
    return response;
  } catch (error) {
    const earlier = await (await caches.open(CACHE)).match(kept, { ignoreSearch: true });
    if (earlier === undefined) throw error;
    return earlier;
  }
}
