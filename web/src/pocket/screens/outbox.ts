import { draw, screen } from "../app";
import { exported } from "../core/exporting";
import { isUnsent, markSeen } from "../core/outbox";
import { sizeOf } from "../core/uploader";
import type { EnvelopeRow } from "../core/types";
import { decided, type World } from "../model";
import { say } from "../say";
import { submit, wake } from "../sealing";
import { button, h, icon, note, svg, tag } from "../ui";
import { clockTime, day, size, t, when } from "../words";

screen("/p/outbox/", (world) => {
  const mine = (row: EnvelopeRow): boolean => !world.actor || row.text.includes(`"actor":"${world.actor.id}"`);
  const waiting = world.rows.filter((row) => isUnsent(row) && mine(row));
  const others = world.rows.filter((row) => isUnsent(row) && !mine(row)).length;
  const received = world.rows.filter((row) => row.state === "complete" && mine(row) && day(row.settled_at) === day(Date.now())).reverse();
  const settled = world.rows.filter((row) => row.state === "conflict" && decided(world.rows, row.id));
  const empty = !waiting.length && !world.conflicts.length && !world.refused.length && !settled.length;
  return {
    title: t("outbox"), sub: t("not_deleted"), back: "/p/", tab: "outbox",
    main: [
      world.line.stop === "sign_in" && waiting.length ? h("a.pk-note.pk-note--3", { href: "/accounts/login/?next=/p/outbox/" }, icon("lock", "20"), h("span.an-grow", {}, t("waiting_sign_in")), h("b", {}, t("sign_in"))) : null,
      progress(world),
      ...world.conflicts.map((row) => conflict(world, row)),
      ...settled.map((row) => note("", "clock", t("decided", { label: labelOf(world, row) }))),
      ...world.refused.map(trouble),
      empty ? h("section.pk-card", { "data-pk-outbox": true }, h("div.pk-empty", {}, icon("circle-check", "36"), h("div.an-grow", {}, h("b", {}, t("nothing_waits")), h("p", {}, t("nothing_waits_more"))))) : null,
      waiting.length ? h("section.pk-card", {}, h("div.pk-group", {}, h("h2", {}, t("wait_send")), h("span.pk-group__n.pk-muted", {}, t("count_size", { n: waiting.length, size: size(waiting.reduce((sum, row) => sum + sizeOf(row), 0)) }))), grouped(waiting).map(waitingRow)) : null,
      others ? note("", "users", t("others_wait", { n: others })) : null,
      received.length ? h("section.pk-card", {}, h("div.pk-group", {}, h("h2", {}, t("received")), h("span.pk-group__n.pk-muted", {}, t("today_n", { n: received.length }))), received.slice(0, 40).map(receivedRow)) : null,
    ],
    dock: [h("div.pk-pair", {}, button(t("export"), { kind: "line", icon: "file-export", onclick: () => void save() }), button(t("send_now"), { icon: "send", big: true, id: "pk-send", onclick: () => void wake().then(() => draw()) }))],
  };
});

function progress(world: World): HTMLElement | null {
  const { line } = world;
  if (!line.ok || !world.unsent || line.bytes_total < 1000) return null;
  const part = Math.min(1, line.bytes / line.bytes_total);
  const bar = svg("svg", { class: "pk-life pk-life--l", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { width: 100, height: 8 }), svg("rect", { class: "is-up", width: part * 100, height: 8 }));
  return h("section.pk-card.pk-card--pad", {}, h("div.pk-package__line", {}, icon("cloud-upload", "24"), h("b.an-grow", {}, t("sending_now", { done: size(line.bytes), all: size(line.bytes_total) }))), bar);
}

function conflict(world: World, row: EnvelopeRow): HTMLElement {
  const found = row.conflict;
  if (!found) return note("3", "git-compare", row.title);
  const choose = (code: string, label: string): void => {
    void submit(world, { kind: "pocket.decide", lane: 2, payload: { envelope_id: row.id, choice: code }, subject: row.id, icon: "git-compare", title: label, detail: `${row.title} · ${clockTime(Date.now())}` }).then(() => draw(true));
  };
  const side = (who: string, title: string, text: string): HTMLElement => h("div.pk-side", {}, h("small", {}, who), h("b", {}, title), text ? h("p", {}, text) : null);
  return h("section.pk-conflict", { role: "alert" },
    h("div.pk-conflict__head", {}, icon("git-compare", "24"), h("div", {}, h("b", {}, t("choose_for", { title: found.title })), h("small", {}, row.title))),
    h("div.pk-conflict__sides", {}, side(t("you_offline", { time: when(found.mine.at) }), found.mine.title, found.mine.text), side(t("other_online", { who: found.theirs.who, time: when(found.theirs.at) }), found.theirs.title, found.theirs.text)),
    h("div.pk-two.pk-conflict__acts", {}, found.choices.map((one) => button(one.label, { kind: "line", onclick: () => choose(one.code, one.label) }))),
    h("p.pk-muted.pk-center", {}, t("kept_both")));
}

function labelOf(world: World, row: EnvelopeRow): string {
  return decided(world.rows, row.id)?.title ?? row.title;
}

function trouble(row: EnvelopeRow): HTMLElement {
  const held = row.state === "quarantined";
  const found = row.trouble;
  const words = held ? t("quarantined") : t("refused", { text: [found?.text, found?.clause].filter(Boolean).join(" ") });
  return h("section.pk-card.pk-card--pad.an-stack", { role: "alert" },
    h("div.pk-package__line", {}, icon("alert-triangle", "24"), h("div.an-grow", {}, h("b", {}, row.title), h("p", {}, words), found?.remedy && !held ? h("p", {}, found.remedy) : null, h("p.pk-muted", {}, t(held ? "quarantined_more" : "refused_kept")))),
    button(t("understood"), { kind: "line", onclick: () => void markSeen(row.id).then(() => draw(true)) }));
}

interface Group {
  rows: EnvelopeRow[];
  title: string;
}
/** Rows of one place and kind stand together: "check records 4". */
function grouped(rows: EnvelopeRow[]): Group[] {
  const found: Group[] = [];
  for (const row of rows) {
    const last = found[found.length - 1];
    if (last && row.kind === "inspection.record" && last.title === row.title && last.rows[0]?.state === row.state) last.rows.push(row);
    else found.push({ rows: [row], title: row.title });
  }
  return found;
}

function waitingRow(group: Group): HTMLElement {
  const [row, n] = [group.rows[0] as EnvelopeRow, group.rows.length];
  const mark = row.state === "sending" ? tag("work", "cloud-upload", t("being_sent")) : row.state === "accepted" ? tag("work", "paperclip", t("files_missing")) : tag("idle", "clock", t("queued"));
  const small = n > 1 ? `${clockTime(row.created_at)} ~ ${clockTime((group.rows[n - 1] as EnvelopeRow).created_at)}` : [row.number, row.detail, row.last_error && !["busy", "later"].includes(row.last_error) ? row.last_error : ""].filter(Boolean).join(" · ");
  return h("div.pk-item", { "data-envelope": row.id }, h("span.pk-item__icon", {}, icon(row.icon, "24")), h("div.an-grow", {}, h("b", {}, n > 1 ? `${row.title} × ${n}` : row.title), h("small", {}, small)), mark);
}

function receivedRow(row: EnvelopeRow): HTMLElement {
  const files = row.files.length ? ` · ${t("hashes_same", { n: new Set(row.files.map((file) => file.sha256)).size })}` : "";
  return h("div.pk-item", {}, h("span.pk-item__icon.pk-good", {}, icon("circle-check", "24")), h("div.an-grow", {}, h("b", {}, [row.title, row.number].filter(Boolean).join(" ")), h("small", {}, row.detail), h("small", {}, t("receipt_at", { time: row.receipt ? clockTime(row.receipt.received_at) : "–" }) + files), row.remark ? h("small", {}, t("remark_of_server", { text: row.remark })) : null));
}

async function save(): Promise<void> {
  const made = await exported();
  if (!made || made.count === 0) return say(t("export_none"), "error");
  const link = h("a", { href: URL.createObjectURL(made.file), download: made.name }) as HTMLAnchorElement;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  say(t("exported_n", { n: made.count }));
}
