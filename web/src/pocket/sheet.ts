/** A sheet from below: for a few words, in reach of the thumb. */
import { button, h, type Child } from "./ui";
import { t } from "./words";

/** Show the parts over the screen; resolves when it is closed, true when it was finished. */
export function sheet(title: string, parts: Child[], finish: string): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = h("dialog.pk-sheet", { "aria-label": title }) as HTMLDialogElement;
    const end = (done: boolean): void => {
      dialog.close();
      dialog.remove();
      resolve(done);
    };
    dialog.append(h("h2", {}, title), h("div.an-stack", {}, ...parts),
      h("div.pk-pair", {}, button(t("back"), { kind: "line", onclick: () => end(false) }), button(finish, { big: true, id: "pk-sheet-done", onclick: () => end(true) })));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      end(false);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
