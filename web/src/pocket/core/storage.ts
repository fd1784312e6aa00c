/** How full the phone is, by our own count and the first refusal: the browser's estimate cannot foresee it. */
import { asked, meta, note, outbox, rowsIn, setMeta, within } from "./db";
import { tell } from "./news";
import { UNSENT, type BlobRow } from "./types";

export type Fullness = "fine" | "tight" | "scarce" | "full";
export interface Storage {
  state: Fullness;
  unsent: number;
  unsent_bytes: number;
  left: number | null;
  persisted: boolean | null;
}

const MB = 1_000_000;
const TIGHT = 60 * MB;
const SCARCE = 200 * MB;
const BALLAST = 4 * MB;

export function isQuota(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "QuotaExceededError";
}

export async function storage(): Promise<Storage> {
  const [{ unsent, bytes }, refused] = await Promise.all([counted(), meta<{ at: number; again: boolean }>("quota")]);
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  const left = estimate?.quota !== undefined && estimate.usage !== undefined ? estimate.quota - estimate.usage : null;
  const today = refused !== undefined && Date.now() - refused.at < 86_400_000;
  let state: Fullness = "fine";
  if (bytes >= TIGHT || (left !== null && left < 200 * MB)) state = "tight";
  if (bytes >= SCARCE || today) state = "scarce";
  if (today && refused.again) state = "full";
  const persisted = (await navigator.storage?.persisted?.().catch(() => null)) ?? null;
  return { state, unsent, unsent_bytes: bytes, left, persisted };
}

async function counted(): Promise<{ unsent: number; bytes: number }> {
  const rows = await rowsIn(UNSENT);
  const named = new Map(rows.flatMap((row) => row.files.map((file) => [file.sha256, file.size] as const)));
  const files = [...named.values()].reduce((sum, size) => sum + size, 0);
  return { unsent: rows.length, bytes: rows.reduce((sum, row) => sum + row.text.length, files) };
}

/** Note a refusal of the browser to store more; the second one the same day means that the phone is full. */
export async function refused(sure = false): Promise<void> {
  const before = await meta<{ at: number; again: boolean }>("quota").catch(() => undefined);
  const again = sure || (before !== undefined && Date.now() - before.at < 86_400_000);
  await dropWhatMayGo();
  await setMeta("quota", { at: Date.now(), again }).catch(() => undefined);
  await note(`quota refused${again ? " again" : ""}`);
  tell("storage");
}

/** Give room: sent files first, then the pictures of the package. What is unsent is never touched. */
export async function dropWhatMayGo(): Promise<void> {
  await within(outbox(), ["blobs"], "readwrite", async (store) => {
    const rows = (await asked(store("blobs").getAll())) as BlobRow[];
    for (const row of rows) if (row.done_at > 0) store("blobs").delete(row.sha256);
  }).catch(() => undefined);
  if (typeof caches !== "undefined") await caches.delete("pkg-files").catch(() => false);
}

let laid = false;
/** Four megabytes kept back, so that text and safety orders still find room on a full phone. */
export async function layBallast(): Promise<void> {
  if (laid) return;
  laid = true;
  if ((await meta("ballast")) !== undefined || (await meta("quota")) !== undefined) return;
  await setMeta("ballast", new Blob([new Uint8Array(BALLAST)])).catch(() => undefined);
}

export async function throwBallast(): Promise<boolean> {
  return within(outbox(), ["meta"], "readwrite", async (store) => {
    const there = (await asked(store("meta").count("ballast"))) > 0;
    store("meta").delete("ballast");
    return there;
  });
}

export async function askToStay(): Promise<boolean> {
  // A worker may not ask; its types do not know the method.
  const manager = navigator.storage as { persist?: () => Promise<boolean> } | undefined;
  return (await manager?.persist?.().catch(() => false)) ?? false;
}
