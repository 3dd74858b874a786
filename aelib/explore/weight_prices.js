// Explorer of notebook 03: what a price on weights does to them, and to digits.

import { axes, curve, line } from "./axes.js";
import { grid, image, words } from "./images.js";
import { live, range } from "./live.js";
import { at } from "./numbers.js";

export default live((state, page) => {
  const { names, features, known, fresh, copies, errors, totals } = state;
  let k = state.start;
  const places = range(names.length);

  const dear = page.slider("λ", places, k, setPrice, (i) => names[i]);
  function setPrice(chosen) {
    k = chosen;
    say();
  }

  page.picture({
    label: "Sixteen features",
    ratio: 1,
    paint: (context, area) => {
      const boxes = grid(16, 4, { x: 0, y: 0, width: area.width, height: area.height });
      boxes.forEach((box, j) => {
        const feature = at(features, k, j);
        image(context, area, feature, box, { signed: true, most: 1 });
      });
    },
  });
  page.picture({
    label: "Six digits that the network was trained on and their copies, and six new ones",
    ratio: 1.35,
    paint: (context, area) => {
      const rows = { known, copy: at4(copies, 0), new: fresh, "copy ": at4(copies, 1) };
      const side = Math.min((area.width - 52) / 6, area.height / 4);
      Object.entries(rows).forEach(([name, digits], row) => {
        words(context, area, name, [0, side * (row + 0.5)], { align: "left" });
        range(6).forEach((column) => {
          const box = { x: 52 + side * column, y: side * row, width: side - 3 };
          const digit = digits.shape ? at(digits, column) : digits[column];
          image(context, area, digit, { ...box, height: side - 3 });
        });
      });
    },
  });
  const at4 = (images, which) => range(6).map((column) => at(images, k, which, column));
  page.picture({
    label: "Squared error on known and on new digits against λ",
    drag: ([across]) => {
      const nearest = places.map((i) => Math.abs(on.X.to(i) - across));
      dear.set(nearest.indexOf(Math.min(...nearest)), setPrice);
    },
    paint: (context, area) => {
      const top = 1.1 * Math.max(...errors.flat());
      const x = { range: [-0.3, places.length - 0.7], label: "λ", texts: names };
      on = axes(context, area, { x, y: { range: [0, top], label: "squared error" } });
      const [seen, unseen] = [0, 1].map((which) => errors.map((pair) => pair[which]));
      const style = (name, dashed) => ({ colour: area.colour(name), dots: 4, dashed });
      curve(context, on, places, seen, style("blue", true));
      curve(context, on, places, unseen, style("orange", false));
      context.strokeStyle = area.colour("vermilion");
      const across = on.X.to(k);
      line(context, [across, on.Y.to(seen[k])], [across, on.Y.to(unseen[k])]);
      context.fillStyle = area.colour("blue");
      words(context, area, "known", [on.X.pixels[1], on.Y.to(0) - 12], { align: "right" });
      context.fillStyle = area.colour("orange");
      words(context, area, "new", [on.X.pixels[1], 12], { align: "right" });
    },
  });
  let on = null;

  function say() {
    const [seen, unseen] = errors[k];
    page.say(
      `λ = ${names[k]}: Σw² = ${Math.round(totals[k]).toLocaleString("en")}; squared ` +
        `error ${seen.toFixed(1)} on known digits, ${unseen.toFixed(1)} on new ones: ` +
        `a gap of ${(unseen - seen).toFixed(1)}.`,
    );
  }
  say();
});
