/** The installation: its id and key. The key cannot be read out, only used. */
import { base64url, canonical, utf8, unbase64url, type Json } from "./bytes";
import { keep, kept, system, within, asked } from "./db";

export interface Device {
  id: string;
  kid: string;
  jwk: JsonWebKey;
  private: CryptoKey;
  registered: boolean;
}
type PublicKeys = Record<string, JsonWebKey & { kid: string }>;

const EC: EcKeyImportParams = { name: "ECDSA", namedCurve: "P-256" };
const SIGN: EcdsaParams = { name: "ECDSA", hash: "SHA-256" };
let known: Device | undefined;

/** Return the installation; made once. Two tabs that start together agree on the first. */
export async function device(): Promise<Device> {
  // Another tab, or the page while this is the worker, may register it meanwhile.
  if (known?.registered) return known;
  const found = await kept<Device>("device");
  if (found) return (known = found);
  const pair = await crypto.subtle.generateKey(EC, false, ["sign", "verify"]);
  const full = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwk: JsonWebKey = { crv: full.crv ?? "", kty: full.kty ?? "", x: full.x ?? "", y: full.y ?? "" };
  const digest = await crypto.subtle.digest("SHA-256", utf8(canonical(jwk as Json)));
  const made: Device = {
    id: randomId(),
    kid: base64url(new Uint8Array(digest)).slice(0, 16),
    jwk,
    private: pair.privateKey,
    registered: false,
  };
  known = await within(system(), ["kept"], "readwrite", async (store) => {
    const other = (await asked(store("kept").get("device"))) as { value: Device } | undefined;
    if (other) return other.value;
    store("kept").put({ name: "device", value: made });
    return made;
  });
  return known;
}

export async function setRegistered(): Promise<void> {
  const one = await device();
  one.registered = true;
  await keep("device", one);
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return uuid(bytes, Date.now());
}

/** A UUIDv7 of these random bytes and a moment. */
export function uuid(bytes: Uint8Array, at: number): string {
  for (let place = 5, rest = at; place >= 0; place -= 1, rest = Math.floor(rest / 256)) bytes[place] = rest % 256;
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

let lastMs = 0;
let counter = 0;
/** Make ids in order, also many in one millisecond; `at` is the corrected time. */
export function newId(at: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  if (at > lastMs) {
    lastMs = at;
    counter = ((bytes[6] ?? 0) & 0x03) << 8;
  } else if ((counter += 1) > 0xfff) {
    lastMs += 1;
    counter = 0;
  }
  bytes[6] = counter >> 8;
  bytes[7] = counter & 0xff;
  return uuid(bytes, lastMs);
}

export async function sign(text: string): Promise<string> {
  const one = await device();
  return base64url(new Uint8Array(await crypto.subtle.sign(SIGN, one.private, utf8(text))));
}

/** Remember the server's public keys; a key that was seen stays good for what it signed. */
export async function trust(keys: PublicKeys): Promise<void> {
  const before = (await kept<PublicKeys>("server-keys")) ?? {};
  if (Object.values(keys).every((key) => before[key.kid])) return;
  for (const [purpose, key] of Object.entries(keys)) {
    before[key.kid] = key;
    before[purpose] = key;
  }
  await keep("server-keys", before);
}

export async function serverKey(name: string): Promise<(JsonWebKey & { kid: string }) | undefined> {
  return ((await kept<PublicKeys>("server-keys")) ?? {})[name];
}

const imported = new Map<string, CryptoKey>();

/** Tell whether the server signed this body (everything but `sig`). */
export async function signedByServer(body: Record<string, unknown>): Promise<boolean> {
  const { sig, ...rest } = body as { sig?: { key: string; value: string } };
  const jwk = sig && (await serverKey(sig.key));
  if (!sig || !jwk) return false;
  const name = `${jwk.x}.${jwk.y}`;
  const key = imported.get(name) ?? (await crypto.subtle.importKey("jwk", { crv: jwk.crv ?? "", kty: jwk.kty ?? "", x: jwk.x ?? "", y: jwk.y ?? "" }, EC, false, ["verify"]));
  imported.set(name, key);
  return crypto.subtle.verify(SIGN, key, unbase64url(sig.value), utf8(canonical(rest as Json)));
}
