// Each explorer starts in its place, and the still picture makes room for it.
document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll(".aelib-place")) {
    const state = globalThis.aelib?.states[place.dataset.explorer];
    if (!state) continue; // a script is missing: the still remains
    const stills = place.closest(".cell_output").querySelectorAll("img");
    globalThis.aelib.scripts[state.script].start(state, place).then(() => {
      for (const still of stills) still.hidden = true;
    });
  }
});
