// Elements of a page, made in one line.

// make("button", { type: "button", onclick: go }, "Go"): what begins with "on" listens.
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// A line that is read aloud whenever it changes.
export function liveLine(className) {
  return make("p", { class: className, role: "status" });
}

export const clip = (value, low, high) => Math.min(high, Math.max(low, value));
