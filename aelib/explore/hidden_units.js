// Explorer of notebook 05: all units of a network at once; what each one looks for.

import { axes, bars, line } from "./axes.js";
import { boxAt, frame, grid, image } from "./images.js";
import { live, moved, range } from "./live.js";
import { at } from "./numbers.js";

export default live(({ networks, digits, start }, page) => {
  const names = Object.keys(networks);
  let [name, j] = [names[0], start];
  const count = networks[name].features.shape[0];
  const columns = Math.ceil(Math.sqrt(count));
  let boxes = [];

  page.choice("network", names, name, (chosen) => {
    name = chosen;
    say();
  });
  const unit = page.slider("unit", range(count), j, choose);
  function choose(chosen) {
    j = chosen;
    say();
  }
  const go = (step) => () => unit.set(moved(j, step, count), choose);

  page.picture({
    label: "All units as squares. Arrow keys choose one.",
    ratio: 1,
    least: 320,
    share: 1.6,
    drag: (place) => {
      const hit = boxAt(boxes, place);
      if (hit >= 0) unit.set(hit, choose);
    },
    keys: {
      ArrowLeft: go(-1),
      ArrowRight: go(1),
      ArrowUp: go(-columns),
      ArrowDown: go(columns),
    },
    paint: (context, area) => {
      const room = { x: 1, y: 1, width: area.width - 2, height: area.height - 2 };
      boxes = grid(count, columns, room, 3);
      boxes.forEach((box, i) => image(context, area, feature(i), box, { signed: true }));
      frame(context, boxes[j], area.colour("vermilion"), 3);
    },
  });
  const feature = (i) => at(networks[name].features, i);

  page.picture({
    label: "The unit's weights, and the nine digits that excite it most",
    ratio: 2,
    least: 220,
    paint: (context, area) => {
      const side = Math.min(area.height, area.width / 2 - 8);
      const box = { x: 0, y: 0, width: side, height: side };
      image(context, area, feature(j), box, { signed: true });
      const best = networks[name].best[j];
      grid(9, 3, { ...box, x: area.width / 2 + 4 }).forEach((place, i) =>
        image(context, area, at(digits, best[i]), place),
      );
    },
  });
  page.picture({
    label: "How many digits have which activity",
    least: 220,
    paint: (context, area) => {
      const counts = networks[name].counts[j];
      const x = { range: [0, 1], label: "activity h of the unit" };
      const y = { range: [0.5, 3 * total], label: "digits", log: true };
      const on = axes(context, area, { x, y });
      const middles = range(counts.length).map((i) => (i + 0.5) / counts.length);
      const width = (on.X.pixels[1] - on.X.pixels[0]) / counts.length;
      const heights = counts.map((each) => Math.max(each, 0.5));
      bars(context, on, middles, heights, { colour: area.colour("sky"), width });
      context.strokeStyle = area.colour("vermilion");
      const across = on.X.to(networks[name].means[j]);
      line(context, [across, on.Y.pixels[0]], [across, on.Y.pixels[1]]);
    },
  });
  const total = networks[name].counts[0].reduce((sum, each) => sum + each, 0);

  function say() {
    const { means, shares, rho_bar: asked } = networks[name];
    const wanted = asked === null ? "" : ` (ρ̄ = ${asked} was asked for)`;
    page.say(
      `Unit ${j} of ${name}: mean activity ${means[j].toFixed(3)}${wanted}; window ` +
        `share ${shares[j].toFixed(2)}.`,
    );
  }
  say();
});
