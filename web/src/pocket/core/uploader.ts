/** The one uploader: page or service worker, whoever holds the lock. Small things first, files after. */
import { base64, canonical, utf8, type Json } from "./bytes";
import { measured, clock } from "./clock";
import { asked, meta, note, outbox, rowsIn, setMeta, within } from "./db";
import { device, signedByServer, trust } from "./device";
import { Answered, NoLine, call, line, setLine } from "./net";
import { hear, tell } from "./news";
import { obey, type Order } from "./orders";
import { bytesOf } from "./outbox";
import { storage } from "./storage";
import { UNSENT, type BlobRow, type EnvelopeRow, type Receipt, type Verdict } from "./types";

const BATCH = 50;
/** Begins small: on a thin line the verdicts of fifty records take longer than one waits for them. */
const BATCH_BYTES = { start: 24_000, cap: 200_000, floor: 4000 };
const FAST_MS = 5000;
/** Lanes that wait for nobody: safety and major findings. */
const URGENT = 1;
const CONTACT_EVERY = 25_000;
const CHUNK = { start: 128 * 1024, floor: 32 * 1024, cap: 1024 * 1024 };
const BACKOFF = { first: 2000, cap: 300_000 };

let again = false;
let chunk = CHUNK.start;
let room = BATCH_BYTES.start;
/** The request under way, when it may give way to something urgent: on a thin line it can take a minute. */
let running: AbortController | null = null;

hear((news) => {
  const mine = running;
  if (news === "outbox" && mine) void urgent().then((found) => found && mine.abort());
});

/**
 * Send what there is. Returns at once when somebody else sends already (they are asked to look again).
 * `force` (a seal, the button, the line back) resets the waiting time after failures.
 */
export async function send(force = false): Promise<boolean> {
  if (force) await setMeta("wait", { until: 0, tries: 0 });
  const done = await navigator.locks.request("anlan-outbox", { ifAvailable: true }, async (lock) => {
    if (!lock) return false;
    do {
      again = false;
      await run();
    } while (again);
    return true;
  });
  if (!done) again = true;
  return done;
}

async function run(): Promise<void> {
  const wait = (await meta<{ until: number; tries: number }>("wait")) ?? { until: 0, tries: 0 };
  if (Date.now() < wait.until) return;
  if (!(await device()).registered) return;
  try {
    await contact();
    await sendAll();
    await setMeta("wait", { until: 0, tries: 0 });
    await setLine({ ok: true, at: Date.now(), done: 0, total: 0, bytes: 0, bytes_total: 0, stop: "" });
  } catch (reason) {
    await failed(reason, wait.tries);
  }
}

async function failed(reason: unknown, tries: number): Promise<void> {
  const told = reason instanceof Answered ? reason : undefined;
  await note(`send: ${told ? `answer ${told.status}` : String(reason).slice(0, 120)}`);
  const most = Math.min(BACKOFF.cap, BACKOFF.first * 2 ** tries);
  const pause = told?.retryAfter ? told.retryAfter * 1000 : Math.random() * most;
  await setMeta("wait", { until: Date.now() + pause, tries: Math.min(tries + 1, 10) });
  if (told?.status === 403 && told.body.code === "revoked") {
    await setLine({ ok: false, stop: "revoked" });
    await obey(told.body.order as Order);
    return;
  }
  await setLine({ ok: false, stop: told?.status === 401 ? "sign_in" : "" });
  if (!(reason instanceof NoLine) && !told) throw reason;
}

/** The four-stamp exchange; also tells the server how full the phone is, and hears orders. */
async function contact(): Promise<void> {
  const known = await clock();
  const before = await line();
  if (before.ok && known && Date.now() - before.at < CONTACT_EVERY && Date.now() >= before.at) return;
  const full = await storage();
  const actor = (await meta<{ id: string }>("actor"))?.id ?? "";
  const query = new URLSearchParams({ actor, offset: String(known?.offset_ms ?? ""), state: full.state, unsent: String(full.unsent), unsent_bytes: String(full.unsent_bytes), persisted: String(full.persisted) });
  const c0 = Date.now();
  const told = await call("GET", `/api/pocket/time?${query.toString()}`, { timeout: 4000 });
  const c3 = Date.now();
  await measured(c0, told.received as number, told.sent as number, c3);
  await trust(told.keys as Parameters<typeof trust>[0]);
  await setLine({ ok: true, at: c3, stop: "" });
  await receipts();
  if (told.order) await setMeta("order", told.order);
}

/** Answers may have been lost: hear what was received since the last contact. */
async function receipts(): Promise<void> {
  const rows = await unsent();
  if (!rows.some((row) => row.attempts > 0 || row.state === "accepted") && (await openEnds()) === 0) return;
  for (let page = 0; page < 20; page += 1) {
    const since = (await meta<string>("receipts-since")) ?? "";
    const told = await call("GET", `/api/pocket/receipts?since=${encodeURIComponent(since)}`);
    const verdicts = told.verdicts as Verdict[];
    await take(verdicts);
    if (typeof told.next === "string") await setMeta("receipts-since", told.next);
    if (verdicts.length < 200) return;
  }
}

async function openEnds(): Promise<number> {
  return within(outbox(), ["envelopes"], "readonly", async (store) => {
    const conflicts = await asked(store("envelopes").index("state").count("conflict"));
    return conflicts + (await asked(store("envelopes").index("state").count("quarantined")));
  });
}

const unsent = (): Promise<EnvelopeRow[]> => rowsIn(UNSENT);

async function sendAll(): Promise<void> {
  let moved = true;
  while (moved) {
    await sendEnvelopes();
    moved = await sendOneFile();
  }
  const order = await meta<Order>("order");
  // A person without rights: everything is sent, now the rest of the order.
  if (order && (await unsent()).length === 0) await obey(order);
}

async function sendEnvelopes(): Promise<void> {
  for (;;) {
    const now = Date.now();
    const waiting = (await unsent()).filter((row) => row.state !== "accepted" && row.next_try <= now);
    const batch: EnvelopeRow[] = [];
    let size = 0;
    for (const row of waiting) {
      if (batch.length === BATCH || (batch.length > 0 && size + row.text.length > room)) break;
      // Nothing urgent waits for the records behind it to be on the line.
      if (row.lane > URGENT && (batch[0]?.lane ?? row.lane) <= URGENT) break;
      batch.push(row);
      size += row.text.length;
    }
    if (batch.length === 0) return;
    await mark(batch.map((row) => row.id), { state: "sending" });
    await progress();
    const body = await packed(`{"envelopes":[${batch.map((row) => row.text).join(",")}]}`);
    const mine = batch.some((row) => row.lane <= URGENT) ? null : new AbortController();
    running = mine;
    const began = performance.now();
    let told: Record<string, unknown>;
    try {
      const actor = (await meta<{ id: string }>("actor"))?.id ?? "";
      told = await call("POST", `/api/pocket/submissions?actor=${actor}`, {
        body: body.body,
        headers: { "Content-Type": "application/json", ...body.headers },
        timeout: batch.some((row) => row.lane === 0) ? 8000 : 20_000,
        ...(mine ? { stop: mine.signal } : {}),
      });
    } catch (reason) {
      if (mine?.signal.aborted) continue;
      // A batch that does not get through in time would not do so the next time either.
      if (reason instanceof NoLine) room = Math.max(BATCH_BYTES.floor, room / 2);
      throw reason;
    } finally {
      running = null;
    }
    if (performance.now() - began < FAST_MS) room = Math.min(BATCH_BYTES.cap, room * 2);
    // Before the verdicts: once all is received nobody may ask again for a while.
    if (told.order) await setMeta("order", told.order);
    await take(told.verdicts as Verdict[]);
    await setLine({ ok: true, at: Date.now(), stop: "" });
  }
}

async function packed(text: string): Promise<{ body: BodyInit; headers: Record<string, string> }> {
  if (typeof CompressionStream === "undefined" || text.length < 1500) return { body: text, headers: {} };
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return { body: await new Response(stream).arrayBuffer(), headers: { "Content-Encoding": "gzip" } };
}

async function mark(ids: string[], change: Partial<EnvelopeRow>): Promise<void> {
  await within(outbox(), ["envelopes"], "readwrite", async (store) => {
    for (const id of ids) {
      const row = (await asked(store("envelopes").get(id))) as EnvelopeRow | undefined;
      if (row) store("envelopes").put({ ...row, ...change, attempts: row.attempts + (change.state === "sending" ? 1 : 0) });
    }
  });
  tell("outbox");
}

interface Taken {
  id: string;
  change: Partial<EnvelopeRow>;
}

/**
 * Take verdicts in, all in one transaction. Nothing is let go on the server's word alone: the receipt must be signed
 * and name every hash.
 */
async function take(verdicts: Verdict[]): Promise<void> {
  if (!verdicts.length) return;
  const rows = await within(outbox(), ["envelopes"], "readonly", (store) =>
    Promise.all(verdicts.map((one) => asked(store("envelopes").get(one.id) as IDBRequest<EnvelopeRow | undefined>))),
  );
  const taken: Taken[] = [];
  for (const [n, verdict] of verdicts.entries()) {
    const row = rows[n];
    if (row && row.state !== "complete") taken.push({ id: row.id, change: await meaning(row, verdict) });
  }
  await settle(taken);
}

/** What a verdict changes on the phone. */
async function meaning(row: EnvelopeRow, verdict: Verdict): Promise<Partial<EnvelopeRow>> {
  const state = verdict.state ?? verdict.verdict;
  if (state === "later") {
    const pause = Math.min(BACKOFF.cap, BACKOFF.first * 2 ** Math.min(row.attempts, 8)) * (0.5 + Math.random() / 2);
    return { next_try: Date.now() + pause, last_error: verdict.problem?.code ?? "later" };
  }
  const change: Partial<EnvelopeRow> = { conflict: verdict.conflict ?? null, trouble: verdict.problem ?? null, remark: verdict.remark ?? "" };
  if (state === "accepted" || state === "complete") {
    const wrong = await doubt(row, verdict.receipt ?? null, state);
    if (wrong) {
      await note(`receipt_mismatch ${wrong} seq ${row.seq}`);
      return { next_try: Date.now() + BACKOFF.cap, last_error: `receipt_mismatch: ${wrong}` };
    }
    change.receipt = verdict.receipt ?? null;
    change.number = verdict.receipt?.number ?? "";
    change.last_error = "";
  }
  if (state === "accepted") change.state = "accepted";
  // What is kept for a decision, or refused, is kept with its files.
  if (state === "conflict" || state === "refused") change.receipt = verdict.receipt ?? null;
  if (state === "complete" || state === "conflict" || state === "refused" || state === "quarantined") {
    change.state = state;
    change.settled_at = Date.now();
  }
  return change;
}

async function doubt(row: EnvelopeRow, receipt: Receipt | null, state: string): Promise<string> {
  if (!receipt) return "none";
  if (receipt.envelope !== row.id || receipt.payload_sha256 !== row.payload_sha256 || receipt.state !== state) return "content";
  if (!(await signedByServer(receipt as unknown as Record<string, unknown>))) return "signature";
  if (state !== "complete") return "";
  const named = [...new Set(row.files.map((file) => file.sha256))].sort();
  const same = receipt.count === named.length && canonical(receipt.attachments as Json) === canonical(named as Json);
  return same ? "" : "files";
}

async function settle(taken: Taken[]): Promise<void> {
  await within(outbox(), ["envelopes", "blobs"], "readwrite", async (store) => {
    for (const { id, change } of taken) {
      const row = (await asked(store("envelopes").get(id))) as EnvelopeRow | undefined;
      if (!row || row.state === "complete") continue;
      store("envelopes").put({ ...row, ...change });
      if (change.state !== "complete") continue;
      for (const file of row.files) {
        const blob = (await asked(store("blobs").get(file.sha256))) as BlobRow | undefined;
        if (!blob) continue;
        const refs = blob.refs.filter((ref) => ref !== id);
        store("blobs").put({ ...blob, refs, done_at: refs.length === 0 ? Date.now() : blob.done_at });
      }
    }
  });
  tell("outbox");
}

/** Envelopes whose files the server still lacks: accepted ones, and those kept for a decision. */
async function lacking(): Promise<EnvelopeRow[]> {
  const found = await rowsIn(["accepted", "conflict", "refused"]);
  const kept = (row: EnvelopeRow): boolean => (row.state === "conflict" || row.state === "refused") && (row.receipt?.missing.length ?? 0) > 0;
  return found.filter((row) => (row.state === "accepted" || kept(row)) && row.files.length > 0 && row.next_try <= Date.now());
}

/** Send one file, piece by piece; an envelope sealed meanwhile goes in between. True if there may be more. */
async function sendOneFile(): Promise<boolean> {
  const rows = await lacking();
  const row = rows[0];
  if (!row) return false;
  const hashes = [...new Set(row.files.map((file) => file.sha256))];
  const told = await call("POST", "/api/pocket/blobs/check", { body: JSON.stringify({ hashes }), headers: { "Content-Type": "application/json" } });
  const partial = told.partial as Record<string, number>;
  const [sha] = Object.keys(partial);
  if (sha === undefined) {
    // All are there, only the receipt was lost: the same envelope again brings it.
    await mark([row.id], { state: "sealed" });
    return (row.attempts < 3 || rows.length > 1) && row.state === "accepted";
  }
  const file = await bytesOf(sha).catch(() => undefined);
  if (!file) {
    await note(`blob missing seq ${row.seq}`);
    await mark([row.id], { next_try: Date.now() + BACKOFF.cap, last_error: "blob_missing" });
    return true;
  }
  await sendPieces(sha, file.bytes, partial[sha] ?? 0);
  return true;
}

async function sendPieces(sha: string, whole: ArrayBuffer, start: number): Promise<void> {
  let [offset, fast, turns] = [start, 0, 0];
  for (;;) {
    const piece = whole.slice(offset, offset + chunk);
    const digest = await digestOf(piece);
    const began = performance.now();
    const mine = (running = new AbortController());
    let told: Record<string, unknown>;
    try {
      told = await call("PATCH", `/api/pocket/blobs/${sha}`, {
        body: piece,
        headers: { "Upload-Offset": String(offset), "Content-Digest": digest, "Content-Type": "application/octet-stream" },
        timeout: 30_000,
        stop: mine.signal,
      });
    } catch (reason) {
      running = null;
      if (mine.signal.aborted) {
        await sendEnvelopes();
        continue;
      }
      if (reason instanceof Answered && reason.status === 409 && typeof reason.body.offset === "number" && (turns += 1) < 8) {
        offset = reason.body.offset;
        continue;
      }
      chunk = Math.max(CHUNK.floor, chunk / 2);
      throw reason;
    }
    running = null;
    const took = performance.now() - began;
    if (took < 2000 && (fast += 1) % 3 === 0) chunk = Math.min(CHUNK.cap, chunk * 2);
    else if (took > 8000) chunk = Math.max(CHUNK.floor, chunk / 2);
    await setLine({ ok: true, at: Date.now(), stop: "" });
    if (told.complete) {
      await take((told.verdicts as Verdict[] | undefined) ?? []);
      await progress();
      return;
    }
    const next = told.offset as number;
    if (next <= offset && (turns += 1) >= 8) throw new NoLine("no progress");
    offset = next;
    await progress(offset);
    if (await newcomer()) await sendEnvelopes();
  }
}

async function digestOf(piece: ArrayBuffer): Promise<string> {
  return `sha-256=:${base64(new Uint8Array(await crypto.subtle.digest("SHA-256", piece)))}:`;
}

/** Whether something urgent waits that was never tried. */
async function urgent(): Promise<boolean> {
  const first = IDBKeyRange.bound([0, 0], [URGENT, Infinity]);
  const rows = (await within(outbox(), ["envelopes"], "readonly", (store) => asked(store("envelopes").index("lane_seq").getAll(first)))) as EnvelopeRow[];
  return rows.some((row) => row.state === "sealed" && row.next_try <= Date.now());
}

async function newcomer(): Promise<boolean> {
  return (await within(outbox(), ["envelopes"], "readonly", (store) => asked(store("envelopes").index("state").count("sealed")))) > 0;
}

/** Keep the figures of the pill and the outbox true: rows received of this run, bytes of files still here. */
async function progress(partial = 0): Promise<void> {
  const rows = await unsent();
  const before = await line();
  const total = Math.max(before.total, rows.length);
  const files = new Map(rows.flatMap((row) => row.files.map((file) => [file.sha256, file.size] as const)));
  const left = [...files.values()].reduce((sum, size) => sum + size, 0) - partial;
  const bytes_total = Math.max(before.bytes_total, left);
  await setLine({ total, done: total - rows.length, bytes_total, bytes: Math.max(0, bytes_total - left) });
}

/** How many bytes a sealed text takes on the line. */
export const sizeOf = (row: EnvelopeRow): number => utf8(row.text).length + row.files.reduce((sum, file) => sum + file.size, 0);
