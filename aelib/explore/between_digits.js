// Explorer of notebook 11: the straight way between the codes of two digits, decoded.

import { frame, grid, image, words } from "./images.js";
import { live, range } from "./live.js";
import { at, squaredError } from "./numbers.js";

const PACE = 0.25; // steps of the way in each frame

export default live(({ images, labels, ways, start }, page) => {
  const last = ways.shape[2] - 1;
  let [[first, second], part] = [start, last / 2];
  let heading = PACE;

  const name = (i) => `no. ${i}, a ${labels[i]}`;
  const pick = (label, value, act) =>
    page.slider(label, range(labels.length), value, (chosen) => {
      act(chosen);
      say();
    }, name);
  pick("from", first, (chosen) => (first = chosen));
  pick("to", second, (chosen) => (second = chosen));
  const percent = (k) => `${Math.round((100 * k) / last)} %`;
  const way = page.slider("of the way", range(last + 1), last / 2, setPart, percent);
  let along = last / 2;
  page.player("Walk", () => {
    along += heading;
    if (along >= last || along <= 0) heading = -heading;
    way.set(Math.round(along), setPart);
  });

  function setPart(chosen) {
    part = chosen;
    say();
  }
  // Each way is stored once, from the digit that comes first.
  const decoded = (k = part) =>
    first <= second ? at(ways, first, second, k) : at(ways, second, first, last - k);

  page.picture({
    label: "The way from one digit to the other, decoded",
    ratio: 2,
    least: 300,
    drag: ([across], canvas) => {
      const k = Math.round((across / canvas.clientWidth) * last);
      way.set(Math.min(last, Math.max(0, k)), setPart);
    },
    paint: (context, area) => {
      const strip = range(11);
      const boxes = grid(11, 11, { x: 0, y: 0, width: area.width, height: 90 });
      strip.forEach((k) => {
        const here = Math.round((k * last) / 10);
        image(context, area, decoded(here), boxes[k]);
      });
      const side = Math.min(area.width / 3 - 8, area.height - boxes[0].height - 40);
      const large = [at(images, first), decoded(), at(images, second)];
      const titles = [`a ${labels[first]}`, `${percent(part)}, decoded`, `a ${labels[second]}`];
      large.forEach((digit, k) => {
        const x = (k * area.width) / 3 + (area.width / 3 - side) / 2;
        const y = boxes[0].height + 32;
        words(context, area, titles[k], [x + side / 2, y - 14]);
        image(context, area, digit, { x, y, width: side, height: side });
      });
      frame(context, boxes[Math.round((10 * part) / last)], area.colour("vermilion"));
    },
  });

  function say() {
    const here = decoded();
    const [a, b] = [first, second].map((i) => squaredError(at(images, i), here));
    page.say(
      `${percent(part)} of the way from a ${labels[first]} to a ${labels[second]}; ` +
        `squared error ${a.toFixed(1)} to the first and ${b.toFixed(1)} to the other.`,
    );
  }
  say();
});
