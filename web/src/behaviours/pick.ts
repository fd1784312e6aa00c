import { all, text, whenAdded } from "./dom";

/**
 * A text field of tags (`data-an-pick`: where they are found) gets a box that finds by tag, name and
 * pinyin. The field keeps the value, one a line where there are several (`data-an-many`), so that
 * drafts, refusals and browsers without scripts work as with any field.
 */
type Option = { id: string; label: string; note: string };

const APART = /[,，;；、\s]+/;

export function picks(): void {
  whenAdded("[data-an-pick]", (field) => follow(field as HTMLInputElement | HTMLTextAreaElement));
}

function follow(field: HTMLInputElement | HTMLTextAreaElement): void {
  const isMany = "anMany" in field.dataset;
  const names = new Map(Object.entries(JSON.parse(field.dataset.anNames ?? "{}") as Record<string, string>));
  const box = make("div", "an-pick");
  const list = make("div", "an-pick__found", { role: "listbox", id: `${field.id}-found` });
  const chips = make("ul", "an-pick__chips");
  const input = isMany ? (make("input", "an-input", { type: "text", autocomplete: "off" }) as HTMLInputElement) : (field as HTMLInputElement);
  list.hidden = true;
  field.before(box);
  if (isMany) {
    // the label and the words below belong to the box somebody types in
    for (const name of ["id", "aria-describedby", "aria-invalid"]) {
      const value = field.getAttribute(name);
      if (value) input.setAttribute(name, value);
      if (name !== "id") field.removeAttribute(name);
    }
    field.id = `${field.id}-value`;
    input.placeholder = field.dataset.anHint ?? "";
    field.hidden = true;
    field.removeAttribute("required");
    box.append(chips, input, list, field);
  } else box.append(field, list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })) input.setAttribute(name, value);

  const chosen = (): string[] => [...new Set(field.value.split(isMany ? APART : "\n").filter(Boolean))];
  const put = (tags: string[]): void => {
    field.value = [...new Set(tags)].join("\n");
    for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
  };
  const draw = (): void => {
    chips.replaceChildren(
      ...chosen().map((tag) => {
        const chip = make("li", "an-tag");
        const remove = make("button", "an-pick__x", { type: "button", "aria-label": text("pick-remove", { tag }) });
        remove.textContent = "×";
        remove.addEventListener("click", () => {
          put(chosen().filter((one) => one !== tag));
          input.focus();
        });
        const name = make("span", "an-muted");
        name.textContent = names.get(tag) ?? "";
        chip.append(Object.assign(make("b"), { textContent: tag }), name, remove);
        return chip;
      }),
    );
    chips.hidden = !chips.children.length;
  };

  let wait = 0;
  const close = (): void => {
    window.clearTimeout(wait);
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const options = (): HTMLElement[] => all("[role=option]", list);
  const point = (at: number): void => {
    options().forEach((one, n) => one.classList.toggle("is-at", n === at));
    const now = options()[at];
    now?.scrollIntoView({ block: "nearest" });
    if (now) input.setAttribute("aria-activedescendant", now.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const take = (one: Option): void => {
    names.set(one.label, one.note);
    if (isMany) {
      const has = chosen();
      put(has.includes(one.label) ? has.filter((tag) => tag !== one.label) : [...has, one.label]);
      input.value = "";
    } else put([one.label]);
    close();
    input.focus();
  };
  const find = async (): Promise<void> => {
    const asked = input.value;
    const url = new URL(field.dataset.anPick ?? "", location.href);
    url.searchParams.set("q", asked);
    if (field.dataset.anWithin) url.searchParams.set("in", field.dataset.anWithin);
    const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok || asked !== input.value || document.activeElement !== input) return;
    const { items, more } = (await answer.json()) as { items: Option[]; more: boolean };
    // within one enterprise its name says nothing
    if (field.dataset.anWithin) for (const one of items) one.note = one.note.split(" · ").slice(0, -1).join(" · ") || one.note;
    const has = chosen();
    list.replaceChildren(
      ...items.map((one, n) => {
        const option = make("div", "an-menu__item", { role: "option", id: `${list.id}-${n}`, "aria-selected": String(has.includes(one.label)) });
        const note = make("span", "an-muted an-xs");
        note.textContent = one.note;
        option.append(Object.assign(make("b"), { textContent: one.label }), note);
        // before the box loses the focus
        option.addEventListener("mousedown", (event) => event.preventDefault());
        option.addEventListener("click", () => take(one));
        return option;
      }),
    );
    if (!items.length || more) list.append(Object.assign(make("p", "an-pick__word"), { textContent: text(items.length ? "pick-more" : "pick-none") }));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    point(asked && items.length ? 0 : -1);
  };
  const soon = (): void => {
    window.clearTimeout(wait);
    wait = window.setTimeout(() => void find(), 150);
  };
  // several at once: pasted from a sheet, or typed with a comma
  const several = (): boolean => {
    const parts = input.value.split(APART).filter(Boolean);
    if (!isMany || !parts.length) return false;
    put([...chosen(), ...parts]);
    input.value = "";
    close();
    return true;
  };

  input.addEventListener("input", (event) => {
    if (event instanceof InputEvent && event.isComposing) return;
    if (isMany && /[,，;；、\n]/.test(input.value)) several();
    else soon();
  });
  input.addEventListener("compositionend", soon);
  input.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text") ?? "";
    if (!isMany || pasted.split(APART).filter(Boolean).length < 2) return;
    event.preventDefault();
    input.value = pasted;
    several();
  });
  input.addEventListener("click", soon);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const at = options().findIndex((one) => one.classList.contains("is-at"));
    if (event.key === "ArrowDown") list.hidden ? soon() : point(Math.min(at + 1, options().length - 1));
    else if (event.key === "ArrowUp") point(Math.max(at - 1, 0));
    else if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Enter" && !list.hidden && at >= 0) options()[at]?.click();
    else if (event.key === "Enter" && input.value.trim() && isMany) several();
    else if (event.key === "Backspace" && isMany && !input.value) put(chosen().slice(0, -1));
    else return;
    event.stopPropagation();
    if (event.key !== "Backspace") event.preventDefault();
  });
  // what is still in the box when the form goes belongs to it
  field.form?.addEventListener("submit", several, { capture: true });
  // a draft that comes back writes into the field
  field.addEventListener("input", draw);
  if (isMany) draw();
}

function make(name: string, className = "", attributes: Record<string, string> = {}): HTMLElement {
  const made = document.createElement(name);
  made.className = className;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
