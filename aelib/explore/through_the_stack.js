// Explorer of notebook 07: a digit on its way up a stack and down again.

import { axes, curve } from "./axes.js";
import { frame, image, words } from "./images.js";
import { live, range } from "./live.js";
import { at } from "./numbers.js";
import { clip } from "./parts.js";

const PACE = 0.03; // of a passage: layers in each frame

export default live((state, page) => {
  const { widths, ways, errors, count } = state;
  const names = Object.keys(ways);
  const deepest = widths.length - 1;
  let [name, digit, depth] = [names[0], state.digit, state.depth];
  let reached = 2 * depth; // how far the passage has come, in layers

  const restart = () => {
    reached = 2 * depth;
    say();
  };
  page.choice("network", names, name, (chosen) => {
    name = chosen;
    restart();
  });
  page.slider("digit", range(count), digit, (chosen) => {
    digit = chosen;
    restart();
  });
  const turn = page.slider("turn back at depth", range(deepest).map((k) => k + 1), depth, turnAt);
  function turnAt(chosen) {
    depth = chosen;
    restart();
  }
  const send = () => {
    reached += PACE;
    return reached < 2 * depth;
  };
  page.player("Send it through", send, () => {
    if (reached >= 2 * depth) reached = 0;
  });

  // Activities of each layer on the way, 784 of them first and last.
  const layers = () => ways[name][depth - 1].map((layer) => at(layer, digit));

  page.picture({
    label: "The digit, the activities of each layer, and the digit that comes out",
    ratio: 5.6,
    least: 600,
    share: 3,
    paint: (context, area) => {
      const way = layers();
      const side = Math.min(area.width / (2 * deepest + 1) - 8, area.height - 26);
      way.forEach((layer, k) => {
        const x = k * (area.width / (2 * deepest + 1));
        const box = { x: x + 1, y: 24, width: side, height: side };
        context.save();
        context.globalAlpha = clip(reached - k + 1, 0.06, 1);
        image(context, area, square(layer), box);
        context.restore();
        words(context, area, String(layer.length), [x + side / 2, 10]);
        const here = Math.floor(reached + 1e-9) === k && reached < 2 * depth;
        frame(context, box, here ? area.colour("vermilion") : area.ink, here ? 3 : 0.4);
      });
    },
  });
  page.picture({
    label: "Squared error of this digit against the depth at which it turns back",
    ratio: 1.6,
    drag: ([across]) => turn.set(clip(Math.round(on.X.from(across)), 1, deepest), turnAt),
    paint: (context, area) => {
      const top = 1.1 * Math.max(...names.flatMap((each) => [...errors[each].values]));
      const x = { range: [0.7, deepest + 0.3], label: "depth", texts: ["", ...range(deepest).map((k) => k + 1)] };
      on = axes(context, area, { x, y: { range: [0, top], label: "squared error" } });
      names.forEach((each, i) => {
        const heights = range(deepest).map((k) => at(errors[each], k)[digit]);
        const colour = area.colour(["blue", "orange", "green", "purple"][i % 4]);
        const dots = each === name ? 6 : 3;
        curve(context, on, range(deepest).map((k) => k + 1), heights, { colour, dots });
        context.fillStyle = colour;
        words(context, area, each, [on.X.pixels[0] + 8, 16 + 16 * i], { align: "left" });
      });
    },
  });
  let on = null;

  function say() {
    const error = at(errors[name], depth - 1)[digit];
    page.say(
      `Digit ${digit} up to depth ${depth} of ${name}, ${widths[depth]} activities, and ` +
        `back: squared error ${error.toFixed(1)}.`,
    );
  }
  say();
});

// Activities as a square of squares, the last places empty.
function square(layer) {
  const side = Math.ceil(Math.sqrt(layer.length));
  const whole = new Float32Array(side * side);
  whole.set(layer);
  return whole;
}
