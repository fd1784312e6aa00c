import { all, on, text, whenAdded } from "./dom";

/**
 * Selecting rows of a list. Inside [data-an-list]: a head box [data-an-all], row boxes input.an-check[name=id],
 * a bulk bar [data-an-bulk] with [data-an-count] and [data-an-clear]. Shift selects a range.
 */
export function lists(): void {
  let last: HTMLInputElement | null = null;
  const boxes = (list: Element): HTMLInputElement[] => all<HTMLInputElement>("tbody input.an-check", list);
  const refresh = (list: Element): void => {
    const every = boxes(list);
    const chosen = every.filter((box) => box.checked);
    for (const box of every) {
      const row = box.closest("tr");
      row?.classList.toggle("is-selected", box.checked);
      row?.setAttribute("aria-selected", String(box.checked));
    }
    const head = list.querySelector<HTMLInputElement>("[data-an-all]");
    if (head) {
      head.checked = every.length > 0 && chosen.length === every.length;
      head.indeterminate = chosen.length > 0 && chosen.length < every.length;
    }
    const bar = list.querySelector<HTMLElement>("[data-an-bulk]");
    if (bar) {
      bar.hidden = chosen.length === 0;
      const count = bar.querySelector("[data-an-count]");
      if (count) count.textContent = text("selected", { n: chosen.length });
    }
  };
  on("change", "[data-an-list] input.an-check", (target) => {
    const list = target.closest("[data-an-list]");
    const box = target as HTMLInputElement;
    if (!list) return;
    if (box.matches("[data-an-all]")) for (const other of boxes(list)) other.checked = box.checked;
    refresh(list);
  });
  on("click", "[data-an-list] tbody input.an-check", (target, event) => {
    const box = target as HTMLInputElement;
    const list = box.closest("[data-an-list]");
    if (event.shiftKey && last && list?.contains(last)) {
      const every = boxes(list);
      const [from, to] = [every.indexOf(last), every.indexOf(box)].sort((a, b) => a - b);
      for (const other of every.slice(from, (to ?? 0) + 1)) other.checked = box.checked;
      refresh(list);
    }
    last = box;
  });
  const clear = (list: Element | null): void => {
    if (!list) return;
    for (const box of boxes(list)) box.checked = false;
    refresh(list);
  };
  on("click", "[data-an-clear]", (button) => clear(button.closest("[data-an-list]")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open], details.an-menu[open]")) {
      for (const list of all("[data-an-list]")) if (boxes(list).some((box) => box.checked)) clear(list);
    }
  });
  whenAdded("[data-an-list]", refresh);
  // Words are asked for while they are typed; asking again when the field is left would redraw the rows under the arrows.
  document.addEventListener("change", (event) => (event.target as Element).id === "an-list-q" && event.stopPropagation(), true);
  // a choice in a filter acts at once: no "apply" button
  on("change", "form[data-an-auto] :is(select, input[type=checkbox], input[type=radio], input[type=date])", (field) => {
    (field.closest("form") as HTMLFormElement).requestSubmit();
  });
}
