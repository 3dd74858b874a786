// A few things to be put in order: by two buttons each, by dragging, by the arrow keys.

import { onDrag, onKeys } from "../explore/hands.js";
import { liveLine, make } from "../explore/parts.js";

export function sorting({ items, first, last }, changed) {
  const list = make("ol", { class: "aelib-sorting" });
  const truth = make("ol", { class: "aelib-sorting aelib-true" });
  const right = make("div", {}, make("p", { class: "aelib-aside" }, "Measured"), truth);
  const heard = liveLine("aelib-heard");
  const rows = new Map(items.map((item) => [item, row(item)]));
  list.append(...rows.values());

  const read = () => [...list.children].map((element) => element.dataset.item);
  // Its neighbour moves, not the thing itself: an element that is taken off the page and
  // put back loses the pointer and the focus.
  function move(element, step) {
    const other = element[step < 0 ? "previousElementSibling" : "nextElementSibling"];
    if (!other || list.hasAttribute("data-locked")) return;
    element[step < 0 ? "after" : "before"](other);
    const place = [...list.children].indexOf(element) + 1;
    heard.textContent = `${element.dataset.item}: place ${place} of ${items.length}`;
    changed();
  }

  function row(item) {
    const button = (way, sign, step) =>
      make(
        "button",
        {
          type: "button",
          "aria-label": `Move ${item} ${way}`,
          onclick: () => move(element, step),
        },
        sign,
      );
    const grip = make("span", { class: "aelib-grip" }, item);
    const buttons = [button("up", "↑", -1), button("down", "↓", 1)];
    const element = make("li", { "data-item": item }, grip, ...buttons);
    onDrag(grip, {
      start: () => element.classList.add("aelib-held"),
      move: ([, y]) => {
        const box = element.getBoundingClientRect();
        const at = grip.getBoundingClientRect().top + y;
        if (at < box.top) move(element, -1);
        if (at > box.bottom) move(element, 1);
      },
      end: () => element.classList.remove("aelib-held"),
    });
    onKeys(element, {
      ArrowUp: () => move(element, -1),
      ArrowDown: () => move(element, 1),
    });
    return element;
  }

  const show = (answer, found, locked) => {
    if (answer) list.append(...answer.map((item) => rows.get(item)));
    for (const button of list.querySelectorAll("button")) button.hidden = locked;
    list.toggleAttribute("data-locked", locked);
    yours.hidden = Boolean(found && !answer); // nobody's order is not shown as theirs
    right.hidden = !found;
    if (found) truth.replaceChildren(...found.order.map((item) => make("li", {}, item)));
  };
  const ends = make("p", { class: "aelib-aside" }, `From ${first} (top) to ${last}`);
  const yours = make("div", {}, ends, list);
  const columns = make("div", { class: "aelib-columns" }, yours, right);
  return { element: make("div", {}, columns, heard), read, show, missing: () => "" };
}
