/** The bar of an upload form (`data-an-upload`) follows what has left the machine. */
export function uploads(): void {
  document.addEventListener("htmx:xhr:progress", (event) => {
    const form = event.target instanceof Element ? event.target.closest("[data-an-upload]") : null;
    const bar = form?.querySelector("progress");
    const { loaded, total } = (event as CustomEvent<{ loaded: number; total: number }>).detail;
    if (!bar || !total) return;
    bar.hidden = false;
    bar.value = (100 * loaded) / total;
  });
}
