"""Explorer of notebook 02: the factors of a digit, and the code that follows them."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from aelib import evaluation, plots
from aelib.digits import drawn, pen, shaping
from aelib.digits.skeletons import load_skeletons
from aelib.explore.base import Explorer, as_laid_out, slider

UNMOVED = {"slant": 0.0, "width": 1.0, "stroke": 2.4}
"""An upright digit, as wide as its skeleton, written with a pen of 2.4 px."""

FACTORS = {
    "slant": (0.5, -0.5, 0.8, 0.05),
    "width": (1.0, 0.5, 1.6, 0.1),
    "stroke": (2.4, 1.4, 4.4, 0.1),
}
"""Start, least, most and step of each factor's slider."""


def factors(model: Any, digit: int = 4) -> Explorer:
    """Notebook 02: the factors of a drawn digit, and the code that follows them.

    Parameters
    ----------
    model
        A trained autoencoder of digits (n, 28, 28), with ``encode``.
    digit
        Which digit to begin with, 0 to 9.

    Raises
    ------
    ValueError
        If there is no such digit.

    Examples
    --------
    >>> from aelib.autoencoders import Autoencoder
    >>> explorer = factors(Autoencoder([784, 4], seed=0), digit=7)
    >>> explorer.set(slant=0.0)
    >>> explorer.alt.partition(";")[0]
    'A 7 of slant +0.00, width 1.0 and stroke 2.4 px'
    """
    choice = slider("digit", digit, 0, 9)
    plain = drawn_digits(np.arange(10), **UNMOVED)
    codes = evaluation.encode(model, plain)

    def move(digit: int, **values: float) -> tuple[np.ndarray, ...]:
        image = drawn_digits([digit], **values)
        code = evaluation.encode(model, image)[0]
        return image[0], evaluation.reconstruct(model, image)[0], code

    figure = Figure(figsize=(7, 2.6), layout="none")
    left, right = figure.subplots(1, 2, width_ratios=(1.15, 1))
    figure.subplots_adjust(0.01, 0.17, 0.99, 0.88, wspace=0.13)
    sheet = left.imshow(np.zeros((28, 88)), vmin=0, vmax=1)
    left.set_axis_off()
    for place, name in zip((14, 44, 74), ("unmoved", "moved", "rebuilt"), strict=True):
        left.text(place, -2, name, ha="center")
    units = np.arange(1, codes.shape[1] + 1)
    bars = right.vlines(units, 0, codes[0], lw=4, label="moved")
    (ticks,) = right.plot(units, codes[0], "k_", ms=6, mew=1.5, label="unmoved")
    reach = 1.3 * max(np.abs(codes).max(), 1e-6)
    right.set(xlabel="code unit", ylim=(-reach, reach))
    right.locator_params(nbins=5)
    title = right.set_title("", y=1)

    def draw(digit: int, **values: float) -> Figure:
        image, output, code = move(digit, **values)
        rows = np.stack([plain[digit], image, output])
        sheet.set_data(plots.tile(rows, columns=3))
        bars.set_segments([[(unit, 0), (unit, h)] for unit, h in enumerate(code, 1)])
        ticks.set_ydata(codes[digit])
        title.set_text("its code, and before (black)")
        return as_laid_out(figure)

    def describe(digit: int, slant: float, width: float, stroke: float) -> str:
        image, output, code = move(digit, slant=slant, width=width, stroke=stroke)
        way = np.linalg.norm(code - codes[digit])
        return (
            f"A {digit} of slant {slant:+.2f}, width {width:.1f} and stroke "
            f"{stroke:.1f} px; its code has moved by {way:.2f}, and the digit rebuilt "
            f"from it has a squared error of {np.square(output - image).sum():.1f}."
        )

    controls = {name: slider(name, *range_) for name, range_ in FACTORS.items()}
    return Explorer("factors", {"digit": choice, **controls}, draw, describe)


def drawn_digits(
    digit: ArrayLike, slant: ArrayLike, width: ArrayLike, stroke: ArrayLike
) -> np.ndarray:
    """Draw digits in the commonest way of writing each, without any chance.

    Parameters
    ----------
    digit
        What to write (n,), 0 to 9.
    slant
        How far it leans to the right, sideways per height.
    width
        What multiplies the width of its skeleton, above 0.
    stroke
        Width of the pen, px, above 0; each of the three one number, or (n,).

    Returns
    -------
    numpy.ndarray
        float32 (n, 28, 28), in [0, 1].

    Examples
    --------
    >>> thin, thick = drawn_digits([1, 1], slant=0, width=1, stroke=[1.5, 4])
    >>> bool(thin.sum() < thick.sum())
    True
    """
    skeletons = load_skeletons()
    way = skeletons.odds[np.asarray(digit)].argmax(axis=1)
    same_stroke = skeletons.same_stroke[way]
    slant, width, stroke = (
        np.broadcast_to(np.float32(factor), way.shape)
        for factor in (slant, width, stroke)
    )
    ink = shaping.stretch(skeletons.points[way], width)
    own_slant = shaping.slant_of(ink, pen.ink_per_point(ink, same_stroke))
    ink = shaping.fit_box(shaping.shear(ink, slant - own_slant), stroke)
    length = pen.ink_per_point(ink, same_stroke)
    ink = shaping.onto_grid(drawn.MIDDLE + shaping.centre(ink, length), stroke)
    distance = pen.distance_to_ink(ink, length, skeletons.free_end[way])
    return pen.trace(distance, stroke, np.ones_like(stroke)) / np.float32(255)
