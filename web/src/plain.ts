// Sign-in, error and offline pages: the look and the theme, no machinery.
import "./styles/plain.entry.css";

import { forms } from "./behaviours/forms";
import { followTheme } from "./behaviours/theme";

followTheme();
forms();
