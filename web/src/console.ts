import "./styles/console.entry.css";

import Alpine from "@alpinejs/csp";

import { alarmList } from "./behaviours/alarms";
import { liveCounts } from "./behaviours/counts";
import { dialogs } from "./behaviours/dialogs";
import { drafts } from "./behaviours/drafts";
import { forms } from "./behaviours/forms";
import { freshFigures } from "./behaviours/fresh";
import { keys } from "./behaviours/keys";
import { lists } from "./behaviours/lists";
import { connectLive } from "./live";
import { living } from "./behaviours/living";
import { menus } from "./behaviours/menus";
import { navigation } from "./behaviours/nav";
import { followTheme } from "./behaviours/theme";
import { picks } from "./behaviours/pick";
import { sitePlans } from "./behaviours/siteplan";
import { tips } from "./behaviours/tips";
import { toasts } from "./behaviours/toast";
import { trees } from "./behaviours/tree";
import { uploads } from "./behaviours/upload";
import { startHtmx } from "./htmx";
import { islands } from "./islands";

followTheme();
startHtmx();
for (const start of [menus, dialogs, navigation, tips, keys, toasts, lists, picks, drafts, forms, uploads, freshFigures, trees, sitePlans, alarmList, living, liveCounts, connectLive, islands]) start();
Alpine.start();
