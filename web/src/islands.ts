import { whenAdded } from "./behaviours/dom";

/** Parts that live by themselves are fetched only by pages that have their element. */
export function islands(): void {
  whenAdded("[data-an-map]", (element) => {
    void import("./islands/map").then(({ drawMap }) => drawMap(element));
  });
}
