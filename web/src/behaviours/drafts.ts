import { all, meta, text } from "./dom";

/**
 * Keep what is typed into `form[data-an-draft]` until it is saved.
 *
 * The server holds the draft. What it has not acknowledged yet is held by the browser as well, for
 * this person alone, so that a lost line, an ended session or a crash loses nothing.
 */
type Fields = Record<string, string[]>;
type Copy = { fields: Fields; base: string; at: string };
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const WAIT = 700;
// the time of the product's screens, wherever the browser stands
const CLOCK = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const PREFIX = "an-draft:";
const SAVED = "anlan_saved";

export function drafts(): void {
  const saved = takeCookie();
  if (saved) forget((key) => key.endsWith(`:${saved}`));
  for (const form of all<HTMLFormElement>("form[data-an-draft]")) follow(form);
}

function follow(form: HTMLFormElement): void {
  const { anDraft: address = "", anDraftBase: base = "", anDraftUser: user = "" } = form.dataset;
  const copyKey = `${PREFIX}${user}:${address}`;
  const kept = readJson<Fields>(form.querySelector("script[type='application/json']")?.textContent) ?? {};
  const here = readJson<Copy>(stored(copyKey));
  const offer = form.querySelector<HTMLElement>("[data-an-draft-offer]");
  const state = form.querySelector<HTMLElement>("[data-an-draft-state]");
  const old: Fields = { ...kept, ...here?.fields };
  const touched = new Set<string>();
  let timer = 0;
  let sending: AbortController | undefined;
  let gone = false;

  const say = (key: string, at: Date): void => {
    if (state) state.textContent = text(key, { time: CLOCK.format(at) });
  };
  const collect = (): Fields => {
    const fields: Fields = {};
    for (const name of touched) fields[name] = valuesOf(form, name);
    return fields;
  };
  const holdHere = (fields: Fields): void => store(copyKey, { fields: { ...here?.fields, ...fields }, base, at: new Date().toISOString() });
  const send = async (fields: Fields, isLast = false): Promise<void> => {
    sending?.abort();
    sending = new AbortController();
    const body = new URLSearchParams({ form: address, base, fields: JSON.stringify(fields) });
    try {
      const answer = await fetch(form.dataset.anDraftKeep ?? "", post(form, body, isLast, sending.signal));
      // a session that has ended answers with the sign-in page
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      drop(copyKey);
      say("draft-kept", new Date());
    } catch (error) {
      if ((error as Error).name !== "AbortError") say("draft-here", new Date());
    }
  };
  const keep = (isLast = false): void => {
    window.clearTimeout(timer);
    timer = 0;
    if (!gone && touched.size) void send(collect(), isLast);
  };
  const note = (event: Event): void => {
    const control = event.target as Control;
    if (gone || !isKept(control)) return;
    touched.add(control.name);
    holdHere(collect());
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, WAIT);
  };
  form.addEventListener("input", note);
  form.addEventListener("change", note);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && timer) keep(true);
  });
  form.addEventListener("submit", () => {
    window.clearTimeout(timer);
    sending?.abort();
    timer = 0;
    if (touched.size) holdHere(collect());
  });
  window.addEventListener("pagehide", () => {
    if (timer) keep(true);
  });

  if (form.dataset.anDraftSent !== undefined) {
    // refused: the form holds what was typed; go on keeping all of it
    for (const name of Object.keys(old)) touched.add(name);
    return;
  }
  if (here) void send(here.fields);
  if (!offer || !Object.keys(old).length) return;
  offer.hidden = false;
  offer.querySelector("[data-an-draft-take]")?.addEventListener("click", () => {
    for (const [name, values] of Object.entries(old)) {
      // what has been typed since the page opened is newer
      if (!touched.has(name) && fill(form, name, values)) touched.add(name);
    }
    offer.remove();
    if (state) state.textContent = text("draft-taken");
    form.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus();
  });
  offer.querySelector("[data-an-draft-drop]")?.addEventListener("click", () => {
    drop(copyKey);
    offer.remove();
    for (const name of Object.keys(old)) delete here?.fields[name];
    const body = new URLSearchParams({ form: address });
    void fetch(form.dataset.anDraftDropUrl ?? "", post(form, body)).then(() => keep());
  });
}

function post(form: HTMLFormElement, body: URLSearchParams, keepalive = false, signal?: AbortSignal): RequestInit {
  const token = form.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? meta("csrf-token");
  return { method: "POST", body, keepalive, signal: keepalive ? null : (signal ?? null), credentials: "same-origin", headers: { "X-CSRFToken": token, Accept: "application/json" } };
}

function isKept(control: Control): boolean {
  return !!control.name && !["hidden", "password", "file", "submit", "button"].includes(control.type);
}

function controls(form: HTMLFormElement, name: string): Control[] {
  return Array.from(form.elements).filter((one): one is Control => (one as Control).name === name && isKept(one as Control));
}

function valuesOf(form: HTMLFormElement, name: string): string[] {
  return controls(form, name).flatMap((control) => {
    if (control instanceof HTMLSelectElement) return Array.from(control.selectedOptions, (option) => option.value);
    if (control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type)) return control.checked ? [control.value] : [];
    return [control.value];
  });
}

function fill(form: HTMLFormElement, name: string, values: string[]): boolean {
  const found = controls(form, name);
  for (const control of found) {
    if (control instanceof HTMLSelectElement) for (const option of control.options) option.selected = values.includes(option.value);
    else if (control instanceof HTMLInputElement && ["checkbox", "radio"].includes(control.type)) control.checked = values.includes(control.value);
    else control.value = values[0] ?? "";
  }
  return found.length > 0;
}

function readJson<T>(words: string | null | undefined): T | undefined {
  try {
    return words ? (JSON.parse(words) as T) : undefined;
  } catch {
    return undefined;
  }
}

// A browser may refuse storage (private windows, full disk): the server's draft is then the only one.
function stored(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, copy: Copy): void {
  try {
    window.localStorage.setItem(key, JSON.stringify(copy));
  } catch {
    /* see above */
  }
}

function drop(key: string): void {
  try {
    window.localStorage.removeItem(key);
  } catch {
    /* see above */
  }
}

function forget(which: (key: string) => boolean): void {
  try {
    for (const key of Object.keys(window.localStorage)) if (key.startsWith(PREFIX) && which(key)) drop(key);
  } catch {
    /* see above */
  }
}

/** The address of the form that the server has just saved, once. */
function takeCookie(): string {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${SAVED}=`));
  if (!found) return "";
  document.cookie = `${SAVED}=; Max-Age=0; path=/; SameSite=Lax`;
  return decodeURIComponent(found.slice(SAVED.length + 1));
}
