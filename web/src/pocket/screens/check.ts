import { go, screen, draw } from "../app";
import type { Json } from "../core/bytes";
import { draftOf, keepFile, saveDraft } from "../core/outbox";
import { isQuota } from "../core/storage";
import type { AttachedFile } from "../core/types";
import { hasReading, isStrange, judge, limitsOf, nextStop, placeName, trend, type Judged, type Step, type Stop, type World } from "../model";
import { askCamera, compressed } from "../photos";
import { arrivedAt, submit } from "../sealing";
import { button, buzz, h, icon, level, note, svg, tag } from "../ui";
import { clockTime, dayAndTime, span, t, when, type Word } from "../words";
import { arrivalWords } from "./place";
import { checkUrl, segments } from "./today";
import { say } from "../say";

interface Entry {
  result: "normal" | "abnormal" | "not_inspected";
  reading: string | null;
  unit: string;
  reason: string;
  note: string;
  finding_id: string | null;
  at: string;
}
/** What the person is doing on the item shown; kept in the draft of the task instance. */
interface Form {
  steps: Record<string, Entry>;
  text: string;
  note: string;
  started_at: string;
  cannot: boolean;
  reason: string;
  sure: string;
}
const REASONS: Record<string, Word> = { stopped: "reason_stopped", out_of_reach: "reason_reach", work: "reason_work", danger: "reason_danger" };

let open: { instance: string; part: number; form: Form; files: AttachedFile[] } | undefined;

screen("/p/check/", async (world, query) => {
  const [instance, part] = [query.get("id") ?? "", Number(query.get("part") ?? 0)];
  const stop = world.stops.find((one) => one.steps.some((step) => step.task.instance_id === instance));
  const step = stop?.steps.find((one) => one.task.instance_id === instance && one.part === part);
  if (!stop || !step) return { title: t("inspection"), back: "/p/", main: [note("", "info-circle", t("unknown_code"))] };
  if (open?.instance !== instance || open.part !== part) open = await begin(instance, part);
  return frame(world, stop, step, open.form, open.files);
});

async function begin(instance: string, part: number): Promise<NonNullable<typeof open>> {
  const draft = await draftOf(`check:${instance}`);
  const kept = draft?.form as Partial<Form> & { part?: number } | undefined;
  const same = kept?.part === part;
  const form: Form = { steps: kept?.steps ?? {}, text: same ? (kept?.text ?? "") : "", note: same ? (kept?.note ?? "") : "", started_at: kept?.started_at ?? new Date().toISOString(), cannot: same && (kept?.cannot ?? false), reason: same ? (kept?.reason ?? "") : "", sure: "" };
  return { instance, part, form, files: draft?.files ?? [] };
}

async function remember(): Promise<void> {
  if (!open) return;
  const { instance, part, form, files } = open;
  await saveDraft({ id: `check:${instance}`, kind: "check", schema: 1, updated_at: 0, form: { ...form, part }, files });
}

let timer = 0;
function changed(): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void remember().catch(() => undefined), 400);
  void draw();
}
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && open && void remember().catch(() => undefined));

function frame(world: World, stop: Stop, step: Step, form: Form, files: AttachedFile[]): ReturnType<Parameters<typeof screen>[1]> {
  const n = stop.steps.indexOf(step);
  const photos = files.filter((file) => file.role === "scene").length;
  const judged = judge(step.item, form.text);
  const reads = hasReading(step.item);
  return {
    title: placeName(step.place),
    sub: arrivalWords(arrivedAt(step.place.id)),
    back: `/p/place/?id=${step.place.id}`,
    under: h("div.pk-prog", { role: "img", "aria-label": t("item_of", { done: stop.done, n: n + 1, all: stop.steps.length }) },
      h("b", {}, String(n + 1), h("span.pk-muted", {}, ` / ${stop.steps.length}`)), segments(stop, n), step.overdue_ms ? tag("3", "clock-exclamation", t("overdue", { time: span(step.overdue_ms) })) : null),
    main: [question(step), step.done ? note("done", "circle-check", `${t("done_already")} · ${when(step.done_at)}`) : null,
      reads && !form.cannot ? reading(step, form, judged) : null,
      form.note ? note("", "edit", form.note) : null,
      photos ? note("", "photo", t("n_photos", { n: photos })) : null,
      form.cannot ? reasons(form) : null,
      h("span.an-grow"),
      form.cannot ? null : reads ? keys(step, form) : helpers(step, form)],
    dock: step.done ? [button(t("next"), { big: true, onclick: () => onward(world, stop, step) })] : form.cannot ? cannotDock(world, stop, step, form) : checkDock(world, stop, step, form, judged, photos),
  };
}

function question(step: Step): HTMLElement {
  const { low, high } = limitsOf(step.item);
  const words = low !== null && high !== null ? `${step.item.low} ~ ${step.item.high}` : high !== null ? `≤ ${step.item.high}` : low !== null ? `≥ ${step.item.low}` : "";
  const risk = typeof step.item.level === "number" ? level(step.item.level + 1, [t(`risk_${step.item.level + 1}` as Word), step.item.event].filter(Boolean).join(" · ")) : null;
  return h("section.pk-card.pk-ask", {}, h("h2", {}, step.item.content), step.item.quantity ? h("div.pk-soft", {}, step.item.quantity) : null,
    risk || step.item.class2 ? h("div.pk-item__more", {}, risk, step.item.class2 ? tag("idle", "", step.item.class2) : null) : null,
    words ? h("div.pk-limits", {}, h("span.pk-soft", {}, t("limits")), h("b", {}, words, h("small", {}, ` ${step.item.unit ?? ""}`))) : null);
}

function reading(step: Step, form: Form, judged: Judged): HTMLElement {
  const off = judged.over || judged.under;
  const state = judged.value === null ? tag("idle", "", t("empty")) : judged.over ? tag("2", "alert-triangle", t("over_by", { n: judged.over })) : judged.under ? tag("2", "alert-triangle", t("under_by", { n: judged.under })) : tag("done", "circle-check", t("in_limit"));
  state.classList.add("pk-tag--l");
  const last = step.item.last?.[0];
  const streak = trend(step.item, judged.value);
  const run = Math.abs(streak) >= 3 ? ` · ${t(streak > 0 ? "rising" : "falling", { n: Math.abs(streak) })}` : "";
  return h("section.pk-card.pk-read", {},
    h("div.pk-value", {}, h(`span.pk-value__n${off ? ".is-off" : ""}`, { "data-reading": form.text, "aria-live": "polite" }, form.text.replace("-", "−"), h("i.pk-cursor", { "aria-hidden": "true" })), h("span.pk-value__u", {}, step.item.unit ?? ""), state),
    gauge(step, judged),
    last ? h("div.pk-hist", {}, h("div.an-grow", {}, h("span.pk-muted", {}, `${t("last")} `), h("b", {}, last.value ?? "–"), h("div.pk-muted", {}, [when(last.at), last.by].filter(Boolean).join(" · ") + run)), sparkline(step, judged)) : null,
    form.text !== "" && judged.value !== null && !off && form.sure !== form.text && isStrange(step.item, judged.value)
      ? note("3", "alert-triangle", t("really", { value: form.text, last: last?.value ?? "–" }), button(t("yes_really", { value: form.text }), { kind: "line", onclick: () => { form.sure = form.text; changed(); } }))
      : null);
}

function gauge(step: Step, judged: Judged): Node | null {
  const { low, high } = limitsOf(step.item);
  if (low === null || high === null || high <= low) return null;
  const [from, to] = [low - (high - low) * 1.5, high + (high - low) * 1.8];
  const at = (value: number): number => Math.min(398, Math.max(2, ((value - from) / (to - from)) * 400));
  const parts = [svg("rect", { class: "is-track", x: 0, y: 6, width: 400, height: 10, rx: 5 }), svg("rect", { class: "is-good", x: at(low), y: 6, width: at(high) - at(low), height: 10 })];
  if (judged.value !== null) parts.push(svg("rect", { class: judged.over || judged.under ? "is-off" : "is-mark", x: at(judged.value) - 3, y: 0, width: 6, height: 22, rx: 3 }));
  const text = (value: number, words: string): SVGElement => {
    const element = svg("text", { x: at(value), y: 34, "text-anchor": "middle" });
    element.textContent = words;
    return element;
  };
  parts.push(text(low, String(step.item.low)), text(high, String(step.item.high)));
  return svg("svg", { class: "pk-gauge", viewBox: "0 0 400 38", role: "img", "aria-label": `${judged.value ?? "–"}: ${low} ~ ${high}` }, ...parts);
}

function sparkline(step: Step, judged: Judged): Node | null {
  const past = [...(step.item.last ?? [])].reverse().map((one) => Number(one.value)).filter(Number.isFinite);
  if (judged.value !== null) past.push(judged.value);
  if (past.length < 3) return null;
  const { low, high } = limitsOf(step.item);
  const bounds = [...past, ...(low === null ? [] : [low]), ...(high === null ? [] : [high])];
  const [min, max] = [Math.min(...bounds), Math.max(...bounds)];
  const y = (value: number): number => 35 - ((value - min) / (max - min || 1)) * 30;
  const x = (place: number): number => 4 + (place * 122) / (past.length - 1);
  const parts: SVGElement[] = [];
  if (low !== null && high !== null) parts.push(svg("rect", { class: "is-band", x: 0, y: y(high), width: 132, height: Math.max(0, y(low) - y(high)) }));
  parts.push(svg("polyline", { points: past.map((value, place) => `${x(place)},${y(value)}`).join(" ") }));
  const end = past.length - 1;
  parts.push(svg("circle", { class: judged.over || judged.under ? "is-off" : "", cx: x(end), cy: y(past[end] ?? 0), r: 5 }));
  return svg("svg", { class: "pk-spark", viewBox: "0 0 132 40", role: "img", "aria-label": t("last_n", { n: past.length }) }, ...parts);
}

function keys(step: Step, form: Form): HTMLElement {
  const type = (key: string): void => {
    const text = form.text;
    if (key === "-") form.text = text.startsWith("-") ? text.slice(1) : `-${text}`;
    else if (key === "." ? !text.includes(".") : text.replace(/[-.]/g, "").length < 9) form.text = text + (key === "." && (text === "" || text === "-") ? "0." : key);
    buzz(10);
    changed();
  };
  const key = (text: string, shown = text): HTMLElement => h("button.pk-key", { "data-key": text, onclick: () => type(text) }, shown);
  const side = (name: string, words: string, act: () => void, label = words): HTMLElement => h("button.pk-key.pk-key--side", { "aria-label": label, onclick: act }, icon(name, "24"), words);
  const erase = side("backspace", "", () => { form.text = form.text.slice(0, -1); changed(); }, t("erase"));
  const row = (...three: string[]): HTMLElement[] => three.map((one) => (one === "-" ? key("-", "−") : key(one)));
  return h("div.pk-keys", { role: "group", "aria-label": t("keypad") },
    row("1", "2", "3"), erase, row("4", "5", "6"), side("camera", t("photo"), () => void snap(step)), row("7", "8", "9"), side("ban", t("cannot"), () => { form.cannot = true; changed(); }), row("-", "0", "."), side("edit", t("remark"), () => remark(form)));
}

function helpers(step: Step, form: Form): HTMLElement {
  const one = (name: string, words: string, act: () => void): HTMLElement => h("button.pk-key.pk-key--side", { onclick: act }, icon(name, "24"), words);
  return h("div.pk-three", {}, one("camera", t("photo"), () => void snap(step)), one("ban", t("cannot"), () => { form.cannot = true; changed(); }), one("edit", t("remark"), () => remark(form)));
}

function remark(form: Form): void {
  const words = window.prompt(t("remark"), form.note);
  if (words !== null) {
    form.note = words.slice(0, 500);
    changed();
  }
}

async function snap(step: Step): Promise<void> {
  const picture = await askCamera();
  if (!picture || !open) return;
  const taken = new Date();
  try {
    const blob = await compressed(picture, { time: dayAndTime(taken), place: placeName(step.place), person: document.body.dataset.person ?? "" });
    open.files = [...open.files, await keepFile(blob, "scene", `check:${open.instance}`, taken)];
    await remember();
  } catch (reason) {
    say(isQuota(reason) ? t("storage_refused") : t("cannot_save", { why: String(reason) }), "error");
  }
  void draw();
}

function reasons(form: Form): HTMLElement {
  return h("section.pk-card.pk-card--pad.an-stack", {}, h("b", {}, t("why_not")), h("div.pk-seg.pk-seg--wrap", {}, Object.entries(REASONS).map(([code, words]) => h("button", { "aria-pressed": String(form.reason === code), onclick: () => { form.reason = code; changed(); } }, t(words)))), h("p.pk-muted", {}, t("cannot_hint")));
}

function cannotDock(world: World, stop: Stop, step: Step, form: Form): Node[] {
  const back = button(t("back"), { kind: "line", onclick: () => { form.cannot = false; changed(); } });
  const save = button(t("save_cannot"), { kind: form.reason ? "primary" : "locked", big: true, onclick: () => void finish(world, stop, step, form, "not_inspected", null) });
  return [h("div.pk-pair", {}, back, save)];
}

function checkDock(world: World, stop: Stop, step: Step, form: Form, judged: Judged, photos: number): Node[] {
  const reads = hasReading(step.item);
  const off = judged.over > 0 || judged.under > 0;
  const report = (): void => {
    void remember().then(() => go(`/p/finding/?place=${step.place.id}&instance=${step.task.instance_id}&part=${step.part}${form.text ? `&reading=${encodeURIComponent(form.text)}` : ""}`));
  };
  if (off) return [h("div.pk-pair", {}, button(t("reread"), { kind: "line", icon: "refresh", onclick: () => { form.text = ""; changed(); } }), button(t("photo_finding"), { kind: "warn", big: true, icon: "camera", id: "pk-act", onclick: report }))];
  const abnormal = button(t("abnormal"), { kind: "line", icon: "alert-triangle", onclick: report });
  const strange = judged.value !== null && isStrange(step.item, judged.value) && form.sure !== form.text;
  const missing = reads && judged.value === null ? t("fill_reading") : step.item.photo === "required" && photos === 0 ? t("photo_needed") : "";
  const left = stop.steps.filter((one) => !one.done && one !== step).length;
  if (missing || strange) return [h("div.pk-pair", {}, abnormal, button(missing || t("really", { value: form.text, last: step.item.last?.[0]?.value ?? "–" }), { kind: "locked", big: true, id: "pk-act" }))];
  return [h("div.pk-pair", {}, abnormal, button(left ? t("normal_next") : t("normal_finish"), { kind: "done", big: true, icon: "check", id: "pk-act", onclick: () => void finish(world, stop, step, form, "normal", null) }))];
}

let busy = false;
/** Take the answer for an item; when it was the last of its task, seal the record. */
async function finish(world: World, stop: Stop, step: Step, form: Form, result: Entry["result"], finding: string | null): Promise<void> {
  if (busy || !open) return;
  busy = true;
  try {
    await conclude(world, step, form, open.files, { result, reading: form.text || null, unit: step.item.unit ?? "", reason: form.reason, note: form.note, finding_id: finding, at: new Date().toISOString() });
    open = undefined;
    onward(world, stop, step);
  } catch (reason) {
    buzz([60, 60, 60]);
    say(isQuota(reason) ? t("storage_refused") : t("cannot_save", { why: String(reason) }), "error");
  } finally {
    busy = false;
  }
}

async function conclude(world: World, step: Step, form: Form, files: AttachedFile[], entry: Entry): Promise<void> {
  form.steps = { ...form.steps, [step.part]: entry };
  const draft = `check:${step.task.instance_id}`;
  if (Object.keys(form.steps).length < step.parts) {
    await saveDraft({ id: draft, kind: "check", schema: 1, updated_at: 0, form: { ...form, text: "", note: "", cannot: false, reason: "", part: -1 }, files });
    return;
  }
  const all = Object.values(form.steps);
  const worst = all.find((one) => one.result === "abnormal") ?? all.find((one) => one.result === "not_inspected") ?? entry;
  const payload: Record<string, Json> = {
    instance_id: step.task.instance_id,
    task_id: step.task.task_id,
    place_id: step.place.id,
    result: worst.result,
    reading: worst.reading,
    unit: worst.unit,
    reason: worst.reason,
    note: all.map((one) => one.note).filter(Boolean).join("; "),
    started_at: form.started_at,
    finished_at: new Date().toISOString(),
    arrived_by: arrivedAt(step.place.id)?.how ?? "none",
    finding_id: all.find((one) => one.finding_id)?.finding_id ?? null,
  };
  if (step.parts > 1) payload.items = Object.entries(form.steps).map(([part, one]) => ({ part: Number(part), result: one.result, reading: one.reading, unit: one.unit, reason: one.reason, note: one.note, finding_id: one.finding_id, at: one.at }));
  await submit(world, {
    kind: "inspection.record",
    lane: 2,
    payload,
    files,
    place: step.place.id,
    subject: step.task.instance_id,
    draft,
    icon: "clipboard-check",
    title: `${t("inspection")} · ${placeName(step.place)}`,
    detail: [step.item.content, worst.reading ? `${worst.reading} ${worst.unit}` : t(worst.result === "normal" ? "normal" : worst.result === "abnormal" ? "abnormal" : "cannot"), clockTime(Date.now())].join(" · "),
  });
}

/** The record of an item that led to a finding; called when the finding is sealed. */
export async function recordAbnormal(world: World, instance: string, part: number, finding: string, reading: string): Promise<void> {
  const step = world.stops.flatMap((stop) => stop.steps).find((one) => one.task.instance_id === instance && one.part === part);
  if (!step || step.done) return;
  const mine = await begin(instance, part);
  await conclude(world, step, mine.form, mine.files, { result: "abnormal", reading: reading || mine.form.text || null, unit: step.item.unit ?? "", reason: "", note: mine.form.note, finding_id: finding, at: new Date().toISOString() });
  open = undefined;
}

function onward(world: World, stop: Stop, step: Step): void {
  const rest = stop.steps.filter((one) => !one.done && one !== step);
  const next = rest.find((one) => stop.steps.indexOf(one) > stop.steps.indexOf(step)) ?? rest[0];
  if (next) return go(checkUrl(next.task.instance_id, next.part, next.place.id), true);
  const other = nextStop(world.stops.filter((one) => one !== stop));
  go(other ? `/p/place/?id=${other.place.id}` : "/p/", true);
}
