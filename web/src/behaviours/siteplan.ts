import { all, isTyping, whenAdded } from "./dom";

interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Greatest and least part of the picture's width that is shown. */
const MOST = 1.5;
const LEAST = 0.02;
/** Sizes on the screen in pixels, whatever the zoom: names, marks, corners. */
const NAME = 13;
const MARK = 8;
const CORNER = 4;
/** From how many pixels on a press is a drag. */
const DRAG = 5;

/**
 * A site plan: zoom (buttons, Ctrl and wheel, two fingers, + − 0), move (drag, arrows), levels shown and hidden, and
 * for who may edit: draw a zone corner by corner, pick a point for the ground.
 */
export function sitePlans(): void {
  whenAdded("[data-an-siteplan]", (plan) => {
    const picture = plan.querySelector<SVGSVGElement>(":scope > svg");
    if (picture) new SitePlan(plan, picture);
  });
}

class SitePlan {
  private box: Box;
  private readonly whole: Box;
  private corners: [number, number][] = [];
  private mode: "look" | "draw" | "pick" = "look";
  private pick: ((x: number, y: number) => void) | null = null;
  private readonly pointers = new Map<number, PointerEvent>();
  private wasDragged = false;
  private readonly form: HTMLFormElement | null;

  constructor(
    private readonly plan: HTMLElement,
    private readonly picture: SVGSVGElement,
  ) {
    this.form = document.querySelector<HTMLFormElement>(plan.dataset.anSiteplan ?? "");
    this.box = boxOf(picture.getAttribute("viewBox") ?? "");
    this.whole = boxOf(plan.dataset.whole ?? "");
    this.pointing();
    this.zooming();
    this.drawing();
    this.levels();
    new ResizeObserver(() => this.sizes()).observe(picture);
    this.show(this.box);
  }

  /** Pixels of the picture a pixel of the screen. */
  private get scale(): number {
    const matrix = this.picture.getScreenCTM();
    return matrix ? 1 / matrix.a : 1;
  }

  private at(event: { clientX: number; clientY: number }): DOMPoint {
    const matrix = this.picture.getScreenCTM();
    const point = new DOMPoint(event.clientX, event.clientY);
    return matrix ? point.matrixTransform(matrix.inverse()) : point;
  }

  private show(box: Box): void {
    const w = Math.min(Math.max(box.w, this.whole.w * LEAST), this.whole.w * MOST);
    const h = (w * this.whole.h) / this.whole.w;
    // Something of the picture stays in sight.
    const x = Math.min(Math.max(box.x, -w * 0.8), this.whole.w - w * 0.2);
    const y = Math.min(Math.max(box.y, -h * 0.8), this.whole.h - h * 0.2);
    this.box = { x, y, w, h };
    this.picture.setAttribute("viewBox", `${x} ${y} ${w} ${h}`);
    this.plan.classList.toggle("is-near", w < this.whole.w * 0.98);
    this.sizes();
  }

  /** Names, marks and corners keep their size on the screen; names too long for their zone hide. */
  private sizes(): void {
    const scale = this.scale;
    for (const name of all<SVGTextElement>("text", this.picture)) name.setAttribute("font-size", String(NAME * scale));
    for (const mark of all<SVGCircleElement>("circle", this.picture)) {
      mark.setAttribute("r", String((mark.parentElement?.classList.contains("is-corners") ? CORNER : MARK) * scale));
    }
    for (const zone of all<SVGAElement>(".an-zone", this.picture)) {
      const name = zone.querySelector("text");
      const circle = zone.querySelector("circle");
      if (!name) continue;
      if (circle) name.setAttribute("y", String(circle.cy.baseVal.value + (MARK + NAME * 0.8) * scale));
      const room = zone.querySelector("polygon")?.getBBox().width;
      // what is hidden has no length to measure
      name.classList.remove("is-cramped");
      name.classList.toggle("is-cramped", room !== undefined && name.getComputedTextLength() > room * 0.94);
    }
  }

  private zoom(by: number, point?: DOMPoint): void {
    const { x, y, w, h } = this.box;
    const cx = point?.x ?? x + w / 2;
    const cy = point?.y ?? y + h / 2;
    this.show({ x: cx - (cx - x) * by, y: cy - (cy - y) * by, w: w * by, h: h * by });
  }

  private zooming(): void {
    for (const button of all("[data-an-zoom]", this.plan)) {
      button.addEventListener("click", () => {
        if (button.dataset.anZoom === "all") this.show(this.whole);
        else this.zoom(button.dataset.anZoom === "in" ? 0.7 : 1 / 0.7);
      });
    }
    this.picture.addEventListener(
      "wheel",
      (event) => {
        // Without Ctrl the wheel moves the page, as everywhere.
        if (!event.ctrlKey) return;
        event.preventDefault();
        this.zoom(Math.exp(Math.sign(event.deltaY) * 0.18), this.at(event));
      },
      { passive: false },
    );
    this.plan.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const { x, y, w, h } = this.box;
      const step = w / 8;
      if (event.key === "+" || event.key === "=") this.zoom(0.7);
      else if (event.key === "-") this.zoom(1 / 0.7);
      else if (event.key === "0") this.show(this.whole);
      else if (event.key === "ArrowLeft") this.show({ x: x - step, y, w, h });
      else if (event.key === "ArrowRight") this.show({ x: x + step, y, w, h });
      else if (event.key === "ArrowUp") this.show({ x, y: y - step, w, h });
      else if (event.key === "ArrowDown") this.show({ x, y: y + step, w, h });
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  private pointing(): void {
    const picture = this.picture;
    let from: { x: number; y: number; box: Box } | null = null;
    let spread = 0;
    picture.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.pointers.set(event.pointerId, event);
      this.wasDragged = false;
      from = { x: event.clientX, y: event.clientY, box: this.box };
      spread = this.spread();
    });
    picture.addEventListener("pointermove", (event) => {
      this.where(event);
      if (!this.pointers.has(event.pointerId)) return;
      this.pointers.set(event.pointerId, event);
      if (this.pointers.size === 2) {
        const now = this.spread();
        if (spread > 0 && now > 0) this.zoom(spread / now, this.at(this.middle()));
        spread = now;
        this.wasDragged = true;
        return;
      }
      if (!from || event.pointerType === "touch" && !this.plan.classList.contains("is-near")) return;
      const dx = event.clientX - from.x;
      const dy = event.clientY - from.y;
      if (!this.wasDragged && Math.hypot(dx, dy) < DRAG) return;
      if (!this.wasDragged) picture.setPointerCapture(event.pointerId);
      this.wasDragged = true;
      const scale = this.scale;
      this.show({ ...from.box, x: from.box.x - dx * scale, y: from.box.y - dy * scale });
    });
    const up = (event: PointerEvent): void => {
      this.pointers.delete(event.pointerId);
      from = null;
      spread = 0;
    };
    picture.addEventListener("pointerup", up);
    picture.addEventListener("pointercancel", up);
    picture.addEventListener("dragstart", (event) => event.preventDefault());
    picture.addEventListener(
      "click",
      (event) => {
        if (this.wasDragged || this.mode !== "look") {
          event.preventDefault();
          event.stopPropagation();
        }
        if (this.wasDragged) return;
        const { x, y } = this.at(event);
        if (x < 0 || y < 0 || x > this.whole.w || y > this.whole.h) return;
        if (this.mode === "draw" && event.detail < 2) {
          this.corners.push([round(x), round(y)]);
          this.corner();
        } else if (this.mode === "pick") {
          this.pick?.(round(x), round(y));
          this.leave();
        }
      },
      true,
    );
  }

  private spread(): number {
    const [one, other] = [...this.pointers.values()];
    return one && other ? Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) : 0;
  }

  private middle(): { clientX: number; clientY: number } {
    const [one, other] = [...this.pointers.values()];
    return { clientX: ((one?.clientX ?? 0) + (other?.clientX ?? 0)) / 2, clientY: ((one?.clientY ?? 0) + (other?.clientY ?? 0)) / 2 };
  }

  /** Say where the pointer is: degrees where the plan is tied to the ground, else pixels. */
  private where(event: PointerEvent): void {
    const output = this.plan.parentElement?.querySelector<HTMLElement>("[data-an-where]");
    if (!output || event.pointerType === "touch") return;
    const { x, y } = this.at(event);
    if (!this.plan.dataset.ground) {
      output.textContent = `x ${Math.round(x)} · y ${Math.round(y)}`;
      return;
    }
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = JSON.parse(this.plan.dataset.ground) as number[];
    output.textContent = `${(a + b * x + c * y).toFixed(6)}°E ${(d + e * x + f * y).toFixed(6)}°N`;
  }

  private drawing(): void {
    const { form, plan } = this;
    for (const button of all("[data-an-leave]", plan)) button.addEventListener("click", () => this.leave());
    for (const button of all("[data-an-pick]")) {
      button.addEventListener("click", () => {
        this.begin("pick");
        this.pick = (x, y) => {
          const n = button.dataset.anPick ?? "";
          const of = button.closest("form");
          const set = (name: string, value: number): void => {
            const field = of?.querySelector<HTMLInputElement>(`[name=${name}_${n}]`);
            if (field) field.value = String(value);
          };
          set("x", x);
          set("y", y);
          of?.querySelector<HTMLInputElement>(`[name=longitude_${n}]`)?.focus();
        };
      });
    }
    if (!form) return;
    for (const button of all("[data-an-draw]")) {
      button.addEventListener("click", () => {
        set(form, button.dataset.anDraw ?? "", button.dataset.row ?? "", []);
        const name = plan.querySelector("[data-an-drawing]");
        if (name) name.textContent = button.dataset.name ?? "";
        this.begin("draw");
      });
    }
    for (const button of all("[data-an-off]")) {
      button.addEventListener("click", () => {
        set(form, button.dataset.anOff ?? "", button.dataset.row ?? "", []);
        form.requestSubmit();
      });
    }
    plan.querySelector("[data-an-undo]")?.addEventListener("click", () => this.back());
    plan.querySelector("[data-an-done]")?.addEventListener("click", () => this.done());
    this.picture.addEventListener("dblclick", (event) => {
      if (this.mode !== "draw") return;
      event.preventDefault();
      this.done();
    });
    document.addEventListener("keydown", (event) => {
      if (this.mode === "look" || isTyping(event.target)) return;
      if (event.key === "Escape") this.leave();
      else if (event.key === "Enter" && this.mode === "draw" && !(event.target instanceof HTMLButtonElement)) this.done();
      else if (event.key === "Backspace" && this.mode === "draw") this.back();
      else return;
      event.preventDefault();
    });
  }

  private begin(mode: "draw" | "pick"): void {
    this.leave();
    this.mode = mode;
    this.plan.classList.add("is-drawing");
    for (const say of all(".an-siteplan__say", this.plan)) say.hidden = say.hasAttribute("data-an-picking") !== (mode === "pick");
    this.plan.scrollIntoView({ block: "nearest" });
    this.plan.focus({ preventScroll: true });
  }

  private leave(): void {
    this.mode = "look";
    this.corners = [];
    this.corner();
    this.plan.classList.remove("is-drawing");
    for (const say of all(".an-siteplan__say", this.plan)) say.hidden = true;
  }

  private back(): void {
    this.corners.pop();
    this.corner();
  }

  private done(): void {
    if (!this.form || (this.corners.length !== 1 && this.corners.length < 3)) return;
    const field = this.form.elements.namedItem("points");
    if (field instanceof HTMLInputElement) field.value = JSON.stringify(this.corners);
    this.mode = "look";
    this.form.requestSubmit();
  }

  private corner(): void {
    this.plan.querySelector(".is-drawn")?.setAttribute("points", this.corners.map((one) => one.join(",")).join(" "));
    const group = this.plan.querySelector(".is-corners");
    group?.replaceChildren(
      ...this.corners.map(([x, y]) => {
        const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
        dot.setAttribute("cx", String(x));
        dot.setAttribute("cy", String(y));
        return dot;
      }),
    );
    this.sizes();
  }

  private levels(): void {
    for (const button of all("[data-an-level]", this.plan.parentElement ?? document)) {
      button.addEventListener("click", () => {
        const isOn = button.getAttribute("aria-pressed") !== "true";
        button.setAttribute("aria-pressed", String(isOn));
        for (const zone of all(`.an-zone--units[data-level="${button.dataset.anLevel}"]`, this.picture)) {
          zone.classList.toggle("is-off", !isOn);
        }
      });
    }
  }
}

function set(form: HTMLFormElement, noun: string, row: string, points: [number, number][]): void {
  const values: Record<string, string> = { noun, row, points: JSON.stringify(points) };
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLInputElement) field.value = value;
  }
}

function boxOf(text: string): Box {
  const [x = 0, y = 0, w = 1, h = 1] = text.split(" ").map(Number);
  return { x, y, w, h };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
