import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { type Answer, type Episode, type Mark, type Series, type View, clock, figure, tick } from "./data";

/**
 * The drawings: one pane for each unit (or each tag), one under the other, with one time and one
 * cursor. No second axis: two scales on one picture make people see what is not there.
 */

export interface Hands {
  /** somebody dragged over a time */
  zoom(from: number, to: number): void;
  /** the cursor stands at a moment; null: it left */
  point(moment: number | null): void;
}

const DASHES: number[][] = [[], [7, 3], [2, 3], [10, 3, 2, 3]];
export const COLOURS = 8;
const AXIS = 56;
const RIGHT = 88;

/** How a tag is drawn: its colour and dash stay the same while it is on the page. */
export function lookOf(place: number): { colour: string; dash: number[] } {
  return { colour: `--an-t${(place % COLOURS) + 1}`, dash: DASHES[Math.floor(place / COLOURS) % DASHES.length] ?? [] };
}

export class Panes {
  private plots: { plot: uPlot; ids: string }[] = [];
  private answer: Answer | null = null;
  private view: View;
  private readonly sync = uPlot.sync("an-trend");

  constructor(
    private readonly place: HTMLElement,
    view: View,
    private readonly hands: Hands,
  ) {
    this.view = view;
    new ResizeObserver(() => this.size()).observe(place);
    // The colours of a canvas do not follow the theme by themselves.
    new MutationObserver(() => this.show(this.view, this.answer)).observe(document.documentElement, {
      attributeFilter: ["data-bs-theme"],
    });
  }

  /** Draw a view anew. */
  show(view: View, answer: Answer | null): void {
    this.view = view;
    this.answer = answer;
    for (const { plot } of this.plots) {
      this.sync.unsub(plot);
      plot.destroy();
    }
    this.plots = [];
    if (!answer) return;
    const groups = this.groups(answer.series);
    groups.forEach((group, n) => this.pane(group, n === groups.length - 1));
    this.size();
  }

  /** Take new data of the same tags without building the panes again. */
  refresh(view: View, answer: Answer): void {
    const ids = this.groups(answer.series).map((group) => group.map((one) => one.id).join());
    if (ids.join(";") !== this.plots.map((one) => one.ids).join(";")) {
      this.show(view, answer);
      return;
    }
    this.view = view;
    this.answer = answer;
    this.groups(answer.series).forEach((group, n) => {
      const plot = this.plots[n]?.plot;
      if (!plot) return;
      plot.batch(() => {
        plot.setData(aligned(group), false);
        plot.setScale("x", { min: view.from, max: view.to });
      });
    });
  }

  /** Move the time at once, before the samples of it have come. */
  move(from: number, to: number): void {
    for (const { plot } of this.plots) plot.setScale("x", { min: from, max: to });
  }

  /** Milliseconds a pixel stands for, and how many there are. */
  get width(): number {
    return Math.max((this.plots[0]?.plot.over.clientWidth ?? this.place.clientWidth - AXIS - RIGHT) | 0, 120);
  }

  /** The moment under a place on the screen. */
  at(clientX: number): number {
    const over = this.plots[0]?.plot.over.getBoundingClientRect();
    if (!over) return this.view.to;
    const share = Math.min(Math.max((clientX - over.left) / over.width, 0), 1);
    return this.view.from + share * (this.view.to - this.view.from);
  }

  /** Put the cursor at a moment, as arrows on the keyboard do. */
  cursor(moment: number): void {
    for (const { plot } of this.plots) {
      plot.setCursor({ left: plot.valToPos(moment, "x"), top: plot.over.clientHeight / 2 }, false);
    }
    this.hands.point(moment);
  }

  private groups(series: Series[]): Series[][] {
    const shown = series.filter((one) => !this.view.hidden.has(one.id));
    if (this.view.each) return shown.map((one) => [one]);
    const byUnit = new Map<string, Series[]>();
    for (const one of shown) byUnit.set(one.unit, [...(byUnit.get(one.unit) ?? []), one]);
    return [...byUnit.values()];
  }

  private size(): void {
    const n = this.plots.length;
    if (!n) return;
    const height = Math.max(Math.floor(this.place.clientHeight / n), n === 1 ? 240 : 132);
    for (const { plot } of this.plots) plot.setSize({ width: this.place.clientWidth, height });
  }

  private colour(name: string): string {
    return getComputedStyle(this.place).getPropertyValue(name).trim();
  }

  private pane(group: Series[], isLast: boolean): void {
    const font = `12px ${this.colour("--an-font")}`;
    const grid = { stroke: this.colour("--an-c-grid"), width: 1 };
    const ink = this.colour("--an-ink-3");
    const places = new Map(this.answer?.series.map((one, n) => [one.id, n]));
    const series: uPlot.Series[] = [{}];
    const bands: uPlot.Band[] = [];
    for (const one of group) {
      const look = lookOf(places.get(one.id) ?? 0);
      const stroke = this.colour(look.colour);
      series.push({ label: one.tag, stroke, width: 1.6, dash: look.dash, points: { show: sparse }, spanGaps: false });
      if (one.lo && one.hi) {
        const at = series.length;
        // Only the ground between: their own lines would say more than a step knows.
        series.push({ stroke: "transparent", width: 0, points: { show: false } }, { stroke: "transparent", width: 0, points: { show: false } });
        bands.push({ series: [at + 1, at], fill: `${stroke}26` });
      }
    }
    const unit = group[0]?.unit ?? "";
    const plot = new uPlot(
      {
        width: this.place.clientWidth,
        height: 200,
        ms: 1,
        padding: [22, RIGHT, isLast ? 0 : 6, 0],
        legend: { show: false },
        series,
        bands,
        scales: {
          x: { time: true, auto: false, range: () => [this.view.from, this.view.to] },
          y: { range: (_plot, low, high) => this.reach(group, low, high) },
        },
        axes: [
          {
            stroke: ink, font, grid, ticks: { ...grid, size: 4 }, size: isLast ? 44 : 12, gap: 4,
            values: (_plot, splits, _axis, _space, apart) =>
              isLast ? splits.map((moment, n) => tick(moment, apart, n === 0)) : splits.map(() => ""),
            splits: (_plot, _axis, low, high, apart) => even(low, high, apart),
          },
          { stroke: ink, font, grid, ticks: { ...grid, size: 4 }, size: AXIS, gap: 4 },
        ],
        cursor: {
          sync: { key: this.sync.key, setSeries: false, scales: ["x", null] },
          drag: { x: true, y: false, setScale: false },
          points: { size: 7 },
        },
        hooks: {
          drawClear: [(u) => this.ground(u, group)],
          draw: [(u) => this.above(u, group, unit, font)],
          setSelect: [(u) => this.selected(u)],
          setCursor: [(u) => this.moved(u)],
        },
      },
      aligned(group),
      this.place,
    );
    this.sync.sub(plot);
    this.plots.push({ plot, ids: group.map((one) => one.id).join() });
  }

  /** Leave room above and below, and reach to a limit that is near. */
  private reach(group: Series[], low: number | null, high: number | null): [number, number] {
    if (low === null || high === null || !Number.isFinite(low) || !Number.isFinite(high)) [low, high] = [0, 1];
    const height = high - low || Math.abs(high) * 0.1 || 1;
    if (this.view.limits) {
      for (const { value } of group.flatMap((one) => one.limits)) {
        if (value > high && value - high < height) high = value;
        else if (value < low && low - value < height) low = value;
      }
    }
    const room = (high - low || height) * 0.08;
    return [low - room, high + room];
  }

  private selected(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 4) return;
    const from = plot.posToVal(left, "x");
    const to = plot.posToVal(left + width, "x");
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.hands.zoom(from, to);
  }

  private moved(plot: uPlot): void {
    const { left } = plot.cursor;
    this.hands.point(left === undefined || left === null || left < 0 ? null : plot.posToVal(left, "x"));
  }

  /** Below the lines: the soft ground beyond limits, and what overlies the whole time. */
  private ground(plot: uPlot, group: Series[]): void {
    const { ctx, bbox } = plot;
    ctx.save();
    clip(ctx, bbox);
    if (this.view.limits && group.length === 1) {
      for (const { kind, value, level } of group[0]?.limits ?? []) {
        const isHigh = kind.startsWith("H");
        const y = plot.valToPos(value, "y", true);
        ctx.fillStyle = this.colour(`--an-r${level}-soft`);
        if (isHigh) ctx.fillRect(bbox.left, bbox.top, bbox.width, Math.max(y - bbox.top, 0));
        else ctx.fillRect(bbox.left, y, bbox.width, Math.max(bbox.top + bbox.height - y, 0));
      }
    }
    if (this.view.alarms) for (const mark of this.answer?.marks ?? []) this.overlay(plot, mark);
    ctx.restore();
  }

  private overlay(plot: uPlot, mark: Mark): void {
    const { ctx, bbox } = plot;
    const x = plot.valToPos(mark.from, "x", true);
    const end = plot.valToPos(mark.to ?? this.view.to, "x", true);
    ctx.fillStyle = this.colour("--an-surface-3");
    if (end - x > 2) ctx.fillRect(x, bbox.top, end - x, bbox.height);
    ctx.strokeStyle = this.colour("--an-line-3");
    ctx.setLineDash([2, 3]);
    for (const edge of mark.to === null ? [x] : [x, end]) line(ctx, edge, bbox.top, edge, bbox.top + bbox.height);
    ctx.setLineDash([]);
  }

  /** Above the lines: limits with their words, alarms, doubtful samples, the unit, now. */
  private above(plot: uPlot, group: Series[], unit: string, font: string): void {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.font = font.replace("12px", `${12 * ratio}px`);
    ctx.lineWidth = ratio;
    if (this.view.limits) this.limits(plot, group);
    this.doubts(plot, group);
    if (this.view.alarms) {
      const mine = new Set(group.map((one) => one.id));
      for (const one of this.answer?.episodes ?? []) if (mine.has(one.point)) this.alarm(plot, one);
    }
    const now = plot.valToPos(this.answer?.now ?? 0, "x", true);
    if (now > bbox.left && now < bbox.left + bbox.width - 2) {
      ctx.strokeStyle = this.colour("--an-line-3");
      ctx.setLineDash([2 * ratio, 3 * ratio]);
      line(ctx, now, bbox.top, now, bbox.top + bbox.height);
      ctx.setLineDash([]);
    }
    ctx.fillStyle = this.colour("--an-ink-2");
    ctx.textAlign = "left";
    ctx.textBaseline = "bottom";
    const words = group.length === 1 ? `${group[0]?.tag ?? ""} ${group[0]?.name ?? ""}` : group.map((one) => one.tag).join(" · ");
    ctx.fillText([words, unit].filter(Boolean).join("  "), bbox.left, bbox.top - 6 * ratio, bbox.width);
    ctx.restore();
  }

  private limits(plot: uPlot, group: Series[]): void {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    let last = -Infinity;
    const all = group.flatMap((one) => one.limits.map((limit) => ({ ...limit, digits: one.digits, tag: one.tag })));
    for (const one of all.sort((a, b) => b.value - a.value)) {
      const y = plot.valToPos(one.value, "y", true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.strokeStyle = this.colour(`--an-r${one.level}-line`);
      line(ctx, bbox.left, y, bbox.left + bbox.width, y);
      const at = Math.max(y, last + 14 * ratio);
      last = at;
      ctx.fillStyle = this.colour(`--an-r${one.level}-ink`);
      // Several tags on one picture: whose limit it is matters more than what it is called.
      const words = group.length > 1 ? `${one.kind} ${one.tag}` : `${one.label} ${figure(one.value, one.digits)}`;
      ctx.fillText(words, bbox.left + bbox.width + 5 * ratio, at, (RIGHT - 8) * ratio);
    }
  }

  /** A strip along the foot: hatched where samples were bad, dotted where they were uncertain. */
  private doubts(plot: uPlot, group: Series[]): void {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const foot = bbox.top + bbox.height;
    for (const [from, to, quality] of group.flatMap((one) => one.doubts)) {
      const x = Math.max(plot.valToPos(from, "x", true), bbox.left);
      const end = Math.min(Math.max(plot.valToPos(to, "x", true), x + 2 * ratio), bbox.left + bbox.width);
      if (end <= x) continue;
      ctx.strokeStyle = this.colour(quality > 1 ? "--an-ink-2" : "--an-line-3");
      ctx.lineWidth = (quality > 1 ? 6 : 3) * ratio;
      ctx.setLineDash(quality > 1 ? [2 * ratio, 2 * ratio] : [2 * ratio, 4 * ratio]);
      line(ctx, x, foot - 3 * ratio, end, foot - 3 * ratio);
    }
    ctx.setLineDash([]);
    ctx.lineWidth = ratio;
  }

  /** A bar at the top for as long as the alarm stood, with a mark in its shape where it began. */
  private alarm(plot: uPlot, one: Episode): void {
    const { ctx, bbox } = plot;
    const ratio = devicePixelRatio;
    const x = plot.valToPos(one.from, "x", true);
    const end = plot.valToPos(one.to ?? Math.min(this.answer?.now ?? this.view.to, this.view.to), "x", true);
    const left = Math.max(x, bbox.left);
    const right = Math.min(end, bbox.left + bbox.width);
    if (right < bbox.left || left > bbox.left + bbox.width) return;
    ctx.fillStyle = this.colour(`--an-r${one.level}`);
    ctx.strokeStyle = this.colour(`--an-r${one.level}-line`);
    ctx.fillRect(left, bbox.top, Math.max(right - left, ratio), 3 * ratio);
    if (x < bbox.left) return;
    ctx.beginPath();
    ctx.moveTo(x - 5 * ratio, bbox.top);
    ctx.lineTo(x + 5 * ratio, bbox.top);
    ctx.lineTo(x, bbox.top + 9 * ratio);
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
    ctx.fillStyle = this.colour(`--an-r${one.level}-ink`);
    ctx.textAlign = "left";
    ctx.textBaseline = "top";
    if (end - x > 30 * ratio) ctx.fillText(one.kind, x + 8 * ratio, bbox.top + 5 * ratio);
  }
}

/** Put tags with times of their own on one time axis; what no tag has stays open, not a gap. */
function aligned(group: Series[]): uPlot.AlignedData {
  const tables: uPlot.AlignedData[] = group.map((one) => (one.lo && one.hi ? [one.t, one.v, one.lo, one.hi] : [one.t, one.v]));
  const [first] = tables;
  if (!first) return [[]];
  return tables.length === 1 ? first : uPlot.join(tables);
}

/** Show each sample only where they lie so far apart that a line alone would hide them. */
function sparse(plot: uPlot, seriesIdx: number, from: number, to: number): boolean {
  return to - from < plot.over.clientWidth / 24 && seriesIdx > 0;
}

/** Ticks at round times of Asia/Shanghai. */
function even(low: number, high: number, apart: number): number[] {
  const shift = 8 * 3_600_000;
  const found: number[] = [];
  if (apart >= 28 * 86_400_000) {
    const months = Math.max(Math.round(apart / (30.4 * 86_400_000)), 1);
    const begin = new Date(low + shift);
    let month = begin.getUTCFullYear() * 12 + begin.getUTCMonth();
    month = Math.ceil(month / months) * months;
    for (; found.length < 60; month += months) {
      const moment = Date.UTC(Math.floor(month / 12), month % 12) - shift;
      if (moment > high) break;
      if (moment >= low) found.push(moment);
    }
    return found;
  }
  for (let moment = Math.ceil((low + shift) / apart) * apart - shift; moment <= high && found.length < 60; moment += apart) found.push(moment);
  return found;
}

function clip(ctx: CanvasRenderingContext2D, box: uPlot.BBox): void {
  ctx.beginPath();
  ctx.rect(box.left, box.top, box.width, box.height);
  ctx.clip();
}

function line(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}

export { clock };
