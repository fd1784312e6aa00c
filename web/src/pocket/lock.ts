/**
 * The lock of the app: after five minutes without a touch it asks for the PIN. It hides what others need not see; it is
 * no second wall around the data (those are closed by a key of the phone). A finding can be reported all the same.
 */
import { base64url, unbase64url, utf8 } from "./core/bytes";
import { keep, kept } from "./core/db";

const IDLE_MS = 5 * 60_000;
const TRIES = 5;
const WAIT_MS = 30_000;
export const DIGITS = 6;

interface Pin {
  salt: string;
  hash: string;
  rounds: number;
  wrong: number;
  until: number;
}
let who = "";
let pin: Pin | undefined;

/** Learn whose phone it is now; the lock of somebody else does not hold a person who has just signed in. */
export async function whose(actor: string): Promise<void> {
  if (actor === who) return;
  who = actor;
  pin = actor ? await kept<Pin>(`pin:${actor}`) : undefined;
}

export const hasPin = (): boolean => pin !== undefined;
export const isLocked = (): boolean => who !== "" && pin !== undefined && localStorage.getItem("anlan-locked") === who;
/** How the person is known for what they seal now. */
export const proof = (): string => (isLocked() ? "device" : pin ? "pin" : "session");

/** Somebody touched the phone. */
export function touched(): void {
  if (!isLocked()) localStorage.setItem("anlan-act", String(Date.now()));
}

export function lock(): void {
  if (!pin || isLocked()) return;
  localStorage.setItem("anlan-locked", who);
  localStorage.setItem("anlan-locked-at", String(Date.now()));
}

/** Lock when nobody touched it for long, or when the clock was put back; true when that happened now. */
export function lockIfIdle(): boolean {
  if (!pin || isLocked()) return false;
  const idle = Date.now() - Number(localStorage.getItem("anlan-act") ?? Date.now());
  if (idle < IDLE_MS && idle > -IDLE_MS) return false;
  lock();
  return true;
}

export const lockedAt = (): number => Number(localStorage.getItem("anlan-locked-at") ?? 0);

async function hashed(digits: string, salt: Uint8Array<ArrayBuffer>, rounds: number): Promise<string> {
  const base = await crypto.subtle.importKey("raw", utf8(digits), "PBKDF2", false, ["deriveBits"]);
  return base64url(new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }, base, 256)));
}

const ROUNDS = 600_000;
export async function setPin(digits: string): Promise<void> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  pin = { salt: base64url(salt), hash: await hashed(digits, salt, ROUNDS), rounds: ROUNDS, wrong: 0, until: 0 };
  await keep(`pin:${who}`, pin);
  touched();
}

/** Take the PIN away: by its owner, or after signing in anew. */
export async function dropPin(): Promise<void> {
  pin = undefined;
  localStorage.removeItem("anlan-locked");
  await keep(`pin:${who}`, undefined);
}

export type Tried = "open" | "wrong" | "wait";
/** Milliseconds until the next try is allowed. */
export const waits = (): number => Math.max(0, (pin?.until ?? 0) - Date.now());

export async function tryPin(digits: string): Promise<Tried> {
  if (!pin) return "open";
  if (waits() > 0 && waits() < WAIT_MS * 64) return "wait";
  if ((await hashed(digits, unbase64url(pin.salt), pin.rounds)) !== pin.hash) {
    const wrong = pin.wrong + 1;
    pin = { ...pin, wrong, until: wrong >= TRIES ? Date.now() + WAIT_MS * 2 ** Math.min(wrong - TRIES, 5) : 0 };
    await keep(`pin:${who}`, pin);
    return wrong >= TRIES ? "wait" : "wrong";
  }
  pin = { ...pin, wrong: 0, until: 0 };
  await keep(`pin:${who}`, pin);
  localStorage.removeItem("anlan-locked");
  touched();
  return "open";
}
