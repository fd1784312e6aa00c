/** The lock screen: PIN pad in the reach of a thumb, and the one thing that must always go. */
import { draw, type Screen } from "../app";
import { corrected, clock } from "../core/clock";
import { register } from "../core/package";
import { DIGITS, dropPin, lockedAt, tryPin, waits } from "../lock";
import type { World } from "../model";
import { say } from "../say";
import { button, buzz, h, icon } from "../ui";
import { t } from "../words";

/** Number keys and dots; `done` gets the digits and returns what to say when they do not fit. */
export function pinPad(title: string, done: (digits: string) => Promise<string | null>): HTMLElement {
  let digits = "";
  let busy = false;
  const words = h("b.pk-big", { "aria-live": "polite" }, title);
  const dots = h("div.pk-dots", { role: "img" });
  const show = (): void => {
    dots.replaceChildren(...Array.from({ length: DIGITS }, (_none, place) => h(`i${place < digits.length ? ".is-on" : ""}`)));
    dots.setAttribute("aria-label", t("digits_n", { n: digits.length }));
  };
  const type = async (digit: string): Promise<void> => {
    if (busy || digits.length === DIGITS) return;
    digits += digit;
    buzz(10);
    show();
    if (digits.length < DIGITS) return;
    busy = true;
    words.textContent = t("lock_checking");
    // Let the last dot be seen: deriving takes a slow phone a second.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const wrong = await done(digits);
    busy = false;
    digits = "";
    show();
    words.textContent = wrong ?? title;
    if (wrong) buzz([60, 60, 60]);
  };
  const erase = (): void => {
    digits = digits.slice(0, -1);
    show();
  };
  const pad = h("div.pk-pin", { role: "group", "aria-label": t("keypad") },
    ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((one) => h("button.pk-key", { "data-key": one, onclick: () => void type(one) }, one)),
    h("span"), h("button.pk-key", { "data-key": "0", onclick: () => void type("0") }, "0"), h("button.pk-key.pk-key--side", { "aria-label": t("erase"), onclick: erase }, icon("backspace", "24")));
  show();
  return h("section.pk-pinpad", {}, words, dots, pad);
}

/** Whoever signed in anew after the phone was locked has proved to be themselves: the PIN falls. */
export async function openedBySigningIn(): Promise<boolean> {
  const told = await register().catch(() => undefined);
  const offset = corrected(await clock()) - Date.now();
  if (!told?.signed_in_at || told.signed_in_at <= lockedAt() + offset) return false;
  await dropPin();
  say(t("lock_removed"));
  return true;
}

export function lockScreen(world: World): Screen {
  const attempt = async (digits: string): Promise<string | null> => {
    const found = await tryPin(digits);
    if (found === "open") {
      void draw(true);
      return null;
    }
    return found === "wait" ? t("lock_wait", { n: Math.ceil(waits() / 1000) }) : t("lock_wrong");
  };
  return {
    title: t("lock_title"), sub: world.actor?.name ?? "",
    main: [pinPad(t("lock_enter", { name: world.actor?.name ?? "" }), attempt), h("a.pk-more", { href: "/accounts/reauthenticate/?next=/p/" }, t("lock_forgot"))],
    dock: [button(t("lock_report"), { kind: "warn", big: true, icon: "camera", small: t("lock_report_note"), href: "/p/finding/", id: "pk-lock-report" })],
  };
}
