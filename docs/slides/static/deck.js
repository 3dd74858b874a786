// A formula that is wider than its slide is set smaller, once its slide is shown.
const WIDTH = 1216; // of a slide, less its margins

function fitFormulas() {
  for (const formula of Reveal.getCurrentSlide().querySelectorAll("mjx-container[display]")) {
    formula.style.removeProperty("font-size");
    const width = formula.querySelector("mjx-math").offsetWidth;
    if (width > WIDTH) formula.style.fontSize = `${(100 * WIDTH) / width}%`;
  }
}

window.addEventListener("load", async () => {
  await globalThis.MathJax?.startup?.promise;
  Reveal.on("slidechanged", fitFormulas);
  fitFormulas();
});
