import { go, onLeave, screen, draw, type Screen } from "../app";
import type { Json } from "../core/bytes";
import { clock, corrected } from "../core/clock";
import { draftOf, fileOf, keepFile, saveDraft } from "../core/outbox";
import { isQuota } from "../core/storage";
import type { AttachedFile, DraftRow } from "../core/types";
import { hasReading, isOpen, isStrange, judge, limitsOf, nextStop, placeName, trend, type Judged, type Step, type Stop, type World } from "../model";
import { askCamera, compressed } from "../photos";
import { photosOf } from "../pictures";
import { arrivedAt, hold, submit } from "../sealing";
import { sheet } from "../sheet";
import { button, buzz, gone, h, icon, level, note, svg, tag } from "../ui";
import { flush, offerUndo } from "../undo";
import { dictation, hush, voiceButton } from "../voice";
import { clockTime, dayAndTime, language, opening, span, t, when, type Word } from "../words";
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

const EMPTY: Form = { steps: {}, text: "", note: "", started_at: "", cannot: false, reason: "", sure: "" };
let open: { instance: string; part: number; form: Form; files: AttachedFile[] } | undefined;

screen("/p/check/", async (world, query) => {
  const [instance, part] = [query.get("id") ?? "", Number(query.get("part") ?? 0)];
  const stop = world.stops.find((one) => one.steps.some((step) => step.task.instance_id === instance));
  const step = stop?.steps.find((one) => one.task.instance_id === instance && one.part === part);
  if (!stop || !step) return { title: t("inspection"), back: "/p/", main: [gone(t("task_gone"), t("gone_more"), t("to_tasks"))] };
  if (step.locked_until) return tooEarly(stop, step);
  if (step.done) {
    open = undefined;
    return frame(world, stop, step, EMPTY, []);
  }
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

/** What to look at can be read before its time; it is answered when its window opens. */
function tooEarly(stop: Stop, step: Step): Screen {
  return {
    title: placeName(step.place), sub: arrivalWords(arrivedAt(step.place.id)), back: `/p/place/?id=${step.place.id}`,
    under: heading(stop, step),
    main: [question(step), note("", "lock", t("too_early", { time: opening(step.locked_until) }))],
    dock: [h("div.pk-pair", {}, button(t("report"), { kind: "line", icon: "camera", href: `/p/finding/?place=${step.place.id}` }), button(t("opens_at", { time: opening(step.locked_until) }), { kind: "locked", big: true, id: "pk-act" }))],
  };
}

function heading(stop: Stop, step: Step): HTMLElement {
  const n = stop.steps.indexOf(step);
  const late = step.overdue_ms ? tag("3", "clock-exclamation", t("overdue", { time: span(step.overdue_ms) })) : step.locked_until ? tag("idle", "lock", t("opens_at", { time: opening(step.locked_until) })) : null;
  return h("div.pk-prog", { role: "img", "aria-label": t("item_of", { done: stop.done, n: n + 1, all: stop.steps.length }) },
    h("b", {}, String(n + 1), h("span.pk-muted", {}, ` / ${stop.steps.length}`)), segments(stop, n), late);
}

async function frame(world: World, stop: Stop, step: Step, form: Form, files: AttachedFile[]): Promise<Screen> {
  const photos = files.filter((file) => file.role === "scene").length;
  const judged = judge(step.item, form.text);
  const reads = hasReading(step.item);
  onLeave(hush);
  return {
    title: placeName(step.place),
    sub: arrivalWords(arrivedAt(step.place.id)),
    back: `/p/place/?id=${step.place.id}`,
    under: heading(stop, step),
    main: [question(step), step.done ? note("done", "circle-check", `${t("done_already")} · ${when(step.done_at)}`) : null,
      reads && !form.cannot && !step.done ? reading(step, form, judged) : null,
      step.done ? null : said(form, files),
      photos ? note("", "photo", t("n_photos", { n: photos })) : null,
      form.cannot ? reasons(form) : null,
      reads || form.cannot ? null : await photosOf(world, step.place.id),
      h("span.an-grow"),
      form.cannot || step.done ? null : reads ? keys(step, form) : helpers(step, form)],
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
  // A value far away is drawn at the edge, so that the line before it stays readable.
  const usual = judged.value === null ? past : past.slice(0, -1);
  const bounds = [...usual, ...(low === null ? [] : [low]), ...(high === null ? [] : [high])];
  const [min, max] = [Math.min(...bounds), Math.max(...bounds)];
  const y = (value: number): number => Math.min(37, Math.max(3, 33 - ((value - min) / (max - min || 1)) * 26));
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
    row("1", "2", "3"), erase, row("4", "5", "6"), side("camera", t("photo"), () => void snap(step)), row("7", "8", "9"), side("ban", t("cannot"), () => { form.cannot = true; changed(); }), row("-", "0", "."), side("microphone", t("remark"), () => void remark(form)));
}

function helpers(step: Step, form: Form): HTMLElement {
  const one = (name: string, words: string, act: () => void): HTMLElement => h("button.pk-key.pk-key--side", { onclick: act }, icon(name, "24"), words);
  return h("div.pk-three", {}, one("camera", t("photo"), () => void snap(step)), one("ban", t("cannot"), () => { form.cannot = true; changed(); }), one("microphone", t("remark"), () => void remark(form)));
}

function said(form: Form, files: AttachedFile[]): HTMLElement | null {
  const voices = files.filter((file) => file.role === "voice").length;
  if (!form.note && !voices) return null;
  return note("", voices ? "microphone" : "edit", [form.note, voices ? t("voices_n", { n: voices }) : ""].filter(Boolean).join(" · "));
}

/** A few words on an item: typed, dictated where the browser can, or kept as sound. */
async function remark(form: Form): Promise<void> {
  const text = h("textarea", { name: "note", rows: 3, maxlength: 500, "aria-label": t("remark"), placeholder: t("remark_hint"), value: form.note }) as HTMLTextAreaElement;
  const heard = h("div.an-stack");
  const play = async (file: AttachedFile): Promise<void> => {
    const sound = await fileOf(file.sha256);
    if (sound) heard.append(h("audio", { controls: true, src: URL.createObjectURL(sound) }));
  };
  open?.files.filter((file) => file.role === "voice").forEach((file) => void play(file));
  const keep = async (sound: Blob): Promise<void> => {
    if (!open) return;
    try {
      const file = await keepFile(sound, "voice", `check:${open.instance}`, new Date(corrected(await clock())));
      open.files = [...open.files, file];
      await remember();
      await play(file);
    } catch (reason) {
      say(isQuota(reason) ? t("storage_refused") : t("cannot_save", { why: String(reason) }), "error");
    }
  };
  const dictate = dictation(language(), (words) => (text.value = [text.value, words].filter(Boolean).join(" ").slice(0, 500)));
  const done = await sheet(t("remark"), [h("label.an-field", {}, text), voiceButton(keep), dictate, heard], t("keep"));
  hush();
  if (done) form.note = text.value.trim();
  changed();
}

async function snap(step: Step): Promise<void> {
  const picture = await askCamera();
  if (!picture || !open) return;
  const taken = new Date(corrected(await clock()));
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
  if (off) return [h("div.pk-pair", {}, button(t("reread"), { kind: "line", icon: "refresh", onclick: () => { form.text = ""; changed(); } }), button(t("photo_finding"), { kind: "warn", big: true, icon: "camera", id: "pk-act", small: t("out_of_limits"), onclick: report }))];
  const abnormal = button(t("abnormal"), { kind: "line", icon: "alert-triangle", onclick: report });
  const strange = judged.value !== null && isStrange(step.item, judged.value) && form.sure !== form.text;
  const missing = reads && judged.value === null ? t("fill_reading") : step.item.photo === "required" && photos === 0 ? t("photo_needed") : "";
  const left = stop.steps.filter((one) => isOpen(one) && one !== step).length;
  if (missing || strange) return [h("div.pk-pair", {}, abnormal, button(missing || t("really", { value: form.text, last: step.item.last?.[0]?.value ?? "–" }), { kind: "locked", big: true, id: "pk-act" }))];
  return [h("div.pk-pair", {}, abnormal, button(left ? t("normal_next") : t("normal_finish"), { kind: "done", big: true, icon: "check", id: "pk-act", onclick: () => void finish(world, stop, step, form, "normal", null) }))];
}

let busy = false;
/** Take the answer for an item; with the last one of a task its record is held for a few seconds, then sealed. */
async function finish(world: World, stop: Stop, step: Step, form: Form, result: Entry["result"], finding: string | null): Promise<void> {
  if (busy || !open) return;
  busy = true;
  window.clearTimeout(timer);
  try {
    const before: DraftRow = { ...draftRow(step, { ...form, part: step.part }, open.files) };
    const answered = answer(step, form, open.files, { result, reading: form.text || null, unit: step.item.unit ?? "", reason: form.reason, note: form.note, finding_id: finding, at: new Date().toISOString() });
    if (answered.what) await hold(world, answered.draft, answered.what);
    else {
      await flush(true);
      await saveDraft(answered.draft);
      buzz(60);
    }
    const short = [step.place.code || step.place.name, result === "not_inspected" ? t("cannot") : form.text ? `${form.text} ${step.item.unit ?? ""}`.trim() : t("normal")].join(" · ");
    offerUndo(short, before, () => {
      open = undefined;
      go(checkUrl(step.task.instance_id, step.part, step.place.id), true);
    }, () => void draw());
    open = undefined;
    onward(world, stop, step);
  } catch (reason) {
    buzz([60, 60, 60]);
    say(isQuota(reason) ? t("storage_refused") : t("cannot_save", { why: String(reason) }), "error");
  } finally {
    busy = false;
  }
}

const draftRow = (step: Step, form: Form & { part: number }, files: AttachedFile[]): DraftRow =>
  ({ id: `check:${step.task.instance_id}`, kind: "check", schema: 1, updated_at: 0, form: { ...form }, files });

/** The draft with this answer in it, and what is to be sealed once every item of the task has one. */
function answer(step: Step, form: Form, files: AttachedFile[], entry: Entry): { draft: DraftRow; what: Parameters<typeof submit>[1] | null } {
  const steps: Record<string, Entry> = { ...form.steps, [step.part]: entry };
  const draft = draftRow(step, { ...form, steps, text: "", note: "", cannot: false, reason: "", part: -1 }, files);
  const all = Object.values(steps);
  if (all.length < step.parts) return { draft, what: null };
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
  if (step.parts > 1) payload.items = Object.entries(steps).map(([part, one]) => ({ part: Number(part), result: one.result, reading: one.reading, unit: one.unit, reason: one.reason, note: one.note, finding_id: one.finding_id, at: one.at }));
  return { draft, what: {
    kind: "inspection.record",
    lane: 2,
    payload,
    files,
    place: step.place.id,
    subject: step.task.instance_id,
    draft: draft.id,
    icon: "clipboard-check",
    title: `${t("inspection")} · ${placeName(step.place)}`,
    detail: [step.item.content, worst.reading ? `${worst.reading} ${worst.unit}` : t(worst.result === "normal" ? "normal" : worst.result === "abnormal" ? "abnormal" : "cannot"), clockTime(Date.now())].join(" · "),
  } };
}

/** The record of an item that led to a finding; called when the finding is sealed. */
export async function recordAbnormal(world: World, instance: string, part: number, finding: string, reading: string): Promise<void> {
  const step = world.stops.flatMap((stop) => stop.steps).find((one) => one.task.instance_id === instance && one.part === part);
  if (!step || step.done) return;
  const mine = await begin(instance, part);
  const entry: Entry = { result: "abnormal", reading: reading || mine.form.text || null, unit: step.item.unit ?? "", reason: "", note: mine.form.note, finding_id: finding, at: new Date().toISOString() };
  const answered = answer(step, mine.form, mine.files, entry);
  if (answered.what) await submit(world, answered.what);
  else await saveDraft(answered.draft);
  open = undefined;
}

function onward(world: World, stop: Stop, step: Step): void {
  const rest = stop.steps.filter((one) => isOpen(one) && one !== step);
  const next = rest.find((one) => stop.steps.indexOf(one) > stop.steps.indexOf(step)) ?? rest[0];
  if (next) return go(checkUrl(next.task.instance_id, next.part, next.place.id), true);
  const other = nextStop(world.stops.filter((one) => one !== stop));
  go(other ? `/p/place/?id=${other.place.id}` : "/p/", true);
}
