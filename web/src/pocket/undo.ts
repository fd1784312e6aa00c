/** "Saved · undo" above the dock, for the few seconds in which nothing is sealed yet. */
import { UNDO_MS, sealPending, takeBack } from "./core/pending";
import type { DraftRow } from "./core/types";
import { say } from "./say";
import { wake } from "./sealing";
import { button, h, icon } from "./ui";
import { t } from "./words";

interface Offer {
  words: string;
  before: DraftRow;
  back: () => void;
  until: number;
}
let offer: Offer | undefined;
let timer = 0;

/** Offer to take the last answer back; `redraw` is called when the offer ends. */
export function offerUndo(words: string, before: DraftRow, back: () => void, redraw: () => void): void {
  offer = { words, before, back, until: Date.now() + UNDO_MS };
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    offer = undefined;
    void flush(false).then(redraw);
  }, UNDO_MS + 50);
}

/** Seal what waits and send it. `all` also what could still be taken back: the page goes, or the next answer came. */
export async function flush(all: boolean): Promise<void> {
  if (all) offer = undefined;
  const sealed = await sealPending(all);
  if (sealed.length) void wake();
}

export function undoBar(): HTMLElement | null {
  if (!offer || Date.now() > offer.until) return null;
  const { words, before, back } = offer;
  const undo = async (): Promise<void> => {
    offer = undefined;
    window.clearTimeout(timer);
    if (await takeBack(before)) back();
    else say(t("undo_late"), "error");
  };
  return h("div.pk-undo", { role: "status" }, icon("circle-check", "24"), h("span.an-grow", {}, h("b", {}, t("saved")), ` ${words}`), button(t("undo"), { kind: "line", onclick: () => void undo() }));
}
