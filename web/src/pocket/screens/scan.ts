import { freeze, go, onLeave, screen } from "../app";
import { nextStop, placeName, placeOf, type Place, type World } from "../model";
import { closeCamera, openCamera } from "../photos";
import { say } from "../say";
import { arrive, type Arrival } from "../sealing";
import { button, buzz, h, note } from "../ui";
import { t } from "../words";

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>;
}
type DetectorClass = new (options: { formats: string[] }) => Detector;
type Read = (video: HTMLVideoElement) => Promise<string>;

screen("/p/scan/", (world, query) => {
  const video = h("video.pk-video", { playsinline: true, muted: true, autoplay: true }) as HTMLVideoElement;
  video.muted = true;
  const hint = h("p.pk-center", {}, t("scan_hint"));
  const result = h("div.an-stack", { "aria-live": "assertive" });
  const input = h("input", { name: "code", autocomplete: "off", autocapitalize: "characters", enterkeyhint: "go", placeholder: t("type_code"), "aria-label": t("type_code") }) as HTMLInputElement;
  const take = (code: string, how: Arrival["how"]): void => found(world, code, how, result, query.get("for") ?? "");
  const form = h("form.pk-code", {}, input, button(t("open"), { kind: "primary" }));
  form.querySelector("button")?.setAttribute("type", "submit");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) take(input.value, "none");
  });
  freeze(true);
  let stop = false;
  let stream: MediaStream | null = null;
  const keys = hardware((code) => take(code, "qr"));
  onLeave(() => {
    stop = true;
    closeCamera(stream);
    keys();
  });
  void (async () => {
    stream = await openCamera(video);
    if (!stream) {
      hint.textContent = t("camera_off");
      video.hidden = true;
      return;
    }
    const read = await reader();
    while (!stop) {
      const code = await read(video).catch(() => "");
      if (code && !stop) {
        take(code, "qr");
        await new Promise((resolve) => setTimeout(resolve, 1500));
      }
      await new Promise((resolve) => setTimeout(resolve, 160));
    }
  })();
  tags((code) => take(code, "nfc"), () => stop);
  return {
    title: t("scan"), back: "/p/", close: true, dark: true,
    main: [h("div.pk-camera.pk-camera--scan", {}, video, h("i.pk-frame")), hint, result],
    dock: [h("div.pk-scanfoot", {}, form, button(t("near"), { kind: "line", icon: "map-pin", onclick: () => void near(world, result) }))],
  };
});

function found(world: World, code: string, how: Arrival["how"], result: HTMLElement, wanted: string): void {
  const place = placeOf(world, code);
  if (!place) {
    buzz([60, 60, 60]);
    result.replaceChildren(note("2", "alert-triangle", t("unknown_code")));
    return;
  }
  buzz(60);
  const next = nextStop(world.stops);
  arrive({ place: place.id, how, at: new Date().toISOString() });
  const target = wanted || next?.place.id || place.id;
  const listed = world.stops.some((stop) => stop.place.id === place.id);
  if (target === place.id || (!wanted && listed && !next)) return go(`/p/place/?id=${place.id}`, true);
  const there = world.places.get(target);
  result.replaceChildren(note("3", "map-pin", t("wrong_place", { here: placeName(place), next: there ? placeName(there) : "" })),
    h("div.pk-two", {}, button(t("check_here"), { kind: "line", onclick: () => go(`/p/place/?id=${place.id}`, true) }), button(t("go_next", { place: there?.code || there?.name || "" }), { onclick: () => go(`/p/place/?id=${target}`, true) })));
}

/** The browser's own reader where there is one; jsQR is loaded on the first scan elsewhere. */
async function reader(): Promise<Read> {
  const known = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  if (known) {
    try {
      const detector = new known({ formats: ["qr_code"] });
      return async (video) => (await detector.detect(video))[0]?.rawValue ?? "";
    } catch {
      // Named but not usable on this phone.
    }
  }
  const { default: jsQR } = await import("jsqr");
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  return (video) => {
    const factor = Math.min(1, 640 / Math.max(video.videoWidth, 1));
    canvas.width = Math.max(1, Math.round(video.videoWidth * factor));
    canvas.height = Math.max(1, Math.round(video.videoHeight * factor));
    pen?.drawImage(video, 0, 0, canvas.width, canvas.height);
    const image = pen?.getImageData(0, 0, canvas.width, canvas.height);
    return Promise.resolve(image ? (jsQR(image.data, image.width, image.height)?.data ?? "") : "");
  };
}

/** Scan keys of rugged phones type the code and Enter. */
function hardware(take: (code: string) => void): () => void {
  let text = "";
  let last = 0;
  const hear = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLInputElement) return;
    if (performance.now() - last > 120) text = "";
    last = performance.now();
    if (event.key === "Enter" && text.length > 2) take(text);
    else if (event.key.length === 1) text += event.key;
  };
  document.addEventListener("keydown", hear);
  return () => document.removeEventListener("keydown", hear);
}

interface Tags {
  scan: () => Promise<void>;
  onreading: ((event: { serialNumber?: string; message?: { records: { recordType: string; data?: DataView }[] } }) => void) | null;
}
function tags(take: (code: string) => void, ended: () => boolean): void {
  const known = (globalThis as { NDEFReader?: new () => Tags }).NDEFReader;
  if (!known) return;
  const readerOfTags = new known();
  readerOfTags.onreading = (event) => {
    const record = event.message?.records.find((one) => one.data && (one.recordType === "text" || one.recordType === "url"));
    const text = record?.data ? new TextDecoder().decode(record.data) : (event.serialNumber ?? "");
    if (!ended()) take(text);
  };
  readerOfTags.scan().catch(() => undefined);
}

const METRES = 111_320;
async function near(world: World, result: HTMLElement): Promise<void> {
  const here = await new Promise<GeolocationPosition | null>((resolve) => (navigator.geolocation ? navigator.geolocation.getCurrentPosition(resolve, () => resolve(null), { enableHighAccuracy: true, timeout: 12_000, maximumAge: 20_000 }) : resolve(null)));
  if (!here) return say(t("no_position"), "error");
  const { longitude, latitude, accuracy } = here.coords;
  const away = (place: Place): number => Math.hypot(((place.lng ?? 0) - longitude) * METRES * Math.cos((latitude * Math.PI) / 180), ((place.lat ?? 0) - latitude) * METRES);
  const found = [...world.places.values()].filter((place) => typeof place.lng === "number" && typeof place.lat === "number").sort((a, b) => away(a) - away(b)).slice(0, 4);
  result.replaceChildren(note("", "info-circle", t("near_hint", { n: Math.round(accuracy) })),
    ...found.map((place) => button(placeName(place), { kind: "line", small: `${Math.round(away(place))} m`, onclick: () => {
      arrive({ place: place.id, how: "position", at: new Date().toISOString(), gnss: { lng: longitude, lat: latitude, acc_m: Math.round(accuracy) } });
      go(`/p/place/?id=${place.id}`, true);
    } })));
}
