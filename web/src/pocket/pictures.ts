/** Pictures of a place on its screen: reference photos, and where it lies on the site plan. */
import { pictureOf } from "./core/pictures";
import type { PictureFile } from "./core/types";
import type { Place, World } from "./model";
import { h, icon, note, svg } from "./ui";
import { t } from "./words";

const filesOf = (world: World, kind: PictureFile["kind"], subject: string): PictureFile[] =>
  (world.pkg?.manifest.files ?? []).filter((one) => one.kind === kind && one.subject === subject);

interface Shown {
  file: PictureFile;
  address: string;
}
async function there(files: PictureFile[]): Promise<Shown[]> {
  const found = await Promise.all(files.map(async (file) => ({ file, address: await pictureOf(file) })));
  return found.filter((one): one is Shown => one.address !== null);
}

/** A small picture of a place for a list, or null. */
export async function thumbOf(world: World, place: Place): Promise<HTMLElement | null> {
  const [one] = await there(filesOf(world, "thumb", place.id).slice(0, 1));
  return one ? h("img.pk-place__thumb", { src: one.address, alt: "" }) : null;
}

/** Reference photos side by side; says so when some are still to come. */
export async function photosOf(world: World, subject: string): Promise<HTMLElement | null> {
  const files = filesOf(world, "photo", subject);
  if (!files.length) return null;
  const shown = await there(files);
  if (!shown.length) return note("", "photo", t("pictures_coming"));
  return h("section.pk-strip", { "aria-label": t("photos_of"), tabindex: "0" }, shown.map((one) => h("img", { src: one.address, alt: one.file.title || t("photos_of") })));
}

let whole = false;
/** The site plan around a place, with every place of the round marked; a tap shows all of it. */
export async function planOf(world: World, place: Place, redraw: () => void): Promise<HTMLElement | null> {
  const [plan] = await there((world.pkg?.manifest.files ?? []).filter((one) => one.kind === "plan").slice(0, 1));
  if (!plan || !place.spot) return null;
  const { width, height } = await sizeOf(plan.address);
  const [x, y] = [(place.spot[0] / 1000) * width, (place.spot[1] / 1000) * height];
  const near = { w: width / 2.6, h: height / 2.6 };
  const left = Math.min(width - near.w, Math.max(0, x - near.w / 2));
  const top = Math.min(height - near.h, Math.max(0, y - near.h / 2));
  const box = whole ? `0 0 ${width} ${height}` : `${left} ${top} ${near.w} ${near.h}`;
  const unit = (whole ? width : near.w) / 100;
  const marks = [...world.places.values()].filter((one) => one.spot && one.id !== place.id).map((one) => svg("circle", { class: "is-other", cx: ((one.spot?.[0] ?? 0) / 1000) * width, cy: ((one.spot?.[1] ?? 0) / 1000) * height, r: unit * 1.6 }));
  const drawn = svg("svg", { class: "pk-plan", viewBox: box, role: "img", "aria-label": t("plan") },
    svg("image", { href: plan.address, width, height }), ...marks,
    svg("circle", { class: "is-ring", cx: x, cy: y, r: unit * 5 }), svg("circle", { class: "is-here", cx: x, cy: y, r: unit * 2.4 }));
  return h("button.pk-card.pk-planbox", { onclick: () => { whole = !whole; redraw(); } }, drawn, h("span.pk-planbox__act", {}, icon("map", "24"), t(whole ? "near_plan" : "whole_plan")));
}

async function sizeOf(address: string): Promise<{ width: number; height: number }> {
  const image = new Image();
  image.src = address;
  await image.decode().catch(() => undefined);
  return { width: image.naturalWidth || 1000, height: image.naturalHeight || 700 };
}
