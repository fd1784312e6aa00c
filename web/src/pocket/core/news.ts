/** Tell every tab and the worker that something on the phone changed. */
export type News = "outbox" | "line" | "package" | "storage" | "drafts";

const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("anlan-pocket");
const handlers = new Set<(news: News) => void>();
channel?.addEventListener("message", (event: MessageEvent<News>) => handlers.forEach((handle) => handle(event.data)));

export function tell(news: News): void {
  channel?.postMessage(news);
  handlers.forEach((handle) => handle(news));
}

export function hear(handle: (news: News) => void): void {
  handlers.add(handle);
}
