// What was recorded while a network learned, to be played again.

import { axes, curve, dot, line } from "./axes.js";
import { grid, image } from "./images.js";
import { live, range } from "./live.js";
import { at } from "./numbers.js";

const EVERY = 5; // frames of the display for one of the recording

export default live((state, page) => {
  const { pictures, points, steps, losses, columns, signed, what } = state;
  let [now, wait] = [steps.length - 1, 0];
  const name = (k) => `${steps[k].toLocaleString("en")} ${state.unit}`;

  const time = page.slider("after", range(steps.length), now, go, name);
  page.player("Play", () => {
    wait = (wait + 1) % EVERY;
    if (wait === 0) time.set((now + 1) % steps.length, go);
    return !(wait === 0 && now === steps.length - 1);
  });
  function go(chosen) {
    now = chosen;
    say();
  }

  page.picture({
    label: what,
    ratio: pictures ? state.ratio : 1.4,
    least: 320,
    share: 1.6,
    paint: pictures ? paintPictures : paintPoints,
  });
  function paintPictures(context, area) {
    const count = pictures.shape[1];
    const boxes = grid(count, columns, { x: 0, y: 0, width: area.width, height: area.height });
    boxes.forEach((box, k) => image(context, area, at(pictures, now, k), box, { signed }));
  }
  function paintPoints(context, area) {
    const { x, y, marks, labels, path } = state.axes;
    const on = axes(context, area, { x, y });
    if (path) curve(context, on, ...path, { colour: area.colour("orange") });
    context.strokeStyle = area.colour("vermilion");
    for (const mark of marks)
      line(context, [on.X.pixels[0], on.Y.to(mark)], [on.X.pixels[1], on.Y.to(mark)]);
    range(points.shape[1]).forEach((k) => {
      const [across, up] = at(points, now, k);
      context.fillStyle = labels ? area.colour(`class-${labels[k]}`) : area.ink;
      dot(context, [on.X.to(across), on.Y.to(up)], 3);
    });
  }
  page.picture({
    label: "The loss while it learned",
    drag: ([across]) => {
      const far = steps.map((step) => Math.abs(on.X.to(step) - across));
      time.set(far.indexOf(Math.min(...far)), go);
    },
    paint: (context, area) => {
      const [x, y] = [
        { range: [0, steps.at(-1)], label: state.unit },
        { range: [0, 1.05 * Math.max(...losses)], label: "loss" },
      ];
      on = axes(context, area, { x, y });
      // Before the first epoch there is no loss.
      curve(context, on, steps.slice(1), losses.slice(1), { colour: area.colour("blue") });
      if (now === 0) return;
      context.fillStyle = area.colour("vermilion");
      dot(context, [on.X.to(steps[now]), on.Y.to(losses[now])], 6);
    },
  });
  let on = null;

  const loss = () => (now === 0 ? "" : `: loss ${losses[now].toFixed(3)}`);
  const say = () => page.say(`${what}, after ${name(now)}${loss()}.`);
  say();
});
