import { all, isTyping, text } from "./dom";

/**
 * The operator's list of alarms ([data-an-alarms]): it follows the live events, keeps what is chosen and focused over
 * each refresh, counts ages, answers Space with "acknowledge" and sounds while an alarm is unacknowledged, if the
 * person has switched that on. A page whose line was down catches up, because the event stream resumes.
 */
const GAP = 400;
const REPEAT = 4_000;

let asked = 0;
let waiting = 0;

function part(): HTMLElement | null {
  return document.querySelector<HTMLElement>("[data-an-alarm-rows]");
}

function refresh(): void {
  window.clearTimeout(waiting);
  const wait = Math.max(0, asked + GAP - Date.now());
  waiting = window.setTimeout(() => {
    asked = Date.now();
    part()?.dispatchEvent(new CustomEvent("an:refresh"));
  }, wait);
}

function keepPlaces(): void {
  let chosen = new Set<string>();
  let focused = "";
  let comment = "";
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!(event.target as HTMLElement).matches("[data-an-alarm-rows]")) return;
    chosen = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
    focused = (document.activeElement?.closest("[data-an-alarm]") as HTMLElement | null)?.dataset.anAlarm ?? "";
    comment = document.querySelector<HTMLInputElement>("#an-al-comment")?.value ?? "";
  });
  const back = (): void => {
    for (const box of boxes()) if (chosen.has(box.value) && !box.disabled) box.checked = true;
    const field = document.querySelector<HTMLInputElement>("#an-al-comment");
    // With nothing chosen any more it was said of what is acknowledged by now.
    if (field && comment && boxes().some((box) => box.checked)) field.value = comment;
    const row = focused && document.querySelector<HTMLElement>(`[data-an-alarm="${focused}"]`);
    if (row) {
      for (const one of all("[data-an-alarm]")) one.tabIndex = one === row ? 0 : -1;
      row.focus({ preventScroll: true });
    }
    showChosen();
    showOpen();
    showAges();
    ring();
  };
  back();
  // With the swap itself: htmx settles a moment later, and a key pressed meanwhile would meet no row.
  document.addEventListener("htmx:afterSwap", (event) => {
    if ((event.target as HTMLElement).matches("[data-an-alarm-rows]")) back();
  });
}

function boxes(): HTMLInputElement[] {
  return all<HTMLInputElement>("[data-an-alarm] input.an-check");
}

function showChosen(): void {
  const n = boxes().filter((box) => box.checked).length;
  const bar = document.querySelector<HTMLElement>("[data-an-alarm-bulk]");
  if (!bar) return;
  bar.hidden = n === 0;
  const words = bar.querySelector("[data-an-alarm-chosen]");
  if (words) words.textContent = text("alarm-chosen", { n });
}

function showAges(): void {
  for (const place of all<HTMLTimeElement>("time[data-an-age]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(place.dateTime)) / 1000));
    place.textContent = age(seconds);
  }
}

function age(seconds: number): string {
  const pad = (n: number): string => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (seconds < 60) return text("age-s", { n: seconds });
  if (minutes < 10) return text("age-ms", { n: minutes, s: pad(seconds % 60) });
  if (hours < 1) return text("age-m", { n: minutes });
  if (hours < 24) return text("age-hm", { n: hours, m: minutes % 60 });
  return text("age-d", { n: Math.floor(hours / 24) });
}

// ---- sound -------------------------------------------------------------------------------------

let audio: AudioContext | null = null;
let repeat = 0;

function isLoud(): boolean {
  return localStorage.getItem("an-alarm-sound") === "on";
}

/** Two tones for the most urgent, one for the rest: told apart without looking. */
function beep(worst: number): void {
  if (!audio) return;
  const tones = worst === 1 ? [880, 660, 880, 660] : worst === 2 ? [740, 740] : [520];
  tones.forEach((pitch, place) => {
    const at = audio!.currentTime + place * 0.18;
    const tone = audio!.createOscillator();
    const gain = audio!.createGain();
    tone.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.16);
    tone.connect(gain).connect(audio!.destination);
    tone.start(at);
    tone.stop(at + 0.17);
  });
}

function ring(): void {
  window.clearInterval(repeat);
  const place = part();
  const n = Number(place?.dataset.unacknowledged ?? 0);
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (n > 0) document.title = `(${n}) ${document.title}`;
  if (!n || !isLoud() || !audio) return;
  const worst = Number(place?.dataset.worst ?? 4);
  beep(worst);
  repeat = window.setInterval(() => beep(worst), REPEAT);
}

function showSound(button: HTMLElement): void {
  const on = isLoud() && audio !== null;
  button.setAttribute("aria-pressed", String(on));
  const words = button.querySelector("[data-an-sound-text]");
  if (words) words.textContent = text(on ? "alarm-sound-on" : "alarm-sound-off");
}

function sound(): void {
  const button = document.querySelector<HTMLElement>("[data-an-sound]");
  if (!button) return;
  button.addEventListener("click", () => {
    const turnOn = !(isLoud() && audio);
    localStorage.setItem("an-alarm-sound", turnOn ? "on" : "off");
    // A browser lets a page sound only after somebody touched it.
    if (turnOn) audio ??= new AudioContext();
    else {
      void audio?.close();
      audio = null;
    }
    showSound(button);
    ring();
  });
  if (isLoud())
    document.addEventListener(
      "pointerdown",
      () => {
        if (isLoud()) audio ??= new AudioContext();
        showSound(button);
        ring();
      },
      { once: true },
    );
  showSound(button);
}

/** Show which row lies open beside the list. */
function showOpen(): void {
  const open = document.querySelector<HTMLElement>(".an-al-side [data-an-again]")?.dataset.rule;
  for (const row of all("[data-an-alarm]")) row.classList.toggle("is-open", row.dataset.anAlarm === open);
}

export function alarmList(): void {
  // Beside the list and on a page of its own: what was done to an alarm stands there at once.
  document.addEventListener("an:alarms", () => {
    document.querySelector<HTMLElement>(".an-al-side [data-an-again]")?.dispatchEvent(new CustomEvent("an:again"));
  });
  if (!document.querySelector("[data-an-alarms]")) return;
  document.addEventListener("an:live:alarms.changed", refresh);
  document.addEventListener("an:alarms", refresh);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });
  document.addEventListener("change", (event) => {
    if ((event.target as HTMLElement).matches("[data-an-alarm] input.an-check")) showChosen();
  });
  // Before the general keys, which let Space choose a row.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== " " || isTyping(event.target) || !(event.target instanceof HTMLElement)) return;
      const button = event.target.matches("[data-an-alarm]") && event.target.querySelector<HTMLElement>("[data-an-acknowledge]");
      if (!button) return;
      event.preventDefault();
      event.stopPropagation();
      button.click();
    },
    { capture: true },
  );
  document.addEventListener("htmx:afterSwap", (event) => {
    if ((event.target as HTMLElement).id === "an-al-side") showOpen();
  });
  // Where nothing has room beside the list an alarm is a page of its own.
  document.addEventListener(
    "click",
    (event) => {
      if (window.innerWidth < 1180 && (event.target as Element).closest('a[hx-target="#an-al-side"]')) event.stopPropagation();
    },
    { capture: true },
  );
  keepPlaces();
  sound();
  window.setInterval(showAges, 1000);
}
