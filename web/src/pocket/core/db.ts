/** Two databases with two lives: the outbox is never dropped, the package may be fetched again. */
import type { BlobRow, DraftRow, EnvelopeRow, EnvelopeState } from "./types";

export interface OutStores {
  drafts: DraftRow;
  envelopes: EnvelopeRow;
  blobs: BlobRow;
  meta: { name: string; value: unknown };
  log: { at: number; text: string };
}

const opened = new Map<string, Promise<IDBDatabase>>();
let onOld: () => void = () => undefined;

/** Say what to do when another tab brings a newer version: this one must be opened again. */
export function whenOld(handle: () => void): void {
  onOld = handle;
}

/** The steps from one version of a database to the next; the number of steps is the version. Only ever add to them. */
type Steps = ((db: IDBDatabase) => void)[];

function open(name: string, steps: Steps): Promise<IDBDatabase> {
  let found = opened.get(name);
  if (!found) {
    found = new Promise<IDBDatabase>((resolve, reject) => {
      const attempt = (wanted?: number): void => {
        const request = wanted === undefined ? indexedDB.open(name) : indexedDB.open(name, wanted);
        request.onupgradeneeded = (event) => {
          for (const step of steps.slice(event.oldVersion)) step(request.result);
        };
        request.onsuccess = () => {
          const db = request.result;
          db.onversionchange = () => {
            db.close();
            opened.delete(name);
            onOld();
          };
          db.onclose = () => opened.delete(name);
          resolve(db);
        };
        request.onerror = () => {
          // A rolled-back app meets a newer database: stores are only ever added, so the known ones serve.
          if (request.error?.name === "VersionError" && wanted !== undefined) attempt();
          else {
            opened.delete(name);
            reject(request.error ?? new Error("no database"));
          }
        };
      };
      attempt(steps.length);
    });
    opened.set(name, found);
  }
  return found;
}

const OUTBOX: Steps = [
  (db) => {
    const drafts = db.createObjectStore("drafts", { keyPath: "id" });
    drafts.createIndex("updated_at", "updated_at");
    const envelopes = db.createObjectStore("envelopes", { keyPath: "id" });
    envelopes.createIndex("lane_seq", ["lane", "seq"]);
    envelopes.createIndex("state", "state");
    envelopes.createIndex("subject", "subject");
    const blobs = db.createObjectStore("blobs", { keyPath: "sha256" });
    blobs.createIndex("done_at", "done_at");
    db.createObjectStore("meta", { keyPath: "name" });
    db.createObjectStore("log", { autoIncrement: true });
  },
];
const PACKAGES: Steps = [
  (db) => {
    db.createObjectStore("meta", { keyPath: "name" });
    db.createObjectStore("parts", { keyPath: ["pkg", "name"] });
  },
];
const SYSTEM: Steps = [(db) => void db.createObjectStore("kept", { keyPath: "name" })];

export const outbox = (): Promise<IDBDatabase> => open("anlan-out", OUTBOX);
export const packages = (): Promise<IDBDatabase> => open("anlan-pkg", PACKAGES);
export const system = (): Promise<IDBDatabase> => open("anlan-sys", SYSTEM);

export function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("request failed"));
  });
}

/** Run work in one transaction; resolves only when it is on disk. No network and no crypto inside: it would commit. */
export async function within<T>(
  db: Promise<IDBDatabase>,
  stores: string[],
  mode: IDBTransactionMode,
  work: (store: (name: string) => IDBObjectStore) => Promise<T> | T,
): Promise<T> {
  const tx = (await db).transaction(stores, mode, { durability: mode === "readwrite" ? "strict" : "default" });
  const finished = new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve();
    tx.onabort = () => reject(tx.error ?? new DOMException("aborted", "AbortError"));
    tx.onerror = () => undefined;
  });
  finished.catch(() => undefined);
  let result: T;
  try {
    result = await work((name) => tx.objectStore(name));
  } catch (reason) {
    try {
      tx.abort();
    } catch {
      // It has ended by itself.
    }
    await finished.catch((why: unknown) => {
      if (why instanceof DOMException && why.name === "QuotaExceededError") throw why;
    });
    throw reason;
  }
  await finished;
  return result;
}

export async function meta<T>(name: string, db: Promise<IDBDatabase> = outbox()): Promise<T | undefined> {
  const row = await within(db, ["meta"], "readonly", (store) => asked(store("meta").get(name)));
  return (row as { value: T } | undefined)?.value;
}

export async function setMeta(name: string, value: unknown, db: Promise<IDBDatabase> = outbox()): Promise<void> {
  await within(db, ["meta"], "readwrite", (store) => void store("meta").put({ name, value }));
}

/** The envelopes in some states, in the order they are sent; what was received long ago is not read for it. */
export async function rowsIn(states: readonly EnvelopeState[]): Promise<EnvelopeRow[]> {
  const found = await within(outbox(), ["envelopes"], "readonly", (store) =>
    Promise.all(states.map((state) => asked(store("envelopes").index("state").getAll(state)))),
  );
  return (found.flat() as EnvelopeRow[]).sort((a, b) => a.lane - b.lane || a.seq - b.seq);
}

export async function kept<T>(name: string): Promise<T | undefined> {
  const row = await within(system(), ["kept"], "readonly", (store) => asked(store("kept").get(name)));
  return (row as { value: T } | undefined)?.value;
}

export async function keep(name: string, value: unknown): Promise<void> {
  await within(system(), ["kept"], "readwrite", (store) => void store("kept").put({ name, value }));
}

const LOG_ROWS = 2000;

/** Note a diagnostic line, without any text of a person. The ring keeps the last 2,000. */
export async function note(text: string): Promise<void> {
  try {
    await within(outbox(), ["log"], "readwrite", async (store) => {
      const key = (await asked(store("log").add({ at: Date.now(), text }))) as number;
      if (key % 100 === 0 && key > LOG_ROWS) store("log").delete(IDBKeyRange.upperBound(key - LOG_ROWS));
    });
  } catch {
    // A full phone has better uses for its last bytes.
  }
}
