/** The frame of every screen: bar with the pill, content, dock, tabs; addresses under /p/. */
import { hear } from "./core/news";
import { isLocked, lockIfIdle, whose } from "./lock";
import { look, type World } from "./model";
import { pill } from "./pill";
import { arrive } from "./sealing";
import { add, button, h, icon } from "./ui";
import { undoBar } from "./undo";
import { t } from "./words";

export interface Screen {
  title: string;
  sub?: string;
  back?: string;
  close?: boolean;
  tab?: string;
  dark?: boolean;
  under?: HTMLElement | null;
  act?: HTMLElement | null;
  main: (Node | string | null | false)[];
  dock?: (Node | null | false)[];
}
let onLock: (world: World) => Screen = () => ({ title: "", main: [] });
/** Say what is drawn while the app is locked. */
export function whenLocked(make: (world: World) => Screen): void {
  onLock = make;
}
export type Make = (world: World, query: URLSearchParams) => Promise<Screen> | Screen;

const screens = new Map<string, Make>();
let leaving: (() => void) | null = null;
let frozen = false;
let turn = 0;
/** A finger is on the screen: what it presses must still be there when it lifts, or the tap is lost. */
let pressed = false;
let waiting = false;

export function screen(path: string, make: Make): void {
  screens.set(path, make);
}

/** Let a screen clean up (camera, timers) before the next one comes. */
export function onLeave(handle: () => void): void {
  leaving = handle;
}

/** While somebody types or the camera runs, news refresh the pill alone. */
export function freeze(on: boolean): void {
  frozen = on;
}

export function go(to: string, replace = false): void {
  if (replace) history.replaceState({}, "", to);
  else history.pushState({}, "", to);
  void draw(true);
}

/** A change of screen that was overtaken by news is owed: the draw that overtook it carries it out. */
let owed = false;

export async function draw(fresh = false): Promise<void> {
  const mine = (turn += 1);
  owed ||= fresh;
  const world = await look();
  if (mine !== turn) return;
  fresh = owed;
  await whose(world.actor?.id ?? "");
  lockIfIdle();
  const shut = isLocked() && !mayWhileLocked(world);
  if (!fresh && frozen && shut === wasShut) return showPill(world);
  // The lock may fall over a screen with a running camera: that is left as if somebody had gone.
  if (shut !== wasShut) fresh = true;
  else if (!fresh && shut) return showPill(world);
  wasShut = shut;
  if (fresh) {
    owed = false;
    leaving?.();
    leaving = null;
    frozen = false;
  }
  if (shut) return paint(onLock(world), world, fresh);
  // The code at a point is an address: the phone's own camera opens it as well as our scanner.
  const point = /^\/p\/at\/([0-9a-f-]{36})\/$/.exec(location.pathname)?.[1];
  if (point) {
    arrive({ place: point, how: "qr", at: new Date().toISOString() });
    history.replaceState({}, "", `/p/place/?id=${point}`);
  }
  const make = screens.get(location.pathname) ?? screens.get("/p/");
  if (!make) return;
  const made = await make(world, new URLSearchParams(location.search));
  if (mine !== turn) {
    // The draw that overtook this one may have decided already that only the pill changes.
    if (fresh) {
      owed = true;
      void draw();
    }
    return;
  }
  // A screen that is already there is not put up again under a finger, however much it is owed.
  if (pressed && (!fresh || shown === address())) {
    owed ||= fresh;
    waiting = true;
    return;
  }
  paint(made, world, fresh);
}

/** The address of what is painted: it follows the address of the page, which changes first. */
let shown = "";
const address = (): string => location.pathname + location.search;

let wasShut = false;
/** A finding can be reported from the lock screen; drafts of the person stay hidden. */
function mayWhileLocked(world: World): boolean {
  if (location.pathname !== "/p/finding/") return false;
  const draft = new URLSearchParams(location.search).get("draft");
  return draft === null || world.drafts.find((one) => one.id === draft)?.form.locked === true;
}

function paint(made: Screen, world: World, fresh: boolean): void {
  const root = document.getElementById("pk-app");
  if (!root) return;
  root.removeAttribute("aria-busy");
  const scroll = document.scrollingElement?.scrollTop ?? 0;
  document.title = `${made.title} · ${t("tasks")}`;
  root.className = made.dark ? "pk-app pk-app--night" : "pk-app";
  const bar = h(`header.pk-bar${made.back ? ".pk-bar--back" : ""}${made.title.length > 10 ? ".pk-bar--long" : ""}`, {},
    made.back ? h("a.pk-bar__back", { href: made.back, "aria-label": t("back") }, icon(made.close ? "x" : "arrow-left", "24")) : null,
    h("div.pk-bar__title", {}, h("h1", {}, made.title), made.sub ? h("div.pk-bar__sub", {}, made.sub) : null),
    made.act,
    pill(world),
  );
  const main = h("main.pk-main", { id: "an-main", tabindex: "-1" });
  add(main, made.main);
  const dock = h(`div.pk-dock${made.tab ? "" : ".pk-dock--alone"}`);
  add(dock, [isLocked() ? null : undoBar(), ...(made.dock ?? [])]);
  shown = address();
  root.dataset.shown = shown;
  root.replaceChildren(bar);
  add(root, [made.under, main, dock.childNodes.length ? dock : null, made.tab ? tabs(made.tab, world) : null]);
  if (fresh) {
    window.scrollTo(0, 0);
    main.focus({ preventScroll: true });
  } else window.scrollTo(0, scroll);
}

function showPill(world: World): void {
  document.querySelector(".pk-sync")?.replaceWith(pill(world));
}

function tabs(here: string, world: World): HTMLElement {
  const one = (key: "today" | "tasks" | "outbox" | "me", to: string, name: string, dot = ""): HTMLElement =>
    h("a", { href: to, "aria-current": here === key ? "page" : null }, dot ? h("span.pk-tabs__dot", {}, dot) : null, icon(name, "24"), h("span", {}, t(key)));
  const waiting = world.unsent + world.conflicts.length + world.refused.length;
  return h("nav.pk-tabs", { "aria-label": t("navigation") },
    one("today", "/p/", "list-check"),
    one("tasks", "/p/tasks/", "checkup-list"),
    h("a.pk-tabs__scan", { href: "/p/scan/", "aria-label": t("scan") }, h("span", {}, icon("scan", "24"), t("scan"))),
    one("outbox", "/p/outbox/", "send", waiting ? String(waiting) : ""),
    one("me", "/p/me/", "user"),
  );
}

function lifted(): void {
  pressed = false;
  if (waiting) {
    waiting = false;
    void draw();
  }
}

/** Follow links inside Pocket without a page load; redraw when something on the phone changes. */
export function start(): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href^="/p/"]') : null;
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || link.target) return;
    event.preventDefault();
    go(link.getAttribute("href") ?? "/p/");
  });
  window.addEventListener("popstate", () => void draw(true));
  document.addEventListener("pointerdown", () => (pressed = true), true);
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => window.setTimeout(lifted, 30), true);
  let timer = 0;
  hear(() => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void draw(), 60);
  });
  void draw(true).catch(broken);
}

/** The browser does not give us its storage (private window, broken profile): say so instead of an empty frame. */
function broken(reason: unknown): void {
  console.warn("draw", reason);
  const root = document.getElementById("pk-app");
  root?.removeAttribute("aria-busy");
  root?.querySelector("main")?.replaceChildren(h("section.pk-card.pk-card--pad.an-stack", { role: "alert" }, icon("alert-octagon", "36"), h("b.pk-big", {}, t("no_storage")), h("p", {}, t("no_storage_more")), button(t("try_again"), { onclick: () => location.reload() })));
}
