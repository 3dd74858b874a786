"""Explorers of the shallow autoencoder: notebooks 00 to 02."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from aelib import evaluation, plots
from aelib.backprop import Network
from aelib.diagrams import BACKWARD, draw_network
from aelib.digits import drawn, pen, shaping
from aelib.digits.skeletons import load_skeletons
from aelib.explore.base import WIDE, Explorer

UNMOVED = {"slant": 0.0, "width": 1.0, "stroke": 2.4}
"""An upright digit, as wide as its skeleton, written with a pen of 2.4 px."""

FACTORS = {
    "slant": (0.5, -0.5, 0.8, 0.05),
    "width": (1.0, 0.5, 1.6, 0.1),
    "stroke": (2.4, 1.4, 4.4, 0.1),
}
"""Start, least, most and step of each factor's slider."""


def as_laid_out(figure: Figure) -> Figure:
    """Take automatic layout from a figure with known margins: it draws twice.

    Saving a figure gives it the layout of the style again, so each time anew.

    Examples
    --------
    >>> as_laid_out(Figure(layout="constrained")).get_layout_engine()
    """
    with plt.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
    return figure


def code_sizes(
    images: np.ndarray, reconstructions: Mapping[int, np.ndarray]
) -> Explorer:
    """Notebook 01: the same digits, rebuilt from codes of more and fewer numbers.

    Parameters
    ----------
    images
        Inputs (n, 28, 28), in [0, 1].
    reconstructions
        Code size to the outputs (n, 28, 28) of the autoencoder with that code.

    Examples
    --------
    >>> images = np.zeros((4, 28, 28))
    >>> code_sizes(images, {2: images + 0.1, 8: images}).alt
    'Digits rebuilt from 8 numbers each; squared error per image 0.0.'
    """
    errors = {
        size: float(np.square(outputs - images).sum(axis=(1, 2)).mean())
        for size, outputs in reconstructions.items()
    }

    def draw(size: int) -> Figure:
        outputs = reconstructions[size]
        rows = {"input": images, f"from {size}": outputs}
        rows["|difference|"] = np.abs(images - outputs)
        figure = Figure(figsize=(7, 2.2))
        ax = figure.subplots()
        plots.show_rows(
            rows, title=f"squared error of these images: {errors[size]:.1f} each", ax=ax
        )
        return figure

    sizes = sorted(reconstructions)
    slider = widgets.SelectionSlider(
        options=sizes, value=sizes[-1], description="code size", layout=WIDE
    )
    return Explorer(
        "code sizes",
        {"size": slider},
        draw,
        lambda size: (
            f"Digits rebuilt from {size} number{'s' * (size > 1)} each; "
            f"squared error per image {errors[size]:.1f}."
        ),
    )


def one_weight(
    net: Network,
    x: np.ndarray,
    y: np.ndarray,
    weight: tuple[int, int, int] = (1, 0, 0),
) -> Explorer:
    """Notebook 00: one weight of a small network, and what moves with it.

    Parameters
    ----------
    net
        The network, small enough to draw; it stays as it is.
    x, y
        One input (d,) and its target (outputs,).
    weight
        Which weight the slider moves: layer, i and j of ``net.weights[layer][i, j]``.

    Examples
    --------
    >>> net = Network.from_parameters([[[1.0]], [[2.0]]], [[0.0], [0.0]], "linear")
    >>> one_weight(net, np.array([1.0]), np.array([0.0])).alt
    'With the weight at 2.0 the cost is 2.0000 and its slope +2.0000.'
    """
    layer, i, j = weight
    reach = np.linspace(-6, 6, 121)

    def moved(value: float) -> Network:
        weights = [w.copy() for w in net.weights]
        weights[layer][i, j] = value
        return Network.from_parameters(weights, net.biases, net.activations)

    def cost_and_slope(value: float) -> tuple[float, float]:
        model = moved(value)
        return model.cost(x, y), float(model.gradients(x, y)[0][layer][i, j])

    costs = [cost_and_slope(value)[0] for value in reach]

    # All but the network, the tangent and a number stays, and is drawn up only once.
    figure = Figure(figsize=(9.5, 3.3), layout="none")
    left, right = figure.subplots(1, 2, width_ratios=(5, 3))
    figure.subplots_adjust(0, 0.16, 0.98, 0.9, wspace=0.1)
    right.plot(reach, costs, label="cost")
    tangent = right.axline((0, 0), slope=0, color=BACKWARD, label="tangent")
    (point,) = right.plot([], [], "o", color=BACKWARD)
    margin = 0.15 * np.ptp(costs)
    right.set(ylim=(min(costs) - margin, max(costs) + margin))
    right.set(xlabel="the weight", ylabel="cost J")
    right.locator_params(nbins=5)
    title = right.set_title("", y=1)
    right.legend(loc="upper center")

    def draw(value: float) -> Figure:
        cost, slope = cost_and_slope(value)
        for artist in (*left.lines, *left.patches, *left.texts):
            artist.remove()
        draw_network(moved(value), x, y, mark=weight, ax=left)
        tangent.set(xy1=(value, cost), slope=slope)
        point.set_data([value], [cost])
        title.set_text(f"∂J/∂w = {slope:+.4f}")
        return as_laid_out(figure)

    def describe(value: float) -> str:
        cost, slope = cost_and_slope(value)
        return (
            f"With the weight at {value:.1f} the cost is {cost:.4f} "
            f"and its slope {slope:+.4f}."
        )

    start = float(net.weights[layer][i, j])
    slider = widgets.FloatSlider(
        start, min=-6, max=6, step=0.1, description="weight", layout=WIDE
    )
    return Explorer("one weight", {"value": slider}, draw, describe)


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
    if digit not in range(10):
        raise ValueError(f"digit is {digit!r}; choose one from 0 to 9.")
    plain = drawn_digits(np.arange(10), **UNMOVED)
    codes = evaluation.encode(model, plain)

    def moved(digit: int, **values: float) -> tuple[np.ndarray, ...]:
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
        image, output, code = moved(digit, **values)
        rows = np.stack([plain[digit], image, output])
        sheet.set_data(plots.tile(rows, columns=3))
        bars.set_segments([[(unit, 0), (unit, h)] for unit, h in enumerate(code, 1)])
        ticks.set_ydata(codes[digit])
        title.set_text("its code, and before (black)")
        return as_laid_out(figure)

    def describe(digit: int, slant: float, width: float, stroke: float) -> str:
        image, output, code = moved(digit, slant=slant, width=width, stroke=stroke)
        way = np.linalg.norm(code - codes[digit])
        return (
            f"A {digit} of slant {slant:+.2f}, width {width:.1f} and stroke "
            f"{stroke:.1f} px; its code has moved by {way:.2f}, and the digit rebuilt "
            f"from it has a squared error of {np.square(output - image).sum():.1f}."
        )

    controls = {
        name: widgets.FloatSlider(
            start, min=low, max=high, step=step, description=name, layout=WIDE
        )
        for name, (start, low, high, step) in FACTORS.items()
    }
    choice = widgets.IntSlider(digit, 0, 9, description="digit", layout=WIDE)
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
