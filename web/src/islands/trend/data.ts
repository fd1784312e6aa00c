/** What the server answers about tags over a time, and what the address says one looks at. */

export interface Limit {
  kind: string;
  label: string;
  value: number;
  /** 1 critical to 4 low, as the four colours */
  level: number;
}

export interface Series {
  id: string;
  tag: string;
  name: string;
  unit: string;
  digits: number;
  /** milliseconds since 1970; parallel to the values */
  t: number[];
  /** null is a gap: nothing came, or nothing that may be believed */
  v: (number | null)[];
  /** lowest and highest in each step where steps stand for many samples */
  lo?: (number | null)[];
  hi?: (number | null)[];
  /** from, to, quality (1 uncertain, 2 bad) */
  doubts: [number, number, number][];
  limits: Limit[];
}

export interface Episode {
  point: string;
  kind: string;
  label: string;
  level: number;
  from: number;
  /** null while it stands */
  to: number | null;
  text: string;
  url: string;
}

export interface Mark {
  source: string;
  from: number;
  to: number | null;
  text: string;
  url: string;
}

export interface Answer {
  from: number;
  to: number;
  now: number;
  step: string;
  series: Series[];
  episodes: Episode[];
  marks: Mark[];
  /** words for the person when the samples cannot be had */
  trouble: string;
}

export interface View {
  tags: string[];
  hidden: Set<string>;
  /** seconds up to now; 0 while one looks at a fixed time */
  span: number;
  from: number;
  to: number;
  each: boolean;
  limits: boolean;
  alarms: boolean;
  legend: boolean;
}

const SPAN = 2 * 3600;
export const MOST_TAGS = 12;
/** Ten years and two seconds: what may be looked at at once. */
const LONGEST = 3660 * 86_400_000;
const SHORTEST = 2000;

export function readView(search: string, now: number): View {
  const query = new URLSearchParams(search);
  const from = Date.parse(query.get("from") ?? "");
  const to = Date.parse(query.get("to") ?? "");
  const isFixed = from < to;
  const span = Number(query.get("span")) || SPAN;
  return {
    tags: list(query.get("tags")).slice(0, MOST_TAGS),
    hidden: new Set(list(query.get("off"))),
    span: isFixed ? 0 : Math.min(Math.max(span, SHORTEST / 1000), LONGEST / 1000),
    from: isFixed ? from : now - span * 1000,
    to: isFixed ? to : now,
    each: query.get("panes") === "each",
    limits: query.get("limits") !== "0",
    alarms: query.get("alarms") !== "0",
    legend: query.get("legend") !== "0",
  };
}

/** The address of a view: short, and the same for the same view. */
export function writeView(view: View): string {
  const query = new URLSearchParams();
  if (view.tags.length) query.set("tags", view.tags.join(","));
  if (view.span) {
    if (view.span !== SPAN) query.set("span", String(view.span));
  } else {
    query.set("from", iso(view.from));
    query.set("to", iso(view.to));
  }
  if (view.hidden.size) query.set("off", [...view.hidden].join(","));
  if (view.each) query.set("panes", "each");
  for (const name of ["limits", "alarms", "legend"] as const) if (!view[name]) query.set(name, "0");
  return query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
}

/** Keep a time within what can be looked at: neither in the far future nor too short or long. */
export function within(from: number, to: number, now: number): [number, number] {
  const span = Math.min(Math.max(to - from, SHORTEST), LONGEST);
  const end = Math.min((from + to) / 2 + span / 2, now + span * 0.1);
  return [Math.round(end - span), Math.round(end)];
}

export function iso(moment: number): string {
  return new Date(moment).toISOString().replace(/\.000Z$/, "Z");
}

function list(text: string | null): string[] {
  return (text ?? "").split(",").filter(Boolean);
}

/** Asia/Shanghai has had no summer time since 1991: a fixed shift shows its clock. */
function there(moment: number): string {
  return new Date(moment + 8 * 3_600_000).toISOString();
}

export function clock(moment: number): string {
  const text = there(moment);
  return `${text.slice(0, 10)} ${text.slice(11, 19)}`;
}

/** What stands at a tick of the time axis, as fine as the ticks are apart. */
export function tick(moment: number, apart: number, isFirst: boolean): string {
  const text = there(moment);
  const day = text.slice(5, 10);
  const time = text.slice(11, apart < 60_000 ? 19 : 16);
  if (apart >= 28 * 86_400_000) return text.slice(0, 7);
  if (apart >= 86_400_000) return text.slice(5, 10) === "01-01" || isFirst ? text.slice(0, 10) : day;
  return isFirst || time.startsWith("00:00") ? `${time}\n${day}` : time;
}

/** The value that held at a moment: the last one at or before it, unless a gap lies between. */
export function valueAt(series: Series, moment: number): number | null {
  let low = 0;
  let high = series.t.length - 1;
  let found = -1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((series.t[middle] ?? 0) <= moment) {
      found = middle;
      low = middle + 1;
    } else high = middle - 1;
  }
  return found < 0 ? null : (series.v[found] ?? null);
}

export function figure(value: number | null | undefined, digits: number): string {
  return value === null || value === undefined || !Number.isFinite(value) ? "–" : value.toFixed(digits);
}

/** Put what came since behind what is there, and let go of what has moved out. */
export function append(old: Series, more: Series, from: number): Series {
  const last = old.t.at(-1) ?? -Infinity;
  const start = more.t.findIndex((moment) => moment > last);
  const t = start < 0 ? old.t : [...old.t, ...more.t.slice(start)];
  const v = start < 0 ? old.v : [...old.v, ...more.v.slice(start)];
  const first = Math.max(t.findIndex((moment) => moment >= from) - 1, 0);
  const doubts = [...old.doubts, ...more.doubts].filter(([, to]) => to >= from);
  return { ...more, t: t.slice(first), v: v.slice(first), doubts };
}
