import { all, whenAdded } from "./behaviours/dom";

/** Parts that live by themselves are fetched only by pages that have their element. */
export function islands(): void {
  whenAdded("[data-an-map]", (element) => {
    void import("./islands/map").then(({ drawMap }) => drawMap(element));
  });
  whenAdded("[data-an-trend]", (element) => {
    void import("./islands/trend/trend").then(({ startTrend }) => startTrend(element));
  });
  whenAdded("[data-an-plant]", (element) => {
    void import("./islands/overview").then(({ startOverview }) => startOverview(element));
  });
  let asked = false;
  whenAdded("[data-an-spark]", () => {
    if (asked) return;
    asked = true;
    // All of them in one question: they come into the page together.
    queueMicrotask(() => {
      asked = false;
      const fresh = all<SVGSVGElement>("[data-an-spark]:not([data-drawn])");
      for (const one of fresh) one.dataset.drawn = "1";
      void import("./islands/spark").then(({ drawSparks }) => drawSparks(fresh));
    });
  });
}
