/** Short names for the DOM work that every behaviour does. */

export function on<K extends keyof DocumentEventMap>(
  type: K,
  selector: string,
  handle: (target: HTMLElement, event: DocumentEventMap[K]) => void,
): void {
  document.addEventListener(
    type,
    (event) => {
      const from = event.target;
      if (!(from instanceof Element)) return;
      const target = from.closest<HTMLElement>(selector);
      if (target) handle(target, event);
    },
    // focus does not bubble: listen on the way down
    type === "focusin" || type === "focusout" ? false : { capture: false },
  );
}

export function all<T extends Element = HTMLElement>(selector: string, within: ParentNode = document): T[] {
  return Array.from(within.querySelectorAll<T>(selector));
}

/** Run now and again for every part that htmx puts into the page. */
export function whenAdded(selector: string, handle: (element: HTMLElement) => void): void {
  const seen = new WeakSet<Element>();
  const look = (root: ParentNode): void => {
    for (const element of all(selector, root)) {
      if (!seen.has(element)) {
        seen.add(element);
        handle(element);
      }
    }
  };
  look(document);
  document.addEventListener("htmx:load", () => look(document));
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}

/** Text that the server rendered in the user's language: <template data-an-text="key">…</template>. */
export function text(key: string, values: Record<string, string | number> = {}): string {
  const holder = document.querySelector<HTMLTemplateElement>(`template[data-an-text="${key}"]`);
  let words = holder?.content.textContent?.trim() ?? "";
  for (const [name, value] of Object.entries(values)) words = words.replace(`{${name}}`, String(value));
  return words;
}

export function meta(name: string): string {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? "";
}
