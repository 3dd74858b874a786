// Explorer of notebook 00: drag a weight or an input, and see what follows.

import { axes, curve, dot, line } from "./axes.js";
import { words } from "./images.js";
import { live, range, steps } from "./live.js";
import { clip } from "./parts.js";

const REACH = 6; // weights and inputs go from -6 to 6
const FLASH = 500; // ms for which a changed number stays marked
const F = {
  linear: [(s) => s, () => 1],
  relu: [(s) => Math.max(0, s), (s) => +(s > 0)],
  sigmoid: [(s) => 1 / (1 + Math.exp(-s)), (s) => F.sigmoid[0](s) * (1 - F.sigmoid[0](s))],
  tanh: [Math.tanh, (s) => 1 - Math.tanh(s) ** 2],
};

export default live((state, page) => {
  const { biases, activations, y } = state;
  const [weights, x] = [structuredClone(state.weights), [...state.x]];
  const sizes = [x.length, ...biases.map((b) => b.length)];
  const edges = weights.flatMap((w, layer) =>
    w.flatMap((row, i) => row.map((_, j) => [layer, i, j])),
  );
  let chosen = state.weight; // an edge [layer, i, j], or an input [k]
  let grip = null; // where a drag began, and the value that it began with
  const seen = new Map(); // each number on the picture: as it was written, and since when

  // Forward: h and s of every layer. Backward: δ = −∂J/∂s, as in the lecture.
  function pass() {
    const [h, s] = [[x], []];
    weights.forEach((w, layer) => {
      const sums = w.map((row, i) =>
        row.reduce((total, each, j) => total + each * h[layer][j], biases[layer][i]),
      );
      s.push(sums);
      h.push(sums.map(F[activations[layer]][0]));
    });
    let delta = y.map((target, i) => target - h.at(-1)[i]);
    const deltas = [];
    for (let layer = weights.length - 1; layer >= 0; layer--) {
      const slope = F[activations[layer]][1];
      delta = delta.map((each, i) => each * slope(s[layer][i]));
      deltas.unshift(delta);
      delta = h[layer].map((_, j) =>
        delta.reduce((total, each, i) => total + each * weights[layer][i][j], 0),
      );
    }
    const cost = y.reduce((total, target, i) => total + (target - h.at(-1)[i]) ** 2 / 2, 0);
    return { h, deltas, cost, slopeOfInput: delta.map((each) => -each) };
  }
  const value = () => (chosen.length === 1 ? x[chosen[0]] : weights[chosen[0]][chosen[1]][chosen[2]]);
  function set(wanted) {
    const [layer, i, j] = chosen;
    const inside = clip(Math.round(100 * wanted) / 100, -REACH, REACH);
    if (chosen.length === 1) x[layer] = inside;
    else weights[layer][i][j] = inside;
  }
  function slope({ h, deltas, slopeOfInput }) {
    const [layer, i, j] = chosen;
    return chosen.length === 1 ? slopeOfInput[layer] : -deltas[layer][i] * h[layer][j];
  }
  const name = () => (chosen.length === 1 ? `x${sub(chosen[0])}` : weightName(chosen));

  // The network.
  const place = (area, layer, k) => {
    const gap = Math.min(area.height / Math.max(...sizes), 170);
    const across = 50 + (layer * (area.width - 100)) / (sizes.length - 1);
    return [across, area.height / 2 + gap * (k - (sizes[layer] - 1) / 2)];
  };
  let room = { width: 1, height: 1 };
  page.picture({
    label: "The network. Left and right choose a weight or an input, up and down change it.",
    ratio: 1.6,
    least: 560,
    share: 1.7,
    drag: (spot) => {
      if (grip === null) chosen = nearest(spot);
      grip ??= { from: spot[1], value: value() };
      set(grip.value + (grip.from - spot[1]) / 40);
      changed();
    },
    release: () => (grip = null),
    keys: {
      ArrowLeft: () => choose(-1),
      ArrowRight: () => choose(1),
      ArrowUp: () => nudge(0.1),
      ArrowDown: () => nudge(-0.1),
    },
    paint: (context, area) => {
      room = area;
      const now = pass();
      for (const edge of edges) drawEdge(context, area, edge, now);
      now.h.forEach((units, layer) =>
        units.forEach((h, k) => drawUnit(context, area, layer, k, h, now)),
      );
    },
  });
  function drawEdge(context, area, edge, { h, deltas }) {
    const [layer, i, j] = edge;
    const [from, to] = [place(area, layer, j), place(area, layer + 1, i)];
    const weight = weights[layer][i][j];
    const isChosen = String(edge) === String(chosen);
    const colour = area.colour(weight < 0 ? "vermilion" : "blue");
    context.save();
    context.strokeStyle = context.fillStyle = colour;
    context.globalAlpha = isChosen ? 1 : 0.55;
    context.lineWidth = (isChosen ? 3 : 1) + Math.abs(weight);
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    context.globalAlpha = 1;
    const part = j % 2 ? 0.24 : 0.4; // so that the numbers of crossing lines stand apart
    const at = [0, 1].map((axis) => from[axis] + part * (to[axis] - from[axis]));
    label(context, area, `w ${edge}`, weight.toFixed(2), at, colour);
    const slope = -deltas[layer][i] * h[layer][j];
    label(context, area, `s ${edge}`, signed(slope), [at[0], at[1] + 17], area.colour("purple"));
    context.restore();
  }
  function drawUnit(context, area, layer, k, h, { deltas }) {
    const [across, down] = place(area, layer, k);
    context.save();
    context.fillStyle = area.colour("paper");
    context.strokeStyle = area.ink;
    context.lineWidth = layer === 0 && chosen.length === 1 && chosen[0] === k ? 4 : 1.5;
    dot(context, [across, down], 26);
    context.stroke();
    label(context, area, `h ${layer} ${k}`, h.toFixed(3), [across, down], area.ink);
    if (layer) {
      const text = `δ ${signed(deltas[layer - 1][k])}`;
      label(context, area, `d ${layer} ${k}`, text, [across, down + 37], area.colour("purple"));
    }
    context.restore();
  }
  // A number; for a moment after it has changed, on a ground that shows it.
  function label(context, area, id, text, [across, down], colour) {
    const now = performance.now();
    const last = seen.get(id);
    if (last?.text !== text) seen.set(id, { text, since: last ? now : -FLASH });
    const age = (now - seen.get(id).since) / FLASH;
    context.font = `13px ${area.font}`;
    const half = context.measureText(text).width / 2 + 3;
    context.save();
    context.fillStyle = area.colour(age < 1 ? "orange" : "paper");
    context.globalAlpha = age < 1 ? 0.7 * (1 - age) : 0.8;
    context.fillRect(across - half, down - 8, 2 * half, 16);
    context.restore();
    context.fillStyle = colour;
    words(context, area, text, [across, down]);
    if (age < 1) requestAnimationFrame(page.redraw);
  }

  // The cost, as a function of what is chosen.
  let on = null;
  page.picture({
    label: "The cost against what is being changed, and its slope",
    drag: ([across]) => {
      set(on.X.from(across));
      changed();
    },
    paint: (context, area) => {
      const here = value();
      const places = steps(-REACH, REACH, 121);
      const costs = places.map((each) => {
        set(each);
        return pass().cost;
      });
      set(here);
      const [now, top] = [pass(), 1.1 * Math.max(...costs)];
      const axis = { range: [-REACH, REACH], label: name() };
      on = axes(context, area, { x: axis, y: { range: [0, top], label: "cost J" } });
      curve(context, on, places, costs, { colour: area.colour("blue") });
      const tangent = [-1.5, 1.5].map((step) => now.cost + slope(now) * step);
      const colour = area.colour("purple");
      curve(context, on, [here - 1.5, here + 1.5], tangent, { colour });
      context.fillStyle = colour;
      dot(context, [on.X.to(here), on.Y.to(now.cost)], 6);
    },
  });

  const things = [...range(x.length).map((k) => [k]), ...edges];
  function choose(step) {
    const at = things.findIndex((each) => String(each) === String(chosen));
    chosen = things[(at + step + things.length) % things.length];
    changed();
  }
  function nudge(step) {
    set(value() + step);
    changed();
  }
  function nearest(spot) {
    const far = things.map((thing) => {
      if (thing.length === 1) return distance(spot, place(room, 0, thing[0])) - 20;
      const [layer, i, j] = thing;
      const [from, to] = [place(room, layer, j), place(room, layer + 1, i)];
      const parts = steps(0.12, 0.88, 20);
      return Math.min(...parts.map((t) =>
        distance(spot, [0, 1].map((axis) => from[axis] + t * (to[axis] - from[axis]))),
      ));
    });
    return things[far.indexOf(Math.min(...far))];
  }
  function changed() {
    say();
    page.redraw();
  }
  function say() {
    const now = pass();
    page.say(
      `${name()} = ${value().toFixed(2).replace("-", "−")}: cost J = ${now.cost.toFixed(4)}, ` +
        `∂J/∂${name()} = ${signed(slope(now))}.`,
    );
  }
  page.button("Back to the start", () => {
    state.weights.forEach((w, layer) => (weights[layer] = structuredClone(w)));
    x.splice(0, x.length, ...state.x);
    changed();
  });
  say();
});

const sub = (k) => "₁₂₃₄₅₆"[k];
const weightName = ([layer, i, j]) => `w${sub(i)}${sub(j)} of layer ${layer + 1}`;
const signed = (value) => (value < 0 ? "−" : "+") + Math.abs(value).toFixed(4);
const distance = ([a, b], [c, d]) => Math.hypot(a - c, b - d);
