import { on, text } from "./dom";

export type Tone = "info" | "done" | "warn" | "error";

/** Say something in the live region. Errors stay until closed, the rest leaves after 6 s. */
export function say(words: string, tone: Tone = "info"): void {
  const region = document.getElementById("an-toasts");
  if (!region || !words) return;
  const toast = document.createElement("div");
  toast.className = `an-toast an-toast--${tone}`;
  const line = document.createElement("p");
  line.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "an-iconbtn";
  close.dataset.anDismiss = "";
  close.setAttribute("aria-label", text("close"));
  close.textContent = "×";
  toast.append(line, close);
  region.append(toast);
  if (tone !== "error") window.setTimeout(() => toast.remove(), 6000);
}

export function toasts(): void {
  on("click", "[data-an-dismiss]", (button) => button.closest(".an-toast, .an-banner")?.remove());
  // The server may answer HX-Trigger: {"an:say": {"text": "...", "tone": "done"}}
  document.addEventListener("an:say", (event) => {
    const detail = (event as CustomEvent<{ text?: string; value?: string; tone?: Tone }>).detail;
    say(detail.text ?? detail.value ?? "", detail.tone ?? "info");
  });
  window.setTimeout(() => {
    for (const toast of document.querySelectorAll(".an-toast[data-an-fades]")) toast.remove();
  }, 8000);
}
