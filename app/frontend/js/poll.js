// [data-poll="/address"]: asks the server for a new form of this very element until the answer
// no longer carries data-poll. The page says so when the server stays silent (data-poll-failed).
import { each } from "./once.js";

const FIRST_MS = 700;
const SLOWEST_MS = 5000;
const TRIES = 5;

async function ask(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true", Accept: "text/html" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.body.firstElementChild;
}

function setUp(element) {
  let wait = FIRST_MS;
  let failed = 0;
  const again = async () => {
    if (!element.isConnected) return;
    try {
      const fresh = await ask(element.dataset.poll);
      failed = 0;
      if (!fresh) return;
      const goesOn = fresh.dataset.poll;
      element.replaceChildren(...fresh.childNodes);
      element.className = fresh.className;
      if (!goesOn) {
        element.removeAttribute("data-poll");
        if (fresh.dataset.then) location.assign(fresh.dataset.then);
        return;
      }
      element.dataset.poll = goesOn;
    } catch {
      failed += 1;
      if (failed >= TRIES) {
        const line = document.createElement("p");
        line.textContent = element.dataset.pollFailed || "";
        element.append(line);
        return;
      }
    }
    wait = Math.min(wait * 1.3, SLOWEST_MS);
    setTimeout(again, wait);
  };
  setTimeout(again, wait);
}

export function watchPolls(root) {
  each(root, "[data-poll]", setUp);
}
