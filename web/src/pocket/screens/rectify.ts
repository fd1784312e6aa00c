import { draw, freeze, go, onLeave, screen } from "../app";
import { clock, corrected } from "../core/clock";
import { draftOf, fileOf, keepFile, saveDraft } from "../core/outbox";
import { isQuota } from "../core/storage";
import type { DraftRow } from "../core/types";
import { placeName } from "../model";
import { askCamera, compressed } from "../photos";
import { photosOf } from "../pictures";
import { say } from "../say";
import { submit } from "../sealing";
import { button, buzz, gone, h, icon, tag } from "../ui";
import { clockTime, day, dayAndTime, t, when } from "../words";

screen("/p/rectify/", async (world, query) => {
  const id = query.get("id") ?? "";
  const finding = world.findings.find((one) => one.id === id);
  if (!finding) return { title: t("rectify_title"), back: "/p/", main: [gone(t("finding_gone"), t("gone_more"), t("to_tasks"))] };
  const draft: DraftRow = (await draftOf(`rectify:${id}`)) ?? { id: `rectify:${id}`, kind: "rectify", schema: 1, updated_at: Date.now(), form: { text: "", cost: "" }, files: [] };
  const form = draft.form as { text: string; cost: string };
  const place = world.places.get(finding.place_id ?? "");
  const sent = world.rows.find((row) => row.kind === "finding.rectify" && row.subject === id && row.state !== "refused");
  freeze(true);
  let timer = 0;
  const dock = h("div");
  const save = (): Promise<void> => saveDraft(draft);
  const changed = (): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void save().catch(() => undefined), 400);
    act();
  };
  onLeave(() => window.clearTimeout(timer));
  const snap = async (): Promise<void> => {
    const picture = await askCamera();
    if (!picture) return;
    const taken = new Date(corrected(await clock()));
    try {
      const blob = await compressed(picture, { time: dayAndTime(taken), place: place ? placeName(place) : "", person: world.actor?.name ?? "" });
      draft.files = [...draft.files, await keepFile(blob, "after", draft.id, taken)];
      await save();
      void draw(true);
    } catch (reason) {
      say(isQuota(reason) ? t("storage_refused") : t("cannot_save", { why: String(reason) }), "error");
    }
  };
  const finish = async (): Promise<void> => {
    try {
      await submit(world, {
        kind: "finding.rectify", lane: 2, subject: id, draft: draft.id, files: draft.files, place: finding.place_id ?? null,
        base: { type: "finding", id, version: finding.version },
        payload: { finding_id: id, text: form.text.trim(), cost: form.cost.trim() || null },
        icon: "tool", title: t("rectify", { title: finding.title }), detail: [finding.number, draft.files.length ? t("photos_n", { n: draft.files.length }) : "", clockTime(Date.now())].filter(Boolean).join(" · "),
      });
      freeze(false);
      say(t("saved"));
      go("/p/", true);
    } catch (reason) {
      buzz([60, 60, 60]);
      say(isQuota(reason) ? t("storage_refused") : t("cannot_save", { why: String(reason) }), "error");
    }
  };
  const act = (): void => {
    const missing = sent ? t("done_waiting") : !form.text.trim() ? t("need_done") : draft.files.length === 0 ? t("need_after") : "";
    dock.replaceChildren(missing ? button(missing, { kind: "locked", big: true, id: "pk-act" }) : button(t("submit_acceptance"), { big: true, small: world.line.ok ? t("online_sends") : t("offline_sends"), id: "pk-act", onclick: () => void finish() }));
  };
  act();
  const input = (name: "text" | "cost", words: string, rows: number): HTMLElement => {
    const element = h(rows > 1 ? "textarea" : "input", { name, rows: rows > 1 ? rows : null, inputmode: name === "cost" ? "decimal" : null, maxlength: 500, value: form[name] }) as HTMLInputElement;
    element.addEventListener("input", () => { form[name] = element.value; changed(); });
    return h("label.an-field", {}, h("span.an-field__label", {}, words), element);
  };
  const photos = draft.files.map((file) => {
    const image = h("img", { alt: t("after") }) as HTMLImageElement;
    void fileOf(file.sha256).then((blob) => { if (blob) image.src = URL.createObjectURL(blob); });
    return h("div.pk-photo", {}, image, h("span.pk-photo__band", {}, h("b", {}, t("after")), h("span", {}, file.taken_at ? clockTime(file.taken_at) : "")));
  });
  return {
    title: finding.title, sub: finding.number, back: "/p/",
    main: [
      h("section.pk-card.pk-card--pad.an-stack", {}, h("div.pk-item__more", {}, finding.level === "major" || finding.level === 1 ? tag("1", "flame", t("major")) : tag("3", "", t("general")), finding.deadline ? tag("idle", "calendar", t("due_on", { date: day(finding.deadline) })) : null), place ? h("b", {}, placeName(place)) : null),
      await photosOf(world, id),
      h("div.pk-two", {}, photos, h("button.pk-photo.pk-photo--none", { onclick: () => void snap() }, icon("camera-plus", "36"), h("b", {}, t("add_after")))),
      h("section.pk-card.pk-card--pad.an-stack", {}, input("text", t("what_done"), 3), input("cost", t("cost"), 1)),
      finding.lines?.length ? h("section.pk-card.pk-card--pad.an-stack", {}, h("b", {}, t("timeline")), finding.lines.map((line) => h("p.pk-muted", {}, typeof line === "string" ? line : [line.at ? when(line.at) : "", line.by, line.text].filter(Boolean).join(" · ")))) : null,
    ],
    dock: [dock],
  };
});
