import { type Episode, type Mark, type Series, type View, clock, figure, valueAt } from "./data";
import { COLOURS, lookOf } from "./panes";
import { text } from "../../behaviours/dom";

/** The tags below the picture: how each is drawn, its value under the cursor, lowest to highest. */
export interface LegendHands {
  toggle(id: string): void;
  remove(id: string): void;
}

const SVG = "http://www.w3.org/2000/svg";

export class Legend {
  private cells = new Map<string, { value: HTMLElement; series: Series }>();

  constructor(
    private readonly body: HTMLElement,
    private readonly hands: LegendHands,
  ) {}

  show(series: Series[], view: View): void {
    this.cells.clear();
    this.body.replaceChildren(
      ...series.map((one, n) => {
        const row = document.createElement("tr");
        const isOff = view.hidden.has(one.id);
        row.classList.toggle("is-off", isOff);
        const name = document.createElement("button");
        name.type = "button";
        name.className = "an-trend__tag";
        name.setAttribute("aria-pressed", String(!isOff));
        name.title = isOff ? text("trend-show") : text("trend-hide");
        name.append(swatch(n), document.createTextNode(one.tag));
        name.addEventListener("click", () => this.hands.toggle(one.id));
        const head = cell("th", name);
        head.scope = "row";
        const value = cell("td", "–");
        value.className = "an-num an-trend__now";
        const figures = one.v.filter((v): v is number => v !== null);
        const lowest = least(one.lo ?? figures);
        const highest = most(one.hi ?? figures);
        const mean = figures.length ? figures.reduce((sum, v) => sum + v, 0) / figures.length : null;
        const drop = document.createElement("button");
        drop.type = "button";
        drop.className = "an-iconbtn an-iconbtn--s";
        drop.setAttribute("aria-label", `${text("trend-remove")} ${one.tag}`);
        drop.textContent = "×";
        drop.addEventListener("click", () => this.hands.remove(one.id));
        const words = cell("td", one.name);
        words.className = "an-trend__name";
        row.append(head, words, value, cell("td", one.unit), number(lowest, one.digits), number(mean, one.digits), number(highest, one.digits), cell("td", drop));
        this.cells.set(one.id, { value, series: one });
        return row;
      }),
    );
    this.point(null);
  }

  /** Show the values of a moment; of the newest samples without one. */
  point(moment: number | null): void {
    for (const { value, series } of this.cells.values()) {
      const at = moment ?? series.t.at(-1) ?? 0;
      value.textContent = figure(valueAt(series, at), series.digits);
    }
  }
}

/** What happened in the time shown, the newest first; a click looks at it closely. */
export function tell(place: HTMLElement, series: Series[], episodes: Episode[], marks: Mark[], look: (from: number, to: number) => void): void {
  const tags = new Map(series.map((one) => [one.id, one.tag]));
  const rows = [
    ...episodes.map((one) => ({ ...one, head: `${tags.get(one.point) ?? ""} ${one.kind}` })),
    ...marks.map((one) => ({ ...one, level: 0, head: one.source })),
  ].sort((a, b) => b.from - a.from);
  place.replaceChildren(
    ...rows.map((one) => {
      const item = document.createElement("li");
      const when = document.createElement("button");
      when.type = "button";
      when.className = "an-link an-nowrap";
      when.textContent = clock(one.from).slice(5);
      when.addEventListener("click", () => {
        const end = one.to ?? Date.now();
        const room = Math.max((end - one.from) * 0.5, 300_000);
        look(one.from - room, end + room);
      });
      const head = document.createElement("b");
      head.textContent = one.head;
      if (one.level) head.className = `an-trend__level an-trend__level--${one.level}`;
      const words = document.createElement(one.url ? "a" : "span");
      words.textContent = one.text;
      if (words instanceof HTMLAnchorElement) words.href = one.url;
      item.append(when, head, words);
      return item;
    }),
  );
}

function cell(kind: "td", content: string | Node): HTMLTableCellElement;
function cell(kind: "th", content: string | Node): HTMLTableCellElement;
function cell(kind: "td" | "th", content: string | Node): HTMLTableCellElement {
  const made = document.createElement(kind);
  made.append(content);
  return made;
}

function number(value: number | null, digits: number): HTMLTableCellElement {
  const made = cell("td", figure(value, digits));
  made.className = "an-num";
  return made;
}

function swatch(place: number): SVGElement {
  const look = lookOf(place);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 10");
  svg.setAttribute("width", "24");
  svg.setAttribute("height", "10");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", "M0 5h24");
  line.setAttribute("class", `an-t${(place % COLOURS) + 1}`);
  if (look.dash.length) line.setAttribute("stroke-dasharray", look.dash.join(" "));
  svg.append(line);
  return svg;
}

// A spread of many thousand arguments overflows the stack.
function least(values: (number | null)[]): number | null {
  return values.reduce<number | null>((found, v) => (v === null || (found !== null && found <= v) ? found : v), null);
}

function most(values: (number | null)[]): number | null {
  return values.reduce<number | null>((found, v) => (v === null || (found !== null && found >= v) ? found : v), null);
}
