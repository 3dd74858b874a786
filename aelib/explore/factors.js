// Explorer of notebook 02: move one factor of a digit, and see which units follow.

import { axes, bars } from "./axes.js";
import { frame, image, words } from "./images.js";
import { live, range } from "./live.js";
import { at, squaredError } from "./numbers.js";

export default live(({ factors, images, outputs, codes, digit: first }, page) => {
  const names = Object.keys(factors);
  let [digit, factor] = [first, names[0]];
  const where = Object.fromEntries(names.map((name) => [name, factors[name].start]));
  const rest = { ...where };

  page.slider("digit", range(images[factor].shape[0]), digit, (chosen) => {
    digit = chosen;
    say();
  });
  page.choice("factor to move", names, factor, (chosen) => {
    factor = chosen;
    say();
  });
  for (const name of names)
    page.slider(name, range(factors[name].values.length), where[name], (chosen) => {
      [where[name], factor] = [chosen, name];
      say();
    }, (k) => `${factors[name].values[k]}`.replace("-", "−"));

  const now = (what) => at(what[factor], digit, where[factor]);
  const before = (what) => at(what[factor], digit, rest[factor]);

  page.picture({
    label: "The digit unmoved, moved, and rebuilt from its code",
    ratio: 3,
    least: 320,
    paint: (context, area) => {
      const shown = { unmoved: before(images), moved: now(images), rebuilt: now(outputs) };
      const side = Math.min(area.width / 3 - 10, area.height - 22);
      Object.entries(shown).forEach(([name, digit], k) => {
        const box = { x: (k * area.width) / 3, y: 20, width: side, height: side };
        words(context, area, name, [box.x + side / 2, 9]);
        image(context, area, digit, box);
        frame(context, box, area.ink, 0.4);
      });
    },
  });
  page.picture({
    label: "How far each code unit has moved",
    paint: (context, area) => {
      const moves = change();
      const reach = 1.05 * most[factor];
      const x = { range: [-0.5, moves.length + 0.5], label: "code unit" };
      const y = { range: [-reach, reach], label: `moved with ${factor}` };
      const on = axes(context, area, { x, y });
      const width = (0.7 * (on.X.pixels[1] - on.X.pixels[0])) / moves.length;
      const places = range(moves.length).map((k) => k + 1);
      bars(context, on, places, moves, { colour: area.colour("blue"), width });
    },
  });
  const change = () => [...now(codes)].map((each, k) => each - before(codes)[k]);
  const most = Object.fromEntries(names.map((name) => [name, largestMove(name)]));
  function largestMove(name) {
    const [count, places] = codes[name].shape;
    let most = 1e-6;
    for (const d of range(count))
      for (const k of range(places))
        at(codes[name], d, k).forEach((each, unit) => {
          const move = Math.abs(each - at(codes[name], d, rest[name])[unit]);
          most = Math.max(most, move);
        });
    return most;
  }

  function say() {
    const moves = change();
    const order = range(moves.length).sort((a, b) => Math.abs(moves[b]) - Math.abs(moves[a]));
    const total = moves.reduce((sum, each) => sum + each ** 2, 0);
    const share = order.slice(0, 3).reduce((sum, k) => sum + moves[k] ** 2, 0) / total;
    const error = squaredError(now(images), now(outputs));
    page.say(
      total < 1e-9
        ? `A ${digit} at rest. Move a factor.`
        : `With ${factor}, units ${order.slice(0, 3).map((k) => k + 1).join(", ")} move ` +
            `most: ${Math.round(100 * share)} % of the squared way. The digit rebuilt ` +
            `has a squared error of ${error.toFixed(1)}.`,
    );
  }
  say();
});
