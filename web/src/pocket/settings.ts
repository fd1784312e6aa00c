/** Choices of this phone: theme, language, hand; installing and updating. They hold without a line. */
import { draw } from "./app";
import { drafts, envelopes, isUnsent } from "./core/outbox";
import { language, speak } from "./words";

type Choice = "theme" | "language" | "hand";
export const chosen = (what: Choice): string => localStorage.getItem(`anlan-${what}`) ?? "";

export function apply(): void {
  const root = document.documentElement;
  const theme = chosen("theme");
  if (theme) root.dataset.anTheme = theme;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.bsTheme = root.dataset.anTheme === "dark" || (root.dataset.anTheme === "auto" && dark) ? "dark" : "light";
  speak(chosen("language") || root.lang);
  root.lang = language() === "en" ? "en" : "zh-CN";
  document.body.classList.toggle("is-left", chosen("hand") === "left");
}

function keep(what: Choice, value: string): void {
  localStorage.setItem(`anlan-${what}`, value);
  apply();
  void draw(true);
}
export const chooseTheme = (to: string): void => keep("theme", to);
export const chooseLanguage = (to: string): void => keep("language", to);
export const chooseHand = (to: string): void => keep("hand", to);

let prompt: (Event & { prompt?: () => Promise<void> }) | null = null;
export const install = (): (() => Promise<void>) | null => (prompt?.prompt ? async () => prompt?.prompt?.() : null);

let waiting: ServiceWorker | null = null;
let free = false;
/** A new version waits; `free` says that no draft is open and no safety order unsent. */
export const waitingUpdate = (): { free: boolean; apply: () => void } | null => (waiting ? { free, apply: () => waiting?.postMessage("go") } : null);

async function noteWaiting(worker: ServiceWorker | null): Promise<void> {
  waiting = worker;
  const [open, rows] = await Promise.all([drafts(), envelopes()]);
  free = open.length === 0 && !rows.some((row) => row.lane === 0 && isUnsent(row));
  // Nobody is in the middle of anything: the new version simply comes.
  if (worker && free && location.pathname === "/p/") worker.postMessage("go");
}

export function watchUpdates(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    prompt = event;
  });
  if (!("serviceWorker" in navigator)) return;
  let had = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (had) location.reload();
    had = true;
  });
  window.addEventListener("load", () => {
    navigator.serviceWorker.register("/sw.js", { scope: "/" }).then((found) => {
      if (found.waiting && navigator.serviceWorker.controller) void noteWaiting(found.waiting);
      found.addEventListener("updatefound", () => {
        const coming = found.installing;
        coming?.addEventListener("statechange", () => coming.state === "installed" && navigator.serviceWorker.controller && void noteWaiting(coming));
      });
    }).catch((reason: unknown) => console.warn("service worker", reason));
  });
}
