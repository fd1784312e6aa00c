// The wall: no interaction, never sleeps, comes back by itself whatever happens to line or server.
import "./styles/wall.entry.css";

import { freshParts, watchPlant } from "./plant";

const EVERY = 60_000;
const ANEW_HOUR = 4;

const root = document.querySelector<HTMLElement>("[data-an-wall]");
if (root) start(root);

function start(wall: HTMLElement): void {
  const age = wall.querySelector<HTMLElement>("[data-age]");
  watchPlant(wall, (state, heardAt) => {
    wall.dataset.line = state;
    if (!age) return;
    const time = heardAt.toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
    age.hidden = state === "on";
    age.textContent = (wall.dataset[`word${state}`] ?? "").replace("{time}", time);
  });
  document.body.addEventListener("an:plant:alarms", () => freshParts(wall));
  window.setInterval(() => freshParts(wall), EVERY);
  clock(wall);
  stayAwake();
  void anew(wall);
}

function clock(wall: HTMLElement): void {
  const place = wall.querySelector<HTMLElement>("[data-clock]");
  const day = wall.querySelector<HTMLElement>("[data-day]");
  const tick = (): void => {
    const now = new Date();
    const zone = { timeZone: "Asia/Shanghai" } as const;
    if (place) place.textContent = now.toLocaleTimeString("zh-CN", { ...zone, hour: "2-digit", minute: "2-digit", hour12: false });
    if (day) {
      const date = now.toLocaleDateString("sv-SE", zone);
      day.textContent = `${date} ${now.toLocaleDateString(document.documentElement.lang, { ...zone, weekday: "short" })}`;
    }
  };
  tick();
  window.setInterval(tick, 1000);
}

/** Load the page anew once a day, before the morning, so that a new version of the product shows;
 *  and not while the server is away, or an error page would stay on the wall. */
async function anew(wall: HTMLElement): Promise<void> {
  const wait = (): number => {
    const now = new Date(Date.now() + 8 * 3_600_000);
    const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + (now.getUTCHours() >= ANEW_HOUR ? 1 : 0), ANEW_HOUR);
    return Math.max(next - now.getTime(), EVERY);
  };
  await new Promise((done) => window.setTimeout(done, wait()));
  for (;;) {
    const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null);
    if (answer?.ok && !answer.redirected) break;
    wall.dataset.line = "lost";
    await new Promise((done) => window.setTimeout(done, EVERY));
  }
  location.reload();
}

/** Keep the screen on. Browsers without the wake lock (or on plain HTTP) stay awake while a video
 *  plays, so one without picture or sound is played. */
function stayAwake(): void {
  const ask = async (): Promise<void> => {
    if (document.hidden) return;
    try {
      await navigator.wakeLock.request("screen");
    } catch {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = 2;
      canvas.getContext("2d");
      const video = document.createElement("video");
      video.muted = true;
      video.playsInline = true;
      video.srcObject = canvas.captureStream(1);
      await video.play().catch(() => undefined);
    }
  };
  void ask();
  document.addEventListener("visibilitychange", () => void ask());
}
