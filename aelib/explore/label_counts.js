// Explorer of notebook 08: how well each way of learning reads digits, by labels.

import { axes, curve, dot, line } from "./axes.js";
import { grid, image, words } from "./images.js";
import { live, range } from "./live.js";
import { at } from "./numbers.js";
import { clip } from "./parts.js";

const COLOURS = ["blue", "orange", "green", "purple", "vermilion", "sky", "olive"];

export default live(({ counts, data, first, misread }, page) => {
  const names = Object.keys(data);
  let [name, k, arm] = [names[0], 0, first];
  const arms = () => Object.keys(data[name]);
  const places = range(counts.length);
  const texts = counts.map((count) => count.toLocaleString("en"));

  const labels = page.slider("labels", places, k, setCount, (i) => texts[i]);
  function setCount(chosen) {
    k = chosen;
    say();
  }
  page.choice("digits", names, name, (chosen) => {
    name = chosen;
    say();
  });
  page.choice("compare the others with", arms(), arm, (chosen) => {
    arm = chosen;
    say();
  });

  let on = null;
  page.picture({
    label: "Accuracy of each way of learning against the number of labels",
    least: 320,
    share: 1.3,
    drag: ([across]) => labels.set(clip(Math.round(on.X.from(across)), 0, places.length - 1), setCount),
    paint: (context, area) => {
      const lowest = Math.min(...Object.values(data[name]).flat(2).filter((each) => each !== null));
      const x = { range: [-0.3, places.length - 0.7], label: "number of labels", texts };
      const y = { range: [Math.floor(lowest / 5) * 5, 100], label: "accuracy, %" };
      on = axes(context, area, { x, y });
      context.strokeStyle = area.ink;
      line(context, [on.X.to(k), on.Y.pixels[0]], [on.X.to(k), on.Y.pixels[1]], 0.5);
      arms().forEach((each, i) => {
        const colour = area.colour(COLOURS[i % COLOURS.length]);
        const means = data[name][each].map(mean);
        curve(context, on, places, means, { colour, dots: each === arm ? 6 : 3 });
      });
    },
  });
  page.picture({
    label: "By how many points each other way is ahead of the chosen one, run by run",
    least: 300,
    paint: (context, area) => {
      const rows = arms();
      const gains = rows.map((each) => paired(data[name][each][k], data[name][arm][k]));
      const reach = Math.max(2, ...gains.flat().map(Math.abs)) * 1.1;
      const x = { range: [-reach, reach], label: "points ahead, run by run" };
      const y = { range: [rows.length - 0.5, -0.5], label: "", bare: true };
      const { X, Y } = axes(context, area, { x, y });
      context.strokeStyle = area.ink;
      line(context, [X.to(0), Y.pixels[0]], [X.to(0), Y.pixels[1]], 0.6);
      rows.forEach((each, i) => {
        context.fillStyle = area.colour(COLOURS[i % COLOURS.length]);
        words(context, area, each, [X.pixels[0] + 4, Y.to(i) - 11], { align: "left" });
        for (const gain of gains[i]) dot(context, [X.to(gain), Y.to(i) + 5], 4);
      });
    },
  });

  if (Object.keys(misread.arms).length) page.picture({
    label: "Digits that the chosen way misreads with so many labels",
    least: 320,
    ratio: 1.7,
    paint: (context, area) => {
      context.fillStyle = area.ink;
      const found = name === "drawn" && misread.arms[arm]?.[k];
      const known = Object.keys(misread.arms).join("; ");
      if (!found) {
        words(context, area, "Misread digits are stored for drawn ones and", [8, 20], { align: "left" });
        return words(context, area, known, [8, 40], { align: "left" });
      }
      const many = found.many.toLocaleString("en");
      words(context, area, `${many} of 10,000 test digits are misread`, [8, 12], { align: "left" });
      words(context, area, `by ${arm}, once; the first:`, [8, 28], { align: "left" });
      const room = { x: 0, y: 40, width: area.width, height: area.height - 40 };
      grid(found.rows.length, 6, room, 18).forEach((box, i) => {
        const [place, label, read] = found.rows[i];
        image(context, area, at(misread.digits, place), box);
        words(context, area, `${label} → ${read}`, [box.x + box.width / 2, box.y + box.height + 6]);
      });
    },
  });

  function say() {
    const means = arms()
      .map((each) => [each, mean(data[name][each][k])])
      .filter(([, value]) => value !== null)
      .sort((a, b) => b[1] - a[1]);
    const list = means.map(([each, value]) => `${each} ${value.toFixed(1)} %`);
    page.say(`With ${texts[k]} labels of ${name} digits: ${list.join("; ")}.`);
  }
  say();
});

const present = (runs) => runs.filter((each) => each !== null);
const mean = (runs) => {
  const found = present(runs);
  return found.length ? found.reduce((total, each) => total + each, 0) / found.length : null;
};
const paired = (a, b) =>
  a.map((each, i) => (each === null || b[i] == null ? null : each - b[i])).filter((d) => d !== null);
