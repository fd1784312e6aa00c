import { draw, freeze, go, onLeave, screen } from "../app";
import { clock, corrected } from "../core/clock";
import { dropDraft, draftOf, fileOf, freshId, keepFile, saveDraft } from "../core/outbox";
import { isQuota } from "../core/storage";
import type { AttachedFile, DraftRow } from "../core/types";
import { placeName, type World } from "../model";
import { isLocked } from "../lock";
import { askCamera, closeCamera, compressed, openCamera } from "../photos";
import { say } from "../say";
import { arrivedAt, submit } from "../sealing";
import { button, buzz, h, icon, note } from "../ui";
import { dictation, hush, voiceButton } from "../voice";
import { clockTime, dayAndTime, language, t, type Word } from "../words";
import { recordAbnormal } from "./check";

interface Form {
  title: string;
  description: string;
  place: string;
  instance: string;
  part: number;
  reading: string;
  measure: string;
  level: "general" | "major";
  discipline: number;
  treatment: "immediate" | "deadline";
  safe: string;
  done: string;
  /** Begun from the lock screen: it can be opened there again. */
  locked?: boolean;
}

/** Return the draft of the address: a known one, or a new one that begins with what is known already. */
async function theDraft(world: World, query: URLSearchParams): Promise<DraftRow> {
  const id = query.get("draft");
  const known = id ? await draftOf(id) : undefined;
  if (known) return known;
  const [instance, part] = [query.get("instance") ?? "", Number(query.get("part") ?? 0)];
  const step = world.stops.flatMap((stop) => stop.steps).find((one) => one.task.instance_id === instance && one.part === part);
  const form: Form = {
    title: query.get("title") ?? "", description: "", place: query.get("place") ?? "", instance, part, reading: query.get("reading") ?? "",
    measure: step?.item.measure_id ?? "", level: "general", discipline: 7, treatment: "deadline", safe: "", done: "", locked: isLocked(),
  };
  if (form.reading && step) form.title ||= `${step.item.content} ${form.reading} ${step.item.unit ?? ""}`.trim();
  return { id: id ?? (await freshId()), kind: "finding", schema: 1, updated_at: Date.now(), form: form as unknown as Record<string, unknown>, files: [] };
}

screen("/p/finding/", async (world, query) => {
  const draft = await theDraft(world, query);
  const fresh = query.get("draft") === null;
  if (query.get("draft") !== draft.id) {
    await saveDraft(draft);
    query.set("draft", draft.id);
    history.replaceState({}, "", `/p/finding/?draft=${draft.id}${query.get("step") ? `&step=${query.get("step")}` : ""}`);
  }
  const form = draft.form as unknown as Form;
  const step = query.get("step") ?? (fresh || (!draft.files.length && !form.title) ? "camera" : "form");
  return step === "camera" ? camera(world, draft, form, query.get("role") === "after" ? "after" : "before") : details(world, draft, form);
});

const here = (draft: DraftRow, step: string, role = ""): string => `/p/finding/?draft=${draft.id}&step=${step}${role ? `&role=${role}` : ""}`;

/** Whom the band under a picture names: from the lock screen nobody has proved to be the person. */
const personOf = (world: World): string => (isLocked() ? t("by_device") : (world.actor?.name ?? ""));

async function keepPhoto(world: World, draft: DraftRow, form: Form, source: Blob | HTMLVideoElement, role: string): Promise<boolean> {
  const taken = new Date(corrected(await clock()));
  const place = world.places.get(form.place);
  try {
    const blob = await compressed(source, { time: dayAndTime(taken), place: place ? placeName(place) : t("no_place"), person: personOf(world) });
    draft.files = [...draft.files, await keepFile(blob, role, draft.id, taken)];
    await saveDraft(draft);
    buzz(40);
    return true;
  } catch (reason) {
    buzz([60, 60, 60]);
    say(isQuota(reason) ? t("storage_refused") : t("cannot_save", { why: String(reason) }), "error");
    return false;
  }
}

function camera(world: World, draft: DraftRow, form: Form, role: "before" | "after"): ReturnType<Parameters<typeof screen>[1]> {
  const place = world.places.get(form.place);
  const arrival = arrivedAt(form.place);
  const video = h("video.pk-video", { playsinline: true, muted: true, autoplay: true }) as HTMLVideoElement;
  video.muted = true;
  const ghost = h("img.pk-ghost", { alt: "", hidden: true }) as HTMLImageElement;
  const missing = h("div.pk-nocamera", { hidden: true }, icon("camera", "36"), h("b", {}, t("no_camera")), h("p", {}, t("no_camera_more")));
  const count = draft.files.filter((file) => file.role === role).length;
  let stream: MediaStream | null = null;
  freeze(true);
  onLeave(() => {
    closeCamera(stream);
    hush();
  });
  void openCamera(video).then((found) => {
    stream = found;
    if (!video.isConnected) return closeCamera(found);
    missing.hidden = found !== null;
    video.hidden = found === null;
  });
  const earlier = role === "after" ? draft.files.find((file) => file.role === "before") : undefined;
  if (earlier) void fileOf(earlier.sha256).then((blob) => { if (blob) { ghost.src = URL.createObjectURL(blob); ghost.hidden = false; } });
  const shoot = async (): Promise<void> => {
    const source = stream ? video : await askCamera();
    if (source && (await keepPhoto(world, draft, form, source, role))) go(here(draft, role === "after" ? "form" : "camera", role === "after" ? "" : role), true);
  };
  const torch = async (): Promise<void> => {
    const track = stream?.getVideoTracks()[0];
    await track?.applyConstraints({ advanced: [{ torch: true } as MediaTrackConstraintSet] }).catch(() => undefined);
  };
  const next = (): void => go(here(draft, "form"), true);
  const words = place ? placeName(place) : t("no_place");
  return {
    title: t("new_finding"), sub: t("photo_first"), back: form.place ? `/p/place/?id=${form.place}` : "/p/", close: true, dark: true,
    main: [
      h("div.pk-camera", {}, video, ghost, missing,
        h("a.pk-camera__place", { href: here(draft, "form") }, icon("map-pin", "24"), h("span.an-grow", {}, h("b", {}, words), arrival ? h("small", {}, t("place_from", { time: clockTime(arrival.at) })) : null), h("span.pk-link", {}, t("change"))),
        h("div.pk-camera__band", {}, h("span", {}, `${dayAndTime(world.now)} · ${personOf(world)}`), icon("lock", "20"))),
      h("div.pk-shutter", {}, h("button.pk-thumb", { "aria-label": t("next"), onclick: next }, thumb(draft, role), count ? h("i.pk-thumb__n", {}, String(count)) : null), h("button.pk-shoot", { id: "pk-shoot", "aria-label": role === "after" ? t("add_after") : t("shutter"), onclick: () => void shoot() }, h("i")), h("button.pk-key.pk-key--side.pk-torch", { onclick: () => void torch() }, icon("bulb", "24"), t("torch"))),
      speak(draft),
    ],
    dock: [button(count ? t("next") : t("text_first"), { kind: count ? "primary" : "line", big: true, id: "pk-act", onclick: next })],
  };
}

function thumb(draft: DraftRow, role: string): HTMLElement {
  const image = h("img", { alt: "" }) as HTMLImageElement;
  image.hidden = true;
  const last = draft.files.filter((file) => file.role === role).pop();
  if (last) void show(image, last);
  return image;
}

async function show(image: HTMLImageElement, file: AttachedFile): Promise<void> {
  const blob = await fileOf(file.sha256);
  if (!blob) return;
  image.src = URL.createObjectURL(blob);
  image.onload = () => URL.revokeObjectURL(image.src);
  image.hidden = false;
}

/** Sound is kept at once, like a photo. */
const speak = (draft: DraftRow): HTMLElement => voiceButton(async (sound) => {
  try {
    draft.files = [...draft.files, await keepFile(sound, "voice", draft.id, new Date(corrected(await clock())))];
    await saveDraft(draft);
  } catch (reason) {
    return say(isQuota(reason) ? t("storage_refused") : t("cannot_save", { why: String(reason) }), "error");
  }
  say(t("voices_n", { n: draft.files.filter((file) => file.role === "voice").length }));
  if (!location.search.includes("step=camera")) void draw(true);
});

function details(world: World, draft: DraftRow, form: Form): ReturnType<Parameters<typeof screen>[1]> {
  freeze(true);
  let timer = 0;
  const status = h("span", {}, t("draft_saved", { time: clockTime(draft.updated_at) }));
  const save = async (): Promise<void> => {
    draft.form = form as unknown as Record<string, unknown>;
    await saveDraft(draft);
    status.textContent = t("draft_saved", { time: clockTime(Date.now()) });
  };
  const changed = (redraw = false): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void save().catch(() => undefined), 400);
    if (redraw) void save().then(() => draw(true));
    else refreshDock();
  };
  const flush = (): void => void (document.visibilityState === "hidden" && save());
  document.addEventListener("visibilitychange", flush);
  onLeave(() => {
    hush();
    document.removeEventListener("visibilitychange", flush);
    window.clearTimeout(timer);
    void draftOf(draft.id).then((still) => still && save());
  });
  const dock = h("div");
  const refreshDock = (): void => dock.replaceChildren(act(world, draft, form));
  refreshDock();
  const field = (key: "title" | "description" | "safe" | "done", words: Word, hint = "", rows = 1): HTMLElement => {
    const input = h(rows > 1 ? "textarea" : "input", { name: key, rows: rows > 1 ? rows : null, maxlength: 500, placeholder: hint, value: form[key] }) as HTMLInputElement;
    input.addEventListener("input", () => { form[key] = input.value; changed(); });
    return h("label.an-field", {}, h("span.an-field__label", {}, t(words)), input);
  };
  const two = <V extends string>(value: V, options: [V, Word, boolean?][], set: (to: V) => void): HTMLElement =>
    h("div.pk-choice", { role: "group" }, options.map(([one, words, off]) => h("button", { "aria-pressed": String(value === one), disabled: off ? true : null, "data-value": one, onclick: () => { set(one); changed(true); } }, value === one ? icon("check", "20") : null, t(words))));
  const places = h("select", { name: "place", "aria-label": t("place") }, h("option", { value: "" }, t("no_place")), [...world.places.values()].map((place) => h("option", { value: place.id, selected: place.id === form.place ? true : null }, placeName(place)))) as HTMLSelectElement;
  places.addEventListener("change", () => { form.place = places.value; changed(); });
  const discipline = h("select", { name: "discipline", "aria-label": t("discipline") }, [1, 2, 3, 4, 5, 6, 7, 8].map((one) => h("option", { value: one, selected: one === form.discipline ? true : null }, t(`d${one}` as Word)))) as HTMLSelectElement;
  discipline.addEventListener("change", () => { form.discipline = Number(discipline.value); changed(); });
  const discard = button(t("delete_draft"), { kind: "line", onclick: () => void dropDraft(draft.id).then(() => { freeze(false); onLeave(() => undefined); go("/p/", true); }) });
  const step = world.stops.flatMap((stop) => stop.steps).find((one) => one.task.instance_id === form.instance && one.part === form.part);
  return {
    title: form.title || t("new_finding"), back: form.place ? `/p/place/?id=${form.place}` : "/p/",
    sub: t("draft_saved", { time: clockTime(draft.updated_at) }),
    main: [
      pair(draft, form),
      voices(draft),
      h("section.pk-card.pk-card--pad.an-stack", {}, field("title", "what", t("what_hint")), field("description", "more_words", "", 2), dictation(language(), (words) => { form.description = [form.description, words].filter(Boolean).join(" ").slice(0, 500); changed(true); })),
      h("section.pk-card.pk-card--pad.an-stack", {}, h("label.an-field", {}, h("span.an-field__label", {}, t("place")), places), step ? h("div.pk-kv", {}, h("span.pk-muted", {}, t("measure")), h("b", {}, step.item.content)) : null, h("label.an-field", {}, h("span.an-field__label", {}, t("discipline")), discipline)),
      h("section.pk-card.pk-card--pad.an-stack", {}, note("", "bulb", `${t("level_hint")}${t("level_why")}`), two(form.level, [["general", "general"], ["major", "major"]], (to) => { form.level = to; if (to === "major") form.treatment = "deadline"; }), two(form.treatment, [["immediate", "immediate", form.level === "major"], ["deadline", "deadline"]], (to) => { form.treatment = to; }), form.level === "major" ? h("p.pk-muted", {}, t("major_deadline")) : null),
      form.treatment === "immediate" ? h("section.pk-card.pk-card--pad.an-stack", {}, field("safe", "made_safe", "", 2), field("done", "measures_done", "", 2)) : null,
      speak(draft), status.isConnected ? null : h("div.pk-muted.pk-center", {}, status), discard,
    ],
    dock: [dock],
  };
}

function pair(draft: DraftRow, form: Form): HTMLElement {
  const one = (role: "before" | "after"): HTMLElement => {
    const file = draft.files.filter((item) => item.role === role).pop();
    if (!file) return h("a.pk-photo.pk-photo--none", { href: here(draft, "camera", role) }, icon("camera-plus", "36"), h("b", {}, t(role === "after" ? "add_after" : "shutter")));
    const image = h("img", { alt: t(role) }) as HTMLImageElement;
    void show(image, file);
    const count = draft.files.filter((item) => item.role === role).length;
    return h("a.pk-photo", { href: here(draft, "camera", role) }, image, h("span.pk-photo__band", {}, h("b", {}, `${t(role)}${count > 1 ? ` · ${count}` : ""}`), h("span", {}, file.taken_at ? clockTime(file.taken_at) : "")));
  };
  return h("div.pk-two", {}, one("before"), form.treatment === "immediate" || draft.files.some((file) => file.role === "after") ? one("after") : null);
}

function voices(draft: DraftRow): HTMLElement | null {
  const rows = draft.files.filter((file) => file.role === "voice");
  if (!rows.length) return null;
  return h("section.pk-card.pk-card--pad.an-stack", {}, rows.map((file) => {
    const player = h("audio", { controls: true }) as HTMLAudioElement;
    void fileOf(file.sha256).then((blob) => { if (blob) player.src = URL.createObjectURL(blob); });
    return player;
  }));
}

function act(world: World, draft: DraftRow, form: Form): HTMLElement {
  const has = (role: string): boolean => draft.files.some((file) => file.role === role);
  const missing = !form.title.trim() && !has("voice") ? t("need_title") : !has("before") && !form.title.trim() ? t("need_photo") : form.treatment === "immediate" && !has("before") ? t("need_photo") : form.treatment === "immediate" && !has("after") ? t("need_after") : form.treatment === "immediate" && !form.safe.trim() ? t("need_safe") : "";
  if (missing) return button(missing, { kind: "locked", big: true, id: "pk-act" });
  const small = world.line.ok ? t("online_sends") : t("offline_sends");
  return button(t("to_outbox"), { big: true, small, id: "pk-act", onclick: () => void sealNow(world, draft, form) });
}

let busy = false;
async function sealNow(world: World, draft: DraftRow, form: Form): Promise<void> {
  if (busy) return;
  busy = true;
  try {
    const id = draft.id;
    const place = world.places.get(form.place);
    const title = form.title.trim() || t("voice");
    const photos = draft.files.filter((file) => file.role !== "voice").length;
    const voice = draft.files.length - photos;
    await submit(world, {
      id,
      kind: "finding.report",
      lane: form.level === "major" ? 1 : 2,
      payload: {
        id, place_id: form.place || null, measure_id: form.measure || null, instance_id: form.instance || null, title: title.slice(0, 200), description: form.description.trim(),
        level_guess: form.level, criterion: null, discipline: form.discipline, treatment: form.treatment,
        immediate: form.treatment === "immediate" ? { measures_text: form.done.trim() || form.safe.trim(), made_safe: form.safe.trim() } : null,
      },
      files: draft.files,
      place: form.place || null,
      subject: id,
      draft: draft.id,
      icon: "alert-triangle",
      title: `${t("finding")} · ${title}`,
      detail: [place ? placeName(place) : "", photos ? t("photos_n", { n: photos }) : "", voice ? t("voices_n", { n: voice }) : "", clockTime(Date.now())].filter(Boolean).join(" · "),
    });
    if (form.instance && !isLocked()) await recordAbnormal(world, form.instance, form.part, id, form.reading);
    onLeave(() => undefined);
    freeze(false);
    say(t("saved"));
    go(form.place ? `/p/place/?id=${form.place}` : "/p/", true);
  } catch (reason) {
    buzz([60, 60, 60]);
    say(isQuota(reason) ? t("storage_refused") : t("cannot_save", { why: String(reason) }), "error");
  } finally {
    busy = false;
  }
}
