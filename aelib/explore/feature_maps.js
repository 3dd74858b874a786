// Explorer of notebook 10: point into a digit or a map, and see where it comes from.

import { boxAt, frame, grid, image, words } from "./images.js";
import { live, moved, range } from "./live.js";
import { at } from "./numbers.js";
import { clip } from "./parts.js";

export default live(({ digits, labels, layers, start }, page) => {
  let { digit, layer, channel } = start;
  let place = null; // row and column in the map
  const count = () => layers[layer - 1].maps.shape[1];
  const side = () => layers[layer - 1].maps.shape[2];
  const map = (c = channel) => at(layers[layer - 1].maps, digit, c);
  const most = () => Math.max(1e-6, ...map());

  page.slider("digit", range(labels.length), digit, (chosen) => {
    digit = chosen;
    toPeak();
  }, (i) => `no. ${i}, a ${labels[i]}`);
  page.choice("layer", range(layers.length).map((k) => k + 1), layer, (chosen) => {
    [layer, channel] = [chosen, 0];
    toPeak();
  });
  page.button("To the peak of the map", () => {
    toPeak();
    page.redraw();
  });

  const squareOf = (area) => ({ x: 1, y: 20, width: area.width - 2, height: area.height - 22 });
  const inside = (spot, box, n) =>
    [1, 0].map((axis) => {
      const [from, size] = axis ? [box.y, box.height] : [box.x, box.width];
      return clip(Math.floor((n * (spot[axis] - from)) / size), 0, n - 1);
    });
  // Which square of the image a value of the map was made from.
  function field([row, column]) {
    const { stride, offset, reach } = layers[layer - 1];
    return { row: stride * row + offset, column: stride * column + offset, reach };
  }
  function part(box, n, { row, column, reach }) {
    const unit = box.width / n;
    return { x: box.x + unit * column, y: box.y + unit * row, width: unit * reach, height: unit * reach };
  }

  let [digitBox, mapBox, boxes] = [null, null, []];
  page.picture({
    label: "The digit, with the square that the chosen value of the map was made from",
    ratio: 0.92,
    drag: (spot) => {
      const [row, column] = inside(spot, digitBox, 28);
      const { stride } = layers[layer - 1];
      go([row, column].map((each) => Math.floor(each / stride)));
    },
    paint: (context, area) => {
      digitBox = squareOf(area);
      words(context, area, `a ${labels[digit]}`, [area.width / 2, 9]);
      image(context, area, at(digits, digit), digitBox);
      frame(context, digitBox, area.ink, 0.4);
      frame(context, part(digitBox, 28, field(place)), area.colour("vermilion"), 3);
    },
  });
  page.picture({
    label: "The map. The arrow keys move the chosen value.",
    ratio: 0.92,
    drag: (spot) => go(inside(spot, mapBox, side())),
    keys: {
      ArrowLeft: () => step(0, -1),
      ArrowRight: () => step(0, 1),
      ArrowUp: () => step(-1, 0),
      ArrowDown: () => step(1, 0),
    },
    paint: (context, area) => {
      mapBox = squareOf(area);
      words(context, area, `map ${channel}, ${side()} × ${side()}`, [area.width / 2, 9]);
      image(context, area, map(), mapBox, { most: most() });
      frame(context, mapBox, area.ink, 0.4);
      const [row, column] = place;
      frame(context, part(mapBox, side(), { row, column, reach: 1 }), area.colour("vermilion"), 3);
    },
  });
  page.picture({
    label: "All maps of the layer. Click one.",
    ratio: 1,
    drag: (spot) => {
      const hit = boxAt(boxes, spot);
      if (hit >= 0) choose(hit);
    },
    keys: {
      ArrowLeft: () => choose(moved(channel, -1, count())),
      ArrowRight: () => choose(moved(channel, 1, count())),
    },
    paint: (context, area) => {
      const room = { x: 1, y: 1, width: area.width - 2, height: area.height - 2 };
      boxes = grid(count(), Math.ceil(Math.sqrt(count())), room, 3);
      const strongest = Math.max(1e-6, ...at(layers[layer - 1].maps, digit));
      boxes.forEach((box, c) => image(context, area, map(c), box, { most: strongest / 2 }));
      frame(context, boxes[channel], area.colour("vermilion"), 3);
    },
  });
  page.picture({
    label: "The filter's weights, one square for each map that it reads",
    ratio: 1,
    least: 130,
    share: 0.5,
    paint: (context, area) => {
      const { filters } = layers[layer - 1];
      const n = filters.shape[1];
      const room = { x: 1, y: 20, width: area.width - 2, height: area.height - 22 };
      words(context, area, `filter ${channel}`, [area.width / 2, 9]);
      const most = Math.max(...at(filters, channel).map(Math.abs));
      grid(n, Math.ceil(Math.sqrt(n)), room, n > 1 ? 3 : 0).forEach((box, c) =>
        image(context, area, at(filters, channel, c), box, { signed: true, most }),
      );
    },
  });

  function toPeak() {
    const values = map();
    const k = values.indexOf(Math.max(...values));
    place = [Math.floor(k / side()), k % side()];
    say();
  }
  function go(goal) {
    place = goal.map((each) => clip(each, 0, side() - 1));
    say();
    page.redraw();
  }
  const step = (down, across) => go([place[0] + down, place[1] + across]);
  function choose(chosen) {
    channel = chosen;
    say();
    page.redraw();
  }
  function say() {
    const value = map()[place[0] * side() + place[1]];
    const { reach } = field(place);
    page.say(
      `Map ${channel} of layer ${layer}, row ${place[0]}, column ${place[1]}: ` +
        `${value.toFixed(2)}, made from ${reach} × ${reach} pixels of the digit.`,
    );
  }
  toPeak();
});
