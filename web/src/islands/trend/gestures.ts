/** Zooming and moving by wheel, finger and keyboard. Dragging with a mouse chooses a time (uPlot). */

export interface Moves {
  span(): [number, number];
  /** the moment under a place on the screen */
  at(clientX: number): number;
  move(from: number, to: number): void;
  cursor(moment: number): void;
  live(): void;
}

export function hands(place: HTMLElement, moves: Moves): void {
  wheel(place, moves);
  fingers(place, moves);
  keyboard(place, moves);
}

function around(moves: Moves, moment: number, factor: number): void {
  const [from, to] = moves.span();
  moves.move(moment - (moment - from) * factor, moment + (to - moment) * factor);
}

function wheel(place: HTMLElement, moves: Moves): void {
  place.addEventListener(
    "wheel",
    (event) => {
      // The page scrolls with a plain wheel unless the pointer is where one works with the picture.
      if (!event.ctrlKey && !place.matches(":focus-within, :focus")) return;
      event.preventDefault();
      const [from, to] = moves.span();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const by = ((to - from) * (event.deltaX || event.deltaY)) / 1000;
        moves.move(from + by, to + by);
      } else around(moves, moves.at(event.clientX), Math.exp(event.deltaY / 400));
    },
    { passive: false },
  );
}

/** One finger moves the time, two zoom; a move up or down still scrolls the page (touch-action). */
function fingers(place: HTMLElement, moves: Moves): void {
  const down = new Map<number, number>();
  let start: { span: [number, number]; middle: number; spread: number; at: number } | null = null;
  const begin = (): void => {
    const xs = [...down.values()];
    if (!xs.length) {
      start = null;
      return;
    }
    const middle = xs.reduce((sum, x) => sum + x, 0) / xs.length;
    const spread = xs.length > 1 ? Math.max(Math.abs((xs[0] ?? 0) - (xs[1] ?? 0)), 10) : 0;
    start = { span: moves.span(), middle, spread, at: moves.at(middle) };
  };
  place.addEventListener(
    "pointerdown",
    (event) => {
      if (event.pointerType !== "touch") return;
      down.set(event.pointerId, event.clientX);
      begin();
    },
    { capture: true },
  );
  place.addEventListener(
    "pointermove",
    (event) => {
      if (!down.has(event.pointerId) || !start) return;
      down.set(event.pointerId, event.clientX);
      const xs = [...down.values()];
      const middle = xs.reduce((sum, x) => sum + x, 0) / xs.length;
      const [from, to] = start.span;
      const factor = start.spread && xs.length > 1 ? start.spread / Math.max(Math.abs((xs[0] ?? 0) - (xs[1] ?? 0)), 10) : 1;
      const width = place.clientWidth || 1;
      const by = ((middle - start.middle) / width) * (to - from) * factor;
      if (factor === 1 && Math.abs(middle - start.middle) < 6) return;
      moves.move(start.at - (start.at - from) * factor - by, start.at + (to - start.at) * factor - by);
    },
    { capture: true },
  );
  const up = (event: PointerEvent): void => {
    if (down.delete(event.pointerId)) begin();
  };
  addEventListener("pointerup", up);
  addEventListener("pointercancel", up);
}

function keyboard(place: HTMLElement, moves: Moves): void {
  let cursor: number | null = null;
  place.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [from, to] = moves.span();
    const width = to - from;
    const side = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (side && event.shiftKey) moves.move(from + side * width * 0.1, to + side * width * 0.1);
    else if (side) {
      cursor = Math.min(Math.max((cursor ?? to) + (side * width) / 100, from), to);
      moves.cursor(cursor);
    } else if (event.key === "+" || event.key === "=") around(moves, cursor ?? (from + to) / 2, 0.6);
    else if (event.key === "-") around(moves, cursor ?? (from + to) / 2, 1 / 0.6);
    else if (event.key === "PageUp") moves.move(from - width * 0.8, to - width * 0.8);
    else if (event.key === "PageDown") moves.move(from + width * 0.8, to + width * 0.8);
    else if (event.key === "Home" || event.key === "End") moves.live();
    else return;
    event.preventDefault();
  });
}
