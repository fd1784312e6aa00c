/** Follow the system's theme while the user has not chosen one (data-an-theme="auto"). */
export function followTheme(): void {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => {
    if (root.dataset.anTheme === "auto") root.dataset.bsTheme = dark.matches ? "dark" : "light";
    // what the description of the API is drawn with has its own word for it
    root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark");
  };
  apply();
  dark.addEventListener("change", apply);
}
