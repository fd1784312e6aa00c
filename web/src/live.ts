import { all, meta } from "./behaviours/dom";

/**
 * One event stream a page: <meta name="an-live" content="/live/">.
 *
 * Every event is passed on as `an:live:<event>` on document, its JSON as detail. The stream resumes after the last
 * event seen, also when this module reopens it. [data-an-live] shows the connection; when data stop, a banner says
 * since when. A page in the background lets go of its stream, because a browser has only six connections to a
 * server without HTTP/2, and takes it up again without a gap.
 */

type State = "on" | "retry" | "lost";

const NAMES = ["unread", "notice", "job", "reset"];
const SILENCE = 40_000; // two and a half heartbeats
const HIDDEN = 60_000;
const BACKOFF = [3_000, 10_000, 30_000, 60_000];

export function connectLive(): void {
  const url = meta("an-live");
  const badge = document.querySelector<HTMLElement>("[data-an-live]");
  if (!url || !badge || !("EventSource" in window)) return;
  const words = badge.querySelector<HTMLElement>(".an-live__text");
  const wanted = [meta("an-live-events"), ...all("[data-an-events]").map((place) => place.dataset.anEvents ?? "")];
  const names = [...new Set([...NAMES, ...wanted.flatMap((some) => some.split(",")).filter(Boolean)])];
  let source: EventSource | null = null;
  let lastId = "";
  let heardAt = new Date();
  let failures = 0;
  let watch = 0;
  let hidden = 0;
  let reopen = 0;

  const text = (state: State): string => {
    const time = heardAt.toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
    return (badge.dataset[`an${state}`] ?? "").replace("{time}", state === "lost" ? time.slice(0, 5) : time);
  };
  const show = (state: State): void => {
    badge.dataset.state = state;
    if (words) words.textContent = text(state);
    banner(state === "lost" ? text(state) : "");
  };
  const heard = (): void => {
    heardAt = new Date();
    failures = 0;
    show("on");
    window.clearTimeout(watch);
    watch = window.setTimeout(() => {
      show("lost");
      open(); // a line that went silent does not always report itself
    }, SILENCE);
  };
  const close = (): void => {
    window.clearTimeout(watch);
    window.clearTimeout(reopen);
    source?.close();
    source = null;
  };
  const open = (): void => {
    close();
    const address = new URL(url, location.href);
    if (lastId) address.searchParams.set("after", lastId);
    const mine = new EventSource(address);
    source = mine;
    mine.addEventListener("clock", (event) => {
      if (event.lastEventId) lastId = event.lastEventId;
      const { is_current: isCurrent } = JSON.parse(event.data as string) as { is_current: boolean };
      if (isCurrent) heard();
      else show("lost"); // the server is there, but its source of events is not
    });
    for (const name of names) {
      mine.addEventListener(name, (event) => {
        lastId = event.lastEventId;
        heard();
        let detail: unknown = null;
        try {
          detail = JSON.parse((event as MessageEvent<string>).data);
        } catch {
          return; // not for pages
        }
        document.dispatchEvent(new CustomEvent(`an:live:${name}`, { detail }));
      });
    }
    mine.onerror = () => {
      show(failures > 2 || Date.now() - heardAt.getTime() > SILENCE ? "lost" : "retry");
      // The browser tries again by itself unless the server refused.
      if (mine.readyState !== EventSource.CLOSED) return;
      const wait = BACKOFF[Math.min(failures++, BACKOFF.length - 1)];
      window.clearTimeout(reopen);
      reopen = window.setTimeout(open, wait);
    };
  };

  open();
  // The machine itself knows when its line is gone; an idle stream would tell only after the silence.
  window.addEventListener("offline", () => {
    close();
    show("lost");
  });
  window.addEventListener("online", () => {
    failures = 0;
    show("retry");
    open();
  });
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
  document.addEventListener("visibilitychange", () => {
    window.clearTimeout(hidden);
    if (document.hidden) hidden = window.setTimeout(close, HIDDEN);
    else if (!source) {
      show("retry");
      open();
    }
  });
  document.addEventListener("an:live:reset", () => location.reload());
  document.addEventListener("an:live:unread", (event) => {
    const count = (event as CustomEvent<{ count?: number }>).detail.count ?? 0;
    for (const place of document.querySelectorAll("[data-an-unread]")) {
      place.textContent = count > 0 ? (count > 99 ? "99+" : String(count)) : "";
    }
  });
}

function banner(words: string): void {
  let place = document.querySelector<HTMLElement>("#an-live-banner");
  if (!words) {
    place?.remove();
    return;
  }
  if (!place) {
    place = document.createElement("div");
    place.id = "an-live-banner";
    place.className = "an-banner an-banner--warn";
    place.setAttribute("role", "alert");
    document.querySelector("#an-main")?.prepend(place);
  }
  if (place.textContent !== words) place.textContent = words;
}
