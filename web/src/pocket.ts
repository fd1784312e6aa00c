import "./styles/pocket.entry.css";

import { forms } from "./behaviours/forms";
import { followTheme } from "./behaviours/theme";
import { toasts } from "./behaviours/toast";
import { syncPill } from "./pocket/pill";

followTheme();
toasts();
forms();
syncPill();

if ("serviceWorker" in navigator) {
  window.addEventListener("load", () => {
    navigator.serviceWorker.register("/sw.js", { scope: "/" }).catch((reason: unknown) => console.warn("service worker", reason));
  });
}
