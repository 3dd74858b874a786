// An explorer that draws itself, from numbers that it was sent once: it asks no kernel.

import { drawing } from "./canvas.js";
import { onDrag, onKeys } from "./hands.js";
import { unpack } from "./numbers.js";
import { clip, liveLine, make } from "./parts.js";

// `build(state, page)` puts controls and pictures on the page.
export function live(build) {
  const start = async (packed, el) => {
    const page = newPage(packed.name, el);
    build(await unpack(packed.numbers), page);
    page.redraw();
    return page.end;
  };
  const render = async ({ model, el }) => start(JSON.parse(model.get("state")), el);
  return { start, render };
}

function newPage(name, el) {
  const [controls, pictures] = ["controls", "pictures"].map((part) =>
    make("div", { class: `aelib-${part}` }),
  );
  const heard = liveLine("aelib-seen");
  const section = { class: "aelib-explorer", "aria-label": `Explorer: ${name}` };
  const root = make("section", section, controls, pictures);
  controls.append(heard);
  el.append(root);
  const [drawings, timers] = [[], []];
  let frames = 0;

  const put = (element) => controls.insertBefore(element, heard);
  const redraw = () => drawings.forEach((each) => each.redraw());

  // A canvas of width : height = `ratio`. With `drag` or `keys` it can be moved.
  function picture({ label, ratio = 1.4, least = 260, share = 1, drag, release, keys, paint }) {
    const canvas = make("canvas", { role: "img", "aria-label": label });
    canvas.style.aspectRatio = ratio;
    canvas.style.flex = `${share} 1 ${least}px`;
    canvas.style.maxWidth = `min(100%, ${1.7 * least}px)`;
    if (drag) {
      const to = (place) => drag(place, canvas);
      onDrag(canvas, { start: to, move: to, end: release });
      canvas.setAttribute("data-drag", "");
    }
    if (keys) {
      canvas.tabIndex = 0;
      canvas.setAttribute("role", "application");
      canvas.setAttribute("data-lm-suppress-shortcuts", "true");
      onKeys(canvas, keys);
    }
    pictures.append(canvas);
    const each = drawing(canvas, (context, area) => {
      paint(context, area);
      root.dataset.frames = ++frames;
    });
    drawings.push(each);
    return canvas;
  }

  // A slider over `values`, which may be anything: the hand moves their index.
  function slider(label, values, value, act, text = String) {
    const shown = make("output", {}, text(value));
    const input = make("input", {
      type: "range",
      min: 0,
      max: values.length - 1,
      step: 1,
      "aria-label": label,
      "aria-valuetext": text(value),
      "data-drag": "",
      "data-lm-suppress-shortcuts": "true",
      oninput: () => set(values[input.value], act),
    });
    function set(chosen, then = () => {}) {
      input.value = values.indexOf(chosen);
      shown.textContent = text(chosen);
      input.setAttribute("aria-valuetext", text(chosen));
      then(chosen);
      redraw();
    }
    set(value);
    put(make("label", { class: "aelib-slider" }, make("span", {}, label, " ", shown), input));
    return { set };
  }

  // One of a few, as buttons of which one is pressed.
  function choice(label, options, value, act) {
    const buttons = options.map((option) =>
      button(String(option), () => set(option, act), true),
    );
    function set(chosen, then = () => {}) {
      buttons.forEach((each, i) =>
        each.setAttribute("aria-pressed", options[i] === chosen),
      );
      then(chosen);
      redraw();
    }
    set(value);
    const group = { class: "aelib-choice", role: "group", "aria-label": label };
    put(make("div", group, make("span", {}, label), ...buttons));
    return { set };
  }

  function button(text, act, isLoose = false) {
    const attributes = { type: "button", onclick: act };
    const element = make("button", attributes, text);
    element.setAttribute("data-lm-suppress-shortcuts", "true");
    return isLoose ? element : put(element);
  }

  // A button that lets `step` run, once a frame, until it returns false or is stopped.
  function player(text, step, begin = () => {}) {
    let due = null;
    const element = button(text, () => (due === null ? play() : stop()));
    element.setAttribute("aria-pressed", false);
    function play() {
      element.setAttribute("aria-pressed", true);
      begin();
      redraw();
      due = requestAnimationFrame(function next() {
        if (step() === false) return stop();
        redraw();
        due = requestAnimationFrame(next);
      });
    }
    function stop() {
      cancelAnimationFrame(due);
      due = null;
      element.setAttribute("aria-pressed", false);
    }
    timers.push(stop);
    return { play, stop };
  }

  const say = (text) => {
    if (heard.textContent !== text) heard.textContent = text;
  };
  const end = () => {
    timers.forEach((stop) => stop());
    drawings.forEach((each) => each.end());
  };
  requestAnimationFrame(() => root.setAttribute("data-live", ""));
  return { picture, slider, choice, button, player, say, redraw, end, put };
}

// Whole numbers from 0 on, as many as `count`; or `count` even steps from `low` to `high`.
export const range = (count) => Array.from({ length: count }, (_, k) => k);
export const steps = (low, high, count) =>
  range(count).map((k) => low + ((high - low) * k) / (count - 1));

// The next of `count` places, and not beyond the ends.
export const moved = (place, step, count) => clip(place + step, 0, count - 1);
