import { meta } from "./dom";

/**
 * One event stream a page: <meta name="an-live" content="/url">. Every event is passed on as `an:live:<event>`
 * on document with the parsed JSON as detail; the browser resumes by Last-Event-ID on its own.
 * The connection state shows in [data-an-live]; older than 60 s without a line it says since when.
 */
export function live(): void {
  const url = meta("an-live");
  const badge = document.querySelector<HTMLElement>("[data-an-live]");
  if (!url || !badge || !("EventSource" in window)) return;
  const words = badge.querySelector<HTMLElement>(".an-live__text");
  let last = new Date();
  let failures = 0;
  const clock = (): string => last.toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
  const show = (state: "on" | "retry" | "lost"): void => {
    badge.dataset.state = state;
    if (words) words.textContent = (badge.dataset[`an${state}` as "anon"] ?? "").replace("{time}", clock());
  };
  const names = ["inbox.unread", "jobs.changed", ...meta("an-live-events").split(",").filter(Boolean)];
  const source = new EventSource(url);
  const heard = (): void => {
    last = new Date();
    failures = 0;
    show("on");
  };
  source.onopen = heard;
  source.onmessage = heard;
  source.onerror = () => show(++failures > 3 || Date.now() - last.getTime() > 60_000 ? "lost" : "retry");
  // the heartbeat also says whether the server itself is up to date
  source.addEventListener("clock", (event) => {
    heard();
    const state = JSON.parse((event as MessageEvent<string>).data) as { is_current?: boolean };
    if (state.is_current === false) show("retry");
  });
  // too much was missed to be told one by one: whoever shows live rows fetches them anew
  source.addEventListener("reset", () => document.dispatchEvent(new CustomEvent("an:live:reset")));
  for (const name of names) {
    source.addEventListener(name, (event) => {
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
  window.addEventListener("pagehide", () => source.close());
  document.addEventListener("an:live:inbox.unread", (event) => {
    const count = (event as CustomEvent<{ count?: number }>).detail.count ?? 0;
    for (const place of document.querySelectorAll("[data-an-unread]")) place.textContent = count > 0 ? (count > 99 ? "99+" : String(count)) : "";
  });
}
