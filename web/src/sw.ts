/// <reference lib="webworker" />
/**
 * Service worker of Pocket. The server puts `self.ANLAN = {version, precache, offline, shell}` in front of this file,
 * so the list of files always belongs to the build that serves it.
 * Kept: the built files and the offline page. Never kept: pages with data of a person (Pocket keeps those in IndexedDB).
 */
export {};
declare const self: ServiceWorkerGlobalScope & {
  ANLAN: { version: string; precache: string[]; offline: string };
};

const setup = self.ANLAN;
const SHELL = `anlan-shell-${setup.version}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll([...setup.precache, setup.offline].map((url) => new Request(url, { cache: "reload" }))))
      .then(() => self.skipWaiting()),
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
    event.respondWith(fetch(request).catch(() => caches.match(setup.offline).then((kept) => kept ?? Response.error())));
  }
});
