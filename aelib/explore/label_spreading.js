// Explorer of notebook 12: give points a label, and watch it flow along their graph.

import { dot, line } from "./axes.js";
import { ahead, join, nearest, spread } from "./graph.js";
import { frame, words } from "./images.js";
import { live, range } from "./live.js";
import { clip } from "./parts.js";

const PACE = 0.2; // of the play button: steps a frame
const NAMES = ["A", "B", "none"];
const COLOURS = ["blue", "vermilion"]; // of A, discs, and of B, squares

export default live(({ gaps, clouds, box, classes, alpha, most, ...first }, page) => {
  let [points, k, time, gives] = [clouds.at(-1), first.k, first.steps, NAMES[0]];
  let known = new Map(first.known.map((i) => [i, classes[i]])); // points to labels
  let [graph, shares, cursor, others] = [[], [], first.known[0], null];
  let place = null; // from a point to CSS pixels

  page.choice("a click gives the label", NAMES, gives, (chosen) => (gives = chosen));
  const clock = page.slider("steps", range(most.steps + 1), time, flow);
  page.player("Let them flow", () => {
    const next = Math.min(time + PACE, most.steps);
    clock.set(Math.floor(next), () => flow(next));
    return time < most.steps;
  }, () => time >= most.steps && clock.set(0, flow));
  page.slider("neighbours k", range(most.k).map((i) => i + 1), k, (chosen) => {
    k = chosen;
    rejoin();
  });
  if (gaps.length > 1)
    page.slider("how far the moons lie apart", gaps, gaps.at(-1), (gap) => {
      points = clouds[gaps.indexOf(gap)];
      rejoin();
    }, signed);
  page.button("Take all labels away", () => setKnown(new Map()));

  const canvas = page.picture({
    label: "Points and their graph. Arrow keys go from point to point, Enter gives the label.",
    ratio: 1.45,
    least: 440,
    drag: (spot) => {
      const hit = nearest(points.map(place), spot);
      if (others && hit === cursor) return page.redraw(); // the same point as before
      cursor = hit;
      give((others ??= without(hit))); // a label that is dragged stays nowhere on its way
    },
    release: () => (others = null),
    keys: {
      ArrowLeft: () => go([-1, 0]),
      ArrowRight: () => go([1, 0]),
      ArrowUp: () => go([0, 1]),
      ArrowDown: () => go([0, -1]),
      Enter: () => give(without(cursor)),
      " ": () => give(without(cursor)),
    },
    paint: (context, area) => {
      const [[left, low], [right, high]] = box;
      const [wide, tall] = [area.width - 30, area.height - 54];
      const unit = Math.min(wide / (right - left || 1), tall / (high - low || 1));
      place = ([x, y]) => [
        area.width / 2 + unit * (x - (left + right) / 2),
        area.height / 2 + 12 - unit * (y - (low + high) / 2),
      ];
      const [spots, r] = [points.map(place), clip(area.width / 150, 3, 4.5)];
      legend(context, area, r);
      for (const [i, row] of graph.entries())
        for (const [j] of row) if (i < j) line(context, spots[i], spots[j], 0.2);
      for (const [i, spot] of spots.entries()) {
        mark(context, area, spot, shares[i], r);
        if (isWrong(i)) words(context, area, "×", spot, { size: 5.5 * r });
      }
      const [x, y] = spots[cursor].map((each) => each - 14);
      if (document.activeElement === canvas)
        frame(context, { x, y, width: 28, height: 28 }, area.ink);
      for (const [i, label] of known) mark(context, area, spots[i], label, 10);
      context.fillStyle = "white";
      for (const [i, label] of known) words(context, area, NAMES[label], spots[i]);
    },
  });
  for (const event of ["focus", "blur"]) canvas.addEventListener(event, page.redraw);

  function go(way) {
    cursor = ahead(points, cursor, way);
    const share = shares[cursor];
    const at = points[cursor].map((each) => signed(each.toFixed(2))).join(", ");
    const what = share === null ? "not reached" : `${percent(1 - share)} A`;
    page.say(`The point at (${at}): ${known.has(cursor) ? "known, " : ""}${what}.`);
    page.redraw();
  }
  const without = (i) => new Map([...known].filter(([j]) => j !== i));
  const give = (rest) =>
    setKnown(gives === "none" ? rest : new Map(rest).set(cursor, NAMES.indexOf(gives)));
  function setKnown(labels) {
    known = labels;
    flow(time);
    page.redraw();
  }
  function rejoin() {
    graph = join(points, k);
    flow(time);
  }
  const isWrong = (i) => shares[i] !== null && +(shares[i] > 0.5) !== classes[i];
  function flow(until) {
    time = until;
    shares = spread(graph, known, Math.floor(time), alpha);
    if (!known.size) return page.say("No labels: click a point to give it one.");
    const part = (test) => percent(classes.filter((_, i) => test(i)).length / classes.length);
    const [rows, labels] = [[...known.keys()], [...known.values()]];
    const places = rows.map((i) => points[i]);
    page.say(
      `${many(rows.length, "label")}, ${many(Math.floor(time), "step")}: ` +
        `${part((i) => shares[i] !== null)} of the points reached; ` +
        `${part((i) => shares[i] !== null && !isWrong(i))} read rightly, ` +
        `${part((i) => labels[nearest(places, points[i])] === classes[i])} by the nearest ` +
        "label alone.",
    );
  }
  rejoin();
});

const many = (count, what) => `${count} ${what}${count === 1 ? "" : "s"}`;
const percent = (share) => `${(100 * share).toFixed(1)} %`;
const signed = (value) => String(value).replace("-", "−");

// A disc where A has more, a square where B has, the fuller the surer; else a speck.
function mark(context, area, [x, y], share, r) {
  context.save();
  context.fillStyle = share === null ? area.ink : area.colour(COLOURS[+(share > 0.5)]);
  context.globalAlpha = share === null ? 0.5 : 0.25 + 0.75 * Math.abs(2 * share - 1);
  if (share > 0.5) context.fillRect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
  else dot(context, [x, y], share === null ? r / 2 : r);
  context.restore();
}

function legend(context, area, r) {
  Object.entries({ A: 0, B: 1, misread: "×", "nothing yet": null }).forEach(([text, what], i) => {
    const [x, y] = [12 + (i * (area.width - 20)) / 4, 12];
    if (what === "×") words(context, area, what, [x, y], { size: 5.5 * r });
    else mark(context, area, [x, y], what, r);
    words(context, area, text, [x + 12, y], { align: "left" });
  });
}
