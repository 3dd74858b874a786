"""The colours of the course for what is drawn in the browser, as custom properties.

`aelib.plots` is where colours are chosen; scripts and style sheets ask for them by
name: ``var(--aelib-blue)``, ``var(--aelib-class-3)``. Ink and paper are the page's own,
and fit both its themes; on dark paper a colour that would hardly be seen is lightened.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from aelib.plots import CLASS_COLOURS, COLOURS

DARK = "#1a1a1a"  # no darker than this is the paper of dark pages
INK = "#e6e6e6"
SEEN = 3.0  # contrast of WCAG 2.1 for what is drawn
# How the book and JupyterLab say that a page is dark.
DARK_PAGE = 'html[data-theme="dark"], body[data-jp-theme-light="false"]'


def palette_css() -> str:
    """Return the rules that give every colour of the house its name.

    Examples
    --------
    >>> print(palette_css().splitlines()[1])
      --aelib-blue: #006EAF;
    """
    named = COLOURS | {f"class-{k}": colour for k, colour in enumerate(CLASS_COLOURS)}
    lightened = {name: on_dark(colour) for name, colour in named.items()}
    return _rule(":root", named) + _rule(DARK_PAGE, lightened)


def on_dark(colour: str) -> str:
    """Return a colour, lightened as far as it takes to be seen on dark paper.

    Black is ink, and becomes a light grey.

    Examples
    --------
    >>> on_dark("#E27200"), on_dark("#025A37"), on_dark("#000000")
    ('#E27200', '#287355', '#e6e6e6')
    """
    if to_hex(colour) == "#000000":
        return INK
    for white in np.linspace(0, 1, 101):
        mixed = to_hex((1 - white) * np.array(to_rgb(colour)) + white)
        if contrast(mixed, DARK) >= SEEN:
            return mixed if white else colour
    raise AssertionError("White is seen on dark paper.")


def contrast(colour: str, paper: str) -> float:
    """Return the contrast of two colours as WCAG 2.1 defines it, from 1 to 21.

    Examples
    --------
    >>> contrast("#000000", "#FFFFFF")
    21.0
    """
    low, high = sorted(_luminance(each) + 0.05 for each in (colour, paper))
    return round(high / low, 9)


def _luminance(colour: str) -> float:
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _rule(selector: str, colours: Mapping[str, str]) -> str:
    lines = "".join(f"  --aelib-{name}: {c};\n" for name, c in colours.items())
    return f"{selector} {{\n{lines}}}\n"
