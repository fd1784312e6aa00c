import { text } from "../behaviours/dom";
import { watchPlant } from "../plant";

/** The live overview in the Console: values by a line of its own, a banner while it is down. */
export function startOverview(root: HTMLElement): void {
  const banner = root.querySelector<HTMLElement>("[data-part=line]");
  const words = banner?.querySelector<HTMLElement>("[data-words]");
  const age = root.querySelector<HTMLElement>("[data-part=age]");
  let wasLost = false;
  const line = watchPlant(root, (state, heardAt) => {
    const time = heardAt.toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
    root.dataset.line = state;
    if (age) age.textContent = time;
    if (!banner || !words) return;
    banner.hidden = state !== "lost";
    if (state === "lost") words.textContent = text("plant-lost", { time });
    // What happened meanwhile is read anew: alarms that came and went while the line was down too.
    if (wasLost && state === "on") document.body.dispatchEvent(new CustomEvent("an:plant:alarms"));
    wasLost = state === "lost";
  });
  root.addEventListener("htmx:afterSwap", () => line.again());
  sound(root);
}

/** A tone for unacknowledged alarms of the two highest priorities; on or off is remembered as in the list of alarms. */
function sound(root: HTMLElement): void {
  const button = root.querySelector<HTMLButtonElement>("[data-part=sound]");
  if (!button) return;
  let context: AudioContext | null = null;
  let isOn = false;
  const turn = (on: boolean): void => {
    isOn = on;
    // Browsers let a page sound only after somebody has touched it.
    if (on) context ??= new AudioContext();
    void context?.resume();
    button.setAttribute("aria-pressed", String(on));
    const words = button.querySelector("[data-words]");
    if (words) words.textContent = (on ? button.dataset.yes : button.dataset.no) ?? "";
  };
  button.addEventListener("click", () => {
    localStorage.setItem("an-alarm-sound", isOn ? "off" : "on");
    turn(!isOn);
  });
  if (localStorage.getItem("an-alarm-sound") === "on")
    document.addEventListener(
      "pointerdown",
      (event) => {
        if (!button.contains(event.target as Node)) turn(true);
      },
      { once: true },
    );
  window.setInterval(() => {
    if (!isOn || !context || !root.querySelector("[data-urgent]")) return;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = 880;
    volume.gain.setValueAtTime(0.12, context.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.35);
    tone.connect(volume).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.4);
  }, 2_000);
}
