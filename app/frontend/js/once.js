// Finds the elements of a selector that have not been set up yet.
const seen = new WeakMap();

export function each(root, selector, setUp) {
  for (const element of root.querySelectorAll(selector)) {
    const done = seen.get(element) || new Set();
    if (done.has(setUp)) continue;
    done.add(setUp);
    seen.set(element, done);
    setUp(element);
  }
}
