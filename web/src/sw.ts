/// <reference lib="webworker" />
/**
 * Service worker of Pocket. The server puts `self.ANLAN = {version, precache, offline}` in front of this file, so the
 * list of files always belongs to the build that serves it.
 * Kept: the built files and the shell, which holds no data of a person (those lie in IndexedDB). Calls to the server are
 * never answered from a cache.
 */
import { sealPending } from "./pocket/core/pending";
import { send } from "./pocket/core/uploader";

declare const self: ServiceWorkerGlobalScope & {
  ANLAN: { version: string; precache: string[]; offline: string };
};

const setup = self.ANLAN;
const SHELL = `anlan-shell-${setup.version}`;
const FILES = "pkg-files";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll([...setup.precache, setup.offline].map((url) => new Request(url, { cache: "reload" })))),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("anlan-shell-") && name !== SHELL).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (setup.precache.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname).then((kept) => kept ?? fetch(request)));
  } else if (request.mode === "navigate" && url.pathname.startsWith("/p/")) {
    // One shell for every screen; what it shows is drawn from the phone.
    event.respondWith(caches.match(setup.offline).then((kept) => kept ?? fetch(request)));
  } else if (/^\/api\/pocket\/files\/[0-9a-f]{64}$/.test(url.pathname)) {
    event.respondWith(byContent(request));
  }
});

/** Named by content, so never stale. */
async function byContent(request: Request): Promise<Response> {
  const cache = await caches.open(FILES);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone()).catch(() => undefined);
  return answer;
}

/** The line is back and perhaps no page is open: the same uploader runs here, under the same lock. */
self.addEventListener("sync", (event) => {
  const { tag, waitUntil } = event as ExtendableEvent & { tag: string };
  if (tag === "outbox") waitUntil.call(event, drain());
});

async function drain(): Promise<void> {
  await sealPending(false);
  await send(true);
  for (const client of await self.clients.matchAll()) client.postMessage("sent");
}

self.addEventListener("message", (event) => {
  if (event.data === "go") void self.skipWaiting();
  if (event.data === "send") event.waitUntil(drain());
});
