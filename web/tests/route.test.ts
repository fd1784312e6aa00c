import assert from "node:assert/strict";
import { test } from "node:test";
import { besides, isDone, isOpen, judge, nextOpening, nextStop, placeOf, route, type Known, type Place, type World } from "../src/pocket/model";
import type { DraftRow, EnvelopeRow } from "../src/pocket/core/types";

const NOW = Date.parse("2026-11-22T02:00:00Z");
const PLACES: Place[] = [
  { id: "a", code: "P-201", name: "pump", order: 1, level: 2, nfc: "04:A2:11" },
  { id: "b", code: "V-301", name: "sphere", order: 2, level: 3 },
];
const task = (n: string, place: string, opens: string, due = "2026-11-22T16:00:00Z"): Record<string, string> => ({ instance_id: n, task_id: `t${n}`, place_id: place, title: n, opens_at: opens, due_at: due });
const EARLY = "2026-11-21T16:00:00Z";
const LATER = "2026-11-22T10:00:00Z";
const LATEST = "2026-11-22T12:00:00Z";
const pkg = { parts: { tasks: [task("1", "a", EARLY), task("2", "a", LATER), task("3", "b", LATEST)], items: [{ task_id: "t1", content: "x", level: 1 }] } };
const known = (more: Partial<Known> = {}): Known => ({ places: new Map(PLACES.map((one) => [one.id, one])), rows: [], drafts: [], now: NOW, sure: true, ...more });
const sealed = (subject: string, at: number): EnvelopeRow => ({ kind: "inspection.record", subject, created_at: new Date(at).toISOString(), at }) as EnvelopeRow;

test("a task whose window is not open yet is shown, locked, with the time it opens", () => {
  const [pump, sphere] = route(pkg, known());
  assert.deepEqual(pump?.steps.map((step) => step.locked_until), ["", LATER]);
  assert.equal(pump?.locked, 1);
  assert.equal(sphere?.opens_at, LATEST);
  assert.ok(pump && isOpen(pump.steps[0] as never) && !isOpen(pump.steps[1] as never));
});

test("it opens with the corrected clock", () => {
  const [pump] = route(pkg, known({ now: Date.parse(LATER) }));
  assert.deepEqual(pump?.steps.map((step) => step.locked_until), ["", ""]);
});

test("a clock in doubt locks nothing: the server judges what comes", () => {
  const stops = route(pkg, known({ sure: false }));
  assert.equal(stops.reduce((sum, stop) => sum + stop.locked, 0), 0);
});

test("the way leads to what can be done now, and then says what opens first", () => {
  const open = route(pkg, known());
  assert.equal(nextStop(open)?.place.id, "a");
  const done = route(pkg, known({ rows: [sealed("1", NOW)] }));
  assert.equal(nextStop(done), undefined);
  assert.equal(nextOpening(done)?.place.id, "a");
  assert.ok(!isDone(done[0] as never));
});

test("what was done too early is kept, and the task is still to do", () => {
  const early = route(pkg, known({ rows: [sealed("2", Date.parse(LATER) - 60_000)] }));
  assert.equal(early[0]?.steps[1]?.done, false);
  const timely = route(pkg, known({ rows: [sealed("2", Date.parse(LATER) + 60_000)], now: Date.parse(LATEST) }));
  assert.equal(timely[0]?.steps[1]?.done, true);
});

test("an answer that can still be taken back counts as done; a begun draft does not", () => {
  const draft = (pending: boolean): DraftRow => ({ id: "check:1", kind: "check", schema: 1, updated_at: 0, form: { steps: { 0: { at: "2026-11-22T01:59:00Z" } } }, files: [], ...(pending ? { pending: { id: "x", until: NOW } as never } : {}) });
  assert.equal(route(pkg, known({ drafts: [draft(true)] }))[0]?.steps[0]?.done, true);
  assert.equal(route(pkg, known({ drafts: [draft(false)] }))[0]?.steps[0]?.done, false);
});

test("the worst level of place and items stands at the place: 0 is major", () => {
  assert.equal(route(pkg, known())[0]?.level, 1);
});

test("readings are compared to the digits typed", () => {
  const item = { task_id: "t", content: "p", low: "0.45", high: "0.65" };
  assert.deepEqual(judge(item, "0.66"), { value: 0.66, over: 0.01, under: 0 });
  assert.deepEqual(judge(item, "0.4"), { value: 0.4, over: 0, under: 0.05 });
  assert.deepEqual(judge(item, "0.65"), { value: 0.65, over: 0, under: 0 });
  assert.equal(judge(item, "-").value, null);
});

test("a code is found by label, tag, short code and address", () => {
  const world = { places: new Map(PLACES.map((one) => [one.id, one])) } as World;
  assert.equal(placeOf(world, "04:a2:11")?.id, "a");
  assert.equal(placeOf(world, " v-301 ")?.id, "b");
  assert.equal(placeOf(world, "https://plant.example/p/at/b/")?.id, "b");
  assert.equal(placeOf(world, "X-1"), undefined);
});

test("the inbox does not repeat what the phone holds as a duty or a finding", () => {
  const [task, finding, other] = ["1", "2", "3"].map((n) => `01a202b6-c4ba-70f7-aa03-d7f8b016cf6${n}`) as [string, string, string];
  const inbox = [{ url: `/inspections/tasks/${task}/record/` }, { url: `/findings/${finding}/` }, { url: `/findings/${other}/` }, { url: "/commitment/" }, {}];
  assert.deepEqual(besides(inbox, [task, finding]), [inbox[2], inbox[3], inbox[4]]);
});
