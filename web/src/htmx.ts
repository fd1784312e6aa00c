import htmx from "htmx.org/dist/htmx.esm.js";
import { meta, text } from "./behaviours/dom";
import { say } from "./behaviours/toast";

/** htmx under a strict CSP: no eval, no injected style, CSRF token in each request, refusals (4xx) shown in place. */
export function startHtmx(): void {
  Object.assign(htmx.config, {
    includeIndicatorStyles: false,
    allowEval: false,
    allowScriptTags: false,
    selfRequestsOnly: true,
    // pages may hold personal data: nothing of them in the browser's storage
    historyCacheSize: 0,
    refreshOnHistoryMiss: true,
    scrollIntoViewOnBoost: false,
    // a 422 is the form with its errors, a 409 the refusal beside the field: both belong on the page
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      { code: "(409|422)", swap: true, error: false },
      { code: "...", swap: false, error: true },
    ],
  });
  document.addEventListener("htmx:configRequest", (event) => {
    (event as CustomEvent<{ headers: Record<string, string> }>).detail.headers["X-CSRFToken"] = meta("csrf-token");
  });
  let running = 0;
  const busy = (by: number) => () => {
    running = Math.max(0, running + by);
    document.documentElement.classList.toggle("an-busy", running > 0);
  };
  document.addEventListener("htmx:beforeRequest", busy(1));
  document.addEventListener("htmx:afterRequest", busy(-1));
  document.addEventListener("htmx:responseError", (event) => {
    const status = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr.status;
    const known = [400, 403, 404, 429, 500, 503].includes(status) ? status : 500;
    say(text(`error-${known}`), "error");
  });
  document.addEventListener("htmx:sendError", () => say(text("offline"), "error"));
}
