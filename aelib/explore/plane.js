// A plane with a point in it that follows the mouse, a finger or the arrow keys.

import { link } from "./link.js";

const STEP = 0.1; // of an arrow key; points have one decimal

const LABEL = "Plane of codes. The arrow keys move the point.";
const STEPS = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
};

function elements(el, picture) {
  const box = document.createElement("div");
  box.className = "aelib-plane";
  box.innerHTML = `
    <div class="aelib-sheet" tabindex="0" role="application" aria-label="${LABEL}"
      data-lm-suppress-shortcuts="true"><img alt="" draggable="false"><i></i></div>
    <div role="status">The point (<span></span>)</div>`;
  box.querySelector("img").src = picture;
  el.append(box);
  return [".aelib-sheet", "i", "span"].map((name) => box.querySelector(name));
}

function render({ model, el }) {
  const [sheet, ring, text] = elements(el, model.get("picture"));
  const reach = model.get("reach");
  let point;

  const show = () => {
    ring.style.left = `${(50 * (point[0] + reach)) / reach}%`;
    ring.style.top = `${(50 * (reach - point[1])) / reach}%`;
    text.textContent = point.map((at) => at.toFixed(1)).join(", ");
  };
  const load = (place) => {
    point = place;
    show();
  };
  const value = link(model, () => point, load);
  const move = (place) => {
    // Zero is added so that there is no minus zero.
    const inside = (at) => Math.min(reach, Math.max(-reach, at));
    point = place.map((at) => Math.round(inside(at) / STEP) / (1 / STEP) + 0);
    value.changed();
    show();
  };

  for (const name of ["pointerdown", "pointermove"])
    sheet.addEventListener(name, (event) => {
      const box = sheet.getBoundingClientRect();
      const across = (event.clientX - box.left) / box.width;
      const down = (event.clientY - box.top) / box.height;
      move([reach * (2 * across - 1), reach * (1 - 2 * down)]);
    });
  sheet.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault(); // the page stays where it is
    event.stopPropagation();
    move(point.map((at, axis) => at + step[axis]));
  });

  return value.end;
}

export default { render };
