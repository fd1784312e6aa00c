/** What lies on the phone. */
import type { Json } from "./bytes";
import type { ToSeal } from "./outbox";

export type Lane = 0 | 1 | 2 | 3 | 4;
/** sealed → sending → accepted (R1) → complete (R2); side exits conflict, refused, quarantined. */
export type EnvelopeState = "sealed" | "sending" | "accepted" | "complete" | "conflict" | "refused" | "quarantined";
export const UNSENT: readonly EnvelopeState[] = ["sealed", "sending", "accepted"];

export interface AttachedFile {
  sha256: string;
  size: number;
  mime: string;
  role: string;
  taken_at: string | null;
}

export interface Receipt {
  envelope: string;
  state: string;
  number: string;
  version: number;
  payload_sha256: string;
  attachments: string[];
  missing: string[];
  count: number;
  received_at: string;
  occurred_at: string;
  sig: { alg: string; key: string; value: string };
}

export interface Side {
  who: string;
  at: string;
  title: string;
  text: string;
}
export interface Conflict {
  title: string;
  mine: Side;
  theirs: Side;
  choices: { code: string; label: string }[];
}
export interface Trouble {
  code: string;
  text?: string;
  clause?: string;
  remedy?: string;
}

export interface EnvelopeRow {
  id: string;
  lane: Lane;
  seq: number;
  kind: string;
  /** The exact text to send; never changed after sealing. */
  text: string;
  payload_sha256: string;
  files: AttachedFile[];
  state: EnvelopeState;
  subject: string;
  created_at: string;
  attempts: number;
  next_try: number;
  last_error: string;
  icon: string;
  title: string;
  detail: string;
  number: string;
  receipt: Receipt | null;
  conflict: Conflict | null;
  trouble: Trouble | null;
  settled_at: number;
  /** A person has read this end (refused, quarantined): it stays, but asks no more. */
  seen: boolean;
  /** When it happened by the corrected clock, in milliseconds. */
  at?: number;
  /** What the server had to say about it ("kept as a remark"). */
  remark?: string;
}

export interface BlobRow {
  sha256: string;
  /** The file; closed where `iv` stands beside it. */
  blob: Blob;
  iv?: Uint8Array<ArrayBuffer>;
  size: number;
  mime: string;
  /** Envelope ids and `draft:<id>` that name it; without any it is dropped at start. */
  refs: string[];
  kept_at: number;
  done_at: number;
}

export interface DraftRow {
  id: string;
  kind: string;
  schema: number;
  updated_at: number;
  form: Record<string, unknown>;
  files: AttachedFile[];
  /** Concluded, and not sealed for the few seconds in which it can be taken back. */
  pending?: Pending;
}

/** What will be sealed, with the moment it was done and until when it may be taken back (milliseconds). */
export interface Pending extends ToSeal {
  id: string;
  until: number;
}

export interface Verdict {
  id: string;
  verdict: string;
  state?: EnvelopeState;
  receipt?: Receipt | null;
  missing?: string[];
  problem?: Trouble;
  conflict?: Conflict;
  remark?: string;
}

export interface Clock {
  offset_ms: number;
  err_ms: number;
  at: number;
  mono: number;
  session: string;
  jumped: boolean;
  last: { offset: number; err: number }[];
}

export interface Line {
  ok: boolean;
  at: number;
  /** Files and envelopes of the present run. */
  done: number;
  total: number;
  bytes: number;
  bytes_total: number;
  /** Why nothing goes: "sign_in", "revoked", or nothing special. */
  stop: string;
}

export interface PictureFile {
  sha256: string;
  size: number;
  kind: "plan" | "thumb" | "photo";
  /** The place or finding it shows; empty for a plan. */
  subject: string;
  title: string;
}

export interface Manifest {
  id: string;
  schema: number;
  actor: { id: string; name: string; language: string; posts: { role: string; role_name: string; organisation: string; organisation_id: string }[] };
  device: string;
  built_at: string;
  server_time: string;
  valid_until: string;
  parts: { name: string; sha256: string; rows: number; size: number }[];
  cut: string[];
  /** Pictures to take along, by content; absent from older servers. */
  files?: PictureFile[];
  sig: { alg: string; key: string; value: string };
}

export type Rows = Record<string, Json>[];
