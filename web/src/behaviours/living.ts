import htmx from "htmx.org/dist/htmx.esm.js";

import { all, isTyping, text } from "./dom";

/**
 * A page that follows what happens ([data-an-living="event"]): at each such live event, and each
 * data-an-living-every seconds while it is seen, it asks for itself anew and takes over the parts that changed
 * (data-an-living-parts, CSS selectors, each found once). data-an-living-id narrows it to events with that id.
 *
 * What somebody is typing stays, with the cursor in it; a part that has no such field any more is left as it is,
 * with a word that it has changed. What stands in data-an-living-say is said to a screen reader when it is new.
 */
const GAP = 2_000;

interface Typed {
  key: string;
  value: string;
  isChosen: boolean;
  from: number | null;
  to: number | null;
}

export function living(): void {
  const root = document.querySelector<HTMLElement>("[data-an-living]");
  if (!root) return;
  const said = document.createElement("p");
  said.className = "an-sr";
  said.setAttribute("role", "status");
  document.querySelector("#an-main")?.append(said);
  let asked = 0;
  let waiting = 0;
  let isLate = false;

  const ask = (): void => {
    if (document.hidden) {
      isLate = true;
      return;
    }
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      asked = Date.now();
      void renew(said);
    }, Math.max(0, asked + GAP - Date.now()));
  };
  document.addEventListener(`an:live:${root.dataset.anLiving}`, (event) => {
    const { id } = ((event as CustomEvent<unknown>).detail ?? {}) as { id?: string };
    if (!root.dataset.anLivingId || id === root.dataset.anLivingId) ask();
  });
  const every = Number(root.dataset.anLivingEvery ?? 0) * 1_000;
  if (every) window.setInterval(ask, every);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden || !isLate) return;
    isLate = false;
    ask();
  });
}

async function renew(said: HTMLElement): Promise<void> {
  const before = document.querySelector<HTMLElement>("[data-an-living]");
  const address = location.href;
  let page: Document;
  try {
    const answer = await fetch(address, { credentials: "same-origin", headers: { "X-Anlan-Living": "1" } });
    // Signed out, or moved on meanwhile: the next thing the person does shows why.
    if (!answer.ok || answer.redirected || location.href !== address) return;
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // the line is down: the stream says so, and its return asks again
  }
  const now = page.querySelector<HTMLElement>("[data-an-living]");
  if (!before || !now) return;
  for (const selector of (before.dataset.anLivingParts ?? "").split(",")) {
    const old = document.querySelector<HTMLElement>(selector.trim());
    const fresh = page.querySelector<HTMLElement>(selector.trim());
    if (old && fresh && plain(old) !== plain(fresh)) replace(old, document.adoptNode(fresh));
  }
  if (now.dataset.anLivingSay !== before.dataset.anLivingSay) {
    before.dataset.anLivingSay = now.dataset.anLivingSay;
    said.textContent = now.dataset.anLivingSay ?? "";
  }
}

/** The server's own words, without the token that differs in each answer and without what scripts noted. */
function plain(part: HTMLElement): string {
  const copy = part.cloneNode(true) as HTMLElement;
  for (const one of all("[name=csrfmiddlewaretoken], [data-an-living-kept]", copy)) one.remove();
  for (const one of [copy, ...all("*", copy)]) {
    for (const name of ["class", "tabindex", "aria-selected", "open"]) one.removeAttribute(name);
  }
  return copy.outerHTML;
}

function replace(old: HTMLElement, fresh: HTMLElement): void {
  const typed = all<HTMLInputElement | HTMLTextAreaElement>("input, textarea", old)
    .filter((field) => !["hidden", "submit", "button", "checkbox", "radio"].includes(field.type))
    .filter((field) => field === document.activeElement || field.value !== field.defaultValue)
    .map(noted);
  const fields = new Map(all<HTMLInputElement | HTMLTextAreaElement>("input, textarea", fresh).map((one) => [keyOf(one), one]));
  if (typed.some((one) => one.value && !fields.has(one.key))) {
    if (!old.querySelector("[data-an-living-kept]")) {
      const word = document.createElement("div");
      word.className = "an-banner an-banner--warn";
      word.dataset.anLivingKept = "";
      word.setAttribute("role", "alert");
      word.textContent = text("living-kept");
      old.prepend(word);
    }
    return;
  }
  const at = old.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  const place = at && !isTyping(at) ? placeOf(at, old) : "";
  const scrolled = all(".an-tablewrap", old).map((one) => one.scrollTop);
  old.replaceWith(fresh);
  all(".an-tablewrap", fresh).forEach((one, n) => (one.scrollTop = scrolled[n] ?? 0));
  for (const one of typed) {
    const field = fields.get(one.key);
    if (!field) continue;
    field.value = one.value;
    if (!one.isChosen) continue;
    field.focus({ preventScroll: true });
    if (one.from !== null) field.setSelectionRange(one.from, one.to);
  }
  if (place) fresh.querySelector<HTMLElement>(place)?.focus({ preventScroll: true });
  htmx.process(fresh);
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: fresh } }));
}

function noted(field: HTMLInputElement | HTMLTextAreaElement): Typed {
  return {
    key: keyOf(field),
    value: field.value,
    isChosen: field === document.activeElement,
    from: field.selectionStart,
    to: field.selectionEnd,
  };
}

function keyOf(field: HTMLInputElement | HTMLTextAreaElement): string {
  return `${field.form?.getAttribute("action") ?? ""} ${field.name}`;
}

/** How the same element is found after the redraw: by its address, its button, or its row's link. */
function placeOf(element: HTMLElement, within: HTMLElement): string {
  const escape = (value: string): string => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  if (element.id) return `#${CSS.escape(element.id)}`;
  const href = element.getAttribute("href");
  if (href) return `a[href="${escape(href)}"]`;
  const value = element.getAttribute("value");
  if (value) return `button[value="${escape(value)}"]`;
  const main = element.matches("[data-an-row]") && within.contains(element) ? element.querySelector("[data-an-main]") : null;
  return main ? `[data-an-row]:has([data-an-main][href="${escape(main.getAttribute("href") ?? "")}"])` : "";
}
