// A pad for one digit: 28 × 28 pixels of ink, 0 to 255, by mouse, touch or keyboard.

import { BOX, drawLine, PEN, SIDE } from "./ink.js";
import { link } from "./link.js";
import { clip } from "./parts.js";

const ZOOM = 8; // pixels of the screen for one of the digit

const LABEL =
  "Drawing pad. Arrow keys move the pen; the space bar lowers and lifts it.";
const STEPS = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

function paint(canvas, ink, pen) {
  const context = canvas.getContext("2d");
  ink.forEach((value, i) => {
    const grey = 255 - value;
    context.fillStyle = `rgb(${grey}, ${grey}, ${grey})`;
    context.fillRect(ZOOM * (i % SIDE), ZOOM * Math.floor(i / SIDE), ZOOM, ZOOM);
  });
  const edge = (ZOOM * (SIDE - BOX)) / 2;
  context.lineWidth = 1;
  context.strokeStyle = "#a0a0a0";
  context.strokeRect(edge, edge, ZOOM * BOX, ZOOM * BOX);
  if (!pen.keyboard) return;
  context.beginPath();
  context.arc(ZOOM * pen.place[0], ZOOM * pen.place[1], ZOOM * PEN, 0, 2 * Math.PI);
  context.lineWidth = 3;
  const name = pen.down ? "--aelib-vermilion" : "--aelib-blue";
  context.strokeStyle = getComputedStyle(context.canvas).getPropertyValue(name).trim();
  context.stroke();
}

function elements(el) {
  const pad = document.createElement("div");
  pad.className = "aelib-pad";
  pad.innerHTML = `
    <canvas width="${ZOOM * SIDE}" height="${ZOOM * SIDE}" tabindex="0"
      role="application" aria-label="${LABEL}"
      data-lm-suppress-shortcuts="true"></canvas>
    <div><button type="button">Clear</button> <span role="status"></span></div>`;
  el.append(pad);
  return ["canvas", "button", "span"].map((name) => pad.querySelector(name));
}

function render({ model, el }) {
  const [canvas, button, status] = elements(el);
  const ink = new Uint8ClampedArray(SIDE * SIDE);
  const pen = { place: [SIDE / 2, SIDE / 2], down: false, keyboard: false };

  const show = () => paint(canvas, ink, pen);
  const load = (pixels) => {
    ink.set(pixels);
    show();
  };
  const value = link(model, () => Array.from(ink), load);
  const changed = () => {
    value.changed();
    show();
  };
  const move = (place) => {
    if (pen.down) drawLine(ink, pen.place, place, 255);
    pen.place = place;
    if (pen.down) changed();
    else show();
  };
  const set = (down, keyboard) => {
    Object.assign(pen, { down, keyboard });
    status.textContent = keyboard ? `pen ${down ? "down" : "up"}` : "";
    move(pen.place); // a pen that is lowered leaves a dot
  };
  const place = (event) => [
    (SIDE * event.offsetX) / canvas.clientWidth,
    (SIDE * event.offsetY) / canvas.clientHeight,
  ];

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pen.place = place(event);
    set(true, false);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (pen.down && !pen.keyboard) move(place(event));
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.addEventListener(end, () => set(false, false));

  canvas.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step && event.key !== " ") return;
    event.preventDefault(); // the page stays where it is
    event.stopPropagation();
    if (!step) return set(!(pen.down && pen.keyboard), true);
    if (!pen.keyboard) set(false, true);
    move(pen.place.map((at, axis) => clip(at + step[axis], 0, SIDE)));
  });
  canvas.addEventListener("blur", () => set(false, false));

  button.addEventListener("click", () => {
    ink.fill(0);
    changed();
  });

  return value.end;
}

export default { render };
