// Explorer of notebook 14: features in a plane, from always active to rarely.

import { axes, dot, line } from "./axes.js";
import { words } from "./images.js";
import { live, range } from "./live.js";
import { clip } from "./parts.js";

const REACH = 1.6;
const SPEED = 0.04; // of the play button: settings a frame

export default live(({ chances, directions, seen }, page) => {
  const features = directions.shape[1];
  let place = 0; // between settings, while it plays

  // The direction of feature i, on its way from one setting to the next.
  const at = (setting, i) => {
    const from = (setting * features + i) * 2;
    return [directions.values[from], directions.values[from + 1]];
  };
  const direction = (i) => {
    const before = Math.floor(place);
    const after = Math.min(before + 1, chances.length - 1);
    const [a, b] = [at(before, i), at(after, i)];
    return [0, 1].map((k) => a[k] + (place - before) * (b[k] - a[k]));
  };
  const all = () => range(features).map(direction);

  const rare = page.slider(
    "chance that a feature is active",
    range(chances.length),
    0,
    show,
    (k) => `${+(100 * chances[k]).toPrecision(2)} %`,
  );
  page.player("Make them rarer", () => {
    place = Math.min(place + SPEED, chances.length - 1);
    rare.set(Math.round(place));
    say();
    return place < chances.length - 1;
  }, () => (place = place >= chances.length - 1 ? 0 : place));

  function show(chosen) {
    place = chosen;
    say();
  }

  page.picture({
    label: "Directions of the features in the plane",
    ratio: 1.1,
    least: 300,
    drag: ([across], canvas) => {
      const share = clip(across / canvas.clientWidth, 0, 1);
      rare.set(Math.round(share * (chances.length - 1)), show);
    },
    paint: (context, area) => {
      const side = Math.min(area.width, area.height) / 2 - 12;
      const [x0, y0] = [area.width / 2, area.height / 2];
      const to = ([x, y]) => [x0 + (side * x) / REACH, y0 - (side * y) / REACH];
      context.strokeStyle = area.ink;
      line(context, to([-REACH, 0]), to([REACH, 0]), 0.2);
      line(context, to([0, -REACH]), to([0, REACH]), 0.2);
      const found = all();
      context.strokeStyle = area.colour("blue");
      context.lineWidth = 2;
      context.setLineDash([5, 4]);
      const round = [...found].filter(isSeen).sort((a, b) => turn(a) - turn(b));
      context.beginPath();
      round.forEach((each, k) => context[k ? "lineTo" : "moveTo"](...to(each)));
      context.closePath();
      context.globalAlpha = 0.5;
      context.stroke();
      context.globalAlpha = 1;
      context.setLineDash([]);
      found.forEach((each, i) => {
        const colour = area.colour(isSeen(each) ? "blue" : "vermilion");
        context.strokeStyle = context.fillStyle = colour;
        line(context, to([0, 0]), to(each));
        dot(context, to(each), 7);
        context.fillStyle = area.ink;
        words(context, area, String(i + 1), to(each.map((value) => value + 0.13)));
      });
    },
  });
  page.picture({
    label: "How much of each feature comes out where each is active alone",
    least: 240,
    ratio: 1.1,
    paint: (context, area) => {
      const found = all();
      const x = { range: [-0.5, features - 0.5], label: "active feature", texts: names() };
      const y = { range: [features - 0.5, -0.5], label: "comes out", texts: names() };
      const { X, Y } = axes(context, area, { x, y });
      const [wide, tall] = [Math.abs(X.to(1) - X.to(0)), Math.abs(Y.to(1) - Y.to(0))];
      for (const i of range(features))
        for (const j of range(features)) {
          const much = found[i][0] * found[j][0] + found[i][1] * found[j][1];
          context.fillStyle = area.colour(much > 0 ? "blue" : "vermilion");
          context.globalAlpha = clip(Math.abs(much), 0, 1);
          context.fillRect(X.to(i) - wide / 2, Y.to(j) - tall / 2, wide - 1, tall - 1);
        }
      context.globalAlpha = 1;
    },
  });

  const names = () => range(features).map((i) => String(i + 1));
  const turn = ([x, y]) => Math.atan2(y, x);
  const isSeen = (each) => Math.hypot(...each) > seen;

  function say() {
    const found = all().filter(isSeen).length;
    const share = +(100 * chances[Math.round(place)]).toPrecision(2);
    page.say(
      `Each of the ${features} features is active in ${share} % of the samples: ` +
        `${found} have a direction of their own.`,
    );
  }
  say();
});
