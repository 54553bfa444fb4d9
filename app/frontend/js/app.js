// Every signed-in page. The server makes every page and state; this only shortens the way.
import "htmx.org";
import { watchDrafts } from "./drafts.js";
import { watchFilters } from "./filter.js";
import { watchPolls } from "./poll.js";
import { watchSteppers } from "./qty.js";
import { watchSubmits } from "./submit.js";
import { watchTheme } from "./theme.js";

function start(root) {
  watchDrafts(root);
  watchFilters(root);
  watchPolls(root);
  watchSteppers(root);
  watchSubmits(root);
  watchTheme(root);
}

start(document);
// pieces that htmx puts in the page come alive too
document.addEventListener("htmx:after:swap", () => start(document));
