/** The sync pill never lies: "synced" only with an empty outbox and a good answer less than a minute old. */
import type { World } from "./model";
import { h, icon } from "./ui";
import { clockTime, t } from "./words";

export type PillState = "ok" | "up" | "off" | "seek" | "ask" | "stale" | "full";
const FRESH_MS = 60_000;
const ICONS: Record<PillState, string> = { ok: "cloud-check", up: "cloud-upload", off: "cloud-off", seek: "cloud-search", ask: "cloud-exclamation", stale: "cloud-exclamation", full: "alert-octagon" };

/** The page has just opened and the first answer is still out: nothing is known of the line yet. */
function seeking(): boolean {
  return document.body.dataset.contact !== "tried" && navigator.onLine;
}

/** The first contact of this page succeeded or failed: from now on the pill tells what is known. */
export function contacted(): void {
  document.body.dataset.contact = "tried";
}

/** Which state wins when several hold: full, ask, stale, off or seek, up, ok. */
export function pillState(world: World): { state: PillState; word: string; small: string } {
  const { line, unsent } = world;
  if (world.storage.state !== "fine") return { state: "full", word: t("nearly_full"), small: t("unsent_mb", { n: Math.round(world.storage.unsent_bytes / 1_000_000) }) };
  if (world.conflicts.length) return { state: "ask", word: t("decide"), small: t("conflicts_n", { n: world.conflicts.length }) };
  if (world.refused.length) return { state: "ask", word: t("decide"), small: t("refused_n", { n: world.refused.length }) };
  if (world.stale) return { state: "stale", word: t("package_old"), small: t("record_only") };
  const age = Date.now() - line.at;
  const fresh = line.ok && age >= 0 && age < FRESH_MS;
  if (!fresh && seeking()) return { state: "seek", word: t("connecting"), small: unsent ? t("waiting_n", { n: unsent }) : line.at ? t("contact_at", { time: clockTime(line.at) }) : "–" };
  if (!line.ok) return { state: "off", word: t("offline"), small: unsent ? t("waiting_n", { n: unsent }) : line.at ? t("contact_at", { time: clockTime(line.at) }) : "–" };
  if (unsent) return { state: "up", word: t("sending"), small: line.total > 1 ? `${line.done} / ${line.total}` : t("waiting_n", { n: unsent }) };
  if (!fresh) return { state: "off", word: t("offline"), small: t("contact_at", { time: clockTime(line.at) }) };
  // Nothing was fetched yet: there is nothing that could be in step with the server.
  if (!world.pkg) return { state: "stale", word: t("no_package_short"), small: clockTime(line.at) };
  return { state: "ok", word: t("synced"), small: clockTime(line.at) };
}

export function pill(world: World): HTMLElement {
  const { state, word, small } = pillState(world);
  return h("a.pk-sync", { href: "/p/outbox/", "data-state": state, "aria-live": "polite", "aria-label": t("sync_label", { state: `${word} ${small}` }) },
    h("span", { "data-when": state }, icon(ICONS[state], "24"), h("span", {}, h("b", {}, word), h("small", {}, small))));
}
