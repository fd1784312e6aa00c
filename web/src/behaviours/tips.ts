import { on } from "./dom";

/** Tooltips for data-an-tip, and for any text that is cut by its cell. */
export function tips(): void {
  let tip: HTMLElement | null = null;
  const hide = (): void => {
    tip?.remove();
    tip = null;
  };
  const show = (near: HTMLElement, words: string): void => {
    hide();
    if (!words) return;
    tip = document.createElement("div");
    tip.className = "an-tip";
    tip.textContent = words;
    document.body.append(tip);
    const from = near.getBoundingClientRect();
    const box = tip.getBoundingClientRect();
    const beside = near.closest(".an-side") !== null;
    const left = beside ? from.right + 8 : Math.min(Math.max(8, from.left), innerWidth - box.width - 8);
    const top = beside
      ? from.top + (from.height - box.height) / 2
      : from.bottom + 6 + box.height > innerHeight ? from.top - box.height - 6 : from.bottom + 6;
    tip.style.left = `${left}px`;
    tip.style.top = `${top}px`;
  };
  const words = (element: HTMLElement): string => {
    if (element.closest(".an-side")) return innerWidth < 1180 && innerWidth >= 768 ? (element.dataset.anTip ?? "") : "";
    if (element.dataset.anTip) return element.dataset.anTip;
    return element.scrollWidth > element.clientWidth + 1 && !element.title ? (element.textContent ?? "").trim() : "";
  };
  const selector = "[data-an-tip], .an-ellipsis, .an-table td";
  on("mouseover", selector, (element) => show(element, words(element)));
  on("mouseout", selector, hide);
  on("focusin", "[data-an-tip]", (element) => show(element, words(element)));
  on("focusout", "[data-an-tip]", hide);
  document.addEventListener("scroll", hide, true);
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}
