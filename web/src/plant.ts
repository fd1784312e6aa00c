/**
 * Values of a plant as they come: <… data-an-plant="/monitoring/live/…/">.
 *
 * Parts of the page say what they show by the point's number: [data-v] a figure, [data-fill] the
 * liquid of a tank, [data-on] a state in words, [data-seen] its age. Quality shows as a word and
 * a mark, never by colour alone. When alarms changed, `an:plant:alarms` is sent to the page; after a broken
 * line the server begins with everything anew, so nothing is missed.
 */

interface Values {
  /** milliseconds since 1970 of the server's clock */
  at: number;
  /** number: value, quality (0 good, 1 uncertain, 2 bad), source time in milliseconds */
  v: Record<string, [number | null, number, number]>;
  all?: boolean;
}

type Sample = [number | null, number, number];
type State = "on" | "retry" | "lost";

const SILENCE = 12_000;
const BACKOFF = [1_000, 3_000, 10_000, 30_000];

export interface Line {
  close(): void;
  /** Write what is known into parts of the page that have just come. */
  again(): void;
}

export function watchPlant(root: HTMLElement, told: (state: State, heardAt: Date) => void): Line {
  const samples = new Map<string, Sample>();
  let source: EventSource | null = null;
  let heardAt = new Date();
  let skew = 0;
  let failures = 0;
  let reopen = 0;
  let alarms = "";
  let isTroubled = false;

  const now = (): number => Date.now() - skew;
  const heard = (): void => {
    heardAt = new Date();
    failures = 0;
    told(isTroubled ? "lost" : "on", heardAt);
  };
  const open = (): void => {
    source?.close();
    window.clearTimeout(reopen);
    const mine = new EventSource(root.dataset.anPlant ?? "");
    source = mine;
    mine.addEventListener("values", (event) => {
      const { at, v, all } = JSON.parse((event as MessageEvent<string>).data) as Values;
      skew = Date.now() - at;
      isTroubled = false;
      if (all) samples.clear();
      for (const [number, sample] of Object.entries(v)) samples.set(number, sample);
      show(root, samples, all ? null : new Set(Object.keys(v)), now());
      heard();
    });
    mine.addEventListener("trouble", () => {
      isTroubled = true; // the server is there, but its source of values is not
      told("lost", heardAt);
    });
    mine.addEventListener("clock", () => {
      if (!isTroubled) heard();
    });
    mine.addEventListener("alarms", (event) => {
      const { data } = event as MessageEvent<string>;
      if (alarms !== "" && alarms !== data) document.body.dispatchEvent(new CustomEvent("an:plant:alarms"));
      alarms = data;
    });
    mine.onerror = () => {
      told(Date.now() - heardAt.getTime() > SILENCE ? "lost" : "retry", heardAt);
      if (mine.readyState !== EventSource.CLOSED) return;
      reopen = window.setTimeout(open, BACKOFF[Math.min(failures++, BACKOFF.length - 1)]);
    };
  };
  const watch = window.setInterval(() => {
    if (Date.now() - heardAt.getTime() > SILENCE) {
      told("lost", heardAt);
      // A line that went silent does not always report itself.
      if (source?.readyState === EventSource.OPEN) open();
    }
    // What is not heard of grows old, also while nothing comes.
    show(root, samples, null, now());
  }, 5_000);

  const close = (): void => {
    window.clearInterval(watch);
    window.clearTimeout(reopen);
    source?.close();
  };
  open();
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
  return { close, again: () => show(root, samples, null, now()) };
}

/** Ask for a part of the page again: [data-an-fresh] names where it comes from. */
export function freshParts(root: ParentNode): void {
  for (const part of root.querySelectorAll<HTMLElement>("[data-an-fresh]")) {
    void fetch(part.dataset.anFresh ?? "", { headers: { "X-Part": "1" } })
      .then(async (answer) => {
        if (!answer.ok) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        part.replaceChildren(...page.body.childNodes);
        part.dispatchEvent(new CustomEvent("an:fresh", { bubbles: true }));
      })
      .catch(() => undefined); // the line is down: the next change asks again
  }
}

function show(root: HTMLElement, samples: Map<string, Sample>, only: Set<string> | null, now: number): void {
  for (const place of root.querySelectorAll<HTMLElement | SVGElement>("[data-v],[data-fill],[data-on]")) {
    const number = place.dataset.v ?? place.dataset.fill ?? place.dataset.on ?? "";
    if (only && !only.has(number)) continue;
    const sample = samples.get(number);
    const quality = qualityOf(sample, Number(place.dataset.old ?? 60), now);
    if (place.dataset.q !== quality) place.dataset.q = quality;
    const value = sample?.[0] ?? null;
    if (place.dataset.fill !== undefined) fill(place, value);
    else if (place.dataset.on !== undefined) word(place, value);
    else write(place, value === null ? "–" : figure(value, place.dataset));
    const title = place.querySelector("title");
    const words = place.dataset[`word${quality}`] ?? "";
    if (place instanceof HTMLElement) {
      if (place.title !== words) place.title = words;
    } else if (title && title.textContent !== words) title.textContent = words;
  }
}

/** good, uncertain, bad, old (nothing new for too long) or none (never heard of). */
function qualityOf(sample: Sample | undefined, old: number, now: number): string {
  if (!sample) return "none";
  if (now - sample[2] > old * 1000) return "old";
  return sample[0] === null || sample[1] > 1 ? "bad" : sample[1] === 1 ? "uncertain" : "good";
}

function figure(value: number, { digits = "1", unit = "" }: DOMStringMap): string {
  return `${value.toFixed(Number(digits))}${unit && ` ${unit}`}`;
}

function write(place: Element, words: string): void {
  const holder = place.querySelector("[data-figure]") ?? place;
  if (holder.textContent !== words) holder.textContent = words;
}

/** The height of the liquid: data-low and data-high are the ends of the range, data-y and data-h of the shell. */
function fill(place: HTMLElement | SVGElement, value: number | null): void {
  const { low = "0", high = "100", y = "0", h = "100" } = place.dataset;
  const share = value === null ? 0 : Math.min(Math.max((value - Number(low)) / (Number(high) - Number(low) || 1), 0), 1);
  place.setAttribute("y", (Number(y) + Number(h) * (1 - share)).toFixed(1));
  place.setAttribute("height", (Number(h) * share).toFixed(1));
}

/** A state in the words of the page: data-word1 while it is on, data-word0 while it is off. */
function word(place: HTMLElement | SVGElement, value: number | null): void {
  const isOn = value !== null && value >= 0.5;
  place.dataset.state = value === null ? "" : isOn ? "1" : "0";
  write(place, value === null ? "–" : ((isOn ? place.dataset.word1 : place.dataset.word0) ?? ""));
}
