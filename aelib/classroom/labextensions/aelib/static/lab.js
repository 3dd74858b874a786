// An extension of JupyterLab, written in the form that it loads: no build makes it.
// make.py's `lab` tells JupyterLab where it lies.
(() => {
  // In the dark a figure is a sheet of paper, dimmed: what the texts call white, black,
  // blue or orange stays so.
  const PAPER = `
    body[data-jp-theme-light="false"] :is(
      .jp-RenderedImage, .jp-RenderedMarkdown, .widget-html
    ) img { background: white; border-radius: 4px; filter: brightness(0.87) }`;

  // JupyterLab shows pictures without the words that a cell's metadata have for them.
  const describe = (shell) => {
    for (const image of document.querySelectorAll(".jp-RenderedImage img:not([alt])")) {
      const node = image.closest(".jp-Cell");
      const cells = [...shell.widgets("main")].flatMap((w) => w.content?.widgets ?? []);
      const cell = cells.find((cell) => cell.node === node);
      const words = cell?.model?.getMetadata?.("mystnb")?.image?.alt;
      if (words) image.alt = words;
    }
  };

  // JupyterLab notes which Python it started, and calls the notebook changed.
  const OF_KERNEL = ["kernelspec", "language_info"];
  const known = new WeakSet();
  const keepUnchanged = (model) => {
    if (!model?.metadataChanged || known.has(model)) return;
    known.add(model);
    model.metadataChanged.connect((_, { key }) => {
      if (model.dirty || !OF_KERNEL.includes(key)) return;
      queueMicrotask(() => (model.dirty = false));
    });
  };

  const activate = ({ shell }) => {
    const style = document.createElement("style");
    style.textContent = PAPER;
    document.head.append(style);
    let isDue = false;
    const look = () => {
      isDue = false;
      for (const widget of shell.widgets("main")) keepUnchanged(widget.context?.model);
      describe(shell);
    };
    new MutationObserver(() => {
      if (!isDue) requestAnimationFrame(look);
      isDue = true;
    }).observe(document.body, { childList: true, subtree: true });
  };

  const plugin = { id: "aelib:notebooks", autoStart: true, activate };
  (window._JUPYTERLAB ??= {}).aelib = {
    init: () => {},
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
