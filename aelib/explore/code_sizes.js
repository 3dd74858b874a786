// Explorer of notebook 01: a digit, given or one's own, through codes of any width.

import { axes, curve, dot } from "./axes.js";
import { frame, grid, image, words } from "./images.js";
import { centred, drawLine, SIDE } from "./ink.js";
import { live, range } from "./live.js";
import { forward } from "./net.js";
import { at, squaredError } from "./numbers.js";
import { clip } from "./parts.js";

export default live(({ digits, networks, sizes }, page) => {
  const count = digits.shape[0];
  let [k, ink] = [sizes.length - 1, Float32Array.from(at(digits, 0))];
  let [pen, copies, errors] = [null, [], []];
  const cursor = { place: [SIDE / 2, SIDE / 2], down: false, isThere: false };

  const width = page.slider("numbers in the code", range(sizes.length), k, setWidth, (i) =>
    String(sizes[i]),
  );
  function setWidth(chosen) {
    k = chosen;
    say();
  }
  page.slider("a test digit", range(count), 0, (q) => {
    ink = Float32Array.from(at(digits, q));
    compute();
  });
  page.button("Empty pad: draw your own", () => {
    ink = new Float32Array(SIDE * SIDE);
    compute();
    page.redraw();
  });

  let side = 1;
  page.picture({
    label: "Pad. Arrow keys move the pen, the space bar lowers and lifts it.",
    ratio: 1,
    least: 200,
    drag: (spot) => {
      const place = spot.map((each) => clip((SIDE * each) / side, 0, SIDE));
      drawLine(ink, pen ?? place, place);
      pen = place;
      compute();
      page.redraw();
    },
    release: () => {
      pen = null;
    },
    keys: {
      ArrowLeft: () => movePen(-1, 0),
      ArrowRight: () => movePen(1, 0),
      ArrowUp: () => movePen(0, -1),
      ArrowDown: () => movePen(0, 1),
      " ": () => {
        cursor.down = !cursor.down;
        movePen(0, 0);
      },
    },
    paint: (context, area) => {
      side = area.width;
      const box = { x: 0, y: 0, width: side, height: side };
      image(context, area, Float32Array.from(ink), box);
      frame(context, box, area.ink, 1);
      if (isEmpty()) words(context, area, "draw something", [side / 2, side / 2]);
      if (!cursor.isThere) return;
      context.strokeStyle = area.colour(cursor.down ? "vermilion" : "blue");
      context.beginPath();
      context.arc(...cursor.place.map((each) => (side * each) / SIDE), 8, 0, 2 * Math.PI);
      context.stroke();
    },
  });
  page.picture({
    label: "The digit as it was read, its copy, and what differs",
    ratio: 3,
    least: 330,
    paint: (context, area) => {
      const room = { x: 0, y: 18, width: area.width, height: area.height - 18 };
      const boxes = grid(3, 3, room, 8);
      const read = centred(ink);
      const difference = copies[k].map((value, i) => value - read[i]);
      const shown = [read, copies[k], difference];
      const texts = ["read", `from ${sizes[k]} numbers`, "copy − read"];
      boxes.forEach((box, i) => {
        words(context, area, texts[i], [box.x + box.width / 2, 8]);
        image(context, area, shown[i], box, { signed: i === 2 });
        frame(context, box, area.ink, 0.4);
      });
    },
  });
  page.picture({
    label: "Squared error of this digit against the number of numbers in its code",
    drag: ([across]) => {
      const far = sizes.map((size) => Math.abs(on.X.to(size) - across));
      width.set(far.indexOf(Math.min(...far)), setWidth);
    },
    paint: (context, area) => {
      const x = { range: [sizes[0] * 0.9, sizes.at(-1) * 1.1], label: "numbers", log: true };
      const y = { range: [0, 1.1 * Math.max(1, ...errors)], label: "squared error" };
      on = axes(context, area, { x, y });
      curve(context, on, sizes, errors, { colour: area.colour("blue"), dots: 4 });
      context.fillStyle = area.colour("vermilion");
      dot(context, [on.X.to(sizes[k]), on.Y.to(errors[k])], 6);
    },
  });
  let on = null;

  function movePen(across, down) {
    const last = cursor.place;
    cursor.isThere = true;
    cursor.place = [last[0] + across, last[1] + down].map((each) => clip(each, 0, SIDE));
    if (cursor.down) drawLine(ink, last, cursor.place);
    compute();
    page.redraw();
  }
  const isEmpty = () => ink.every((value) => value === 0);
  function compute() {
    const read = centred(ink);
    copies = networks.map(({ encoder, decoder }) => forward(decoder, forward(encoder, read)));
    errors = copies.map((copy) => squaredError(copy, read));
    say();
  }
  function say() {
    page.say(
      isEmpty()
        ? "The pad is empty: draw a digit, as large as it is."
        : `From ${sizes[k]} numbers: squared error ${errors[k].toFixed(1)}.`,
    );
  }
  compute();
});
