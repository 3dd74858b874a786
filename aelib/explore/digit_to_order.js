// Explorer of notebook 13: one start, ordered as each of ten digits.

import { annealed, guided } from "./anneal.js";
import { boxAt, frame, grid, image } from "./images.js";
import { live, moved, range } from "./live.js";
import { forward } from "./net.js";
import { at } from "./numbers.js";

const EVERY = 6; // frames of the display for one step

export default live((state, page) => {
  const { denoiser, decoder, kept, sigmas, starts, weights } = state;
  const [last, count] = [sigmas.length - 1, starts.shape[0]];
  let [label, weight, start, now, wait] = [state.label, state.weight, 0, last, 0];
  let [paths, digits] = [[], []];

  // The ways of all ten classes; then what their guesses look like at this step.
  const order = () => {
    const from = [...at(starts, start)];
    paths = range(10).map((k) => annealed(guided(denoiser, k, weight), from, sigmas));
    look();
  };
  const look = () => {
    digits = paths.map((path) => decoded(path[now].guess));
    say();
  };
  const decoded = (code) => {
    const pixels = new Float32Array(784);
    forward(decoder, code).forEach((value, k) => (pixels[kept[k]] = value));
    return pixels;
  };

  const classes = page.choice("digit", range(10), label, pick);
  page.slider("guidance", weights, weight, (chosen) => {
    weight = chosen;
    order();
  });
  const time = page.slider("step", range(last + 1), now, go, (k) => name(k));
  page.player("Walk the noise", () => {
    wait = (wait + 1) % EVERY;
    if (wait === 0) time.set(now + 1, go);
    return now < last;
  }, () => time.set(now === last ? 0 : now, go));
  page.button("Another start", () => {
    start = (start + 1) % count;
    order();
    page.redraw();
  });
  function pick(chosen) {
    label = chosen;
    if (paths.length) say();
  }
  function go(k) {
    now = k;
    look();
  }

  let boxes = [];
  const turn = (by) => () => classes.set(moved(label, by, 10), pick);
  page.picture({
    label: "One start, ordered as each of ten digits. The arrow keys choose one.",
    ratio: 2.5,
    least: 330,
    share: 1.5,
    drag: (place) => {
      const k = boxAt(boxes, place);
      if (k >= 0) classes.set(k, pick);
    },
    keys: { ArrowLeft: turn(-1), ArrowRight: turn(1), ArrowUp: turn(-5), ArrowDown: turn(5) },
    paint: (context, area) => {
      boxes = grid(10, 5, { x: 0, y: 0, width: area.width, height: area.height }, 4);
      digits.forEach((digit, k) => image(context, area, digit, boxes[k]));
      frame(context, boxes[label], area.colour("vermilion"), 3);
    },
  });
  page.picture({
    label: "The chosen digit, larger",
    ratio: 1,
    least: 200,
    share: 0.8,
    paint: (context, area) => {
      const box = { x: 0, y: 0, width: area.width, height: area.height };
      image(context, area, digits[label], box);
    },
  });

  function name(k) {
    return sigmas[k] > 0 ? `${k}, σ = ${+sigmas[k].toPrecision(2)}` : `${k}, σ = 0`;
  }
  function say() {
    const ink = digits[label].reduce((total, value) => total + value, 0);
    page.say(
      `A ${label} with guidance ${weight}, start ${start + 1} of ${count}, step ` +
        `${name(now)}: the guess has ${ink.toFixed(1)} pixels of ink.`,
    );
  }
  order();
});
