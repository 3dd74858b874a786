"""The colours of the course for what is drawn in the browser, as custom properties.

`aelib.plots` is where colours are chosen; scripts and style sheets ask for them by
name: ``var(--aelib-blue)``. Ink and paper are the page's own, and fit both its themes.
"""

from __future__ import annotations

from aelib.plots import COLOURS


def palette_css() -> str:
    """Return the rule that gives every colour of the house its name.

    Examples
    --------
    >>> print(palette_css().splitlines()[1])
      --aelib-blue: #006EAF;
    """
    colours = "".join(f"  --aelib-{name}: {c};\n" for name, c in COLOURS.items())
    return f":root {{\n{colours}}}\n"
