// Explorer of notebook 13: points on their way to the hook, by three ways.

import { annealed, climbed, exactDenoiser, normals } from "./anneal.js";
import { axes, dot, line } from "./axes.js";
import { live, range } from "./live.js";
import { at } from "./numbers.js";

const REACH = 2.6; // of the plane, from its middle
const WAYS = ["flow", "fresh noise", "climbing"];
const EVERY = 3; // frames of the display for one step

export default live((state, page) => {
  const { spots, starts, curve, sigmas, spread, climb } = state;
  const rows = (array) => range(array.shape[0]).map((k) => [...at(array, k)]);
  const denoise = exactDenoiser(rows(spots), spread);
  const [fine, first] = [rows(curve), rows(starts)];
  const last = sigmas.length - 1;
  let [way, now, draw, wait, mine] = [WAYS[0], 0, 1, 0, [1.6, 1.2]];
  let paths = [];

  const wayFrom = (start, k) => {
    if (way === WAYS[2]) return climbed(denoise, start, climb, last);
    return annealed(denoise, start, sigmas, way === WAYS[1] ? normals(997 * draw + k) : null);
  };
  const all = () => [mine, ...first].map(wayFrom);
  const goOn = () => {
    paths = all();
    say();
  };

  page.choice("way", WAYS, way, (chosen) => {
    way = chosen;
    goOn();
  });
  const time = page.slider("step", range(last + 1), now, (k) => {
    now = k;
    say();
  });
  page.player("Go", () => {
    wait = (wait + 1) % EVERY;
    if (wait === 0) time.set(now + 1, go);
    return now < last;
  }, () => time.set(now === last ? 0 : now, go));
  page.button("Other fresh noise", () => {
    draw++;
    goOn();
    page.redraw();
  });
  const go = (k) => {
    now = k;
    say();
  };

  let on = null;
  const move = (across, up) => () => place([mine[0] + across, mine[1] + up]);
  const place = (start) => {
    mine = start;
    paths[0] = wayFrom(mine, 0);
    say();
    page.redraw();
  };
  page.picture({
    label: "Points on their way to the hook. The arrow keys move the start of the red one.",
    ratio: 1,
    least: 340,
    drag: ([across, down]) => place([on.X.from(across), on.Y.from(down)]),
    keys: {
      ArrowLeft: move(-0.1, 0),
      ArrowRight: move(0.1, 0),
      ArrowUp: move(0, 0.1),
      ArrowDown: move(0, -0.1),
    },
    paint: (context, area) => {
      const axis = (label) => ({ range: [-REACH, REACH], label });
      on = axes(context, area, { x: axis("x₁"), y: axis("x₂") });
      const to = ([x, y]) => [on.X.to(x), on.Y.to(y)];
      context.strokeStyle = area.colour("orange");
      fine.slice(1).forEach((end, k) => line(context, to(fine[k]), to(end)));
      context.fillStyle = area.ink;
      for (const path of paths.slice(1)) dot(context, to(path[now].x), 2);
      context.strokeStyle = context.fillStyle = area.colour("vermilion");
      range(now).forEach((k) => line(context, to(paths[0][k].x), to(paths[0][k + 1].x)));
      dot(context, to(paths[0][now].x), 6);
    },
  });

  const far = ([x, y]) => Math.min(...fine.map(([a, b]) => Math.hypot(x - a, y - b)));
  function say() {
    const ends = paths.slice(1).map((path) => far(path[now].x));
    const mean = ends.reduce((sum, each) => sum + each, 0) / ends.length;
    const sigma = way === WAYS[2] ? climb : sigmas[now];
    page.say(
      `${way}, step ${now} of ${last}, σ = ${sigma.toFixed(2)}: ${ends.length} points, ` +
        `on average ${mean.toFixed(3)} from the hook.`,
    );
  }
  goOn();
});
