// input[data-filter="table-id"]: narrows the rows already on the page; it never asks the server.
// A [data-filter-box] around it is hidden until this runs; [data-filter-count] tells the number left.
import { each } from "./once.js";

const plain = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ");

function apply(field, table) {
  const words = plain(field.value).split(" ").filter(Boolean);
  let left = 0;
  let group = null;
  let inGroup = 0;
  for (const row of table.querySelectorAll("tbody > tr")) {
    if (row.classList.contains("group")) {
      if (group) group.hidden = inGroup === 0;
      [group, inGroup] = [row, 0];
      continue;
    }
    const text = plain(row.textContent);
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) [left, inGroup] = [left + 1, inGroup + 1];
  }
  if (group) group.hidden = inGroup === 0;
  const count = document.querySelector(`[data-filter-count="${table.id}"]`);
  if (count) count.textContent = words.length ? (count.dataset.text || "{n}").replace("{n}", left) : "";
}

function setUp(field) {
  const table = document.getElementById(field.dataset.filter);
  if (!table) return;
  const box = field.closest("[data-filter-box]");
  if (box) box.hidden = false;
  field.addEventListener("input", () => apply(field, table));
}

export function watchFilters(root) {
  each(root, "input[data-filter]", setUp);
}
