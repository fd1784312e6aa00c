/** Drafts, files and sealing: one strict transaction, all or nothing. */
import { canonical, sha256, utf8, type Json } from "./bytes";
import { clock, corrected, stamp } from "./clock";
import { asked, meta, note, outbox, within } from "./db";
import { device, newId, sign } from "./device";
import { tell } from "./news";
import { close, closeText, reveal, revealText, type Closed } from "./secret";
import { isQuota, layBallast, refused, throwBallast } from "./storage";
import { UNSENT, type AttachedFile, type BlobRow, type DraftRow, type EnvelopeRow, type Lane } from "./types";

export interface ToSeal {
  kind: string;
  lane: Lane;
  payload: Record<string, Json>;
  actor: string;
  pkg: string | null;
  stale?: boolean;
  id?: string;
  schema?: number;
  base?: { type: string; id: string; version: number } | null;
  where?: Record<string, Json> | null;
  files?: AttachedFile[];
  /** How the person proved who they are: "session", "pin", or "device" from the lock screen. */
  auth?: string;
  /** The moment it was done, when that is not now: phone clock and what was known of the true time. */
  moment?: Moment;
  /** What it is about on the phone: an instance, a finding. */
  subject?: string;
  /** The draft this was written in; it goes in the same transaction. */
  draft?: string;
  icon: string;
  title: string;
  detail: string;
}
export interface Moment {
  created_at: string;
  clock: Record<string, Json> | null;
  at: number;
}
interface Chain {
  seq: number;
  head: string | null;
}

export const BLOB_LIMIT = 20 * 1024 * 1024;

/** Make a new id of the corrected time: record id and idempotency key in one. */
export async function freshId(): Promise<string> {
  return newId(corrected(await clock()));
}

/** What is known of the time now, to be sealed with what is done now. */
export async function momentNow(): Promise<Moment> {
  const found = await clock();
  return { created_at: new Date().toISOString(), clock: stamp(found), at: corrected(found) };
}

/** Seal a submission: from here on its bytes never change. Resolves when it is on disk. */
export async function seal(what: ToSeal): Promise<EnvelopeRow> {
  const moment = what.moment ?? (await momentNow());
  const row = await navigator.locks.request("anlan-seal", async () => {
    const one = await device();
    const found = await clock();
    const chain = (await meta<Chain>("chain")) ?? { seq: 0, head: null };
    const files = what.files ?? [];
    const body: Record<string, Json> = {
      env: 1,
      id: what.id ?? newId(corrected(found)),
      kind: what.kind,
      schema: what.schema ?? 1,
      lane: what.lane,
      device: one.id,
      seq: chain.seq + 1,
      prev: chain.head,
      actor: what.actor,
      auth: what.auth ?? "session",
      package: what.pkg,
      base: what.base ?? null,
      created_at: moment.created_at,
      clock: moment.clock,
      where: what.where ?? null,
      stale_package: what.stale ?? false,
      payload: what.payload,
      payload_sha256: await sha256(utf8(canonical(what.payload))),
      attachments: files.map((file) => ({ ...file })),
    };
    const sig = { key: one.kid, alg: "ES256", value: await sign(canonical(body)) };
    const text = canonical({ ...body, sig });
    const head = await sha256(utf8(text));
    const sealed: EnvelopeRow = {
      id: body.id as string,
      lane: what.lane,
      seq: chain.seq + 1,
      kind: what.kind,
      text,
      payload_sha256: body.payload_sha256 as string,
      files,
      state: "sealed",
      subject: what.subject ?? "",
      created_at: body.created_at as string,
      attempts: 0,
      next_try: 0,
      last_error: "",
      icon: what.icon,
      title: what.title,
      detail: what.detail,
      number: "",
      receipt: null,
      conflict: null,
      trouble: null,
      settled_at: 0,
      seen: false,
      at: moment.at,
    };
    await roomFor(() => write(sealed, { seq: sealed.seq, head }, what.draft));
    return sealed;
  });
  tell("outbox");
  void layBallast().catch(() => undefined);
  return row;
}

async function write(row: EnvelopeRow, chain: Chain, draft: string | undefined): Promise<void> {
  await within(outbox(), ["envelopes", "blobs", "meta", "drafts"], "readwrite", async (store) => {
    store("envelopes").add(row);
    store("meta").put({ name: "chain", value: chain });
    if (draft !== undefined) store("drafts").delete(draft);
    for (const sha of new Set(row.files.map((file) => file.sha256))) {
      const blob = (await asked(store("blobs").get(sha))) as BlobRow | undefined;
      if (!blob) throw new Error(`a photo of this record is not on the phone: ${sha}`);
      const refs = blob.refs.filter((ref) => ref !== `draft:${draft ?? ""}`);
      store("blobs").put({ ...blob, refs: [...new Set([...refs, row.id])], done_at: 0 });
    }
  });
}

/** Run a write; on a full phone make room, and for the sake of text give up the ballast. */
async function roomFor<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (reason) {
    if (!isQuota(reason)) throw reason;
    await refused();
    try {
      return await work();
    } catch (again) {
      if (!isQuota(again) || !(await throwBallast())) throw again;
      // So full that not even this could be noted before.
      await refused(true);
      return work();
    }
  }
}

/** Keep a file at once, before any field is filled; returns its name by content. Raises QuotaExceededError. */
export async function keepFile(blob: Blob, role: string, draft: string, taken: Date): Promise<AttachedFile> {
  if (blob.size > BLOB_LIMIT) throw new RangeError("the file is larger than 20 MB");
  const plain = await blob.arrayBuffer();
  const sha = await sha256(plain);
  const { iv, data } = await close(plain, sha);
  const closed = new Blob([data], { type: "application/octet-stream" });
  const put = (): Promise<void> =>
    within(outbox(), ["blobs"], "readwrite", async (store) => {
      const before = (await asked(store("blobs").get(sha))) as BlobRow | undefined;
      const refs = [...new Set([...(before?.refs ?? []), `draft:${draft}`])];
      store("blobs").put({ ...(before ?? { sha256: sha, blob: closed, iv, size: blob.size, mime: blob.type }), refs, kept_at: Date.now(), done_at: 0 });
    });
  try {
    await put();
  } catch (reason) {
    if (!isQuota(reason)) throw reason;
    // Room by dropping what may go; the ballast is kept for words and safety orders.
    await refused();
    await put();
  }
  const mime = blob.type.split(";")[0] ?? "";
  return { sha256: sha, size: blob.size, mime, role, taken_at: taken.toISOString() };
}

/** The bytes of a kept file, as they were taken; undefined when it is not (or no longer) on the phone. */
export async function bytesOf(sha: string): Promise<{ bytes: ArrayBuffer; mime: string } | undefined> {
  const row = (await within(outbox(), ["blobs"], "readonly", (store) => asked(store("blobs").get(sha)))) as BlobRow | undefined;
  if (!row) return undefined;
  const stored = await row.blob.arrayBuffer();
  return { bytes: row.iv ? await reveal({ iv: row.iv, data: stored }, sha) : stored, mime: row.mime };
}

export async function fileOf(sha: string): Promise<Blob | undefined> {
  const found = await bytesOf(sha).catch(() => undefined);
  return found && new Blob([found.bytes], { type: found.mime });
}

/** A draft as it lies on the phone: only its name, kind and time can be read without the key. */
type DraftStored = Omit<DraftRow, "form" | "files" | "pending"> & Partial<DraftRow> & { closed?: Closed; held?: boolean };

/**
 * Keep a draft. One that holds a concluded answer is not written over by a late autosave, from this tab or another:
 * only `takeBack` does that.
 */
export async function saveDraft(draft: DraftRow, takeBack = false): Promise<void> {
  const { form, files, pending, ...open } = draft;
  const closed = await closeText(JSON.stringify({ form, files, pending }), draft.id);
  const row: DraftStored = { ...open, closed, held: pending !== undefined, updated_at: Date.now() };
  await roomFor(() => within(outbox(), ["drafts"], "readwrite", async (store) => {
    const before = (await asked(store("drafts").get(draft.id))) as DraftStored | undefined;
    if (!before?.held || pending || takeBack) store("drafts").put(row);
  }));
  tell("drafts");
}

async function opened(row: DraftStored): Promise<DraftRow | undefined> {
  const { closed, held: _held, ...rest } = row;
  if (!closed) return rest as DraftRow;
  try {
    return { ...rest, ...(JSON.parse(await revealText(closed, row.id)) as Pick<DraftRow, "form" | "files">) };
  } catch {
    await note(`draft ${row.kind} cannot be opened`);
    return undefined;
  }
}

export async function draftOf(id: string): Promise<DraftRow | undefined> {
  const row = (await within(outbox(), ["drafts"], "readonly", (store) => asked(store("drafts").get(id)))) as DraftStored | undefined;
  return row && opened(row);
}

export async function drafts(): Promise<DraftRow[]> {
  const rows = (await within(outbox(), ["drafts"], "readonly", (store) => asked(store("drafts").getAll()))) as DraftStored[];
  return (await Promise.all(rows.map(opened))).filter((row) => row !== undefined);
}

export async function dropDraft(id: string): Promise<void> {
  await within(outbox(), ["drafts"], "readwrite", (store) => void store("drafts").delete(id));
  tell("drafts");
}

export async function envelopes(): Promise<EnvelopeRow[]> {
  const rows = (await within(outbox(), ["envelopes"], "readonly", (store) => asked(store("envelopes").getAll()))) as EnvelopeRow[];
  return rows.sort((a, b) => a.seq - b.seq);
}

/** Mark a refused or quarantined submission as read: it stays on the phone until the server has all of it. */
export async function markSeen(id: string): Promise<void> {
  await within(outbox(), ["envelopes"], "readwrite", async (store) => {
    const row = (await asked(store("envelopes").get(id))) as EnvelopeRow | undefined;
    if (row) store("envelopes").put({ ...row, seen: true });
  });
  tell("outbox");
}

const DAY = 86_400_000;
/** Forget what the server has had for long: files after a day, envelopes after a week. Stray photos after two. */
export async function tidy(): Promise<void> {
  const now = Date.now();
  await within(outbox(), ["envelopes", "blobs", "drafts"], "readwrite", async (store) => {
    const alive = new Set<string>();
    for (const row of (await asked(store("envelopes").getAll())) as EnvelopeRow[]) {
      if (row.state === "complete" && now - row.settled_at > 7 * DAY) store("envelopes").delete(row.id);
      else if (row.state !== "complete") alive.add(row.id);
    }
    for (const draft of (await asked(store("drafts").getAllKeys())) as string[]) alive.add(`draft:${draft}`);
    for (const blob of (await asked(store("blobs").getAll())) as BlobRow[]) {
      const used = blob.refs.some((ref) => alive.has(ref));
      if (used) continue;
      const done = blob.done_at > 0 && now - blob.done_at > DAY;
      if (done || (blob.done_at === 0 && now - blob.kept_at > 2 * DAY)) store("blobs").delete(blob.sha256);
    }
  });
}

export const isUnsent = (row: EnvelopeRow): boolean => UNSENT.includes(row.state);
