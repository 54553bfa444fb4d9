// form[data-once]: a second tap does not send twice, and after 400 ms [data-busy] says what is done.
// (The hidden filing_key makes it safe even without this.)
import { each } from "./once.js";

const QUIET_MS = 400;

function setUp(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    setTimeout(() => {
      for (const line of form.querySelectorAll("[data-busy]")) line.hidden = false;
    }, QUIET_MS);
  });
  // coming back with the back button, the form may be sent again
  addEventListener("pageshow", () => {
    delete form.dataset.sent;
    for (const line of form.querySelectorAll("[data-busy]")) line.hidden = true;
  });
}

export function watchSubmits(root) {
  each(root, "form[data-once]", setUp);
}
