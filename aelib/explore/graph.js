// Points in the plane, their graph of neighbours, and labels that flow along it: what
// aelib/graphs.py does, for the page.

import { sum } from "./numbers.js";

// Which of some places [x, y] is nearest to one; -1 if there are none.
export function nearest(places, [x, y]) {
  const far = places.map(([a, b]) => Math.hypot(a - x, b - y));
  return far.indexOf(Math.min(...far));
}

// The nearest to point `i` of those that lie in a direction, within 45°; or `i` itself.
export function ahead(points, i, [across, up]) {
  const [x, y] = points[i];
  const far = points.map(([a, b]) => {
    const [on, aside] = [(a - x) * across + (b - y) * up, (a - x) * up - (b - y) * across];
    return on > 0 && Math.abs(aside) <= on ? Math.hypot(on, aside) : Infinity;
  });
  const least = Math.min(...far);
  return least < Infinity ? far.indexOf(least) : i;
}

// `join`: for each point [j, weight] of all that it is joined to.
export function join(points, k) {
  const joined = points.map(() => new Map());
  const add = (i, j, weight) => joined[i].set(j, weight + (joined[i].get(j) ?? 0));
  points.forEach(([x, y], i) => {
    const far = points.map(([a, b]) => (a - x) ** 2 + (b - y) ** 2); // squared
    const others = points.map((_, j) => j).filter((j) => j !== i);
    const chosen = others.sort((a, b) => far[a] - far[b]).slice(0, k);
    const width = Math.max(far[chosen.at(-1)], Number.MIN_VALUE);
    for (const j of chosen) {
      const weight = Math.exp((-4 * far[j]) / width);
      add(i, j, weight);
      add(j, i, weight);
    }
  });
  return joined.map((row) => [...row]);
}

// `spread_labels`, F ← αSF + (1 − α)Y: each point's share of label 1, or null where
// nothing has come. `known` maps points to their labels, 0 and 1.
export function spread(graph, known, steps, alpha) {
  const degrees = graph.map((row) => sum(row.map(([, weight]) => weight)));
  const parts = graph.map((row, i) =>
    row.map(([j, weight]) => weight / Math.sqrt(degrees[i] * degrees[j])),
  );
  const [first, second] = [0, 1].map((label) => {
    const start = graph.map((_, i) => +(known.get(i) === label));
    let held = start;
    for (let step = 0; step < steps; step++)
      held = graph.map((row, i) => {
        let come = 0;
        for (let n = 0; n < row.length; n++) come += parts[i][n] * held[row[n][0]];
        return alpha * come + (1 - alpha) * start[i];
      });
    const total = sum(held) || 1;
    return held.map((value) => value / total);
  });
  return first.map((a, i) => (a + second[i] > 0 ? second[i] / (a + second[i]) : null));
}
