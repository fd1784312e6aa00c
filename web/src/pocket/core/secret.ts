/**
 * What lies on the phone is closed with AES-GCM under a key that can be used here but not read out. It keeps drafts,
 * photos and the package from whoever looks at the files; the worker can still send. Encrypt before a transaction.
 */
import { utf8 } from "./bytes";
import { asked, kept, system, within } from "./db";

export interface Closed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

const NAME = "rest-key";
let known: Promise<CryptoKey> | undefined;

/** The key of this installation; made once. Two tabs that start together agree on the first. */
function key(): Promise<CryptoKey> {
  known ??= find().catch((reason: unknown) => {
    known = undefined;
    throw reason;
  });
  return known;
}

async function find(): Promise<CryptoKey> {
  const found = await kept<CryptoKey>(NAME);
  if (found) return found;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return within(system(), ["kept"], "readwrite", async (store) => {
    const other = (await asked(store("kept").get(NAME))) as { value: CryptoKey } | undefined;
    if (other) return other.value;
    store("kept").put({ name: NAME, value: made });
    return made;
  });
}

/** Close bytes; `name` says what they are, so that one thing cannot be put in the place of another. */
export async function close(plain: BufferSource, name: string, using?: CryptoKey): Promise<Closed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(name) }, using ?? (await key()), plain) };
}

/** Open what was closed under the same name. Raises OperationError when key or content is another. */
export async function reveal(closed: Closed, name: string, using?: CryptoKey): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv: closed.iv, additionalData: utf8(name) }, using ?? (await key()), closed.data);
}

export const closeText = (text: string, name: string): Promise<Closed> => close(utf8(text), name);
export const revealText = async (closed: Closed, name: string): Promise<string> => new TextDecoder().decode(await reveal(closed, name));
