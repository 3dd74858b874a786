"""A plane to point into, with the mouse, a finger or the arrow keys."""

from __future__ import annotations

import io
from pathlib import Path

import anywidget
import matplotlib.image
import numpy as np
import traitlets

from aelib.explore.base import data_url
from aelib.explore.scripts import javascript
from aelib.explore.theme import palette_css

STYLE = """
.aelib-plane { display: inline-block; margin: 4px; }
.aelib-sheet {
  position: relative; width: 336px; margin-bottom: 6px;
  cursor: crosshair; touch-action: none;
  border: 1px solid #767676;
}
.aelib-sheet:focus-visible {
  outline: 3px solid var(--aelib-blue); outline-offset: 2px;
}
.aelib-sheet img { display: block; width: 100%; }
.aelib-sheet i {
  position: absolute; width: 14px; height: 14px; margin: -9px; border-radius: 50%;
  border: 3px solid var(--aelib-vermilion); pointer-events: none;
}
body[data-jp-theme-light="false"] .aelib-sheet { filter: brightness(0.87); }
"""


class Plane(anywidget.AnyWidget):
    """A picture of a square plane, and a point in it that follows the pointer.

    Parameters
    ----------
    picture
        What lies in the plane: colours (height, width, 3 or 4), first row on top.
    reach
        The plane goes from -reach to reach in both directions.
    value
        Where the point is at first: across, and up.

    Attributes
    ----------
    value
        Where the point is, to one decimal.

    Raises
    ------
    ValueError
        If the point lies outside the plane.

    Examples
    --------
    >>> plane = Plane(np.zeros((2, 2, 3)), reach=3.0, value=(0.5, -1))
    >>> plane, plane.value
    (Plane(±3), [0.5, -1.0])
    """

    _esm = javascript(Path(__file__).with_name("plane.js"))
    _css = palette_css() + STYLE

    picture = traitlets.Unicode().tag(sync=True)
    reach = traitlets.Float().tag(sync=True)
    value = traitlets.List(traitlets.Float(), minlen=2, maxlen=2).tag(sync=True)

    def __init__(
        self, picture: np.ndarray, reach: float, value: tuple[float, float] = (0, 0)
    ) -> None:
        is_point = np.shape(value) == (2,) and np.asarray(value).dtype.kind in "iuf"
        if not (is_point and np.abs(value).max() <= reach):
            raise ValueError(
                f"{value} is no point of the plane: pass two numbers from {-reach:g} "
                f"to {reach:g}."
            )
        png = io.BytesIO()
        matplotlib.image.imsave(png, picture, format="png")
        super().__init__(
            picture=data_url(png.getvalue()),
            reach=reach,
            value=[float(place) for place in value],
        )

    def __repr__(self) -> str:
        return f"Plane(±{self.reach:g})"
