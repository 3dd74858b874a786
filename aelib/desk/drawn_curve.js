// A curve over given places, drawn with a pointer or moved point by point with the keys.

import { axes, curve, dot, line, numberText } from "../explore/axes.js";
import { drawing } from "../explore/canvas.js";
import { onDrag, onKeys } from "../explore/hands.js";
import { clip, liveLine, make } from "../explore/parts.js";

const STEP = 1 / 40; // of the axis, for an arrow key; with Shift it is four times that
const LABEL =
  "Axes to draw a curve on. Left and right choose a point, up and down move it, " +
  "the space bar repeats the point before.";
const HINT =
  "Draw it from left to right, with the mouse, a finger or the arrow keys.";

export function drawnCurve({ places, x, y }, changed) {
  const canvas = make("canvas", { class: "aelib-axes" });
  const clear = make("button", { type: "button", onclick: wipe }, "Clear");
  const heard = liveLine("aelib-heard");
  const key = make("p", { class: "aelib-aside aelib-key" });
  const heights = places.map(() => null); // values on the y axis
  let [pen, at, found, locked] = [null, null, null, false];
  let on = null; // where the axes lie on the canvas

  const picture = drawing(canvas, (context, area) => {
    on = axes(context, area, { x, y });
    paintCurves(context, area);
  });

  function paintCurves(context, area) {
    const [bottom] = on.Y.pixels;
    if (!locked)
      places.forEach((place, i) => {
        context.fillStyle = area.ink;
        if (heights[i] === null) dot(context, [on.X.to(place), bottom], 3);
      });
    const yours = { colour: area.colour("blue"), dashed: true, dots: 4 };
    curve(context, on, places, heights, yours);
    if (found)
      curve(context, on, found.x, found.y, { colour: area.colour("vermilion") });
    if (at !== null && document.activeElement === canvas) paintPoint(context, area);
  }

  function paintPoint(context, area) {
    const across = on.X.to(places[at]);
    context.strokeStyle = area.ink;
    line(context, [across, on.Y.pixels[0]], [across, on.Y.pixels[1]], 0.6);
    context.lineWidth = 2;
    context.beginPath();
    context.arc(across, on.Y.to(heights[at] ?? y.range[0]), 8, 0, 2 * Math.PI);
    context.stroke();
  }

  // Every place between the pen's last position and this one gets its height.
  function stroke(to) {
    const from = pen ?? to;
    places.forEach((place, i) => {
      const across = on.X.to(place);
      const [near, far] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
      if (across < near || across > far) return;
      const part = to[0] === from[0] ? 1 : (across - from[0]) / (to[0] - from[0]);
      set(i, from[1] + part * (to[1] - from[1]));
    });
    const nearest = places.map((place) => Math.abs(on.X.to(place) - to[0]));
    const best = nearest.indexOf(Math.min(...nearest));
    if (nearest[best] < 6) set(best, to[1]);
    pen = to;
    touched();
  }
  function set(i, pixel) {
    const [bottom, top] = on.Y.pixels;
    heights[i] = clip(on.Y.from(clip(pixel, top, bottom)), ...y.range);
  }
  function touched() {
    clear.disabled = heights.every((value) => value === null);
    picture.redraw();
    changed();
  }
  function wipe() {
    heights.fill(null);
    touched();
    canvas.focus();
  }

  onDrag(canvas, {
    start: (place) => {
      if (!locked) stroke(place);
    },
    move: (place) => {
      if (!locked) stroke(place);
    },
    end: () => {
      pen = null;
      const rest = left();
      heard.textContent = rest && !locked ? missing() : "";
    },
  });

  const go = (step) => () => {
    at = at === null ? 0 : clip(at + step, 0, places.length - 1);
    say();
  };
  const lift = (way) => (event) => {
    if (locked) return;
    at ??= 0;
    const [bottom, top] = on.Y.pixels;
    const here = heights[at] ?? heights[at - 1] ?? on.Y.from((bottom + top) / 2);
    const step = way * STEP * (event.shiftKey ? 4 : 1) * (bottom - top);
    set(at, on.Y.to(here) - step);
    say();
  };
  const repeat = () => {
    if (locked || !at) return;
    heights[at] = heights[at - 1] ?? heights[at];
    say();
  };
  onKeys(canvas, {
    ArrowLeft: go(-1),
    ArrowRight: go(1),
    Home: go(-Infinity),
    End: go(Infinity),
    ArrowUp: lift(1),
    ArrowDown: lift(-1),
    " ": repeat,
  });
  for (const name of ["focus", "blur"]) canvas.addEventListener(name, picture.redraw);

  function say() {
    const value = heights[at] === null ? "not drawn" : numberText(heights[at]);
    heard.textContent = `${x.label} ${numberText(places[at])}: ${y.label} ${value}`;
    touched();
  }

  const left = () => heights.filter((value) => value === null).length;
  const missing = () => {
    const rest = left();
    if (rest === places.length) return "Draw the curve first, from left to right.";
    return `Still to draw: ${rest} of ${places.length} points.`;
  };
  const read = () => (left() ? null : [...heights]);
  const show = (answer, what, isLocked) => {
    [found, locked] = [what, isLocked];
    if (answer) heights.splice(0, heights.length, ...answer);
    clear.hidden = locked;
    clear.disabled = left() === places.length;
    canvas.classList.toggle("aelib-locked", locked);
    canvas.tabIndex = locked ? -1 : 0;
    canvas.setAttribute("role", locked ? "img" : "application");
    canvas.setAttribute("aria-label", locked ? inWords() : LABEL);
    key.replaceChildren(...legend(answer !== null, found !== null));
    if (locked) heard.textContent = "";
    picture.redraw();
  };
  function inWords() {
    const list = (name, values) => ` ${name}: ${values.map(numberText).join(", ")}.`;
    const yours = left() ? "" : list("Predicted", heights);
    const theirs = found ? list("Measured", found.there) : "";
    return `${y.label} over ${x.label}.${yours}${theirs}`;
  }

  return {
    element: make("div", {}, canvas, key, heard),
    buttons: [clear],
    read,
    show,
    missing,
    end: picture.end,
  };
}

function legend(isPredicted, isFound) {
  if (!isPredicted && !isFound) return [HINT];
  const entries = [];
  const entry = (name, text) => entries.push(make("span", { class: name }, text));
  if (isPredicted) entry("aelib-yours", "your prediction");
  if (isFound) entry("aelib-measured", "measured");
  return entries;
}
