import { whenAdded } from "./dom";

/** Draw a polygon on a site plan: each click is a corner, Backspace takes the last one back. */
export function sitePlans(): void {
  whenAdded("[data-an-siteplan]", (plan) => {
    const picture = plan.querySelector<SVGSVGElement>("svg");
    const form = document.querySelector<HTMLFormElement>(plan.dataset.anSiteplan ?? "");
    const drawn = plan.querySelector<SVGPolygonElement>(".is-drawn");
    const field = form?.querySelector<HTMLInputElement>("input[name=points]");
    const unit = form?.querySelector<HTMLSelectElement>("select[name=unit]");
    if (!picture || !form || !drawn || !field || !unit) return;
    const corners: [number, number][] = [];
    const show = (): void => {
      drawn.setAttribute("points", corners.map((corner) => corner.join(",")).join(" "));
      field.value = JSON.stringify(corners);
    };
    const start = (): void => {
      plan.classList.toggle("is-drawing", Boolean(unit.value));
    };
    unit.addEventListener("change", start);
    picture.addEventListener("click", (event) => {
      const matrix = picture.getScreenCTM();
      if (!unit.value || !matrix) return;
      event.preventDefault();
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
      corners.push([Math.round(at.x), Math.round(at.y)]);
      show();
    });
    form.querySelector("[data-an-undo]")?.addEventListener("click", () => {
      corners.pop();
      show();
    });
    start();
  });
}
