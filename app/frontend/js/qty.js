// [data-qty]: a text field with − and + beside it; the buttons are hidden until this runs.
import { each } from "./once.js";

/** Add a whole step to a decimal text without floating point; never below zero. */
export function stepped(text, step) {
  const match = /^\s*(\d*)(\.\d+)?\s*$/.exec(text.replace(/,/g, ""));
  if (!match) return text;
  const whole = BigInt(match[1] || "0") + BigInt(step);
  return whole < 0n ? "0" : whole.toString() + (match[2] || "");
}

function setUp(box) {
  const field = box.querySelector("input");
  for (const button of box.querySelectorAll("[data-step]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      field.value = stepped(field.value, button.dataset.step);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

export function watchSteppers(root) {
  each(root, "[data-qty]", setUp);
}
