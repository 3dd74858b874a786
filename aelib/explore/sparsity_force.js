// Explorer of notebook 04: what units pay for their mean activity, and how they roll.

import { axes, curve, dot, line } from "./axes.js";
import { live, steps } from "./live.js";
import { sigmoid } from "./net.js";
import { clip } from "./parts.js";

const ENDS = [0.001, 0.999];
const RHO = steps(...ENDS, 500);
const SPEED = 0.06; // of a rolling unit: change of its logit for one of force, each frame

export const price = (rho, rhoBar, gamma) =>
  gamma *
  (rhoBar * Math.log(rhoBar / rho) + (1 - rhoBar) * Math.log((1 - rhoBar) / (1 - rho)));
export const force = (rho, rhoBar, gamma) =>
  gamma * (rhoBar / rho - (1 - rhoBar) / (1 - rho));

export default live(({ networks, rho_bar: first, gamma: firstGamma }, page) => {
  const names = Object.keys(networks);
  let [name, rhoBar, gamma] = [names[0], first, firstGamma];
  let units = [...networks[name]];

  const reset = () => (units = [...networks[name]]);
  page.choice("network", names, name, (chosen) => {
    name = chosen;
    reset();
    say();
  });
  const to = (low, high, step) =>
    steps(low, high, Math.round((high - low) / step) + 1).map((v) => +v.toFixed(2));
  const two = (value) => value.toFixed(2);
  const dear = page.slider("ρ̄", to(0.01, 0.5, 0.01), rhoBar, setRhoBar, two);
  page.slider("γ", to(0, 5, 0.1), gamma, (chosen) => {
    gamma = chosen;
    say();
  }, (value) => value.toFixed(1));
  page.player("Let them roll", () => {
    const before = units;
    units = units.map(roll);
    say();
    return units.some((rho, j) => Math.abs(rho - before[j]) > 1e-5);
  });
  page.button("Back to the start", () => {
    reset();
    say();
    page.redraw();
  });

  function setRhoBar(chosen) {
    rhoBar = chosen;
    say();
  }
  // Each unit's sum s follows the force alone, as with C8: ds = (force) f'(s).
  function roll(rho) {
    const slope = rho * (1 - rho);
    const s = Math.log(rho / (1 - rho)) + SPEED * force(rho, rhoBar, gamma) * slope;
    return clip(sigmoid(s), ...ENDS);
  }

  // On both pictures ρ̄ can be dragged.
  const drag = ([across]) => {
    const wanted = on.X.from(across);
    dear.set(clip(Math.round(100 * wanted) / 100, 0.01, 0.5), setRhoBar);
  };
  let on = null;
  const x = { range: [0, 1], label: "mean activity ρ of a unit" };
  const draw = (y, height, colour) => (context, area) => {
    on = axes(context, area, { x, y });
    context.strokeStyle = area.ink;
    line(context, [on.X.pixels[0], on.Y.to(0)], [on.X.pixels[1], on.Y.to(0)], 0.5);
    curve(context, on, RHO, RHO.map(height), { colour: area.colour(colour) });
    context.strokeStyle = area.colour("vermilion");
    line(context, [on.X.to(rhoBar), on.Y.pixels[0]], [on.X.to(rhoBar), on.Y.pixels[1]]);
    context.fillStyle = area.ink;
    for (const rho of units) dot(context, [on.X.to(rho), on.Y.to(height(rho))], 4);
  };
  page.picture({
    label: "Price of each unit against its mean activity",
    drag,
    paint: draw(
      { range: [0, 40], label: "price γ·KL", bent: true },
      (rho) => price(rho, rhoBar, gamma),
      "blue",
    ),
  });
  page.picture({
    label: "Force on each unit against its mean activity",
    drag,
    paint: draw(
      { range: [-6000, 6000], label: "force: down where negative", bent: true },
      (rho) => force(rho, rhoBar, gamma),
      "orange",
    ),
  });

  function say() {
    const paid = units.reduce((total, rho) => total + price(rho, rhoBar, gamma), 0);
    const forces = units.map((rho) => force(rho, rhoBar, gamma));
    const up = forces.filter((each) => each > 1e-9).length;
    const down = forces.filter((each) => each < -1e-9).length;
    page.say(
      `The ${units.length} units pay ${paid.toFixed(2)}; ${up} pushed up, ${down} down.`,
    );
  }
  say();
});
