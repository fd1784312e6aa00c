import { all, on } from "./dom";

/** That the page was opened from the tree by key: the tree keeps the keyboard then. */
const KEPT = "an-tree-keyboard";

/**
 * A tree of lines (role=tree): branches are fetched when they are opened; arrows walk it. On the line that is shown,
 * a letter does what the link or button with that letter does ([data-an-key]); on another line it shows it first.
 */
export function trees(): void {
  on("click", "[data-an-turn]", (button) => {
    const line = button.closest<HTMLElement>("[data-an-node]");
    if (line) void turn(line, line.getAttribute("aria-expanded") !== "true");
  });
  on("keydown", "[data-an-tree] [data-an-node]", (line, event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const lines = seen(line);
    const at = lines.indexOf(line);
    const isOpen = line.getAttribute("aria-expanded") === "true";
    if (event.key === "ArrowDown") focus(lines[at + 1]);
    else if (event.key === "ArrowUp") focus(lines[at - 1]);
    else if (event.key === "Home") focus(lines[0]);
    else if (event.key === "End") focus(lines.at(-1));
    else if (event.key === "ArrowRight") isOpen ? focus(lines[at + 1]) : void turn(line, true);
    else if (event.key === "ArrowLeft") isOpen ? void turn(line, false) : focus(lines.slice(0, at).reverse().find((one) => level(one) < level(line)));
    else if (event.key === "Enter") follow(line);
    else if (/^[a-z]$/i.test(event.key) && keyed(event.key)) line.classList.contains("is-current") ? keyed(event.key)?.click() : follow(line);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  for (const tree of all("[data-an-tree]")) {
    const current = tree.querySelector<HTMLElement>(".is-current");
    current?.scrollIntoView({ block: "nearest" });
    if (current && taken(KEPT)) current.focus();
    if (!current) tree.querySelector<HTMLElement>("[data-an-node]")?.setAttribute("tabindex", "0");
  }
}

function follow(line: HTMLElement): void {
  sessionStorage.setItem(KEPT, "1");
  line.querySelector<HTMLAnchorElement>("a")?.click();
}

function taken(key: string): boolean {
  const found = sessionStorage.getItem(key) !== null;
  sessionStorage.removeItem(key);
  return found;
}

function keyed(letter: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-an-key="${letter.toLowerCase()}"]`);
}

function level(line: HTMLElement): number {
  return Number(line.getAttribute("aria-level"));
}

function seen(line: HTMLElement): HTMLElement[] {
  const tree = line.closest("[data-an-tree]");
  return tree ? all("[data-an-node]", tree) : [];
}

function focus(line: HTMLElement | undefined): void {
  if (!line) return;
  for (const one of seen(line)) one.tabIndex = -1;
  line.tabIndex = 0;
  line.focus();
}

async function turn(line: HTMLElement, open: boolean): Promise<void> {
  if (!line.dataset.anBranch) return;
  const below = branchOf(line);
  line.setAttribute("aria-expanded", String(open));
  if (!open) {
    for (const one of below) one.remove();
    return;
  }
  if (below.length) return;
  const answer = await fetch(line.dataset.anBranch, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok) {
    line.setAttribute("aria-expanded", "false");
    return;
  }
  line.insertAdjacentHTML("afterend", await answer.text());
}

function branchOf(line: HTMLElement): HTMLElement[] {
  const found: HTMLElement[] = [];
  let next = line.nextElementSibling;
  while (next instanceof HTMLElement && level(next) > level(line)) {
    found.push(next);
    next = next.nextElementSibling;
  }
  return found;
}
