import { all, isTyping } from "./dom";

/**
 * Keyboard of the Console: Ctrl K search, / filter, arrows over rows, Enter opens, X selects, ? shortcuts, Esc leaves.
 * Rows are [data-an-row]; the link that Enter follows is [data-an-main] or the row's first link.
 */
export function keys(): void {
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      focusField("#an-search");
      event.preventDefault();
      return;
    }
    if (event.key === "Escape" && isTyping(event.target)) {
      (event.target as HTMLElement).blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      if (focusField("[data-an-filter]") || focusField("#an-search")) event.preventDefault();
    } else if (event.key === "?") {
      document.querySelector<HTMLDialogElement>("#an-keys")?.showModal();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (document.querySelector("details.an-menu[open]")) return;
      if (step(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
    } else if (event.key === "Enter" || event.key.toLowerCase() === "o") {
      const row = document.activeElement?.matches("[data-an-row]") ? document.activeElement : null;
      const link = row?.querySelector<HTMLElement>(event.key === "Enter" ? "[data-an-main], a" : "[data-an-record], a");
      if (link) {
        link.click();
        event.preventDefault();
      }
    } else if (event.key.toLowerCase() === "x" || event.key === " ") {
      const box = document.activeElement?.matches("[data-an-row]")
        ? document.activeElement.querySelector<HTMLInputElement>("input.an-check")
        : null;
      if (box) {
        box.click();
        event.preventDefault();
      }
    }
  });
}

function focusField(selector: string): boolean {
  const field = document.querySelector<HTMLInputElement>(selector);
  field?.focus();
  field?.select();
  return field !== null;
}

function step(by: number): boolean {
  const rows = all("[data-an-row]").filter((row) => row.offsetParent !== null);
  if (!rows.length) return false;
  const at = rows.indexOf(document.activeElement as HTMLElement);
  // arrows belong to the rows only once a row, or nothing at all, has the focus
  if (at < 0 && document.activeElement !== document.body) return false;
  const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
  if (!next) return false;
  for (const row of rows) row.tabIndex = row === next ? 0 : -1;
  next.focus();
  return true;
}
