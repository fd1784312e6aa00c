import "./styles/pocket.entry.css";

import { forms } from "./behaviours/forms";
import { followTheme } from "./behaviours/theme";
import { toasts } from "./behaviours/toast";
import { draw, start, whenLocked } from "./pocket/app";
import { jumped, watchJumps } from "./pocket/core/clock";
import { whenOld } from "./pocket/core/db";
import { device } from "./pocket/core/device";
import { line } from "./pocket/core/net";
import { envelopes, isUnsent, seal, tidy } from "./pocket/core/outbox";
import { current, refresh } from "./pocket/core/package";
import { fetchPictures } from "./pocket/core/pictures";
import { send } from "./pocket/core/uploader";
import { isLocked, lockIfIdle, touched } from "./pocket/lock";
import { contacted } from "./pocket/pill";
import { say } from "./pocket/say";
import { flush } from "./pocket/undo";
import { apply, watchUpdates } from "./pocket/settings";
import { h } from "./pocket/ui";
import { t } from "./pocket/words";
import { lockScreen, openedBySigningIn } from "./pocket/screens/lock";
import "./pocket/screens/today";
import "./pocket/screens/place";
import "./pocket/screens/check";
import "./pocket/screens/finding";
import "./pocket/screens/rectify";
import "./pocket/screens/outbox";
import "./pocket/screens/scan";
import "./pocket/screens/me";

const CONTACT_MS = 30_000;
const LOOK_MS = 5000;
/** A line that has not answered for this long is called offline, though the attempt goes on. */
const SEEK_MS = 8000;
const PACKAGE_MS = 15 * 60_000;

toasts();
if (document.getElementById("pk-app")) void run();
else {
  // The gallery of parts, and what stands without the application.
  followTheme();
  forms();
}

async function run(): Promise<void> {
  apply();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
  watchUpdates();
  whenOld(() => document.body.prepend(h("div.pk-note.pk-note--3", { role: "alert" }, t("reopen"))));
  whenLocked(lockScreen);
  start();
  window.setTimeout(giveUpSeeking, SEEK_MS);
  watchIdle();
  // What was concluded before the page went is sealed before anything new is.
  await flush(true).catch((reason: unknown) => console.warn("pending", reason));
  const pkg = await current();
  document.body.dataset.person = pkg?.manifest.actor.name ?? "";
  await meet(pkg === undefined);
  void fetchPictures().catch((reason: unknown) => console.warn("pictures", reason));
  void tidy().catch(() => undefined);
  let last = Date.now();
  setInterval(() => {
    if (document.visibilityState !== "visible") return;
    void (async () => {
      const waiting = (await envelopes()).some(isUnsent);
      const due = Date.now() - last >= CONTACT_MS;
      // The first visit had no line: be known and have a package as soon as there is one.
      if (!(await device()).registered || !(await current())) {
        if ((await refresh().catch(() => "broken")) === "fresh") await draw();
      }
      await flush(false);
      if (waiting || due) {
        last = Date.now();
        await sendQuietly();
      }
    })();
  }, LOOK_MS);
  setInterval(() => document.visibilityState === "visible" && void refresh().then(() => draw()).then(fetchPictures), PACKAGE_MS);
  // The pill ages even when nothing happens.
  setInterval(() => document.visibilityState === "visible" && void draw(), CONTACT_MS / 2);
  for (const [target, name] of [[window, "online"], [document, "visibilitychange"]] as const) target.addEventListener(name, () => document.visibilityState === "visible" && void sendQuietly(true));
  navigator.serviceWorker?.addEventListener("message", (event) => event.data === "sent" && void draw());
  watchJumps((ms) => void onJump(ms));
}

const TOUCH_MS = 2000;
/** Note every touch, lock when there was none for long, seal what waits when the page goes. */
function watchIdle(): void {
  let last = 0;
  const touch = (): void => {
    if (Date.now() - last < TOUCH_MS && Date.now() >= last) return;
    if (lockIfIdle()) void draw(true);
    last = Date.now();
    touched();
  };
  for (const name of ["pointerdown", "keydown"]) document.addEventListener(name, touch, { capture: true, passive: true });
  const look = (): void => void (lockIfIdle() && draw(true));
  setInterval(look, LOOK_MS);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void flush(true).catch(() => undefined);
    else look();
  });
  window.addEventListener("pagehide", () => void flush(true).catch(() => undefined));
}

/** First contact of this visit: register, fetch the package, send. All of it may fail without harm. */
async function meet(first: boolean): Promise<void> {
  const before = await device();
  if (isLocked() && (await openedBySigningIn())) void draw(true);
  const outcome = await refresh().catch((reason: unknown) => {
    console.warn("package", reason);
    return "broken";
  });
  if (outcome === "fresh") document.body.dataset.person = (await current())?.manifest.actor.name ?? "";
  if (outcome === "no_line") giveUpSeeking();
  await sendQuietly(true);
  giveUpSeeking();
  if (first || outcome === "fresh" || !before.registered) void draw();
}

/** Whatever came of the first contact, the pill says it now. */
function giveUpSeeking(): void {
  if (document.body.dataset.contact === "tried") return;
  contacted();
  void draw();
}

async function sendQuietly(force = false): Promise<void> {
  await send(force).catch((reason: unknown) => console.warn("send", reason));
  if ((await line()).stop === "revoked") void draw();
}

async function onJump(ms: number): Promise<void> {
  await jumped();
  say(t("clock_wrong", { n: `${Math.round(ms / 1000)} s` }), "error");
  const pkg = await current();
  if (pkg) await seal({ kind: "device.clock_jump", lane: 4, payload: { ms }, actor: pkg.manifest.actor.id, pkg: pkg.manifest.id, icon: "clock-exclamation", title: t("clock"), detail: `${Math.round(ms / 1000)} s` }).catch(() => undefined);
}
