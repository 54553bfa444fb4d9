// form[data-draft="key"]: what was typed stays on this device until it is sent.
// [data-draft-note] inside the page shows when; texts in data-saved and data-restored ("{time}").
import { each } from "./once.js";

const PREFIX = "suyuan.draft.";
const KEEP_MS = 7 * 24 * 3600 * 1000; // a week-old draft helps nobody
const WAIT_MS = 400;

function read(key) {
  try {
    const draft = JSON.parse(localStorage.getItem(PREFIX + key));
    return draft && Date.now() - draft.at < KEEP_MS ? draft : null;
  } catch {
    return null;
  }
}

function write(key, draft) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(draft));
    return true;
  } catch {
    return false; // private mode or full: the form still works
  }
}

function keeps(field) {
  return field.name && !["hidden", "password", "file", "submit", "button"].includes(field.type);
}

function fieldsOf(form) {
  const kept = {};
  for (const field of form.elements) {
    if (!keeps(field)) continue;
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.checked) (kept[field.name] ||= []).push(field.value);
    } else {
      (kept[field.name] ||= []).push(field.value);
    }
  }
  return kept;
}

function fill(form, kept) {
  const used = {};
  for (const field of form.elements) {
    if (!keeps(field) || !kept[field.name]) continue;
    if (field.type === "radio" || field.type === "checkbox") {
      field.checked = kept[field.name].includes(field.value);
    } else {
      const turn = (used[field.name] = (used[field.name] ?? -1) + 1);
      if (kept[field.name][turn] !== undefined) field.value = kept[field.name][turn];
    }
  }
}

function note(kind, at) {
  const place = document.querySelector("[data-draft-note]");
  if (!place) return;
  const time = new Date(at).toTimeString().slice(0, 5);
  place.textContent = (place.dataset[kind] || "").replace("{time}", time);
}

function setUp(form) {
  const key = form.dataset.draft;
  const old = read(key);
  const refused = document.querySelector(".errors");
  if (old?.sent && !refused) localStorage.removeItem(PREFIX + key);
  else if (old && !old.sent && !refused) {
    fill(form, old.fields);
    note("restored", old.at);
  }
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const at = Date.now();
      if (write(key, { at, fields: fieldsOf(form) })) note("saved", at);
    }, WAIT_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    write(key, { at: Date.now(), fields: fieldsOf(form), sent: true });
  });
}

export function watchDrafts(root) {
  each(root, "form[data-draft]", setUp);
}
