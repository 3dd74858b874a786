// A canvas that stays sharp at any size and on any screen, and follows the page's theme.

// `paint(context, { width, height, ink, font, colour })` draws everything anew, in CSS
// pixels; `colour("blue")` is the house's. Call `redraw` when something has changed:
// however often it is called, the canvas is painted once for each frame of the display.
export function drawing(canvas, paint) {
  let due = null;
  let frames = 0;

  const draw = () => {
    due = null;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || !height) return;
    const ratio = window.devicePixelRatio || 1;
    const [across, down] = [width, height].map((side) => Math.round(side * ratio));
    if (canvas.width !== across) canvas.width = across;
    if (canvas.height !== down) canvas.height = down;
    const style = getComputedStyle(canvas);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.strokeStyle = context.fillStyle = style.color;
    paint(context, {
      width,
      height,
      ink: style.color,
      font: style.fontFamily,
      colour: (name) => style.getPropertyValue(`--aelib-${name}`).trim(),
    });
    canvas.dataset.frames = ++frames;
  };
  const redraw = () => (due ??= requestAnimationFrame(draw));

  const size = new ResizeObserver(redraw);
  size.observe(canvas);
  // JupyterLab and the book state their theme as attributes of the page.
  const theme = new MutationObserver(redraw);
  for (const element of [document.documentElement, document.body])
    theme.observe(element, { attributes: true });
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", redraw);
  window.addEventListener("resize", redraw); // and when the reader zooms
  redraw();

  return {
    redraw,
    end: () => {
      cancelAnimationFrame(due);
      size.disconnect();
      theme.disconnect();
      dark.removeEventListener("change", redraw);
      window.removeEventListener("resize", redraw);
    },
  };
}
