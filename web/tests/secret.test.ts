import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../src/pocket/core/bytes";
import { close, reveal } from "../src/pocket/core/secret";

const key = (): Promise<CryptoKey> => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

test("what was closed opens under the same name and key", async () => {
  const using = await key();
  const closed = await close(utf8("法兰渗漏"), "draft-1", using);
  assert.equal(new TextDecoder().decode(await reveal(closed, "draft-1", using)), "法兰渗漏");
  assert.ok(!new TextDecoder().decode(closed.data).includes("法兰"));
});

test("not under another name, another key, or with a flipped bit", async () => {
  const using = await key();
  const closed = await close(utf8("x"), "a", using);
  await assert.rejects(reveal(closed, "b", using));
  await assert.rejects(reveal(closed, "a", await key()));
  const bytes = new Uint8Array(closed.data.slice(0));
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  await assert.rejects(reveal({ iv: closed.iv, data: bytes.buffer }, "a", using));
});

test("the same content is closed differently each time", async () => {
  const using = await key();
  const [one, two] = [await close(utf8("x"), "a", using), await close(utf8("x"), "a", using)];
  assert.notDeepEqual(new Uint8Array(one.data), new Uint8Array(two.data));
});

test("the key cannot be read out", async () => {
  await assert.rejects(crypto.subtle.exportKey("raw", await key()));
});
