// Ink of a digit, 28 × 28 pixels: a pen's line, and the place where digits lie.

import { clip } from "./parts.js";

export const SIDE = 28; // pixels of the digit
export const PEN = 1.3; // half the width of the pen, in pixels of the digit
export const BOX = 20; // where the course's digits lie, in the middle

function distance([x, y], [x0, y0], [x1, y1]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  const way = ((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy || 1);
  const part = clip(way, 0, 1);
  return Math.hypot(x - x0 - part * dx, y - y0 - part * dy);
}

// Draw a straight line into 784 pixels; `black` is a pixel full of ink.
export function drawLine(ink, from, to, black = 1) {
  for (let i = 0; i < ink.length; i++) {
    const middle = [(i % SIDE) + 0.5, Math.floor(i / SIDE) + 0.5];
    const cover = PEN + 0.5 - distance(middle, from, to); // 1 inside, soft at the edge
    ink[i] = Math.max(ink[i], black * clip(cover, 0, 1));
  }
}

// Move ink by whole pixels so that its centre of mass is in the middle, as MNIST's is.
export function centred(ink) {
  let [total, across, down] = [0, 0, 0];
  ink.forEach((value, i) => {
    total += value;
    across += value * (i % SIDE);
    down += value * Math.floor(i / SIDE);
  });
  if (!total) return ink;
  const [dx, dy] = [across, down].map((each) => nearest(SIDE / 2 - each / total));
  return ink.map((_, i) => {
    const [x, y] = [(i % SIDE) - dx, Math.floor(i / SIDE) - dy];
    return x < 0 || x >= SIDE || y < 0 || y >= SIDE ? 0 : ink[SIDE * y + x];
  });
}

// The nearest whole number, and of two the even one, as NumPy rounds.
function nearest(value) {
  const up = Math.floor(value + 0.5);
  return up - value === 0.5 && up % 2 ? up - 1 : up;
}
