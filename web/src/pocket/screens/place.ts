import { draw, go, screen } from "../app";
import { isDone, isOpen, nextStop, placeName, placeOf } from "../model";
import { photosOf, planOf } from "../pictures";
import { arrivedAt, type Arrival } from "../sealing";
import { button, h, icon, level, note, tag } from "../ui";
import { clockTime, opening, span, t, until, when, type Word } from "../words";
import { checkUrl, segments } from "./today";

export function arrivalWords(arrival: Arrival | null): string {
  if (!arrival || arrival.how === "none") return t("not_scanned");
  return t(arrival.how === "position" ? "arrived_position" : "arrived_scan", { time: clockTime(arrival.at) });
}

screen("/p/place/", async (world, query) => {
  const id = query.get("id") ?? "";
  const place = world.places.get(id) ?? placeOf(world, id) ?? { id, code: "", name: t("other_places") };
  const stop = world.stops.find((one) => one.place.id === id);
  const arrival = arrivedAt(id);
  const findings = world.findings.filter((one) => one.place_id === id);
  const open = stop?.steps.find(isOpen);
  const next = nextStop(world.stops, id);
  const rows = (stop?.steps ?? []).map((step, n) =>
    h(`a.pk-item${step === open ? ".pk-item--now" : ""}`, { href: checkUrl(step.task.instance_id, step.part, id) },
      h("span.pk-item__icon", {}, step.done ? icon("circle-check", "24") : step.locked_until ? icon("lock", "24") : h("b", {}, String(n + 1))),
      h("div.an-grow", {}, h("b", {}, step.item.content), h("small", {}, step.done ? when(step.done_at) : step.locked_until ? t("opens_at", { time: opening(step.locked_until) }) : [step.item.quantity, t("by_time", { time: until(step.task.due_at) })].filter(Boolean).join(" · ")),
        step.overdue_ms ? h("div.pk-item__more", {}, tag("3", "clock-exclamation", t("overdue", { time: span(step.overdue_ms) }))) : null),
      typeof step.item.level === "number" ? level(step.item.level + 1, t(`risk_${step.item.level + 1}` as Word)) : null));
  const broken = `/p/finding/?place=${id}&title=${encodeURIComponent(t("code_broken"))}`;
  const arrive = arrival && arrival.how !== "none" ? null : h("div.pk-two", {}, button(t("scan_here"), { kind: "line", icon: "scan", href: `/p/scan/?for=${id}` }), button(t("code_broken"), { kind: "line", icon: "alert-triangle", href: broken }));
  const main = [
    rows.length ? h("section.pk-card", {}, rows) : note("", "info-circle", t("no_tasks")),
    findings.length ? h("section.pk-card", {}, h("div.pk-group", {}, h("h2", {}, t("part_findings")), h("span.pk-group__n", {}, String(findings.length))), findings.map((one) => h("a.pk-item", { href: `/p/rectify/?id=${one.id}` }, h("span.pk-item__icon", {}, icon("alert-triangle", "24")), h("div.an-grow", {}, h("b", {}, one.title), h("small", {}, one.number))))) : null,
    await photosOf(world, id),
    await planOf(world, place, () => void draw()),
  ];
  const act = open
    ? button(stop?.done ? t("go_on", { place: place.code || place.name, n: (stop?.steps.indexOf(open) ?? 0) + 1 }) : t("start_at", { place: place.code || place.name }), { big: true, href: checkUrl(open.task.instance_id, open.part, id) })
    : next
      ? button(t("next_place", { place: next.place.code || next.place.name }), { big: true, icon: "arrow-right", ...(next.place.code ? { small: next.place.name } : {}), onclick: () => go(`/p/place/?id=${next.place.id}`) })
      : stop?.locked
        ? button(t("opens_at", { time: opening(stop.opens_at) }), { kind: "locked", big: true })
        : null;
  return {
    title: placeName(place),
    sub: stop && isDone(stop) ? t("place_done") : arrivalWords(arrival),
    back: "/p/",
    under: stop ? h("div.pk-prog", {}, h("b", {}, String(stop.done), h("span.pk-muted", {}, ` / ${stop.steps.length}`)), segments(stop)) : null,
    main,
    dock: [arrive, h("div.pk-pair", {}, button(t("report"), { kind: "line", icon: "camera", href: `/p/finding/?place=${id}` }), act)],
  };
});
