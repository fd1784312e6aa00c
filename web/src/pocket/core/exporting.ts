/** A copy of the outbox for cable or stick: encrypted to the server, taken in by the same door. */
import { base64url, utf8 } from "./bytes";
import { device, serverKey } from "./device";
import { bytesOf, envelopes, isUnsent } from "./outbox";

const CURVE: EcKeyImportParams = { name: "ECDH", namedCurve: "P-256" };

/** Return the export of everything not yet received, null when the server's key is not known yet. */
export async function exported(): Promise<{ file: Blob; name: string; count: number } | null> {
  const key = await serverKey("exports");
  if (!key) return null;
  const one = await device();
  const rows = (await envelopes()).filter(isUnsent);
  const wanted = new Set(rows.flatMap((row) => row.files.map((file) => file.sha256)));
  const blobs: Record<string, string> = {};
  for (const sha of wanted) {
    const file = await bytesOf(sha).catch(() => undefined);
    if (file) blobs[sha] = base64url(new Uint8Array(file.bytes));
  }
  const plain = `{"device":${JSON.stringify(one.id)},"envelopes":[${rows.map((row) => row.text).join(",")}],"blobs":${JSON.stringify(blobs)}}`;
  const theirs = await crypto.subtle.importKey("jwk", { crv: key.crv ?? "", kty: key.kty ?? "", x: key.x ?? "", y: key.y ?? "" }, CURVE, false, []);
  const mine = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
  const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, mine.privateKey, 256);
  const base = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
  const secret = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: utf8("anlan.pocket.export.v1") },
    base,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt"],
  );
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, secret, utf8(plain));
  const full = await crypto.subtle.exportKey("jwk", mine.publicKey);
  const epk = { crv: full.crv, kty: full.kty, x: full.x, y: full.y };
  const text = JSON.stringify({ anlan: "pocket-export", v: 1, epk, iv: base64url(iv), data: base64url(new Uint8Array(data)) });
  const stamp = new Date().toISOString().slice(0, 16).replace(/[-:T]/g, "");
  return { file: new Blob([text], { type: "application/octet-stream" }), name: `pocket-${stamp}.anlan`, count: rows.length };
}
