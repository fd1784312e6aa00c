/** The data package: fetched by part, proved, swapped in one transaction. */
import { canonical, sha256, utf8, type Json } from "./bytes";
import { asked, kept, keep, meta, note, outbox, packages, setMeta, within } from "./db";
import { device, setRegistered, sign, signedByServer, trust } from "./device";
import { Answered, NoLine, call, request, setLine } from "./net";
import { tell } from "./news";
import { obey, type Order } from "./orders";
import { closeText, revealText, type Closed } from "./secret";
import type { Manifest, Rows } from "./types";

export interface Package {
  manifest: Manifest;
  parts: Record<string, Rows>;
}
interface PartRow {
  pkg: string;
  name: string;
  sha256: string;
  closed?: Closed;
  /** As an earlier version kept them. */
  rows?: Rows;
}
/** The package as it was last read: opening it for each look would cost a slow phone too much. */
let held: Package | undefined;

export async function current(): Promise<Package | undefined> {
  const found = await within(packages(), ["meta", "parts"], "readonly", async (store) => {
    const manifest = ((await asked(store("meta").get("current"))) as { value: Manifest } | undefined)?.value;
    if (!manifest || manifest.id === held?.manifest.id) return manifest && { manifest, rows: null };
    return { manifest, rows: (await asked(store("parts").getAll(rangeOf(manifest)))) as PartRow[] };
  });
  if (!found) return (held = undefined);
  if (!found.rows) return held;
  try {
    const parts = await Promise.all(found.rows.map(async (row) => [row.name, row.closed ? (JSON.parse(await revealText(row.closed, row.name)) as Rows) : (row.rows ?? [])] as const));
    held = { manifest: found.manifest, parts: Object.fromEntries(parts) };
  } catch {
    // The key is another: as if there were no package, so the next contact brings a whole one.
    await note("package cannot be opened");
    held = undefined;
  }
  return held;
}

const rangeOf = (manifest: Manifest): IDBKeyRange => IDBKeyRange.bound([manifest.id, ""], [manifest.id, "\uffff"]);

export type Fetched = "fresh" | "same" | "no_line" | "sign_in" | "revoked" | "broken";

/** Make this phone known to the server for whoever is signed in; tells when they signed in (server's milliseconds). */
export async function register(): Promise<{ signed_in_at: number | null }> {
  const one = await device();
  const body = JSON.stringify({ id: one.id, key: one.jwk, proof: await sign(`anlan-device\n${one.id}`), label: labelOf(navigator.userAgent) });
  const csrf = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  const told = await request("POST", "/api/pocket/devices", { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf }, body, 8000);
  await trust(told.keys as Parameters<typeof trust>[0]);
  await setMeta("actor", told.actor);
  await setMeta("locked", undefined);
  await setRegistered();
  await setLine({ ok: true, at: Date.now(), stop: "" });
  const lost = told.lost as { first: number; last: number } | null;
  if (lost) await setMeta("lost", lost);
  return { signed_in_at: typeof told.signed_in_at === "number" ? told.signed_in_at : null };
}

function labelOf(agent: string): string {
  const phone = /Android [\d.]+; ([^;)]+)/.exec(agent)?.[1] ?? (/iPhone|iPad/.exec(agent)?.[0] || "");
  const browser = /(Edg|OPR|HuaweiBrowser|MicroMessenger|Firefox|Chrome|Safari)\/(\d+)/.exec(agent);
  return [phone.trim() || /Windows|Linux|Mac OS X/.exec(agent)?.[0] || "", browser ? `${browser[1]} ${browser[2]}` : ""].filter(Boolean).join(" · ");
}

/** Fetch what changed; swap the package in one transaction when every hash agrees. */
export async function refresh(): Promise<Fetched> {
  try {
    return await navigator.locks.request("anlan-package", { ifAvailable: true }, async (lock) => (lock ? fetchNow() : "same"));
  } catch (reason) {
    if (reason instanceof NoLine) {
      await setLine({ ok: false });
      return "no_line";
    }
    if (reason instanceof Answered) {
      if (reason.status === 403 && reason.body.code === "revoked") {
        const order = reason.body.order as Order;
        // What was recorded goes first; the uploader carries the order out when it is all there.
        if (order.order === "drain_then_wipe") await setMeta("order", order);
        else await obey(order);
        return "revoked";
      }
      await setLine({ stop: reason.status === 401 ? "sign_in" : "" });
      return reason.status === 401 ? "sign_in" : "broken";
    }
    throw reason;
  }
}

async function fetchNow(): Promise<Fetched> {
  if (!(await device()).registered) await register();
  const before = await current();
  const have = before ? before.manifest.parts.map((part) => `"${part.name}:${part.sha256}"`).join(", ") : "";
  const actor = (await meta<{ id: string }>("actor"))?.id ?? "";
  const told = await call("GET", `/api/pocket/package?actor=${actor}`, { headers: have ? { "If-None-Match": have } : {}, timeout: 20_000 });
  const manifest = told.manifest as Manifest;
  const sent = told.parts as Record<string, Rows>;
  if (!(await signedByServer(manifest as unknown as Record<string, unknown>))) {
    await note("package with a wrong signature");
    return "broken";
  }
  const rows: PartRow[] = [];
  for (const part of manifest.parts) {
    const given = sent[part.name] ?? before?.parts[part.name];
    if (!given || (sent[part.name] && (await sha256(utf8(canonical(given as Json)))) !== part.sha256)) {
      await note(`package part ${part.name} does not fit`);
      return "broken";
    }
    rows.push({ pkg: manifest.id, name: part.name, sha256: part.sha256, closed: await closeText(JSON.stringify(given), part.name) });
  }
  await within(packages(), ["meta", "parts"], "readwrite", (store) => {
    store("parts").clear();
    for (const row of rows) store("parts").put(row);
    store("meta").put({ name: "current", value: manifest });
  });
  await setMeta("actor", { id: manifest.actor.id, name: manifest.actor.name });
  await setLine({ ok: true, at: Date.now(), stop: "" });
  tell("package");
  return "fresh";
}

/** Detect that the browser cleared our data although this installation had sealed something. */
export async function lostBefore(): Promise<{ first: number; last: number } | undefined> {
  return meta<{ first: number; last: number }>("lost", outbox());
}

export { keep, kept };
