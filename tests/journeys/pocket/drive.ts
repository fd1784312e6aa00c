/** Hands the phone's own code to a test: the same sources, bundled when the test runs. */
import { envelopes, keepFile, seal, saveDraft, drafts } from "../../../web/src/pocket/core/outbox";
import { current, refresh } from "../../../web/src/pocket/core/package";
import { send } from "../../../web/src/pocket/core/uploader";
import { look } from "../../../web/src/pocket/model";
import { pillState } from "../../../web/src/pocket/pill";
import { call, line } from "../../../web/src/pocket/core/net";
import { meta } from "../../../web/src/pocket/core/db";
import type { Lane } from "../../../web/src/pocket/core/types";

/** Bytes that differ for each number and do not compress. */
function noise(seed: number, size: number): Blob {
  const bytes = new Uint8Array(size);
  let state = seed * 2654435761 + 1;
  for (let at = 0; at < size; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return new Blob([bytes], { type: "application/octet-stream" });
}

async function sealMany(count: number, photosEvery: number, size: number, lane: Lane = 2): Promise<void> {
  const pkg = await current();
  for (let n = 0; n < count; n += 1) {
    const draft = `test-${Math.random()}`;
    const files = photosEvery && n % photosEvery === 0 ? [await keepFile(noise(Date.now() % 1e6 + n, size + n), "scene", draft, new Date())] : [];
    await seal({ kind: "inspection.record", lane, payload: { instance_id: `test-${n}`, task_id: "t", place_id: "p", result: "normal", reading: null, note: `第 ${n} 条 😀`, value: n / 7 }, files, draft, actor: pkg?.manifest.actor.id ?? "", pkg: pkg?.manifest.id ?? null, subject: `test-${n}`, icon: "check", title: "test", detail: String(n) });
  }
}

async function counts(): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const row of await envelopes()) found[row.state] = (found[row.state] ?? 0) + 1;
  return found;
}

/** Keep sending as an opened app with a coming and going line would; ends when all is received. */
async function keepSending(seconds: number): Promise<Record<string, number>> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    await send(true).catch(() => undefined);
    const found = await counts();
    if (!found.sealed && !found.sending && !found.accepted) return found;
    if (Date.now() > until) return found;
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
}

/** Read the pill and the outbox together, as an oracle for the pill's truth. */
async function pillAndTruth(): Promise<{ state: string; unsent: number; age: number }> {
  const world = await look();
  return { state: pillState(world).state, unsent: world.unsent, age: Date.now() - world.line.at };
}

Object.assign(globalThis, { pocket: { sealMany, counts, keepSending, pillAndTruth, send, refresh, envelopes, drafts, saveDraft, keepFile, seal, call, line, meta, noise, current } });
