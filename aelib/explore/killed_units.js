// Explorer of notebook 06: take away one unit, and a second one. Is the damage the sum?

import { bars, axes, line } from "./axes.js";
import { boxAt, frame, grid, image, words } from "./images.js";
import { live, range } from "./live.js";
import { sigmoid } from "./net.js";
import { at, squaredError } from "./numbers.js";

export default live(({ networks, digits, shown }, page) => {
  const names = Object.keys(networks);
  const count = digits.shape[0];
  const originals = range(count).map((q) => at(digits, q));
  let [name, killed, to] = [names[0], [], "zero"];
  let [boxes, rises, rows] = [[], {}, []];

  page.choice("network", names, name, (chosen) => {
    name = chosen;
    measure();
  });
  page.choice("set to", ["zero", "its mean"], to, (chosen) => {
    to = chosen;
    measure();
  });
  page.button("Revive all", () => kill([]));

  page.picture({
    label: "Units as squares. Click one to take it away, and a second one.",
    ratio: 1,
    least: 280,
    drag: (place) => {
      const hit = boxAt(boxes, place);
      if (hit >= 0 && !killed.includes(hit)) kill([...killed, hit].slice(-2));
    },
    keys: {
      ArrowRight: () => step(1),
      ArrowLeft: () => step(-1),
      Enter: () => kill([...killed, killed.at(-1) ?? 0].slice(-2)),
    },
    paint: (context, area) => {
      const { features } = networks[name];
      const [n, columns] = [features.length, Math.ceil(Math.sqrt(features.length))];
      boxes = grid(n, columns, { x: 2, y: 2, width: area.width - 4, height: area.height - 4 }, 4);
      boxes.forEach((box, j) => {
        if (!killed.includes(j)) image(context, area, features[j], box, { signed: true });
        else cross(context, box, area.colour("vermilion"));
      });
    },
  });
  page.picture({
    label: "Digits, their copies, and their copies without those units",
    ratio: 1.7,
    paint: (context, area) => {
      const boxes = grid(3 * shown, shown, { x: 0, y: 0, width: area.width, height: area.height });
      boxes.forEach((box, k) =>
        image(context, area, rows[Math.floor(k / shown)][k % shown], box),
      );
    },
  });
  page.picture({
    label: "Rise of the squared error: each unit alone, their sum, and both together",
    paint: (context, area) => {
      const heights = [rises.first, rises.second, rises.first + rises.second, rises.both];
      const texts = ["first", "second", "their sum", "both"];
      const top = Math.max(0.5, 1.15 * Math.max(...heights));
      const x = { range: [-0.6, 3.6], label: "units taken away", texts };
      const y = { range: [Math.min(0, ...heights), top], label: "rise of the error" };
      const on = axes(context, area, { x, y });
      bars(context, on, range(4), heights, { colour: area.colour("blue"), width: 30 });
    },
  });

  const step = (way) => {
    const n = networks[name].features.length;
    const at = ((killed.at(-1) ?? -1) + way + n) % n;
    kill([...killed.slice(0, -1), at]);
  };
  function kill(units) {
    killed = units;
    measure();
    page.redraw();
  }

  // One digit's copy when some units say nothing, or always the same.
  function output(units, q) {
    const { sums, codes, means, weights } = networks[name];
    const s = Float32Array.from(at(sums, q));
    for (const j of units) {
      const h = at(codes, q)[j] - (to === "zero" ? 0 : means[j]);
      const w = at(weights, j);
      for (let i = 0; i < s.length; i++) s[i] -= h * w[i];
    }
    for (let i = 0; i < s.length; i++) s[i] = sigmoid(s[i]);
    return s;
  }
  const errors = new Map(); // each is computed once
  function error(units) {
    const key = `${name} ${to} ${units}`;
    if (!errors.has(key)) {
      const all = originals.map((digit, q) => squaredError(output(units, q), digit));
      errors.set(key, all.reduce((total, each) => total + each, 0) / count);
    }
    return errors.get(key);
  }
  function measure() {
    const copies = (units) => range(shown).map((q) => output(units, q));
    rows = [originals, copies([]), copies(killed)];
    const whole = error([]);
    const alone = killed.map((unit) => error([unit]) - whole);
    const both = error(killed) - whole;
    rises = { first: alone[0] ?? 0, second: alone[1] ?? 0, both };
    say(whole);
  }
  function say(whole) {
    const { first, second, both } = rises;
    const extra = both - first - second;
    page.say(
      killed.length < 2
        ? `Squared error ${whole.toFixed(2)} with all units; ${both >= 0 ? "+" : "−"}` +
            `${Math.abs(both).toFixed(2)} without ${killed.length} of them.`
        : `Alone ${first.toFixed(2)} and ${second.toFixed(2)}, together ` +
            `${both.toFixed(2)}: the interaction is ${extra.toFixed(3).replace("-", "−")}.`,
    );
  }
  for (const network of Object.values(networks))
    network.features = range(network.features.shape[0]).map((j) => at(network.features, j));
  measure();
});

function cross(context, { x, y, width, height }, colour) {
  context.strokeStyle = colour;
  line(context, [x, y], [x + width, y + height]);
  line(context, [x + width, y], [x, y + height]);
}
