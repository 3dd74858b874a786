// Axes, curves and bars on a canvas, in the style of the course's figures.

import { clip } from "./parts.js";

const SIZE = 13; // of letters, in CSS pixels
const TICK = 5;
const FAINT = 0.16; // of the ink, for the grid

const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴" };
Object.assign(SUPERSCRIPTS, { 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" });

// How far along an axis a value lies, and back. A `bent` axis is even around zero and
// logarithmic far from it, on both sides.
const STRAIGHT = [(value) => value, (value) => value];
const LOG = [Math.log10, (value) => 10 ** value];
const BENT = [(value) => Math.asinh(5 * value), (value) => Math.sinh(value) / 5];

// A way from values to pixels and back: `range` in values, `pixels` in CSS pixels.
export function scale({ range, log = false, bent = false, texts = null }, pixels) {
  const [along, back] = log ? LOG : bent ? BENT : STRAIGHT;
  const [low, high] = range.map(along);
  const [from, to] = pixels;
  return {
    range,
    pixels,
    to: (value) => from + ((along(value) - low) / (high - low)) * (to - from),
    from: (pixel) => back(low + ((pixel - from) / (to - from)) * (high - low)),
    ticks: (most) => {
      if (texts) return texts.map((text, value) => ({ value, text }));
      if (bent) return powersOfBothSigns(range);
      return log ? powers(low, high, most) : evenly(low, high, most);
    },
  };
}

// Zero, and ±1, ±10, ±100 … as far as the axis goes.
function powersOfBothSigns([low, high]) {
  const values = [0];
  for (let power = 1; power <= Math.max(-low, high); power *= 10) values.push(-power, power);
  const inside = values.filter((value) => value >= low && value <= high);
  return inside.map((value) => ({ value, text: numberText(value) }));
}

// Round numbers from `low` to `high`, at most `most` of them.
export function evenly(low, high, most) {
  const least = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= least * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const value = (first + i) * step;
    return { value, text: value.toFixed(digits).replace("-", "−") };
  });
}

// Powers of ten whose exponents lie from `low` to `high`, at most `most` of them; where
// there are not even two, also twice and five times as much.
export function powers(low, high, most) {
  if (Math.floor(high + 1e-9) - Math.ceil(low - 1e-9) < 1) return withinDecade(low, high);
  const step = Math.max(1, Math.ceil((high - low) / most));
  const first = step * Math.ceil(low / step - 1e-9);
  const ticks = [];
  for (let power = first; power <= high + 1e-9; power += step)
    ticks.push({ value: 10 ** power, text: powerText(power) });
  return ticks;
}

function withinDecade(low, high) {
  const ticks = [];
  for (let power = Math.floor(low); power <= high; power++)
    for (const factor of [1, 2, 5]) {
      const value = factor * 10 ** power;
      const along = Math.log10(value);
      if (along > low - 1e-9 && along < high + 1e-9)
        ticks.push({ value, text: String(Number(value.toPrecision(1))) });
    }
  return ticks;
}

function powerText(power) {
  if (power === 0) return "1";
  if (power === 1) return "10";
  return "10" + [...String(power)].map((sign) => SUPERSCRIPTS[sign]).join("");
}

// A number with three digits, as one reads it: 0.25, −2, 2.5·10⁻⁹.
export function numberText(value) {
  const [digits, power] = value.toExponential(2).split("e").map(Number);
  if (value === 0 || (power >= -4 && power < 7))
    return String(Number(value.toPrecision(3))).replace("-", "−");
  const factor = digits === 1 ? "" : `${digits}·`.replace("-", "−");
  return factor + powerText(power);
}

// Draw axes into `area` ({ width, height, ink, font }); return where x and y lie in it.
// Each axis is { range, label, log, bent, texts }: `texts` stand at 0, 1, 2 … in place of
// numbers; a `bare` y axis is there, but not drawn.
export function axes(context, area, { x, y }) {
  const [across, down] = [clip(area.width / 90, 2, 8), clip(area.height / 50, 2, 6)];
  context.font = `${SIZE}px ${area.font}`;
  const left = y.bare ? 16 : leftMargin(context, scale(y, [1, 0]).ticks(down));
  const X = scale(x, [left, area.width - 16]);
  const Y = scale(y, [area.height - 2 * SIZE - TICK - 12, 10]);
  context.save();
  context.fillStyle = context.strokeStyle = area.ink;
  xTicks(context, X, Y, X.ticks(across));
  if (!y.bare) yTicks(context, X, Y, Y.ticks(down));
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.fillText(x.label, (X.pixels[0] + X.pixels[1]) / 2, area.height - 2);
  context.translate(2, (Y.pixels[0] + Y.pixels[1]) / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = "top";
  context.fillText(y.label, 0, 0);
  context.restore();
  return { X, Y };
}

function leftMargin(context, ticks) {
  const wide = Math.max(...ticks.map(({ text }) => context.measureText(text).width));
  return Math.ceil(wide) + TICK + SIZE + 14;
}

function xTicks(context, X, Y, ticks) {
  context.textAlign = "center";
  context.textBaseline = "top";
  const [bottom, top] = Y.pixels;
  for (const { value, text } of ticks) {
    line(context, [X.to(value), bottom], [X.to(value), top], FAINT);
    line(context, [X.to(value), bottom], [X.to(value), bottom + TICK]);
    context.fillText(text, X.to(value), bottom + TICK + 3);
  }
  line(context, [X.pixels[0], bottom], [X.pixels[1], bottom]);
}

function yTicks(context, X, Y, ticks) {
  context.textAlign = "right";
  context.textBaseline = "middle";
  const [left, right] = X.pixels;
  for (const { value, text } of ticks) {
    line(context, [left, Y.to(value)], [right, Y.to(value)], FAINT);
    line(context, [left - TICK, Y.to(value)], [left, Y.to(value)]);
    context.fillText(text, left - TICK - 3, Y.to(value));
  }
  line(context, [left, Y.pixels[0]], [left, Y.pixels[1]]);
}

// A straight line, in the colour at hand.
export function line(context, [x0, y0], [x1, y1], alpha = 1) {
  context.save();
  context.globalAlpha = alpha;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
  context.restore();
}

// A curve through (x[i], y[i]), interrupted where y is null, inside the axes alone.
export function curve(context, { X, Y }, x, y, { colour, dashed = false, dots = 0 }) {
  context.save();
  context.beginPath();
  const [left, right] = X.pixels;
  const [bottom, top] = Y.pixels;
  context.rect(left - 6, top - 6, right - left + 12, bottom - top + 12);
  context.clip();
  context.strokeStyle = context.fillStyle = colour;
  context.lineWidth = 2.5;
  context.lineJoin = "round";
  context.setLineDash(dashed ? [7, 4] : []);
  context.beginPath();
  y.forEach((value, i) => {
    if (value === null) return;
    const broken = i === 0 || y[i - 1] === null;
    context[broken ? "moveTo" : "lineTo"](X.to(x[i]), Y.to(value));
  });
  context.stroke();
  if (dots)
    y.forEach((value, i) => {
      if (value !== null) dot(context, [X.to(x[i]), Y.to(value)], dots);
    });
  context.restore();
}

// A filled disc, in the colour at hand.
export function dot(context, [x, y], radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

// Bars that stand on zero, or on the low end of an axis without one; `width` in pixels.
export function bars(context, { X, Y }, x, y, { colour, width }) {
  context.save();
  context.fillStyle = colour;
  const [low, high] = Y.range;
  const floor = Y.to(clip(0, low, high));
  x.forEach((place, i) => {
    const end = Y.to(clip(y[i], low, high));
    const [top, tall] = [Math.min(floor, end), Math.abs(end - floor)];
    context.fillRect(X.to(place) - width / 2, top, width, tall);
  });
  context.restore();
}
