/** Figures that the server recomputed while somebody types are marked for a moment, if they changed. */
export function freshFigures(): void {
  const before = new Map<string, string>();
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const target = (event as CustomEvent<{ target: HTMLElement }>).detail.target;
    if (target instanceof HTMLOutputElement) before.set(target.id, target.textContent ?? "");
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const { id } = (event as CustomEvent<{ target: HTMLElement }>).detail.target;
    const now = document.getElementById(id);
    if (before.has(id) && now && now.textContent !== before.get(id)) now.classList.add("is-fresh");
    before.delete(id);
  });
}
