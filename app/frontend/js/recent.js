// [data-recent]: the last scans, kept on this phone only. A <template> inside is the line.
const KEY = "suyuan.scans";
const MOST = 8;

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) || [];
  } catch {
    return [];
  }
}

export function remember(text, format) {
  try {
    const rest = read().filter((scan) => scan.text !== text);
    localStorage.setItem(KEY, JSON.stringify([{ text, format, at: Date.now() }, ...rest].slice(0, MOST)));
  } catch {
    // private mode: nothing is kept
  }
}

export function showRecent() {
  const box = document.querySelector("[data-recent]");
  const scans = read();
  if (!box || !scans.length) return;
  const line = box.querySelector("template");
  for (const { text, format, at } of scans) {
    const item = line.content.cloneNode(true);
    const link = item.querySelector("a");
    link.href = box.dataset.recent + encodeURIComponent(text);
    link.querySelector("[data-text]").textContent = text;
    const when = new Date(at);
    const day = when.toDateString() === new Date().toDateString() ? "" : `${when.getMonth() + 1}-${when.getDate()} `;
    link.querySelector("[data-at]").textContent = `${format} · ${day}${when.toTimeString().slice(0, 5)}`;
    line.parentNode.append(item);
  }
  box.hidden = false;
  box.querySelector("[data-recent-clear]")?.addEventListener("click", () => {
    localStorage.removeItem(KEY);
    box.hidden = true;
  });
}
