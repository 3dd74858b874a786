// Explorer of notebook 11: any point of a plane of codes, decoded under the pointer.

import { axes, dot } from "./axes.js";
import { frame, image } from "./images.js";
import { live, range, steps } from "./live.js";
import { forward } from "./net.js";
import { at } from "./numbers.js";
import { clip } from "./parts.js";

const CELLS = 15; // digits along each side of the plane
const NEAREST = 20;
const PACE = 0.02; // of a walk: plane units in each frame
const WHAT = ["digits", "codes", "q(z|x)"];

export default live((state, page) => {
  const { decoder, kept, reach, codes, spreads, labels, walk } = state;
  let [z, what, next] = [state.start, WHAT[0], 0];
  let digit = decoded(z);
  const sheet = sheetOfDigits();

  page.choice("in the plane", spreads ? WHAT : WHAT.slice(0, 2), what, (chosen) => {
    what = chosen;
  });
  page.player("Walk from class to class", () => {
    const goal = walk[next];
    const way = Math.hypot(goal[0] - z[0], goal[1] - z[1]);
    if (way < PACE) next = (next + 1) % walk.length;
    else move(z.map((place, axis) => place + (PACE * (goal[axis] - place)) / way));
  });

  let on = null;
  const go = (across, up) => () => move([z[0] + across, z[1] + up]);
  page.picture({
    label: "Plane of codes. The arrow keys move the point.",
    ratio: 1,
    least: 300,
    drag: ([across, down]) => move([on.X.from(across), on.Y.from(down)]),
    keys: {
      ArrowLeft: go(-0.1, 0),
      ArrowRight: go(0.1, 0),
      ArrowUp: go(0, 0.1),
      ArrowDown: go(0, -0.1),
    },
    paint: (context, area) => {
      const axis = (label) => ({ range: [-reach, reach], label });
      on = axes(context, area, { x: axis("z₁"), y: axis("z₂") });
      const [x, y] = [on.X.pixels[0], on.Y.pixels[1]];
      const [width, height] = [on.X.pixels[1] - x, on.Y.pixels[0] - y];
      if (what === WHAT[0]) image(context, area, sheet, { x, y, width, height });
      else labels.forEach((label, i) => point(context, area.colour(`class-${label}`), i));
      frame(context, around(...place(z), 8), area.colour("vermilion"), 3);
    },
  });
  page.picture({
    label: "The digit decoded at the point",
    ratio: 1,
    least: 240,
    share: 0.8,
    paint: (context, area) =>
      image(context, area, digit, { x: 0, y: 0, width: area.width, height: area.height }),
  });

  const place = ([across, up]) => [on.X.to(across), on.Y.to(up)];
  const around = (x, y, r) => ({ x: x - r, y: y - r, width: 2 * r, height: 2 * r });

  // One digit's code: a dot, or the ellipse of one standard deviation.
  function point(context, colour, i) {
    const [x, y] = place(at(codes, i));
    context.fillStyle = context.strokeStyle = colour;
    if (what === WHAT[1]) return dot(context, [x, y], 2.5);
    const [a, b] = [...at(spreads, i)].map((sd) => (sd * on.X.pixels[1]) / (2.2 * reach));
    context.beginPath();
    context.ellipse(x, y, a, b, 0, 0, 2 * Math.PI);
    context.stroke();
  }

  function decoded(code) {
    const pixels = new Float32Array(784);
    forward(decoder, code).forEach((value, k) => (pixels[kept[k]] = value));
    return pixels;
  }
  function sheetOfDigits() {
    const whole = new Float32Array(784 * CELLS * CELLS);
    const middles = steps(-reach, reach, 2 * CELLS + 1).filter((_, k) => k % 2);
    for (const row of range(CELLS))
      for (const column of range(CELLS))
        decoded([middles[column], middles[CELLS - 1 - row]]).forEach((value, k) => {
          const [y, x] = [28 * row + Math.floor(k / 28), 28 * column + (k % 28)];
          whole[28 * CELLS * y + x] = value;
        });
    return whole;
  }

  function move(goal) {
    z = goal.map((each) => clip(each, -reach, reach));
    digit = decoded(z);
    say();
    page.redraw();
  }
  function say() {
    const radius = Math.hypot(...z);
    const within = 100 * (1 - Math.exp((-radius * radius) / 2));
    page.say(
      `(${z.map((each) => each.toFixed(1)).join(", ")}): ${radius.toFixed(1)} from the ` +
        `origin, farther than ${within.toFixed(0)} % of the prior. Of the ${NEAREST} ` +
        `test digits nearest to it, ${nearest()}.`,
    );
  }
  function nearest() {
    const far = labels.map((_, i) => {
      const [across, up] = at(codes, i);
      return (across - z[0]) ** 2 + (up - z[1]) ** 2;
    });
    const order = range(labels.length).sort((a, b) => far[a] - far[b]);
    const counts = Array(10).fill(0);
    for (const i of order.slice(0, NEAREST)) counts[labels[i]]++;
    const found = range(10).filter((label) => counts[label]);
    found.sort((a, b) => counts[b] - counts[a]);
    return found.map((label) => `${counts[label]} × ${label}`).join(", ");
  }
  say();
});
