/** The shift as one person sees it: places in order, steps at each, what is done already. */
import { current, type Package } from "./core/package";
import { drafts, envelopes } from "./core/outbox";
import { clock, corrected, isSure } from "./core/clock";
import { meta } from "./core/db";
import { line, NO_CONTACT } from "./core/net";
import { storage, type Storage } from "./core/storage";
import { UNSENT, type DraftRow, type EnvelopeRow, type Line } from "./core/types";

export interface Place {
  id: string;
  code: string;
  name: string;
  path?: string;
  level?: number;
  lng?: number | null;
  lat?: number | null;
  qr?: string;
  nfc?: string;
  /** Where it lies on the site plan, in thousandths of width and height. */
  spot?: [number, number] | null;
  order?: number;
}
export interface Task {
  instance_id: string;
  task_id: string;
  place_id: string;
  title: string;
  opens_at: string;
  due_at: string;
  work_type?: number;
  role_item?: string | number | null;
  done_at?: string | null;
}
export interface Item {
  task_id: string;
  content: string;
  class2?: string;
  level?: number;
  event?: string;
  measure_id?: string | null;
  quantity?: string;
  unit?: string;
  low?: string | number | null;
  high?: string | number | null;
  photo?: "none" | "optional" | "required";
  last?: { at: string; value: string | null; by?: string }[];
}
export interface Finding {
  id: string;
  number: string;
  place_id?: string | null;
  title: string;
  level?: string | number;
  state: string;
  version: number;
  deadline?: string | null;
  mine_to_rectify?: boolean;
  lines?: (string | { at?: string; text?: string; by?: string })[];
}
/** What of the inbox the phone does not hold already as a duty of the route or a finding to rectify. */
export function besides<T extends { url?: string }>(todos: readonly T[], here: Iterable<string>): T[] {
  const ids = new Set(here);
  return todos.filter((todo) => !(todo.url?.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []).some((id) => ids.has(id)));
}
/** One thing to look at: an item of a task instance. */
export interface Step {
  task: Task;
  item: Item;
  place: Place;
  /** When its window opens, while that lies ahead by a clock that can be trusted; else empty. */
  locked_until: string;
  /** Position among the items of its task, and how many there are. */
  part: number;
  parts: number;
  done: boolean;
  done_at: string;
  overdue_ms: number;
}
export interface Stop {
  place: Place;
  steps: Step[];
  done: number;
  due_at: string;
  /** 0 major … 3 low, as the national interface codes it; null unknown. */
  level: number | null;
  overdue: number;
  overdue_ms: number;
  /** Steps that cannot begin yet, and when the first of them opens. */
  locked: number;
  opens_at: string;
}
export interface World {
  pkg: Package | undefined;
  actor: { id: string; name: string } | undefined;
  stops: Stop[];
  findings: Finding[];
  places: Map<string, Place>;
  rows: EnvelopeRow[];
  drafts: DraftRow[];
  unsent: number;
  conflicts: EnvelopeRow[];
  refused: EnvelopeRow[];
  line: Line;
  storage: Storage;
  now: number;
  stale: boolean;
  locked: { order: string; at: string } | undefined;
  lost: { first: number; last: number } | undefined;
}

const KINDS_OF_CHECK = ["inspection.record", "task.cannot_do"];

/** Read everything the screens need; all of it lies on the phone. */
export async function look(): Promise<World> {
  const [pkg, rows, begun, found, known, full, actor, locked, lost] = await Promise.all([
    current(), envelopes(), drafts(), line().catch(() => NO_CONTACT), clock(), storage(),
    meta<{ id: string; name: string }>("actor"), meta<{ order: string; at: string }>("locked"), meta<{ first: number; last: number }>("lost"),
  ]);
  const now = corrected(known);
  const places = new Map<string, Place>();
  for (const row of (pkg?.parts.places ?? []) as unknown as Place[]) places.set(row.id, row);
  const findings = (pkg?.parts.findings ?? []) as unknown as Finding[];
  return {
    pkg,
    actor,
    places,
    findings,
    rows,
    drafts: begun,
    stops: pkg ? route(pkg, { places, rows, drafts: begun, now, sure: isSure(known) }) : [],
    // What can still be taken back is on the phone, but not yet received: the pill must not call it synced.
    unsent: rows.filter((row) => UNSENT.includes(row.state)).length + begun.filter((draft) => draft.pending).length,
    conflicts: rows.filter((row) => row.state === "conflict" && !decided(rows, row.id)),
    refused: rows.filter((row) => (row.state === "refused" || row.state === "quarantined") && !row.seen),
    line: found,
    storage: full,
    now,
    stale: pkg !== undefined && now > Date.parse(pkg.manifest.valid_until),
    locked,
    lost,
  };
}

/** The choice a person sealed for a conflict, if any. */
export function decided(rows: EnvelopeRow[], id: string): EnvelopeRow | undefined {
  return rows.find((row) => row.kind === "pocket.decide" && row.subject === id && row.state !== "refused");
}

export interface Known {
  places: Map<string, Place>;
  rows: EnvelopeRow[];
  drafts: DraftRow[];
  now: number;
  /** Whether the clock may be believed: one in doubt locks nothing, the server judges what comes. */
  sure: boolean;
}
type Begun = Record<string, { at: string }> | undefined;

/** Return the places in the order of the round, each with its steps and where they stand. */
export function route(pkg: Pick<Package, "parts">, known: Known): Stop[] {
  const { places, rows, now } = known;
  const items = new Map<string, Item[]>();
  for (const item of (pkg.parts.items ?? []) as unknown as Item[]) items.set(item.task_id, [...(items.get(item.task_id) ?? []), item]);
  const recorded = new Map<string, EnvelopeRow>();
  for (const row of rows) if (KINDS_OF_CHECK.includes(row.kind) && row.subject) recorded.set(row.subject, row);
  const begun = new Map(known.drafts.map((draft) => [draft.id, draft]));
  const stops = new Map<string, Stop>();
  for (const task of (pkg.parts.tasks ?? []) as unknown as Task[]) {
    const place = places.get(task.place_id) ?? { id: task.place_id ?? "", code: "", name: task.title };
    const stop = stops.get(place.id) ?? { place, steps: [], done: 0, due_at: "", level: place.level ?? null, overdue: 0, overdue_ms: 0, locked: 0, opens_at: "" };
    stops.set(place.id, stop);
    const own = items.get(task.task_id) ?? [{ task_id: task.task_id, content: task.title }];
    const opens = Date.parse(task.opens_at);
    const row = recorded.get(task.instance_id);
    // Done too early is kept as a fact, but the task is still to do.
    const counts = row && !(row.at && row.at < opens) ? row : undefined;
    const draft = begun.get(`check:${task.instance_id}`);
    const steps = draft && (own.length > 1 || draft.pending) && !counts ? (draft.form.steps as Begun) : undefined;
    own.forEach((item, part) => {
      const at = counts?.created_at ?? task.done_at ?? steps?.[part]?.at ?? "";
      const late = at ? 0 : Math.max(0, now - Date.parse(task.due_at));
      const locked = !at && known.sure && opens > now ? task.opens_at : "";
      stop.steps.push({ task, item, place, part, parts: own.length, done: at !== "", done_at: at, overdue_ms: late, locked_until: locked });
      if (typeof item.level === "number" && (stop.level === null || item.level < stop.level)) stop.level = item.level;
    });
  }
  const found = [...stops.values()];
  for (const stop of found) {
    stop.done = stop.steps.filter((step) => step.done).length;
    const open = stop.steps.filter((step) => !step.done);
    stop.overdue = open.filter((step) => step.overdue_ms > 0).length;
    stop.overdue_ms = Math.max(0, ...open.map((step) => step.overdue_ms));
    stop.due_at = (open.length ? open : stop.steps).map((step) => step.task.due_at).sort()[0] ?? "";
    const locked = open.filter((step) => step.locked_until);
    stop.locked = locked.length;
    stop.opens_at = locked.map((step) => step.locked_until).sort()[0] ?? "";
  }
  return found.sort((a, b) => (a.place.order ?? 1e6) - (b.place.order ?? 1e6) || a.due_at.localeCompare(b.due_at) || a.place.code.localeCompare(b.place.code));
}

export const isDone = (stop: Stop): boolean => stop.done === stop.steps.length;

/** A step that can be answered now. */
export const isOpen = (step: Step): boolean => !step.done && !step.locked_until;

/** Where to go next: the first place where something can be done now. */
export function nextStop(stops: Stop[], after?: string): Stop | undefined {
  const waits = (stop: Stop): boolean => stop.steps.some(isOpen);
  return stops.find((stop) => waits(stop) && stop.place.id !== after) ?? stops.find(waits);
}

/** The place whose locked steps open first. */
export function nextOpening(stops: Stop[]): Stop | undefined {
  return stops.filter((stop) => stop.locked > 0).sort((a, b) => a.opens_at.localeCompare(b.opens_at))[0];
}

export const placeName = (place: Place): string => [place.code, place.name].filter(Boolean).join(" ");

/** The place whose code was scanned: its QR text, its short code or its id. */
export function placeOf(world: World, code: string): Place | undefined {
  const wanted = code.trim();
  const tail = wanted.split("/").filter(Boolean).pop() ?? wanted;
  const found = [...world.places.values()];
  return (
    found.find((place) => place.qr && (place.qr === wanted || place.qr === tail)) ??
    found.find((place) => place.nfc && place.nfc.toLowerCase() === wanted.toLowerCase()) ??
    found.find((place) => place.id === wanted || place.id === tail) ??
    found.find((place) => place.code.toLowerCase() === wanted.toLowerCase())
  );
}

const number = (value: string | number | null | undefined): number | null => {
  if (value === null || value === undefined || value === "") return null;
  const found = Number(value);
  return Number.isFinite(found) ? found : null;
};
export const limitsOf = (item: Item): { low: number | null; high: number | null } => ({ low: number(item.low), high: number(item.high) });
export const hasReading = (item: Item): boolean => Boolean(item.quantity || item.unit) || number(item.low) !== null || number(item.high) !== null;

export interface Judged {
  value: number | null;
  over: number;
  under: number;
}
/** Compare a typed reading with the limits; the difference is exact to the digits typed. */
export function judge(item: Item, text: string): Judged {
  const value = text === "" || text === "-" || text === "." ? null : number(text);
  const { low, high } = limitsOf(item);
  const digits = Math.max(...[text, String(item.low ?? ""), String(item.high ?? "")].map((one) => (one.split(".")[1] ?? "").length));
  const away = (by: number): number => Number(by.toFixed(digits));
  return {
    value,
    over: value !== null && high !== null && value > high ? away(value - high) : 0,
    under: value !== null && low !== null && value < low ? away(low - value) : 0,
  };
}

/** Tell whether a value is more than three times the usual step away from the last one. */
export function isStrange(item: Item, value: number): boolean {
  const past = (item.last ?? []).map((one) => number(one.value)).filter((one): one is number => one !== null);
  const [last] = past;
  if (last === undefined || past.length < 3) return false;
  const steps = past.slice(1).map((one, place) => Math.abs(one - (past[place] ?? one)));
  const usual = steps.reduce((sum, one) => sum + one, 0) / steps.length;
  const least = Math.abs(last) * 0.05;
  return Math.abs(value - last) > 3 * Math.max(usual, least);
}

/** How many values in a row rose (positive) or fell (negative), newest first. */
export function trend(item: Item, value: number | null): number {
  const past = [value, ...(item.last ?? []).map((one) => number(one.value))].filter((one): one is number => one !== null);
  let count = 0;
  for (let place = 0; place + 1 < past.length; place += 1) {
    const step = Math.sign((past[place] ?? 0) - (past[place + 1] ?? 0));
    if (step === 0 || (count !== 0 && Math.sign(count) !== step)) break;
    count += step;
  }
  return count;
}
