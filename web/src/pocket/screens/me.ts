import { draw, freeze, go, screen, type Screen } from "../app";
import { clock } from "../core/clock";
import { meta } from "../core/db";
import { device } from "../core/device";
import { refresh } from "../core/package";
import { askToStay } from "../core/storage";
import { DIGITS, dropPin, hasPin, lock, setPin } from "../lock";
import { chooseHand, chooseLanguage, chooseTheme, chosen, install, waitingUpdate } from "../settings";
import { say } from "../say";
import { button, h, icon, note } from "../ui";
import { language, size, t, type Word } from "../words";
import { pinPad } from "./lock";

/** Set the PIN: the same digits twice. */
function pinScreen(): Screen {
  let first = "";
  freeze(true);
  const pad = (title: string): HTMLElement => pinPad(title, async (digits) => {
    if (digits.length !== DIGITS) return null;
    if (!first) {
      first = digits;
      document.querySelector(".pk-pinpad")?.replaceWith(pad(t("lock_again")));
      return null;
    }
    if (digits !== first) {
      first = "";
      document.querySelector(".pk-pinpad")?.replaceWith(pad(t("lock_differs")));
      return null;
    }
    await setPin(digits);
    say(t("lock_is_set"));
    go("/p/me/", true);
    return null;
  });
  return { title: t("lock"), sub: t("lock_set"), back: "/p/me/", main: [pad(t("lock_set")), h("p.pk-muted.pk-center", {}, t("lock_hint"))] };
}

/** What the server left out, in words. */
function cutWords(cut: string[]): string {
  const words = cut.map((one) => {
    const [part, what] = one.split(".");
    if (part === "files") return t("cut_pictures");
    return what === "lines" ? t("cut_lines") : what === "far" ? t("cut_far", { part: t(`part_${part}` as Word) }) : t("cut_history");
  });
  return [...new Set(words)].join("、");
}

function lockCard(): HTMLElement {
  const off = (): void => void dropPin().then(() => draw(true));
  const now = (): void => {
    lock();
    void draw(true);
  };
  const acts = hasPin()
    ? [button(t("lock_now"), { kind: "line", icon: "lock", onclick: now }), h("div.pk-two", {}, button(t("lock_change"), { kind: "line", href: "/p/me/?pin=set" }), button(t("lock_off"), { kind: "line", onclick: off }))]
    : [button(t("lock_set"), { kind: "line", icon: "lock", href: "/p/me/?pin=set" })];
  return h("section.pk-card.pk-card--pad.an-stack", {}, h("b", {}, t("lock")), h("p.pk-muted", {}, t("lock_hint")), ...acts);
}

screen("/p/me/", async (world, query) => {
  if (query.get("pin")) return pinScreen();
  const [one, known, chain] = await Promise.all([device(), clock(), meta<{ seq: number }>("chain")]);
  const post = world.pkg?.manifest.actor.posts[0];
  const { storage } = world;
  const seg = (here: string, options: [string, string][], set: (to: string) => void): HTMLElement => h("div.pk-seg", {}, options.map(([value, words]) => h("button", { "aria-pressed": String(here === value), onclick: () => set(value) }, words)));
  const clockWords = !known ? t("clock_never") : known.jumped ? t("clock_doubt") : t("clock_ok", { n: (known.offset_ms / 1000).toFixed(1), err: (known.err_ms / 1000).toFixed(1) });
  const kv = (words: string, value: string): HTMLElement => h("div.pk-kv", {}, h("span.pk-muted", {}, words), h("b", {}, value));
  const parts = world.pkg?.manifest.parts.filter((part) => part.rows > 0) ?? [];
  const files = world.pkg?.manifest.files?.length ?? 0;
  const update = waitingUpdate();
  return {
    title: t("me"), tab: "me",
    main: [
      h("section.pk-card.pk-card--pad", {}, h("b.pk-big", {}, world.actor?.name ?? "–"), h("div.pk-muted", {}, [post?.role_name, post?.organisation].filter(Boolean).join(" · "))),
      update ? h("section.pk-card.pk-card--pad.an-stack", {}, note("", "refresh", t("updated")), update.free ? button(t("update_now"), { kind: "line", onclick: update.apply }) : null) : null,
      h("section.pk-card.pk-card--pad.an-stack", {}, h("b", {}, t("storage")), kv(t(`state_${storage.state}` as Word), t("unsent_here", { n: storage.unsent, size: size(storage.unsent_bytes) })), h("p.pk-muted", {}, storage.persisted ? t("persisted_yes") : t("persisted_no")), storage.persisted ? null : button(t("keep_data"), { kind: "line", onclick: () => void askToStay().then(() => draw(true)) }), install() ? button(t("install"), { kind: "line", icon: "download", onclick: () => void install()?.() }) : null),
      h("section.pk-card.pk-card--pad.an-stack", {}, h("b", {}, t("package_content")), parts.map((part) => kv(t(`part_${part.name}` as Word), String(part.rows))), files ? kv(t("pictures"), String(files)) : null, world.pkg?.manifest.cut.length ? h("p.pk-muted", {}, t("cut_note", { list: cutWords(world.pkg.manifest.cut) })) : null, button(t("refresh"), { kind: "line", icon: "refresh", onclick: () => void refresh().then(() => draw(true)) })),
      h("section.pk-card.pk-card--pad.an-stack", {}, h("b", {}, t("device")), kv(t("device_no", { id: one.id.slice(-8) }), t("seq_no", { n: chain?.seq ?? 0 })), kv(t("clock"), clockWords)),
      lockCard(),
      h("section.pk-card.pk-card--pad.an-stack", {}, h("b", {}, t("theme")), seg(chosen("theme") || "auto", [["auto", t("system")], ["light", t("light")], ["dark", t("dark")]], (to) => chooseTheme(to)), h("b", {}, t("language")), seg(language(), [["zh", "中文"], ["en", "English"]], (to) => chooseLanguage(to)), h("b", {}, t("hand")), seg(chosen("hand") || "right", [["right", t("right")], ["left", t("left")]], (to) => chooseHand(to))),
      h("section.pk-card.pk-list", {}, h("a", { href: "/" }, icon("device-desktop", "24"), t("console")), h("a", { href: "/help/" }, icon("help-circle", "24"), t("help")), world.unsent ? h("p.pk-note.pk-note--3", {}, t("sign_out_waiting", { n: world.unsent })) : null, h("a", { href: "/accounts/logout/" }, icon("logout", "24"), t("sign_out"))),
    ],
  };
});
