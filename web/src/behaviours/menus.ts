import { all, on } from "./dom";

/** <details class="an-menu"> works alone; this closes it from outside and by Esc, and moves by arrows. */
export function menus(): void {
  document.addEventListener("click", (event) => {
    for (const menu of all<HTMLDetailsElement>("details.an-menu[open]")) {
      if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const open = all<HTMLDetailsElement>("details.an-menu[open]").pop();
    if (!open) return;
    if (event.key === "Escape") {
      open.open = false;
      open.querySelector<HTMLElement>("summary")?.focus();
      event.stopPropagation();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const items = all(".an-menu__item, .an-menu__body input, .an-menu__body a", open).filter(
        (item) => item.offsetParent !== null,
      );
      if (!items.length) return;
      const at = items.indexOf(document.activeElement as HTMLElement);
      const step = event.key === "ArrowDown" ? 1 : -1;
      items[(at + step + items.length) % items.length]?.focus();
      event.preventDefault();
    }
  });
  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!(menu instanceof HTMLDetailsElement) || !menu.matches(".an-menu")) return;
      menu.querySelector("summary")?.setAttribute("aria-expanded", String(menu.open));
      if (!menu.open) return;
      keepInside(menu);
      // A list to search is searched at once, and fills itself when its field has the focus; a phone's
      // keyboard would cover it.
      if (matchMedia("(pointer: fine)").matches) menu.querySelector<HTMLElement>('.an-menu__body > input[type="search"]')?.focus();
    },
    true,
  );
  // Narrow a long menu by typing: <input data-an-narrow> above .an-menu__item
  on("input", "[data-an-narrow]", (input) => {
    const wanted = (input as HTMLInputElement).value.trim().toLowerCase();
    for (const item of all(".an-menu__item", input.closest(".an-menu__body") ?? document)) {
      item.hidden = wanted !== "" && !(item.textContent ?? "").toLowerCase().includes(wanted);
    }
  });
}

/** A menu near the edge, or inside a scrolling bar, is placed by its button so that nothing cuts it. */
function keepInside(menu: HTMLDetailsElement): void {
  const body = menu.querySelector<HTMLElement>(".an-menu__body");
  const button = menu.querySelector("summary");
  if (!body || !button) return;
  body.style.removeProperty("position");
  body.style.removeProperty("inset");
  const clipped = menu.closest(".an-filters, .an-views, .an-tablewrap, .an-list");
  const box = body.getBoundingClientRect();
  if (!clipped && box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight) return;
  const from = button.getBoundingClientRect();
  const left = Math.max(8, Math.min(from.left, innerWidth - box.width - 8));
  const below = from.bottom + 4;
  const top = below + box.height > innerHeight - 8 ? Math.max(8, from.top - 4 - box.height) : below;
  body.style.position = "fixed";
  body.style.inset = `${top}px auto auto ${left}px`;
}
