export type PillState = "ok" | "up" | "off" | "ask" | "stale" | "full";

/** Which state wins when several hold, strongest first. */
const ORDER: readonly PillState[] = ["full", "ask", "stale", "off", "up", "ok"];
const held = new Map<PillState, string>();

/** Set or clear one condition of the sync pill; the strongest one shows. `small` is the second line. */
export function hold(state: PillState, small: string | null): void {
  if (small === null) held.delete(state);
  else held.set(state, small);
  const pill = document.querySelector<HTMLElement>(".pk-sync");
  const now = ORDER.find((one) => held.has(one)) ?? "ok";
  if (!pill) return;
  if (pill.dataset.state !== now) pill.dataset.state = now;
  const place = pill.querySelector(`[data-when="${now}"] small`);
  const words = held.get(now);
  if (place && words) place.textContent = words;
}

/** Keep the pill true about the line: the browser's word first, then an answer of the server. */
export function syncPill(): void {
  const clock = (): string => new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
  const check = async (): Promise<void> => {
    if (!navigator.onLine) return hold("off", "");
    try {
      const answer = await fetch("/healthz", { cache: "no-store", method: "GET" });
      hold("off", answer.ok ? null : "");
      if (answer.ok) hold("ok", clock());
    } catch {
      hold("off", "");
    }
  };
  window.addEventListener("online", () => void check());
  window.addEventListener("offline", () => hold("off", ""));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && void check());
  void check();
}
