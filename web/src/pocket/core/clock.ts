/** What the phone knows of the true time. The wall clock is never corrected in place. */
import { meta, setMeta } from "./db";
import type { Clock } from "./types";

/** One life of this page or worker: elapsed time can be trusted within it. */
export const SESSION = Math.random().toString(36).slice(2, 10);
const JUMP_MS = 5000;
const KEEP = 8;
let current: Clock | undefined;

export async function clock(): Promise<Clock | undefined> {
  return (current ??= await meta<Clock>("clock"));
}

/** Take one exchange in: c0, c3 are this clock's, s1, s2 the server's milliseconds. */
export async function measured(c0: number, s1: number, s2: number, c3: number): Promise<Clock> {
  const before = await meta<Clock>("clock");
  const one = { offset: (s1 - c0 + (s2 - c3)) / 2, err: Math.max(0, c3 - c0 - (s2 - s1)) / 2 };
  const last = [...(before && !before.jumped ? before.last : []), one].slice(-KEEP);
  const best = last.reduce((a, b) => (b.err <= a.err ? b : a));
  // A clock that moved since the best exchange makes the newest the only true one.
  const used = Math.abs(best.offset - one.offset) > best.err + one.err + 200 ? one : best;
  current = { offset_ms: Math.round(used.offset), err_ms: Math.round(used.err), at: Date.now(), mono: performance.now(), session: SESSION, jumped: false, last };
  await setMeta("clock", current);
  return current;
}

export async function jumped(): Promise<void> {
  const found = await clock();
  if (!found || found.jumped) return;
  current = { ...found, jumped: true, last: [] };
  await setMeta("clock", current);
}

/** What goes into an envelope: null when the clock was never measured; `age_s` null after a jump. */
export function stamp(found: Clock | undefined): Record<string, number | string | null> | null {
  if (!found) return null;
  const elapsed = Date.now() - found.at;
  const age = found.session === SESSION ? performance.now() - found.mono : elapsed;
  // Set back since, and nobody has noticed yet: the watch looks every two seconds only.
  const back = found.session === SESSION && elapsed < age - JUMP_MS;
  return {
    offset_ms: found.offset_ms,
    err_ms: found.err_ms,
    age_s: found.jumped || back || age < 0 ? null : Math.round(age / 1000),
    session: SESSION,
    mono_ms: Math.round(performance.now()),
  };
}

/** The true time as well as it is known, in milliseconds. */
export function corrected(found: Clock | undefined): number {
  return Date.now() + (found && !found.jumped ? found.offset_ms : 0);
}

/** Whether the clock may be believed: measured, and not jumped since. */
export const isSure = (found: Clock | undefined): boolean => found !== undefined && !found.jumped;

/** Watch for jumps of the wall clock against elapsed time. A sleeping phone may stop the latter: only noted then. */
export function watchJumps(onJump: (ms: number) => void): void {
  let wall = Date.now();
  let mono = performance.now();
  setInterval(() => {
    const [now, elapsed] = [Date.now(), performance.now()];
    const away = now - wall - (elapsed - mono);
    if (away < -JUMP_MS || (away > JUMP_MS && elapsed - mono < 10_000)) onJump(Math.round(away));
    wall = now;
    mono = elapsed;
  }, 2000);
}
