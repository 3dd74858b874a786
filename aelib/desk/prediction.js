// A question that one commits to before the answer is measured, and then the answer.

import { liveLine, make } from "../explore/parts.js";
import { choice } from "./choice.js";
import { drawnCurve } from "./drawn_curve.js";
import { numberWithBand } from "./number_with_band.js";
import { sorting } from "./sorting.js";

// Each kind is a function of what it needs and of what to call when the reader has
// changed something. It returns its element; `read`, the answer or null while it is
// incomplete; `missing`, what is still to be done, in words; `show`, which puts an answer
// and what was found on the page, both perhaps null; and, if it needs them, `buttons` of
// its own and `end`.
const KINDS = {
  choose: choice,
  number: numberWithBand,
  order: sorting,
  draw: drawnCurve,
};

const STATE = ["committed", "heard", "found", "line", "is_final"];

const COMMITTED =
  "Committed. Read on: the answer is laid over it once it is measured.";
const SEEN = "Committed earlier. You have seen the answer, so it stays as it is.";
const UNHEARD =
  "Not kept yet: the kernel is busy. If it has ended, run the cell again.";

function render({ model, el }) {
  const status = liveLine("aelib-line");
  const kind = KINDS[model.get("kind")](model.get("setup"), () => react());
  const commit = make("button", { type: "button", onclick: send }, "Commit");
  const undo = make("button", { type: "button", onclick: takeBack }, "Take it back");
  const box = make(
    "section",
    { class: "aelib-prediction", "aria-label": "Prediction" },
    make("p", {}, make("strong", {}, "Predict first."), " ", model.get("text")),
    kind.element,
    make("div", {}, commit, undo, ...(kind.buttons ?? [])),
    status,
  );
  // Letters and arrows are the reader's. JupyterLab asks the focused element itself,
  // so the attribute would be of no use on the box.
  for (const control of box.querySelectorAll("button, canvas, input, select"))
    control.setAttribute("data-lm-suppress-shortcuts", "true");
  el.append(box);

  function set(answer) {
    model.set("committed", answer);
    model.save_changes();
  }
  function send() {
    const answer = kind.read();
    if (answer === null) return;
    set(answer);
    undo.focus();
  }
  function takeBack() {
    set(null);
    commit.focus();
  }
  function react() {
    commit.disabled = kind.read() === null;
    commit.title = commit.disabled ? kind.missing() : "";
  }
  function show() {
    const [answer, found] = [model.get("committed"), model.get("found")];
    const isFinal = model.get("is_final");
    kind.show(answer, found, answer !== null || isFinal);
    box.dataset.state = found ? "answered" : answer === null ? "open" : "committed";
    commit.hidden = answer !== null || isFinal;
    undo.hidden = answer === null || isFinal;
    status.textContent = model.get("line") || said(answer, isFinal);
    react();
  }
  function said(answer, isFinal) {
    if (answer === null) return "";
    if (isFinal) return SEEN;
    const [sent, heard] = [answer, model.get("heard")].map((one) => JSON.stringify(one));
    return sent === heard ? COMMITTED : UNHEARD;
  }

  const changes = STATE.map((name) => `change:${name}`);
  for (const change of changes) model.on(change, show);
  show();
  return () => {
    for (const change of changes) model.off(change, show);
    kind.end?.();
  };
}

export default { render };
