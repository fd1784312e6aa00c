import { all } from "./dom";

/**
 * Figures that follow live events on every page.
 *
 * Counts of the side navigation ([data-an-count], its events in data-an-events) are asked for together, at
 * [data-an-counts]. A part that htmx can fetch anew ([data-an-events] with hx-trigger="an:refresh") is told to. Both at
 * most once in GAP, the moment spread so that a hundred pages do not ask at once, and never by a page that nobody sees.
 */
const GAP = 5_000;
const SPREAD = 800;

export function liveCounts(): void {
  const places = all("[data-an-events]");
  let asked = 0;
  let waiting = 0;
  const due = new Set<HTMLElement>();

  const ask = (): void => {
    waiting = 0;
    if (document.hidden) return; // asked for when somebody looks again
    asked = Date.now();
    const now = [...due];
    due.clear();
    for (const place of now) if (!place.dataset.anCount) place.dispatchEvent(new CustomEvent("an:refresh"));
    if (now.some((place) => place.dataset.anCount)) void counts();
  };
  const later = (): void => {
    if (!waiting) waiting = window.setTimeout(ask, Math.max(0, asked + GAP - Date.now()) + Math.random() * SPREAD);
  };
  const heard = (name: string): void => {
    for (const place of all("[data-an-events]")) if ((place.dataset.anEvents ?? "").split(",").includes(name)) due.add(place);
    later();
  };
  for (const name of new Set(places.flatMap((place) => (place.dataset.anEvents ?? "").split(","))))
    document.addEventListener(`an:live:${name}`, () => heard(name));
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && due.size) later();
  });
}

async function counts(): Promise<void> {
  const address = document.querySelector<HTMLElement>("[data-an-counts]")?.dataset.anCounts;
  if (!address) return;
  // Without an answer the old count stands until the next event; the line itself says when it is down.
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const told = (await answer.json()) as Record<string, number>;
  for (const place of all("[data-an-count]")) {
    const n = told[place.dataset.anCount ?? ""] ?? 0;
    const link = place.closest("a");
    const label = link?.querySelector(".an-side__label")?.textContent ?? "";
    place.textContent = n ? String(n) : "";
    if (!link) continue;
    link.dataset.anTip = n ? `${label} ${n}` : label;
    if (n) link.setAttribute("aria-label", (place.dataset.words ?? "").replace("{n}", String(n)));
    else link.removeAttribute("aria-label");
  }
}
