import { all, on } from "./dom";

/** data-an-open="#id" opens a <dialog>; data-an-close closes the one around it. */
export function dialogs(): void {
  on("click", "[data-an-open]", (button, event) => {
    const dialog = document.querySelector<HTMLDialogElement>(button.dataset.anOpen ?? "");
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
  });
  on("click", "[data-an-close]", (button) => button.closest("dialog")?.close());
  document.addEventListener("click", (event) => {
    // a click on the backdrop has the dialog itself as target
    if (event.target instanceof HTMLDialogElement && event.target.matches(".an-dialog")) event.target.close();
  });
  // htmx fills #an-modal-body; show it when something has arrived, close it when the server says so
  document.addEventListener("htmx:afterSwap", (event) => {
    const target = (event as CustomEvent<{ target: HTMLElement }>).detail.target;
    const dialog = target.closest<HTMLDialogElement>("dialog.an-dialog");
    if (!dialog || dialog.open || !target.childElementCount) return;
    dialog.showModal();
    // the form's first field, not the button that closes it
    target.querySelector<HTMLElement>('form :is(input:not([type="hidden"], [type="file"]), select, textarea)')?.focus();
  });
  document.addEventListener("an:close", () => {
    for (const dialog of all<HTMLDialogElement>("dialog[open]")) dialog.close();
  });
}
