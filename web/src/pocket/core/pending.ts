/** Answers that can be taken back for a few seconds: on disk at once, sealed when the time is over. */
import { note } from "./db";
import { draftOf, drafts, freshId, momentNow, saveDraft, seal, type ToSeal } from "./outbox";
import type { DraftRow, EnvelopeRow } from "./types";

export const UNDO_MS = 5000;

/** Keep an answer with its draft; it is sealed with the moment of now. */
export async function holdBack(draft: DraftRow, what: ToSeal): Promise<void> {
  const pending = { ...what, id: what.id ?? (await freshId()), moment: await momentNow(), draft: draft.id, until: Date.now() + UNDO_MS };
  await saveDraft({ ...draft, pending });
}

/**
 * Seal what was held back: all of it, or only what can no longer be taken back. Page and worker may both come here;
 * the lock lets one in, and the id was given when it was done, so that it cannot be sealed twice.
 */
export async function sealPending(all: boolean): Promise<EnvelopeRow[]> {
  return navigator.locks.request("anlan-pending", async () => {
    const sealed: EnvelopeRow[] = [];
    const waiting = (await drafts()).filter((draft) => draft.pending && (all || draft.pending.until <= Date.now() || draft.pending.until > Date.now() + UNDO_MS));
    for (const draft of waiting.sort((a, b) => (a.pending?.until ?? 0) - (b.pending?.until ?? 0))) {
      const { until: _until, ...what } = draft.pending as NonNullable<DraftRow["pending"]>;
      // One that cannot be sealed stays with its draft and must not keep the others from being sent.
      await seal(what).then((row) => sealed.push(row), (reason: unknown) => note(`pending ${what.kind}: ${String(reason).slice(0, 100)}`));
    }
    return sealed;
  });
}

/** Put the draft back as it was before; false when it was sealed meanwhile. */
export async function takeBack(before: DraftRow): Promise<boolean> {
  return navigator.locks.request("anlan-pending", async () => {
    const now = await draftOf(before.id);
    if (!now) return false;
    await saveDraft(before, true);
    return true;
  });
}
