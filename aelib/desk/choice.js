// One of a few sentences is true.

import { make } from "../explore/parts.js";

let groups = 0; // the same question may stand on a page twice

export function choice({ options }, changed) {
  const name = `aelib-choice-${groups++}-${Math.random().toString(36).slice(2)}`;
  const rows = options.map((option) => {
    const input = make("input", { type: "radio", name, onchange: changed });
    const mark = make("span", { class: "aelib-mark" });
    return { option, input, mark, label: make("label", {}, input, option, mark) };
  });
  const legend = make("legend", { class: "aelib-aside" }, "Choose one");
  const element = make("fieldset", {}, legend, ...rows.map(({ label }) => label));

  const read = () => rows.find(({ input }) => input.checked)?.option ?? null;
  const show = (answer, found, locked) => {
    element.disabled = locked;
    for (const { option, input, mark, label } of rows) {
      if (answer !== null) input.checked = option === answer;
      const isTrue = option === found?.option;
      label.classList.toggle("aelib-true", isTrue);
      mark.textContent = isTrue ? " ✓ it is so" : "";
    }
  };
  return { element, read, show, missing: () => "Choose one first." };
}
