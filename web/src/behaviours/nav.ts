import { all, on } from "./dom";

/** The side navigation as an offcanvas on small screens. */
export function navigation(): void {
  const root = document.documentElement;
  // tabs that do not all fit: the current one is in sight
  for (const bar of all(".an-views")) {
    const current = bar.querySelector<HTMLElement>("[aria-current]");
    if (current && bar.scrollWidth > bar.clientWidth) bar.scrollLeft = current.offsetLeft - (bar.clientWidth - current.offsetWidth) / 2;
  }
  const set = (open: boolean): void => {
    root.classList.toggle("an-nav-open", open);
    document.querySelector("[data-an-nav]")?.setAttribute("aria-expanded", String(open));
    if (open) document.querySelector<HTMLElement>(".an-side a")?.focus();
  };
  on("click", "[data-an-nav]", () => set(!root.classList.contains("an-nav-open")));
  on("click", ".an-scrim", () => set(false));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && root.classList.contains("an-nav-open")) {
      set(false);
      document.querySelector<HTMLElement>("[data-an-nav]")?.focus();
    }
  });
}
