import { all, on, text, whenAdded } from "./dom";

/** Never lose typed text, never send twice, show the chosen file's name. */
export function forms(): void {
  let dirty = false;
  on("input", "form[data-an-guard]", () => (dirty = true));
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.dataset.anSent && !form.matches("[hx-post], [hx-get], [target]")) {
      event.preventDefault();
      return;
    }
    dirty = false;
    if (form.method !== "get" && !form.matches("[hx-post], [hx-get], [target], [data-an-repeat]")) form.dataset.anSent = "1";
  });
  window.addEventListener("pageshow", () => {
    for (const form of all("form[data-an-sent]")) delete form.dataset.anSent;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });
  on("change", ".an-drop input[type=file]", (field) => {
    const names = Array.from((field as HTMLInputElement).files ?? [], (file) => `${file.name} (${size(file.size)})`);
    const place = field.closest(".an-drop")?.querySelector(".an-drop__names");
    if (place) place.textContent = names.join(", ");
  });
  for (const [type, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]] as const) {
    on(type, ".an-drop", (zone) => zone.classList.toggle("is-over", over));
  }
  on("click", "[data-an-confirm]", (button, event) => {
    if (!window.confirm(button.dataset.anConfirm || text("sure"))) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  on("click", "[data-an-print]", () => window.print());
  on("click", "[data-an-copy]", (button) => void navigator.clipboard?.writeText(button.dataset.anCopy ?? ""));
  // the first wrong field gets the focus after a refused form
  whenAdded("form", (form) => form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
