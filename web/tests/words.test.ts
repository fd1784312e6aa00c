import assert from "node:assert/strict";
import { test } from "node:test";
import { opening, size, speak, t, until, type Word } from "../src/pocket/words";

test("a deadline at midnight belongs to the day it ends", () => {
  speak("zh-CN");
  assert.equal(until("2026-11-19T16:00:00Z"), "11-19 24:00");
  const tonight = new Date(Date.now() + 8 * 3_600_000);
  tonight.setUTCHours(24, 0, 0, 0);
  assert.equal(until(tonight.getTime() - 8 * 3_600_000), "24:00");
});

test("a window that opens tomorrow says so", () => {
  speak("zh-CN");
  assert.match(opening(Date.now() + 86_400_000), /^明天 \d\d:\d\d$/);
  speak("en");
  assert.match(opening(Date.now() + 86_400_000), /^tomorrow /);
});

test("a word nobody knows here is shown as it is", () => {
  assert.equal(t("part_from_the_future" as Word), "part_from_the_future");
});

test("values are filled in both languages", () => {
  speak("zh-CN");
  assert.equal(t("lock_wait", { n: 30 }), "错太多次，30 秒后再试");
  speak("en");
  assert.equal(t("lock_wait", { n: 30 }), "Too many tries; wait 30 s");
});

test("one is one in English", () => {
  speak("en");
  assert.equal(t("n_items", { n: 1 }), "1 item");
  assert.equal(t("n_items", { n: 11 }), "11 items");
});

test("bytes are told in what people read", () => {
  assert.deepEqual([size(900), size(64_000), size(2_130_000)], ["1 kB", "64 kB", "2.1 MB"]);
});
