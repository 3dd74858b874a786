// Images and weights on a canvas. Zero is the page itself, so both themes are served.

import { make } from "./parts.js";

const sheets = new WeakMap(); // numbers to a small canvas with their picture

// Draw numbers as a picture: from 0, the page, to `most`, ink. With `signed`, from minus
// that, vermilion, to plus that, blue. `box` is { x, y, width, height } in CSS pixels.
export function image(context, area, values, box, { signed = false, most = 1 } = {}) {
  const colours = signed
    ? [area.colour("blue"), area.colour("vermilion")]
    : [area.ink, area.ink];
  const key = [...colours, most].join();
  if (sheets.get(values)?.key !== key)
    sheets.set(values, { key, sheet: painted(values, colours.map(rgb), signed, most) });
  context.imageSmoothingEnabled = false;
  context.drawImage(sheets.get(values).sheet, box.x, box.y, box.width, box.height);
}

function painted(values, [plus, minus], signed, most) {
  const side = Math.round(Math.sqrt(values.length));
  const sheet = make("canvas", { width: side, height: side });
  const context = sheet.getContext("2d");
  const pixels = context.createImageData(side, side);
  for (let k = 0; k < values.length; k++) {
    const [red, green, blue] = values[k] < 0 ? minus : plus;
    const cover = (signed ? Math.abs(values[k]) : Math.max(0, values[k])) / most;
    pixels.data[4 * k] = red;
    pixels.data[4 * k + 1] = green;
    pixels.data[4 * k + 2] = blue;
    pixels.data[4 * k + 3] = 255 * Math.min(1, cover);
  }
  context.putImageData(pixels, 0, 0);
  return sheet;
}

// A colour as the browser writes it, or as the course does, in three numbers.
export function rgb(colour) {
  if (!colour.startsWith("#")) return colour.match(/\d+/g).slice(0, 3).map(Number);
  return [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
}

// The places of `count` squares in rows of `columns`, as large as fits into `room`.
export function grid(count, columns, room, gap = 2) {
  const rows = Math.ceil(count / columns);
  const step = Math.min(room.width / columns, room.height / rows);
  return Array.from({ length: count }, (_, k) => ({
    x: room.x + step * (k % columns),
    y: room.y + step * Math.floor(k / columns),
    width: step - gap,
    height: step - gap,
  }));
}

// Which of some boxes a place lies in; -1 is none.
export function boxAt(boxes, [x, y]) {
  return boxes.findIndex(
    (box) => x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height,
  );
}

export function frame(context, { x, y, width, height }, colour, thickness = 2) {
  context.save();
  context.strokeStyle = colour;
  context.lineWidth = thickness;
  context.strokeRect(x, y, width, height);
  context.restore();
}

// Words on a canvas, from the middle of `place` unless `align` says otherwise.
export function words(context, area, text, [x, y], { align = "center", size = 13 } = {}) {
  context.save();
  context.font = `${size}px ${area.font}`;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillText(text, x, y);
  context.restore();
}
