import { go, screen, draw } from "../app";
import { refresh } from "../core/package";
import { setMeta } from "../core/db";
import { hasPin } from "../lock";
import { besides, isDone, isOpen, nextOpening, nextStop, placeName, type Finding, type Stop, type World } from "../model";
import { button, h, icon, level, note, svg, tag } from "../ui";
import { clockTime, day, language, opening, span, t, until, when, type Word } from "../words";

screen("/p/", async (world) => {
  const first = nextStop(world.stops);
  const post = world.pkg?.manifest.actor.posts[0];
  const sub = [world.actor?.name, post?.organisation].filter(Boolean).join(" · ");
  const main: (Node | null)[] = [troubles(world)];
  if (world.pkg) main.push(life(world), world.stops.length ? routeCard(world) : nothing(world), mine(world), pinOffer());
  else if (!world.locked) main.push(noPackage(world));
  return { title: t("today"), sub, tab: "today", main, dock: [dock(world, first)] };
});

screen("/p/tasks/", (world) => {
  const late = world.stops.flatMap((stop) => stop.steps).sort((a, b) => a.task.due_at.localeCompare(b.task.due_at));
  const rows = late.map((step) =>
    h("a.pk-item", { href: step.done ? `/p/place/?id=${step.place.id}` : checkUrl(step.task.instance_id, step.part, step.place.id) },
      h(`span.pk-item__icon${step.done ? ".pk-good" : ""}`, {}, icon(step.done ? "circle-check" : step.locked_until ? "lock" : "circle-dashed", "24")),
      h("div.an-grow", {}, h("b", {}, step.item.content), h("small", {}, `${placeName(step.place)} · ${step.done ? when(step.done_at) : step.locked_until ? t("opens_at", { time: opening(step.locked_until) }) : t("by_time", { time: until(step.task.due_at) })}`),
        step.overdue_ms ? h("div.pk-item__more", {}, tag("3", "clock-exclamation", t("overdue", { time: span(step.overdue_ms) }))) : null)));
  return { title: t("tasks"), sub: t("n_items", { n: rows.length }), tab: "tasks", main: rows.length ? [h("section.pk-card", {}, rows)] : [nothing(world)] };
});

export const checkUrl = (instance: string, part: number, place: string): string => `/p/check/?id=${instance}&part=${part}&place=${place}`;

function troubles(world: World): HTMLElement | null {
  if (world.locked) return note("1", "lock", `${t("locked")}${language() === "en" ? ". " : "。"}${t("locked_more")}`);
  if (world.lost) {
    const ok = button(t("understood"), { kind: "line", onclick: () => void setMeta("lost", undefined).then(() => draw(true)) });
    return h("section.pk-card.pk-card--pad.an-stack", { role: "alert" }, h("b.pk-big", {}, t("lost")), h("p", {}, t("lost_more", { first: world.lost.first, last: world.lost.last })), ok);
  }
  if (world.line.stop === "sign_in" && world.pkg) return h("a.pk-note.pk-note--3", { href: "/accounts/login/?next=/p/" }, icon("lock", "20"), h("span", {}, t("sign_in_more")), h("b", {}, t("sign_in")));
  return null;
}

function life(world: World): HTMLElement {
  const { built_at, valid_until } = (world.pkg as NonNullable<World["pkg"]>).manifest;
  const [from, to] = [Date.parse(built_at), Date.parse(valid_until)];
  const used = Math.min(1, Math.max(0, (world.now - from) / (to - from)));
  const age = world.now - from;
  const ago = age < 60_000 ? t("just_now") : age < 5_400_000 ? t("minutes_ago", { n: Math.max(0, Math.round(age / 60_000)) }) : t("hours_ago", { n: (age / 3_600_000).toFixed(1) });
  const mark = world.stale ? tag("3", "alert-triangle", t("package_ended", { time: when(valid_until) })) : used > 0.8 ? tag("3", "clock", t("package_soon", { time: clockTime(valid_until) })) : tag("done", "check", t("usable_until", { time: clockTime(valid_until) }));
  const bar = svg("svg", { class: "pk-life", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { width: 100, height: 4 }), svg("rect", { class: used > 0.8 ? "is-late" : "is-used", width: used * 100, height: 4 }));
  return h("section.pk-card.pk-package", {}, h("div.pk-package__line", {}, icon("package", "24"), h("span.an-grow", {}, h("b", {}, `${t("package")} ${clockTime(built_at)}`), h("span.pk-muted", {}, ` · ${ago}`)), mark), bar);
}

function routeCard(world: World): HTMLElement {
  const steps = world.stops.flatMap((stop) => stop.steps);
  const done = steps.filter((step) => step.done).length;
  if (done === steps.length) return h("section.pk-card", {}, h("div.pk-empty", {}, icon("circle-check", "36"), h("div.an-grow", {}, h("b", {}, t("all_done")), h("p", {}, t("all_done_more", { n: steps.length, m: world.unsent }))), button(t("see_outbox"), { kind: "line", href: "/p/outbox/" })), stopsList(world));
  return h("section.pk-card", { "aria-label": t("route") },
    h("div.pk-group", {}, h("h2", {}, t("route")), h("span.pk-muted", {}, t("places_items", { places: world.stops.length, items: steps.length })), h("span.pk-group__n", {}, String(done), h("span.pk-muted", {}, `/${steps.length}`))),
    stopsList(world));
}

function stopsList(world: World): HTMLElement {
  const now = nextStop(world.stops);
  return h("div.pk-route", {}, world.stops.map((stop, n) => stopRow(stop, n + 1, stop === now)));
}

function stopRow(stop: Stop, n: number, isNow: boolean): HTMLElement {
  const done = isDone(stop);
  const last = stop.steps.map((step) => step.done_at).sort().pop() ?? "";
  const left = stop.steps.length - stop.done - stop.locked;
  const shut = !done && left === 0;
  const duty = stop.steps.find((step) => step.task.role_item);
  const node = h("span.pk-stop__node", {}, done ? icon("check", "20") : shut ? icon("lock", "20") : String(n));
  const risk = stop.level === null || done ? null : level(stop.level + 1, t(`risk_${stop.level + 1}` as Word));
  const small = done ? t("items_done", { n: stop.steps.length, time: when(last) }) : shut ? t("n_locked", { n: stop.locked, time: opening(stop.opens_at) }) : stop.done || stop.overdue ? t("left_before", { n: left, time: until(stop.due_at) }) : t("n_before", { n: left, time: until(stop.due_at) });
  return h(`a.pk-stop${done ? ".is-done" : ""}${isNow ? ".is-now" : ""}`, { href: `/p/place/?id=${stop.place.id}` }, node,
    h("div.an-grow", {},
      h("div.pk-stop__head", {}, h("b", {}, placeName(stop.place) || t("other_places")), risk),
      h("div.pk-stop__more", {}, stop.overdue ? tag("3", "clock-exclamation", t("overdue_items", { n: stop.overdue, time: span(stop.overdue_ms) })) : null, h("small", {}, small), stop.locked && !shut ? h("small", {}, t("n_locked", { n: stop.locked, time: opening(stop.opens_at) })) : null),
      duty && !done ? h("small.pk-muted", {}, t("role_item", { code: String(duty.task.role_item) })) : null,
      isNow && !done ? segments(stop) : null));
}

export function segments(stop: Stop, here = -1): SVGElement {
  const count = Math.min(stop.steps.length, 24);
  const bars = svg("svg", { class: "pk-segs", viewBox: `0 0 ${count * 10} 8`, preserveAspectRatio: "none", "aria-hidden": "true" });
  stop.steps.slice(0, count).forEach((step, place) => {
    const kind = place === here ? "is-here" : step.done ? "is-done" : step.locked_until ? "is-shut" : step.overdue_ms ? "is-late" : "is-open";
    bars.append(svg("rect", { class: kind, x: place * 10 + 0.6, y: 1, width: 8.8, height: 6, rx: 0.8 }));
  });
  return bars;
}

/** What else waits for this person: findings to rectify, drafts, and what the inbox holds. */
function mine(world: World): HTMLElement | null {
  const rows: HTMLElement[] = [];
  for (const finding of world.findings.filter((one) => one.mine_to_rectify)) rows.push(findingRow(world, finding));
  for (const draft of world.drafts.filter((one) => one.kind === "finding")) {
    const title = String(draft.form.title || t("new_finding"));
    rows.push(h("a.pk-item", { href: `/p/finding/?draft=${draft.id}` }, h("span.pk-item__icon", {}, icon("edit", "24")), h("div.an-grow", {}, h("b", {}, title), h("small", {}, `${t("draft")} · ${when(draft.updated_at)}`))));
  }
  const here = [...world.stops.flatMap((stop) => stop.steps.map((step) => step.task.task_id)), ...world.findings.filter((one) => one.mine_to_rectify).map((one) => one.id)];
  const inbox = (world.pkg?.parts.todo ?? []) as { icon?: string; title?: string; context?: string; url?: string }[];
  for (const todo of besides(inbox, here))
    rows.push(h("a.pk-item", { href: todo.url ?? "/" }, h("span.pk-item__icon", {}, icon(todo.icon ?? "bell", "24")), h("div.an-grow", {}, h("b", {}, todo.title ?? ""), todo.context ? h("small", {}, todo.context) : null)));
  return rows.length ? h("section.pk-card", { "aria-label": t("still_mine") }, h("div.pk-group", {}, h("h2", {}, t("still_mine")), h("span.pk-group__n", {}, String(rows.length))), rows) : null;
}

function findingRow(world: World, finding: Finding): HTMLElement {
  const done = world.rows.some((row) => row.kind === "finding.rectify" && row.subject === finding.id && row.state !== "refused");
  const due = finding.deadline ? t("due_on", { date: day(finding.deadline) }) : "";
  return h("a.pk-item", { href: `/p/rectify/?id=${finding.id}` }, h("span.pk-item__icon", {}, icon("tool", "24")),
    h("div.an-grow", {}, h("b", {}, t("rectify", { title: finding.title })), h("small", {}, [finding.number, due].filter(Boolean).join(" · "))),
    done ? tag("idle", "cloud-off", t("done_waiting")) : null);
}

const LATER_MS = 7 * 86_400_000;
/** Ask once a week for a PIN: without one nothing locks. */
function pinOffer(): HTMLElement | null {
  if (hasPin() || Date.now() - Number(localStorage.getItem("anlan-pin-later") ?? 0) < LATER_MS) return null;
  const later = (): void => {
    localStorage.setItem("anlan-pin-later", String(Date.now()));
    void draw(true);
  };
  return h("section.pk-card.pk-card--pad.an-stack", {}, h("div.pk-package__line", {}, icon("lock", "24"), h("p.an-grow", {}, t("lock_offer"))), h("div.pk-two", {}, button(t("lock_later"), { kind: "line", onclick: later }), button(t("lock_set"), { kind: "line", href: "/p/me/?pin=set" })));
}

function nothing(world: World): HTMLElement {
  return h("section.pk-card", {}, h("div.pk-empty", {}, icon("circle-check", "36"), h("div.an-grow", {}, h("b", {}, t("no_tasks")), h("p", {}, t("scan_or_report")))), world.unsent ? h("p.pk-muted.pk-card--pad", {}, t("waiting_n", { n: world.unsent })) : null);
}

function noPackage(world: World): HTMLElement {
  const signIn = world.line.stop === "sign_in";
  const act = signIn ? button(t("sign_in"), { href: "/accounts/login/?next=/p/" }) : button(t("try_again"), { onclick: () => void refresh().then(() => draw(true)) });
  return h("section.pk-card.pk-card--pad.an-stack", {}, icon("package", "36"), h("b.pk-big", {}, t("no_package")), h("p", {}, signIn ? t("sign_in_more") : t("no_package_more")), act);
}

function dock(world: World, stop: Stop | undefined): HTMLElement {
  const step = stop?.steps.find(isOpen);
  if (!stop || !step) {
    const later = nextOpening(world.stops);
    const small = later ? t("next_opens", { place: later.place.code || later.place.name, time: opening(later.opens_at) }) : "";
    return button(t("report"), { kind: "primary", big: true, icon: "camera", small, onclick: () => go("/p/finding/") });
  }
  const n = stop.steps.indexOf(step) + 1;
  const head = stop.done ? t("go_on", { place: stop.place.code || stop.place.name, n }) : t("start_at", { place: stop.place.code || stop.place.name });
  const small = [step.item.content, step.overdue_ms ? t("overdue", { time: span(step.overdue_ms) }) : ""].filter(Boolean).join(" · ");
  const main = button(head, { big: true, small, icon: "arrow-right", href: world.stale ? `/p/place/?id=${stop.place.id}` : checkUrl(step.task.instance_id, step.part, stop.place.id) });
  main.classList.add("pk-btn--next");
  return main;
}
