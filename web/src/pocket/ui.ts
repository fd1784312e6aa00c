/** Making elements. Styles are classes; nothing inline, as the policy demands. */

export type Child = Node | string | false | null | undefined | Child[];
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: Event) => void)>;

/** `h("div.a.b", {onclick}, "text", child)`. */
export function h(what: string, attributes: Attributes = {}, ...children: Child[]): HTMLElement {
  const [tag, ...classes] = what.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  if (tag === "button") element.setAttribute("type", "button");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (name === "value") (element as HTMLInputElement).value = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

export function add(parent: Element, children: Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) add(parent, child);
    else if (child !== false && child !== null && child !== undefined) parent.append(child);
  }
}

const SVG = "http://www.w3.org/2000/svg";
export function svg(tag: string, attributes: Record<string, string | number>, ...children: Element[]): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

const sprite = document.querySelector<HTMLMetaElement>('meta[name="pk-icons"]')?.content ?? "";
export function icon(name: string, size: "" | "20" | "24" | "36" = "24"): SVGElement {
  return svg("svg", { class: size ? `an-i an-i--${size}` : "an-i", "aria-hidden": "true" }, svg("use", { href: `${sprite}#${name}` }));
}

export function level(value: number, word: string): HTMLElement {
  const bars = svg("svg", { class: "pk-bars", viewBox: "0 0 15 11", "aria-hidden": "true" });
  for (let n = 0; n < 4; n += 1) {
    const height = 4 + n * 2.33;
    bars.append(svg("rect", { x: n * 4, y: 11 - height, width: 3, height, rx: 0.5, ...(n < 5 - value ? {} : { class: "is-off" }) }));
  }
  return h(`span.pk-tag.pk-tag--${value}`, {}, bars as unknown as Node, word);
}

export function tag(kind: string, name: string, words: string): HTMLElement {
  return h(`span.pk-tag.pk-tag--${kind}`, {}, name ? icon(name, "") : null, words);
}

export interface Button {
  kind?: "primary" | "line" | "done" | "warn" | "danger" | "locked";
  icon?: string;
  small?: string;
  big?: boolean;
  id?: string;
  onclick?: () => void;
  href?: string;
}
export function button(words: string, options: Button = {}): HTMLElement {
  const kind = options.kind ?? "primary";
  const classes = `pk-btn.pk-btn--${kind}${options.big ? ".pk-btn--big" : ""}`;
  const text = h(options.small ? "span.pk-btn__two" : "span", {}, words, options.small ? h("small", {}, options.small) : null);
  const handle = options.onclick;
  const attributes: Attributes = { id: options.id, "aria-disabled": kind === "locked" ? "true" : null, onclick: handle && kind !== "locked" ? () => handle() : null };
  const children = [options.icon ? icon(options.icon) : null, text];
  return options.href ? h(`a.${classes}`, { ...attributes, href: options.href }, ...children) : h(`button.${classes}`, attributes, ...children);
}

export function note(kind: string, name: string, words: string, ...more: Child[]): HTMLElement {
  return h(`div.pk-note.pk-note--${kind}`, {}, icon(name, "20"), h("span.an-grow", {}, words), ...more);
}

/** What was asked for is not on this phone: say so, say why, and lead back. */
export function gone(title: string, why: string, back: string): HTMLElement {
  return h("section.pk-card.pk-card--pad.an-stack", {}, icon("help-circle", "36"), h("b.pk-big", {}, title), h("p", {}, why), button(back, { href: "/p/", icon: "arrow-left" }));
}

/** Short feedback by vibration: saved, blocked. */
export const buzz = (pattern: number | number[]): void => void navigator.vibrate?.(pattern);
