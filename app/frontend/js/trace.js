// [data-trace]: pointing at a holder lights everything it came from and everything it went to.
// Picture: a[data-node="id"], path[data-from][data-to]; list and table rows: [data-node="id"].

function reach(start, next) {
  const found = new Set([start]);
  const queue = [start];
  while (queue.length) {
    for (const other of next.get(queue.pop()) || []) {
      if (!found.has(other)) {
        found.add(other);
        queue.push(other);
      }
    }
  }
  return found;
}

function follow(edges, here, there) {
  const next = new Map();
  for (const edge of edges) {
    if (!next.has(edge.dataset[here])) next.set(edge.dataset[here], []);
    next.get(edge.dataset[here]).push(edge.dataset[there]);
  }
  return next;
}

function setUp(box) {
  const edges = [...box.querySelectorAll("[data-from][data-to]")];
  const nodes = [...box.querySelectorAll("[data-node]")];
  const down = follow(edges, "from", "to");
  const up = follow(edges, "to", "from");
  let lit = null;

  function light(id) {
    if (id === lit) return;
    lit = id;
    box.classList.toggle("is-lit", id !== null);
    const after = id === null ? new Set() : reach(id, down);
    const before = id === null ? new Set() : reach(id, up);
    for (const node of nodes) {
      const name = node.dataset.node;
      node.classList.toggle("is-lit", after.has(name) || before.has(name));
      node.classList.toggle("is-here", name === id);
    }
    for (const { dataset, classList } of edges) {
      const onWay = (after.has(dataset.from) && after.has(dataset.to)) ||
        (before.has(dataset.from) && before.has(dataset.to));
      classList.toggle("is-lit", onWay);
    }
  }

  const nodeOf = (event) => event.target.closest?.("[data-node]")?.dataset.node ?? null;
  box.addEventListener("pointerover", (event) => light(nodeOf(event)));
  box.addEventListener("pointerleave", () => light(null));
  box.addEventListener("focusin", (event) => light(nodeOf(event)));
  box.addEventListener("focusout", () => light(null));
}

document.querySelectorAll("[data-trace]").forEach(setUp);
