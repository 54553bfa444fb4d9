// button[data-theme-switch]: light or dark, kept in a cookie so that the server draws it at once.
import { each } from "./once.js";

const YEAR_S = 31536000;

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function setUp(button) {
  button.hidden = false;
  button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    document.cookie = `suyuan_theme=${theme}; path=/; max-age=${YEAR_S}; samesite=lax`;
    button.setAttribute("aria-pressed", String(theme === "dark"));
  });
}

export function watchTheme(root) {
  each(root, "[data-theme-switch]", setUp);
}
