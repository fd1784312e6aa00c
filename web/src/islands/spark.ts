/**
 * Small trends in lists: <svg data-an-spark="POINT" data-src="…">. All of a page are asked for at
 * once, and drawn as one line with its last value marked; gaps stay gaps.
 */
interface Answer {
  series: Record<string, (number | null)[]>;
}

const MOST = 60;

export async function drawSparks(elements: SVGSVGElement[]): Promise<void> {
  const bySource = new Map<string, SVGSVGElement[]>();
  for (const one of elements) {
    const src = one.dataset.src ?? "";
    bySource.set(src, [...(bySource.get(src) ?? []), one]);
  }
  for (const [src, places] of bySource) {
    for (let n = 0; n < places.length; n += MOST) {
      const some = places.slice(n, n + MOST);
      const url = new URL(src, location.href);
      url.searchParams.set("tags", some.map((one) => one.dataset.anSpark ?? "").join(","));
      const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
      if (!answer?.ok) continue;
      const { series } = (await answer.json()) as Answer;
      for (const place of some) draw(place, series[place.dataset.anSpark ?? ""] ?? []);
    }
  }
}

function draw(place: SVGSVGElement, values: (number | null)[]): void {
  const figures = values.filter((one): one is number => one !== null);
  place.replaceChildren();
  if (figures.length < 2) {
    place.classList.add("is-empty");
    return;
  }
  const { width, height } = place.viewBox.baseVal;
  const low = Math.min(...figures);
  const high = Math.max(...figures);
  const x = (n: number): number => 2 + ((width - 6) * n) / (values.length - 1);
  const y = (value: number): number => (high > low ? 3 + ((height - 6) * (high - value)) / (high - low) : height / 2);
  let path = "";
  values.forEach((value, n) => {
    if (value === null) return;
    const isFirst = n === 0 || values[n - 1] === null || values[n - 1] === undefined;
    path += `${isFirst ? "M" : "L"}${x(n).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  place.append(line);
  let last = values.length - 1;
  while (last > 0 && values[last] === null) last -= 1;
  const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  dot.setAttribute("cx", x(last).toFixed(1));
  dot.setAttribute("cy", y(values[last] ?? low).toFixed(1));
  dot.setAttribute("r", "2");
  place.append(dot);
}
