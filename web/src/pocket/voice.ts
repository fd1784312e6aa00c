/** Speaking instead of typing: kept as sound; as text only where the browser can turn it into text. */
import { VOICE_MS, record, type Recording } from "./photos";
import { say } from "./say";
import { buzz, h, icon } from "./ui";
import { t } from "./words";

const HELD_MS = 450;
let running: { stop: () => Promise<void> } | undefined;

/** Stop what runs; called when the screen goes. */
export const hush = (): void => void running?.stop();

const seconds = (ms: number): string => `0:${String(Math.floor(ms / 1000)).padStart(2, "0")}`;

/** A button that records while it is held, or from one tap to the next; `keep` gets the sound. */
export function voiceButton(keep: (sound: Blob) => Promise<void>): HTMLElement {
  const words = h("b", {}, t("hold_talk"));
  const clock = h("span.pk-voice__clock", { "aria-hidden": "true" }, seconds(0));
  const element = h("button.pk-voice", { "aria-pressed": "false" }, icon("microphone", "24"), h("span.an-grow", {}, words, h("small", {}, t("voice_hint"))), clock);
  let recording: Recording | null = null;
  let on = false;
  let pressed = 0;
  let ticking = 0;

  const show = (): void => {
    element.classList.toggle("is-on", on);
    element.setAttribute("aria-pressed", String(on));
    words.textContent = t(on ? "listening" : "hold_talk");
    window.clearInterval(ticking);
    clock.textContent = seconds(0);
    const began = Date.now();
    if (on) ticking = window.setInterval(() => (clock.textContent = seconds(Math.min(VOICE_MS, Date.now() - began))), 250);
  };
  const stop = async (): Promise<void> => {
    on = false;
    show();
    running = undefined;
    const mine = recording;
    recording = null;
    const sound = await mine?.stop();
    if (!sound) return;
    await keep(sound);
    buzz(40);
  };
  const begin = async (): Promise<void> => {
    if (on) return;
    on = true;
    show();
    const found = await record(() => void stop());
    if (!found) {
      on = false;
      show();
      return say(t("no_mic"), "error");
    }
    recording = found;
    running = { stop };
    // Let go while the browser was still asking for the microphone.
    if (!on) await stop();
  };
  element.addEventListener("pointerdown", () => {
    pressed = Date.now();
    if (on) pressed = 0;
    else void begin();
  });
  // A short tap leaves it running: holding a small spot with a glove is not for everybody.
  element.addEventListener("pointerup", () => (pressed === 0 || Date.now() - pressed > HELD_MS) && void stop());
  element.addEventListener("pointercancel", () => void stop());
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    void (on ? stop() : begin());
  });
  return element;
}

interface Recogniser {
  lang: string;
  interimResults: boolean;
  onresult: ((event: { results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void) | null;
  onend: (() => void) | null;
  onerror: (() => void) | null;
  start: () => void;
  stop: () => void;
}
type RecogniserClass = new () => Recogniser;

/** A button that writes what is said into the field, or null where the browser has no recognition. It needs a line. */
export function dictation(language: string, take: (text: string) => void): HTMLElement | null {
  const known = globalThis as { SpeechRecognition?: RecogniserClass; webkitSpeechRecognition?: RecogniserClass };
  const Recognition = known.SpeechRecognition ?? known.webkitSpeechRecognition;
  if (!Recognition) return null;
  const words = h("span", {}, t("dictate"));
  let heard: Recogniser | undefined;
  const ended = (): void => {
    heard = undefined;
    words.textContent = t("dictate");
  };
  return h("button.pk-btn.pk-btn--line", { onclick: () => {
    if (heard) return heard.stop();
    const one = new Recognition();
    one.lang = language === "en" ? "en-US" : "zh-CN";
    one.interimResults = false;
    one.onresult = (event) => take(Array.from(event.results, (result) => result[0]?.transcript ?? "").join(""));
    one.onend = ended;
    one.onerror = () => {
      ended();
      say(t("dictate_failed"), "error");
    };
    heard = one;
    words.textContent = t("dictating");
    one.start();
  } }, icon("message", "24"), words);
}
