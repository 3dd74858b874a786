// A number, and how far off it may be; afterwards both on a line with the measured one.

import { axes, dot, line } from "../explore/axes.js";
import { drawing } from "../explore/canvas.js";
import { make } from "../explore/parts.js";

function inWords(band) {
  if (band === "0") return "exactly";
  if (band.startsWith("factor ")) return band.replace("factor", "within a factor of");
  return `give or take ${band}`;
}

export function numberWithBand({ unit, bands }, changed) {
  const number = make("input", {
    type: "number",
    step: "any",
    "aria-label": `Your number${unit && ` in ${unit}`}`,
    oninput: changed,
  });
  const band = make(
    "select",
    { "aria-label": "How far off it may be", onchange: changed },
    ...bands.map((value) => make("option", { value }, inWords(value))),
  );
  band.selectedIndex = Math.floor((bands.length - 1) / 2);
  const fields = make("fieldset", {}, number, ` ${unit} `, band);
  const canvas = make("canvas", { class: "aelib-strip", role: "img", hidden: true });
  let marks = null;
  const picture = drawing(canvas, (context, area) => {
    if (marks) paintStrip(context, area, marks);
  });

  const read = () => {
    const value = number.valueAsNumber;
    return Number.isFinite(value) ? { number: value, band: band.value } : null;
  };
  const show = (answer, found, locked) => {
    fields.disabled = locked;
    if (answer) {
      number.value = answer.number;
      band.value = answer.band;
    }
    canvas.hidden = !(answer && found);
    if (canvas.hidden) return;
    marks = { ends: found.band, said: answer.number, measured: found.number, unit };
    canvas.setAttribute("aria-label", "Your number and its band, and the measured one.");
    picture.redraw();
  };
  return {
    element: make("div", {}, fields, canvas),
    read,
    show,
    missing: () => "Give a number first.",
    end: picture.end,
  };
}

function paintStrip(context, area, { ends, said, measured, unit }) {
  const [low, high] = [Math.min(measured, ...ends), Math.max(measured, ...ends)];
  const spare = 0.15 * (high - low || Math.abs(high) || 1);
  const x = { range: [low - spare, high + spare], label: unit };
  const y = { range: [0, 3], label: "", bare: true };
  const { X, Y } = axes(context, area, { x, y });
  context.fillStyle = context.strokeStyle = area.colour("blue");
  for (const end of ends) line(context, [X.to(end), Y.to(1.5)], [X.to(end), Y.to(2.5)]);
  context.fillRect(X.to(ends[0]), Y.to(2) - 2, X.to(ends[1]) - X.to(ends[0]), 4);
  dot(context, [X.to(said), Y.to(2)], 5);
  context.fillStyle = area.colour("vermilion");
  dot(context, [X.to(measured), Y.to(1)], 5);
  context.fillStyle = area.ink;
  context.textBaseline = "middle";
  label(context, X, X.to(said), Y.to(2), "yours");
  label(context, X, X.to(measured), Y.to(1), "measured");
}

// Beside a point, on the side where there is room.
function label(context, X, x, y, text) {
  const isRight = x > (X.pixels[0] + X.pixels[1]) / 2;
  context.textAlign = isRight ? "right" : "left";
  context.fillText(text, x + (isRight ? -9 : 9), y - 9);
}
