"""Explorer of notebook 02: the factors of a digit, and the code that follows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from aelib import evaluation, plots
from aelib.digits import drawn, pen, shaping
from aelib.digits.skeletons import load_skeletons
from aelib.explore.checks import check_index
from aelib.explore.live import LiveExplorer, packed

UNMOVED = {"slant": 0.0, "width": 1.0, "stroke": 2.4}
"""An upright digit, as wide as its skeleton, written with a pen of 2.4 px."""

FACTORS = {
    "slant": [round(-0.5 + 0.1 * k, 1) for k in range(14)],
    "width": [round(0.5 + 0.1 * k, 1) for k in range(12)],
    "stroke": [round(1.4 + 0.2 * k, 1) for k in range(16)],
}
"""What each factor is moved to; the other two are at rest."""


def factors(model: Any, digit: int = 4) -> LiveExplorer:
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
    >>> explorer.alt.partition(";")[0]
    'A 7 of slant +0.50'
    """
    check_index("digit", digit, 0, 9)
    images = {name: _along(name, values) for name, values in FACTORS.items()}
    codes = {k: evaluation.encode(model, _flat(x)) for k, x in images.items()}
    outputs = {k: evaluation.reconstruct(model, _flat(x)) for k, x in images.items()}
    numbers = {
        "factors": {
            name: {"values": values, "start": values.index(UNMOVED[name])}
            for name, values in FACTORS.items()
        },
        "images": {name: packed(x) for name, x in images.items()},
        "outputs": {
            name: packed(outputs[name].reshape(x.shape).clip(0, 1))
            for name, x in images.items()
        },
        "codes": {
            name: packed(codes[name].reshape(*x.shape[:2], -1), "i14")
            for name, x in images.items()
        },
        "digit": digit,
    }
    plain, leaning = (drawn_digits([digit], **UNMOVED | {"slant": s}) for s in (0, 0.5))
    output = evaluation.reconstruct(model, leaning)
    before, after = (evaluation.encode(model, x)[0] for x in (plain, leaning))
    figure = Figure(figsize=(7, 2.4))
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    shown = np.concatenate([plain, leaning, output])
    plots.show_images(shown, columns=3, title="upright, leaning, rebuilt", ax=left)
    right.bar(np.arange(1, 1 + len(before)), after - before)
    right.set(xlabel="code unit", title="how far it has moved")
    way, error = np.linalg.norm(after - before), np.square(output - leaning).sum()
    alt = (
        f"A {digit} of slant +0.50; its code has moved by {way:.2f} from that of the "
        f"upright one, and the digit rebuilt from it has a squared error of "
        f"{error:.1f}."
    )
    return LiveExplorer("factors", numbers, figure, alt)


def _along(factor: str, values: Sequence[float]) -> np.ndarray:
    """Draw all ten digits with one factor moved: (digits, values, 28, 28)."""
    moved = [drawn_digits(np.arange(10), **UNMOVED | {factor: v}) for v in values]
    return np.stack(moved, axis=1)


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(-1, *images.shape[2:])


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
