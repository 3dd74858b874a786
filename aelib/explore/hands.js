// A mouse, a finger, a pen, and the keyboard.

// Follow what is pressed on an element: `start`, `move` and `end` get the place [x, y] in
// CSS pixels from the element's upper left corner, also when the pointer leaves it.
export function onDrag(element, { start, move, end = () => {} }) {
  let pointer = null;
  const place = (event) => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || pointer !== null) return;
    pointer = event.pointerId;
    element.setPointerCapture(pointer);
    start(place(event));
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    // The browser hands over one event a frame; a quick hand has made several moves.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const each of moves.length ? moves : [event]) move(place(each));
  });
  for (const name of ["pointerup", "pointercancel"])
    element.addEventListener(name, (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      end(place(event));
    });
}

// Follow the keyboard: `keys` maps the name of a key to what it does. The page stays
// where it is, and the notebook hears nothing of these keys.
export function onKeys(element, keys) {
  element.addEventListener("keydown", (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    act(event);
  });
}
