"""How every picture of the course looks: its colours, lines and letters.

The colours were searched for by computer: as far apart as they can be for readers with
all cones and for those without red, green or blue ones, while blue and orange keep
their names and each stands out from white paper by 3 to 1 or more.  The least distance
between two of them, in CIE 1976 L*a*b*, where 2.3 is just noticeable:

=============  ==========  ============  ==============  =============
colours        every cone  no red cones  no green cones  no blue cones
=============  ==========  ============  ==============  =============
eight, lines         20.4          18.2            17.5           16.5
ten, classes         25.2          21.3            21.5           21.9
=============  ==========  ============  ==============  =============

tests/test_palette.py measures this anew.  Figures are white paper in a dark theme, too:
on black paper no ten colours, black among them, would all be seen.
"""

from __future__ import annotations

import matplotlib as mpl

# For lines and bars, those told apart most easily first.
COLOURS = {
    "blue": "#006EAF",
    "orange": "#E27200",
    "green": "#025A37",
    "purple": "#BB729B",
    "sky": "#3B9DD2",
    "black": "#000000",
    "vermilion": "#C24200",
    "olive": "#8D9A64",
}
# Ten classes side by side need ten colours further apart: one per digit, from 0.
CLASS_COLOURS = [
    "#3672D7",
    "#F56712",
    "#104D68",
    "#AA8AAE",
    "#03A973",
    "#3409E0",
    "#8C1530",
    "#626968",
    "#C90009",
    "#000000",
]

STYLE = {
    "axes.prop_cycle": mpl.cycler(color=list(COLOURS.values())),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": "medium",
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "figure.figsize": (7, 3.2),
    "figure.dpi": 100,
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "image.cmap": "gray_r",
    "image.interpolation": "nearest",
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    # Ink is dark and paper white in what the texts say, so on a dark page, too.
    "savefig.facecolor": "white",
}


def use_style() -> None:
    """Make the house style that of every figure drawn from here on.

    Examples
    --------
    >>> import matplotlib as mpl
    >>> use_style()
    >>> mpl.rcParams["image.cmap"]
    'gray_r'
    """
    mpl.rcParams.update(STYLE)
