/** Calls to the server: proved by the phone's key, timed out, their outcome remembered as the truth about the line. */
import { device, sign } from "./device";
import { asked, meta, outbox, within } from "./db";
import { tell } from "./news";
import type { Line } from "./types";

export class NoLine extends Error {}
export class Answered extends Error {
  constructor(
    readonly status: number,
    readonly body: Record<string, unknown>,
    readonly retryAfter: number,
  ) {
    super(`answer ${status}`);
  }
}

export const NO_CONTACT: Line = { ok: false, at: 0, done: 0, total: 0, bytes: 0, bytes_total: 0, stop: "" };

export async function line(): Promise<Line> {
  return (await meta<Line>("line")) ?? NO_CONTACT;
}

export async function setLine(change: Partial<Line>): Promise<void> {
  // Read and written in one transaction: page and worker both tell of the line.
  await within(outbox(), ["meta"], "readwrite", async (store) => {
    const before = ((await asked(store("meta").get("line"))) as { value: Line } | undefined)?.value ?? NO_CONTACT;
    store("meta").put({ name: "line", value: { ...before, ...change } });
  });
  tell("line");
}

/** Send one proved request. Raises NoLine when no whole answer came, Answered for anything but 2xx. */
export async function call(method: string, path: string, options: { body?: BodyInit; headers?: Record<string, string>; timeout?: number; stop?: AbortSignal } = {}): Promise<Record<string, unknown>> {
  const one = await device();
  const stamp = String(Date.now());
  const headers: Record<string, string> = {
    Accept: "application/json",
    "Pocket-Device": one.id,
    "Pocket-Stamp": stamp,
    "Pocket-Seq": String((await meta<{ seq: number }>("chain"))?.seq ?? 0),
    "Pocket-Proof": await sign(`anlan-pocket\n${method}\n${path}\n${stamp}`),
    ...options.headers,
  };
  return request(method, path, headers, options.body, options.timeout ?? 8000, options.stop);
}

export async function request(method: string, path: string, headers: Record<string, string>, body?: BodyInit, timeout = 8000, ended?: AbortSignal): Promise<Record<string, unknown>> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), timeout);
  ended?.addEventListener("abort", () => stop.abort());
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(path, { method, headers, body: body ?? null, cache: "no-store", credentials: "same-origin", redirect: "error", signal: stop.signal });
    text = await answer.text();
  } catch (reason) {
    throw new NoLine(String(reason));
  } finally {
    clearTimeout(timer);
  }
  let told: Record<string, unknown>;
  try {
    told = JSON.parse(text || "{}") as Record<string, unknown>;
  } catch {
    // A torn answer, or a proxy's page: nothing is known.
    if (answer.ok) throw new NoLine("torn answer");
    told = {};
  }
  if (answer.ok) return told;
  if (answer.status >= 500) throw new NoLine(`answer ${answer.status}`);
  throw new Answered(answer.status, told, Number(answer.headers.get("Retry-After") ?? 0));
}
