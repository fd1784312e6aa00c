import "maplibre-gl/dist/maplibre-gl.css";

import maplibre from "maplibre-gl/dist/maplibre-gl-csp.js";
import workerUrl from "maplibre-gl/dist/maplibre-gl-csp-worker.js?url";
import type * as Maplibre from "maplibre-gl";

const gl = maplibre as unknown as typeof Maplibre;

interface Plan {
  url: string;
  /** corners of the site plan: [lon, lat] top left, top right, bottom right, bottom left */
  corners: [[number, number], [number, number], [number, number], [number, number]];
}

/**
 * Draw points of a GeoJSON endpoint on a blank ground, without any outside tile.
 * data-an-map: the endpoint. data-plan: JSON of a site plan image. data-tiles: a raster tile URL if the installation
 * has one. Each feature has `title`, `url` and `risk` (1–4 or 0) in its properties.
 */
/** The library's own words in the language of the page. */
function words(element: HTMLElement): Record<string, string> {
  const { zoomIn = "", zoomOut = "", scroll = "", fingers = "" } = element.dataset;
  return {
    "Map.Title": element.getAttribute("aria-label") ?? "",
    "NavigationControl.ZoomIn": zoomIn,
    "NavigationControl.ZoomOut": zoomOut,
    "CooperativeGesturesHandler.WindowsHelpText": scroll,
    "CooperativeGesturesHandler.MacHelpText": scroll,
    "CooperativeGesturesHandler.MobileHelpText": fingers,
  };
}

export async function drawMap(element: HTMLElement): Promise<void> {
  gl.setWorkerUrl(new URL(workerUrl, location.href).href);
  const colour = (name: string): string => getComputedStyle(element).getPropertyValue(name).trim();
  const answer = await fetch(element.dataset.anMap ?? "", { headers: { Accept: "application/geo+json" } });
  if (!answer.ok) {
    element.textContent = element.dataset.failed ?? "";
    return;
  }
  const data = (await answer.json()) as GeoJSON.FeatureCollection;
  element.replaceChildren();
  const style: Maplibre.StyleSpecification = {
    version: 8,
    sources: {},
    layers: [{ id: "ground", type: "background", paint: { "background-color": colour("--an-surface-2") } }],
  };
  if (element.dataset.tiles) {
    style.sources.tiles = { type: "raster", tiles: [element.dataset.tiles], tileSize: 256 };
    style.layers.push({ id: "tiles", type: "raster", source: "tiles" });
  }
  const map = new gl.Map({
    container: element,
    style,
    attributionControl: false,
    cooperativeGestures: matchMedia("(max-width: 767px)").matches,
    locale: words(element),
  });
  map.addControl(new gl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new gl.ScaleControl({ unit: "metric" }), "bottom-left");
  const graded: Maplibre.ExpressionSpecification = [">", ["to-number", ["coalesce", ["get", "risk"], 0]], 0];
  map.on("load", () => {
    if (element.dataset.plan) {
      const plan = JSON.parse(element.dataset.plan) as Plan;
      map.addSource("plan", { type: "image", url: plan.url, coordinates: plan.corners });
      map.addLayer({ id: "plan", type: "raster", source: "plan" });
    }
    // A clustered source keeps only points, so outlines of areas and plants come from one of their own.
    map.addSource("areas", { type: "geojson", data });
    map.addSource("points", { type: "geojson", data, cluster: true, clusterRadius: 36, clusterMaxZoom: 13 });
    map.addLayer({
      id: "areas",
      type: "fill",
      source: "areas",
      filter: ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]],
      paint: {
        "fill-color": ["case", graded, byRisk(colour, ""), ["==", ["get", "kind"], "park"], colour("--an-brand-soft"), colour("--an-surface")],
        "fill-opacity": ["case", graded, 0.24, 0.7],
      },
    });
    map.addLayer({
      id: "outlines",
      type: "line",
      source: "areas",
      filter: ["!=", ["geometry-type"], "Point"],
      paint: {
        "line-color": ["case", graded, byRisk(colour, "-line"), ["==", ["get", "kind"], "park"], colour("--an-brand"), colour("--an-line-3")],
        "line-width": ["case", graded, 1.5, 1],
      },
    });
    map.addLayer({
      id: "clusters",
      type: "circle",
      source: "points",
      filter: ["has", "point_count"],
      paint: {
        "circle-color": colour("--an-surface"),
        "circle-stroke-color": colour("--an-ink-2"),
        "circle-stroke-width": 1.5,
        "circle-radius": ["step", ["get", "point_count"], 11, 10, 14, 100, 18],
      },
    });
    map.addLayer({
      id: "points",
      type: "circle",
      source: "points",
      filter: ["all", ["!", ["has", "point_count"]], ["==", ["geometry-type"], "Point"]],
      paint: {
        "circle-color": byRisk(colour, ""),
        "circle-stroke-color": byRisk(colour, "-line"),
        "circle-stroke-width": 1.5,
        "circle-radius": 6.5,
      },
    });
    names(map, data);
    fit(map, data);
  });
  counts(map, element);
  map.on("click", "clusters", (event) => {
    map.easeTo({ center: event.lngLat, zoom: map.getZoom() + 2 });
  });
  map.on("click", "points", (event) => {
    const feature = event.features?.[0];
    if (feature) popup(map, event.lngLat, feature.properties as Record<string, string>);
  });
  for (const layer of ["points", "clusters"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
}

function byRisk(colour: (name: string) => string, end: string): Maplibre.ExpressionSpecification {
  const grey = colour(end ? "--an-ink-2" : "--an-line-3");
  return ["match", ["to-number", ["coalesce", ["get", "risk"], 0]], 1, colour(`--an-r1${end}`), 2, colour(`--an-r2${end}`), 3, colour(`--an-r3${end}`), 4, colour(`--an-r4${end}`), grey];
}

/** Words on the map. Named by themselves, or the library calls each of them "Map marker". */
function written(looks: string, words: string): HTMLElement {
  const label = document.createElement("span");
  label.className = looks;
  label.textContent = words;
  label.setAttribute("aria-label", words);
  return label;
}

/** How many marks a cluster holds, written as HTML: a blank style has no glyphs to draw text with. */
function counts(map: Maplibre.Map, element: HTMLElement): void {
  let markers: Maplibre.Marker[] = [];
  map.on("idle", () => {
    for (const marker of markers) marker.remove();
    markers = [];
    if (!map.getLayer("clusters")) return;
    for (const feature of map.queryRenderedFeatures({ layers: ["clusters"] })) {
      const label = written("an-map__n an-xs an-medium", String(feature.properties.point_count_abbreviated ?? ""));
      const [lon, lat] = (feature.geometry as GeoJSON.Point).coordinates;
      if (lon !== undefined && lat !== undefined) markers.push(new gl.Marker({ element: label }).setLngLat([lon, lat]).addTo(map));
    }
    element.dataset.ready = "1";
  });
}

/** Names of areas and parks, at the top of their outlines where fewest marks lie. */
function names(map: Maplibre.Map, data: GeoJSON.FeatureCollection): void {
  const shown: { label: HTMLElement; size: number }[] = [];
  for (const { geometry, properties } of data.features) {
    if (!properties?.kind || !("coordinates" in geometry)) continue;
    const box = new gl.LngLatBounds();
    extend(box, geometry.coordinates);
    if (box.isEmpty()) continue;
    const label = written(`an-map__name an-map__name--${String(properties.kind)}`, String(properties.title ?? ""));
    new gl.Marker({ element: label, anchor: "top" }).setLngLat([box.getCenter().lng, box.getNorth()]).addTo(map);
    const isPark = properties.kind === "park";
    shown.push({ label, size: isPark ? Infinity : (box.getEast() - box.getWest()) * (box.getNorth() - box.getSouth()) });
  }
  shown.sort((a, b) => a.size - b.size);
  map.on("idle", () => apart(map, shown.map((one) => one.label)));
}

/** Show a name only where it meets none before it: counties, what lies around them, then parks, which
 *  give way to the counts of marks as well: these lie in them. */
function apart(map: Maplibre.Map, labels: HTMLElement[]): void {
  const taken: DOMRect[] = [];
  for (const label of labels) {
    if (label.classList.contains("an-map__name--park")) {
      for (const count of map.getContainer().querySelectorAll(".an-map__n")) taken.push(count.getBoundingClientRect());
    }
    const at = label.getBoundingClientRect();
    const meets = taken.some((one) => at.left < one.right && at.right > one.left && at.top < one.bottom && at.bottom > one.top);
    label.classList.toggle("is-hidden", meets);
    if (!meets) taken.push(at);
  }
}

function popup(map: Maplibre.Map, at: Maplibre.LngLat, properties: Record<string, string>): void {
  const box = document.createElement("div");
  const link = document.createElement("a");
  link.href = properties.url ?? "#";
  link.textContent = properties.title ?? "";
  box.append(link);
  if (properties.subtitle) {
    const line = document.createElement("div");
    line.className = "an-xs an-muted";
    line.textContent = properties.subtitle;
    box.append(line);
  }
  new gl.Popup({ closeButton: false, maxWidth: "280px" }).setLngLat(at).setDOMContent(box).addTo(map);
}

function extend(bounds: Maplibre.LngLatBounds, part: unknown): void {
  if (!Array.isArray(part)) return;
  if (typeof part[0] === "number" && typeof part[1] === "number") bounds.extend([part[0], part[1]]);
  else for (const inner of part) extend(bounds, inner);
}

/** Show all marks: a province is far larger than where its plants stand. With fewer than two, show
 * the outlines too, but not those somebody only lies in unless there is nothing else. */
function fit(map: Maplibre.Map, data: GeoJSON.FeatureCollection): void {
  const bounds = new gl.LngLatBounds();
  const own = data.features.filter(({ properties }) => !properties?.around);
  const marks = own.filter(({ geometry }) => geometry?.type === "Point");
  for (const { geometry } of marks.length > 1 ? marks : own.length ? own : data.features) if (geometry && "coordinates" in geometry) extend(bounds, geometry.coordinates);
  if (!bounds.isEmpty()) map.fitBounds(bounds, { padding: 40, maxZoom: 13, animate: false });
}
