import { all, isTyping, text } from "../../behaviours/dom";
import { type Answer, MOST_TAGS, type View, append, clock, iso, readView, within, writeView } from "./data";
import { hands } from "./gestures";
import { Legend, tell } from "./legend";
import { Panes } from "./panes";

/**
 * The trend viewer. data-an-trend: where samples come from. data-choose: where tags are found.
 * The address keeps what one looks at; the server chooses samples or roll-ups by the width.
 */
export function startTrend(root: HTMLElement): void {
  new Trend(root);
}

const LIVE_EACH = 2000;

class Trend {
  private view: View;
  private answer: Answer | null = null;
  private readonly panes: Panes;
  private readonly legend: Legend;
  private asking: AbortController | null = null;
  private timer = 0;
  private later = 0;

  constructor(private readonly root: HTMLElement) {
    this.view = readView(location.search, Date.now());
    const place = this.part("charts");
    this.panes = new Panes(place, this.view, {
      zoom: (from, to) => this.look(from, to),
      point: (moment) => this.pointed(moment),
    });
    this.legend = new Legend(this.part("legend"), {
      toggle: (id) => this.toggle(id),
      remove: (id) => this.choose(this.view.tags.filter((one) => one !== id)),
    });
    hands(place, {
      span: () => [this.view.from, this.view.to],
      at: (x) => this.panes.at(x),
      move: (from, to) => this.drag(from, to),
      cursor: (moment) => this.panes.cursor(moment),
      live: () => this.live(this.view.span || 7200),
    });
    this.buttons();
    this.chooser();
    addEventListener("popstate", () => {
      this.view = readView(location.search, Date.now());
      void this.load();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.view.span) void this.load();
    });
    void this.load();
  }

  private part(name: string): HTMLElement {
    const found = this.root.querySelector<HTMLElement>(`[data-part="${name}"]`);
    if (!found) throw new Error(`the trend page has no ${name}`);
    return found;
  }

  private buttons(): void {
    for (const button of all("[data-span]", this.root)) {
      button.addEventListener("click", () => this.live(Number(button.dataset.span)));
    }
    const moves: Record<string, () => void> = {
      earlier: () => this.shift(-0.5),
      later: () => this.shift(0.5),
      in: () => this.zoom(0.5),
      out: () => this.zoom(2),
      live: () => this.live(this.view.span || (this.view.to - this.view.from) / 1000),
    };
    for (const button of all("[data-move]", this.root)) {
      button.addEventListener("click", () => moves[button.dataset.move ?? ""]?.());
    }
    for (const button of all("[data-switch]", this.root)) {
      button.addEventListener("click", () => {
        const name = button.dataset.switch as "each" | "limits" | "alarms" | "legend";
        this.view[name] = !this.view[name];
        this.said();
        this.panes.show(this.view, this.answer);
      });
    }
    const form = this.root.querySelector<HTMLFormElement>("form[data-part=time]");
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      const data = new FormData(form);
      // A field of the browser has no zone: what is typed is the clock of the plant.
      const from = Date.parse(`${String(data.get("from"))}+08:00`);
      const to = Date.parse(`${String(data.get("to"))}+08:00`);
      if (from < to) this.look(from, to);
      form.closest("details")?.removeAttribute("open");
    });
    document.addEventListener("keydown", (event) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "t") this.part("find").querySelector("input")?.focus();
    });
  }

  /** Find tags while somebody types; arrows and Enter choose, as in every chooser. */
  private chooser(): void {
    const place = this.part("find");
    const field = place.querySelector<HTMLInputElement>("input");
    const list = place.querySelector<HTMLElement>("[role=listbox]");
    if (!field || !list) return;
    let wait = 0;
    let asked = "";
    const close = (): void => {
      list.hidden = true;
      field.setAttribute("aria-expanded", "false");
    };
    const find = async (): Promise<void> => {
      asked = field.value;
      const url = new URL(this.root.dataset.choose ?? "", location.href);
      url.searchParams.set("q", asked);
      if (this.root.dataset.within) url.searchParams.set("in", this.root.dataset.within);
      const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
      if (!answer?.ok || asked !== field.value) return;
      const { items } = (await answer.json()) as { items: { id: string; label: string; note: string }[] };
      list.replaceChildren(
        ...items.map(({ id, label, note }) => {
          const option = document.createElement("button");
          option.type = "button";
          option.className = "an-menu__item";
          option.setAttribute("role", "option");
          option.setAttribute("aria-selected", String(this.view.tags.includes(id)));
          option.textContent = label;
          if (note) {
            const more = document.createElement("span");
            more.className = "an-muted an-xs";
            more.textContent = note;
            option.append(" ", more);
          }
          option.addEventListener("click", () => {
            const has = this.view.tags.includes(id);
            this.choose(has ? this.view.tags.filter((one) => one !== id) : [...this.view.tags, id]);
            option.setAttribute("aria-selected", String(!has));
            field.select();
          });
          return option;
        }),
      );
      if (!items.length) list.textContent = text("trend-no-tag");
      list.hidden = false;
      field.setAttribute("aria-expanded", "true");
    };
    const soon = (): void => {
      window.clearTimeout(wait);
      wait = window.setTimeout(() => void find(), 150);
    };
    field.addEventListener("input", soon);
    field.addEventListener("focus", soon);
    place.addEventListener("keydown", (event) => {
      const options = all<HTMLButtonElement>("[role=option]", list);
      const at = options.indexOf(document.activeElement as HTMLButtonElement);
      if (event.key === "Escape") {
        close();
        field.focus();
      } else if (event.key === "ArrowDown") options[Math.min(at + 1, options.length - 1)]?.focus();
      else if (event.key === "ArrowUp") (at > 0 ? options[at - 1] : field)?.focus();
      else if (event.key === "Enter" && event.target === field) options[0]?.click();
      else return;
      event.preventDefault();
    });
    document.addEventListener("click", (event) => {
      if (event.target instanceof Node && !place.contains(event.target)) close();
    });
  }

  private choose(tags: string[]): void {
    this.view.tags = tags.slice(0, MOST_TAGS);
    for (const id of this.view.hidden) if (!tags.includes(id)) this.view.hidden.delete(id);
    this.said(true);
    void this.load();
  }

  private toggle(id: string): void {
    if (!this.view.hidden.delete(id)) this.view.hidden.add(id);
    this.said();
    this.legend.show(this.answer?.series ?? [], this.view);
    this.panes.show(this.view, this.answer);
  }

  /** Look at the last seconds, and go on with them. */
  private live(span: number): void {
    this.view.span = Math.round(span);
    this.said(true);
    void this.load();
  }

  /** Look at a fixed time. */
  private look(from: number, to: number): void {
    [this.view.from, this.view.to] = within(from, to, Date.now());
    this.view.span = 0;
    this.said(true);
    void this.load();
  }

  private shift(share: number): void {
    const by = (this.view.to - this.view.from) * share;
    this.look(this.view.from + by, this.view.to + by);
  }

  private zoom(factor: number): void {
    const middle = (this.view.from + this.view.to) / 2;
    const half = ((this.view.to - this.view.from) / 2) * factor;
    this.look(middle - half, middle + half);
  }

  /** Follow a hand or a wheel at once; the samples come when it rests. */
  private drag(from: number, to: number): void {
    [this.view.from, this.view.to] = within(from, to, Date.now());
    this.view.span = 0;
    this.panes.move(this.view.from, this.view.to);
    window.clearTimeout(this.later);
    this.later = window.setTimeout(() => {
      this.said();
      void this.load();
    }, 180);
  }

  private pointed(moment: number | null): void {
    this.legend.point(moment);
    this.part("cursor").textContent = moment === null ? "" : clock(moment);
  }

  /** Write the view into the address and onto the buttons. */
  private said(isNew = false): void {
    const query = writeView(this.view);
    const address = query ? `?${query}` : location.pathname;
    if (isNew) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    for (const button of all("[data-span]", this.root)) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.span) === this.view.span));
    }
    for (const button of all("[data-switch]", this.root)) {
      button.setAttribute("aria-pressed", String(this.view[button.dataset.switch as "each"]));
    }
    this.root.querySelector("[data-move=live]")?.setAttribute("aria-pressed", String(this.view.span > 0));
    for (const link of all<HTMLAnchorElement>("a[data-export]", this.root)) {
      const url = new URL(this.root.dataset.export ?? "", location.href);
      const params = this.asked();
      params.set("tags", this.view.tags.filter((one) => !this.view.hidden.has(one)).join(","));
      params.set("format", link.dataset.export ?? "csv");
      url.search = params.toString();
      link.href = url.href;
    }
    this.part("legend").closest<HTMLElement>("[data-part=below]")?.toggleAttribute("hidden", !this.view.legend || !this.view.tags.length);
    const set = (name: string, moment: number): void => {
      const field = this.root.querySelector<HTMLInputElement>(`form[data-part=time] [name=${name}]`);
      if (field && document.activeElement !== field) field.value = clock(moment).replace(" ", "T").slice(0, 16);
    };
    set("from", this.view.from);
    set("to", this.view.to);
  }

  private asked(): URLSearchParams {
    return new URLSearchParams({
      tags: this.view.tags.join(","),
      from: iso(this.view.from),
      to: iso(this.view.to),
      width: String(this.panes.width),
    });
  }

  private async load(isTick = false): Promise<void> {
    window.clearTimeout(this.timer);
    const now = Date.now();
    if (this.view.span) [this.view.from, this.view.to] = [now - this.view.span * 1000, now];
    if (!isTick) this.said();
    this.part("empty").hidden = this.view.tags.length > 0;
    this.part("legend").closest<HTMLElement>("[data-part=below]")?.toggleAttribute("hidden", !this.view.legend || !this.view.tags.length);
    this.part("charts").hidden = !this.view.tags.length;
    if (!this.view.tags.length) {
      this.answer = null;
      this.legend.show([], this.view);
      this.panes.show(this.view, null);
      return;
    }
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const params = this.asked();
    const isMore = isTick && this.canAppend();
    if (isMore) params.set("since", iso(Math.min(...(this.answer?.series.map((one) => one.t.at(-1) ?? this.view.from) ?? []))));
    if (!isTick) this.root.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${this.root.dataset.anTrend ?? ""}?${params.toString()}`, {
        headers: { Accept: "application/json" },
        signal: asking.signal,
      });
      if (!answer.ok) throw new Error(String(answer.status));
      this.take((await answer.json()) as Answer, isMore);
    } catch {
      if (asking.signal.aborted) return;
      this.trouble(text("trend-offline"));
    }
    this.root.removeAttribute("aria-busy");
    this.root.dataset.ready = "1";
    if (this.view.span && !document.hidden) this.timer = window.setTimeout(() => void this.load(true), this.pause());
  }

  /** Single samples grow at the end; a step of a roll-up changes until it is over. */
  private canAppend(): boolean {
    return !!this.answer && this.answer.series.length > 0 && this.answer.series.every((one) => !one.lo && one.t.length > 0);
  }

  private pause(): number {
    return Math.max(LIVE_EACH, Math.min((this.view.span * 1000) / this.panes.width, 60_000));
  }

  private take(answer: Answer, isMore: boolean): void {
    const before = this.answer;
    if (isMore && before) {
      answer.series = answer.series.map((one) => {
        const old = before.series.find(({ id }) => id === one.id);
        return old ? append(old, one, this.view.from) : one;
      });
    }
    this.answer = answer;
    this.trouble(answer.trouble);
    this.part("step").textContent = answer.step;
    const nothing = !answer.trouble && answer.series.every((one) => one.v.every((v) => v === null));
    this.part("nothing").hidden = !nothing;
    // Foreign and removed tags are not answered: they leave the address too.
    const there = answer.series.map((one) => one.id);
    if (this.view.tags.some((id) => !there.includes(id))) {
      this.view.tags = there;
      this.said();
    }
    this.legend.show(answer.series, this.view);
    tell(this.part("events"), answer.series, answer.episodes, answer.marks, (from, to) => this.look(from, to));
    if (before) this.panes.refresh(this.view, answer);
    else this.panes.show(this.view, answer);
  }

  private trouble(words: string): void {
    const place = this.part("trouble");
    place.hidden = !words;
    const text = place.querySelector("[data-words]");
    if (text && text.textContent !== words) text.textContent = words;
  }
}
