/** From what a person did to a sealed submission: who, which package, where; then the uploader is woken. */
import type { Json } from "./core/bytes";
import { seal, type ToSeal } from "./core/outbox";
import { holdBack, sealPending } from "./core/pending";
import { askToStay } from "./core/storage";
import type { DraftRow, EnvelopeRow } from "./core/types";
import { proof } from "./lock";
import type { World } from "./model";
import { send } from "./core/uploader";
import { buzz } from "./ui";

export interface Arrival {
  place: string;
  how: "qr" | "nfc" | "position" | "none";
  at: string;
  gnss?: { lng: number; lat: number; acc_m: number } | null;
}

/** Where the person last proved to be; kept for the session of this tab and over reloads. */
export function arrivedAt(place: string): Arrival | null {
  const found = JSON.parse(localStorage.getItem("anlan-arrival") ?? "null") as Arrival | null;
  const fresh = found !== null && Date.now() - Date.parse(found.at) < 4 * 3_600_000;
  return fresh && found.place === place ? found : null;
}
export const arrive = (arrival: Arrival): void => localStorage.setItem("anlan-arrival", JSON.stringify(arrival));

type What = Omit<ToSeal, "actor" | "pkg" | "stale"> & { place?: string | null };

function addressed(world: World, what: What): ToSeal {
  const arrival = what.place ? arrivedAt(what.place) : null;
  const where = arrival ? ({ how: arrival.how, place: arrival.place, at: arrival.at, gnss: arrival.gnss ?? null } as Record<string, Json>) : null;
  const { place: _place, ...rest } = what;
  return { ...rest, auth: proof(), actor: world.actor?.id ?? "", pkg: world.pkg?.manifest.id ?? null, stale: world.stale, where };
}

/** Seal now; what was held back before goes first, so that the order on the phone stays the order of the acts. */
export async function submit(world: World, what: What): Promise<EnvelopeRow> {
  await sealPending(true);
  const row = await seal(addressed(world, what));
  buzz(60);
  void wake();
  if (row.seq === 1) void askToStay();
  return row;
}

/** Keep an answer that can be taken back for a few seconds; the answer before it is sealed now. */
export async function hold(world: World, draft: DraftRow, what: What): Promise<void> {
  if ((await sealPending(true)).length) void wake();
  await holdBack(draft, addressed(world, what));
  buzz(60);
}

/** Send now, and ask the browser to go on when the line returns and the page is gone. */
export async function wake(): Promise<void> {
  try {
    const worker = await navigator.serviceWorker?.getRegistration();
    await (worker as unknown as { sync?: { register: (tag: string) => Promise<void> } } | undefined)?.sync?.register("outbox");
  } catch {
    // Not every browser has it; the page sends by itself.
  }
  await send(true).catch((reason: unknown) => console.warn("send", reason));
}
