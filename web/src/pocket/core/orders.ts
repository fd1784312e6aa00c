/** Orders of the server, obeyed only when it signed them for this phone. */
import { device, signedByServer } from "./device";
import { note, packages, setMeta, within } from "./db";
import { call } from "./net";
import { tell } from "./news";

export interface Order {
  order: "wipe" | "drain_then_wipe";
  device: string;
  at: string;
  actor?: string;
  sig: { alg: string; key: string; value: string };
}

/** Forget the package and its pictures. What was never received stays: nobody else has it. */
export async function obey(order: Order | undefined): Promise<void> {
  if (!order || order.device !== (await device()).id) return;
  if (!(await signedByServer(order as unknown as Record<string, unknown>))) {
    await note("order with a wrong signature");
    return;
  }
  // A refresh under way would put its package back after it has gone.
  await navigator.locks.request("anlan-package", async () => {
    await forgetPackage();
    await setMeta("locked", { order: order.order, at: order.at });
    await setMeta("order", undefined);
  });
  tell("package");
  if (order.order === "drain_then_wipe") await call("POST", "/api/pocket/devices/wiped", { body: "{}", headers: { "Content-Type": "application/json" } }).catch(() => undefined);
}

export async function forgetPackage(): Promise<void> {
  await within(packages(), ["meta", "parts"], "readwrite", (store) => {
    store("meta").clear();
    store("parts").clear();
  });
  if (typeof caches !== "undefined") await caches.delete("pkg-files").catch(() => false);
}
