/** A word that passes, besides what the screen shows. */
import { h } from "./ui";

export function say(words: string, tone: "done" | "error" = "done"): void {
  const region = document.getElementById("an-toasts");
  const toast = h(`div.an-toast.an-toast--${tone}`, { role: tone === "error" ? "alert" : "status" }, h("p", {}, words));
  toast.addEventListener("click", () => toast.remove());
  region?.append(toast);
  window.setTimeout(() => toast.remove(), tone === "error" ? 12_000 : 4000);
}
