"""A pad to draw a digit on, and what makes of it a digit like those of the course."""

from __future__ import annotations

from pathlib import Path

import anywidget
import numpy as np
import traitlets
from scipy import ndimage

from aelib.digits.drawn import MIDDLE
from aelib.explore.scripts import javascript
from aelib.explore.theme import palette_css

SIDE = 28

STYLE = """
.aelib-pad { display: inline-block; margin: 4px; }
.aelib-pad canvas {
  border: 1px solid #767676; cursor: crosshair; touch-action: none;
}
.aelib-pad canvas:focus-visible {
  outline: 3px solid var(--aelib-blue); outline-offset: 2px;
}
body[data-jp-theme-light="false"] .aelib-pad canvas { filter: brightness(0.87); }
"""


class DrawingPad(anywidget.AnyWidget):
    """A pad of 28×28 pixels: draw with mouse, finger, pen or keyboard.

    On the keyboard, the arrows move the pen and the space bar lowers and lifts it. The
    pen is about as wide as that of the course's digits, and the thin frame is the box
    in which they lie.

    Parameters
    ----------
    image
        What is on it at first: (28, 28), in [0, 1]; by default nothing.

    Attributes
    ----------
    value
        Ink of the 784 pixels, 0 to 255, row by row. It follows the reader's pen.

    Raises
    ------
    ValueError
        If `image` is not an image of 28×28 values in [0, 1].

    Examples
    --------
    >>> pad = DrawingPad(np.eye(28))
    >>> pad, pad.value[:2], float(pad.image.sum())
    (DrawingPad(28×28), [255, 0], 28.0)
    """

    _esm = javascript(Path(__file__).with_name("pad.js"))
    _css = palette_css() + STYLE

    value = traitlets.List(
        traitlets.Int(min=0, max=255), minlen=SIDE**2, maxlen=SIDE**2
    ).tag(sync=True)

    def __init__(self, image: np.ndarray | None = None) -> None:
        image = np.zeros((SIDE, SIDE)) if image is None else np.asarray(image)
        _check(image)
        super().__init__(value=np.rint(255 * image).astype(int).ravel().tolist())

    @property
    def image(self) -> np.ndarray:
        """What is drawn: float32 (28, 28), in [0, 1]."""
        return as_image(self.value)

    def __repr__(self) -> str:
        return f"DrawingPad({SIDE}×{SIDE})"


def as_image(value: list[int]) -> np.ndarray:
    """Turn a pad's 784 numbers, 0 to 255, into a float32 image (28, 28) in [0, 1].

    Examples
    --------
    >>> as_image([255] * 784).mean()
    np.float32(1.0)
    """
    return np.array(value, np.float32).reshape(SIDE, SIDE) / 255


def centre(image: np.ndarray) -> np.ndarray:
    """Move an image by whole pixels so that its ink lies as MNIST's does.

    MNIST has the centre of mass of every digit in the middle of the image (LeCun et
    al. 1998, doi:10.1109/5.726791), and networks trained on such digits expect it
    there. Ink that is pushed over the edge is lost.

    Parameters
    ----------
    image
        Image (28, 28). Without any ink it stays as it is.

    Examples
    --------
    >>> dot = np.zeros((28, 28))
    >>> dot[3, 20] = 1
    >>> np.argwhere(centre(dot))
    array([[14, 14]])
    """
    if not image.any():
        return image
    off = np.rint(MIDDLE - np.array(ndimage.center_of_mass(image)))
    return ndimage.shift(image, off, order=0)


def _check(image: np.ndarray) -> None:
    if image.shape != (SIDE, SIDE):
        raise ValueError(
            f"The pad takes one image of shape ({SIDE}, {SIDE}), not {image.shape}: "
            "pass images[k] of the course's data."
        )
    if image.min() < 0 or image.max() > 1:
        raise ValueError(
            f"Ink must be in [0, 1], but ranges from {image.min():g} to "
            f"{image.max():g}: divide integers of 0 to 255 by 255 first."
        )
