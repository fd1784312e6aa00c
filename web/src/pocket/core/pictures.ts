/** Pictures of the package: fetched after the text, kept by content, dropped first when the phone gets full. */
import { sha256 } from "./bytes";
import { note } from "./db";
import { tell } from "./news";
import { current } from "./package";
import { storage } from "./storage";
import type { PictureFile } from "./types";

const CACHE = "pkg-files";
export const addressOf = (file: Pick<PictureFile, "sha256">): string => `/api/pocket/files/${file.sha256}`;

/** Fetch what is missing and forget what the manifest no longer names. Ends quietly when the line goes. */
export async function fetchPictures(): Promise<void> {
  const files = (await current())?.manifest.files ?? [];
  if (typeof caches === "undefined" || (await storage()).state !== "fine") return;
  await navigator.locks.request("anlan-pictures", { ifAvailable: true }, async (lock) => {
    if (!lock) return;
    const cache = await caches.open(CACHE);
    const wanted = new Set(files.map(addressOf));
    const there = new Set<string>();
    for (const kept of await cache.keys()) {
      const path = new URL(kept.url).pathname;
      if (wanted.has(path)) there.add(path);
      else await cache.delete(kept);
    }
    for (const file of files.filter((one) => !there.has(addressOf(one)))) {
      const answer = await fetch(addressOf(file), { credentials: "same-origin" }).catch(() => undefined);
      if (!answer?.ok) return;
      const bytes = await answer.clone().arrayBuffer();
      if ((await sha256(bytes)) !== file.sha256) {
        await note(`picture ${file.kind} does not fit its name`);
        await cache.delete(addressOf(file));
        continue;
      }
      try {
        await cache.put(addressOf(file), answer);
      } catch {
        return;
      }
      tell("package");
    }
  });
}

/** The picture as an address for an image, or null while it is not on the phone. */
export async function pictureOf(file: PictureFile): Promise<string | null> {
  if (typeof caches === "undefined") return null;
  const kept = await caches.open(CACHE).then((cache) => cache.match(addressOf(file))).catch(() => undefined);
  return kept ? URL.createObjectURL(await kept.blob()) : null;
}
