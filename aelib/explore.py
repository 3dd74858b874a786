"""Explorers: a picture that follows sliders, one call per notebook.

An explorer trains nothing: it is given what the notebook has computed, and redraws.
Where widgets don't run (a web page, a PDF) its first picture stands in for it.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from aelib import plots
from aelib.backprop import Network
from aelib.diagrams import BACKWARD, draw_network

WIDE = {"width": "100%", "max_width": "500px"}


class Picture(widgets.HTML):
    """A picture on the page that can be replaced by another.

    It is an HTML widget rather than an Image, because an Image has no place for an
    alternative text.

    Examples
    --------
    >>> picture = Picture()
    >>> picture.show(Figure(figsize=(1, 1)), alt="nothing yet")
    >>> picture
    Picture(nothing yet)
    """

    alt: str = ""
    png: bytes = b""

    def show(self, figure: Figure, alt: str) -> None:
        """Replace the picture by `figure`, which is closed, and its description."""
        self.alt, self.png = alt, _to_png(figure)
        source = base64.b64encode(self.png).decode()
        self.value = (
            f'<img style="max-width: 100%" alt="{html.escape(alt)}" '
            f'src="data:image/png;base64,{source}">'
        )

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        return _with_still(bundle, self.png, repr(self))

    def __repr__(self) -> str:
        return f"Picture({self.alt})"


class Explorer(widgets.VBox):
    """Controls above a picture that is drawn anew when one of them moves.

    Parameters
    ----------
    name
        What is explored, in a few words.
    controls
        Name of each argument of `draw` to the widget that sets it.
    draw
        ``draw(**values)`` returns a figure for the values of the controls.
    describe
        ``describe(**values)`` says in a sentence what the picture shows: its
        alternative text.

    Examples
    --------
    >>> explorer = Explorer(
    ...     "a line",
    ...     {"slope": widgets.IntSlider(1, 0, 5)},
    ...     draw=lambda slope: Figure(figsize=(1, 1)),
    ...     describe=lambda slope: f"A line of slope {slope}.",
    ... )
    >>> explorer.set(slope=3)
    >>> explorer.values, explorer.alt
    ({'slope': 3}, 'A line of slope 3.')
    """

    def __init__(
        self,
        name: str,
        controls: Mapping[str, widgets.Widget],
        draw: Callable[..., Figure],
        describe: Callable[..., str],
    ) -> None:
        self.name, self.controls, self.picture = name, dict(controls), Picture()
        self._draw, self._describe = draw, describe
        super().__init__([*self.controls.values(), self.picture])
        for control in self.controls.values():
            control.observe(self._redraw, names="value")
        self._redraw()

    @property
    def values(self) -> dict[str, Any]:
        """What the controls are set to."""
        return {name: control.value for name, control in self.controls.items()}

    @property
    def alt(self) -> str:
        """Alternative text of the picture."""
        return self.picture.alt

    def set(self, **values: Any) -> None:
        """Move controls as a reader would."""
        for name, value in values.items():
            self.controls[name].value = value

    def _redraw(self, _change: object = None) -> None:
        self.picture.show(self._draw(**self.values), self._describe(**self.values))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        return _with_still(bundle, self.picture.png, repr(self))

    def __repr__(self) -> str:
        return f"Explorer({self.name})"


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
        figure, ax = plt.subplots(figsize=(7, 2.2))
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

    def draw(value: float) -> Figure:
        cost, slope = cost_and_slope(value)
        figure, (left, right) = plt.subplots(
            1, 2, figsize=(9.5, 3.3), width_ratios=(5, 3)
        )
        draw_network(moved(value), x, y, mark=weight, ax=left)
        right.plot(reach, costs, label="cost")
        right.axline((value, cost), slope=slope, color=BACKWARD, label="tangent")
        right.plot(value, cost, "o", color=BACKWARD)
        margin = 0.15 * np.ptp(costs)
        right.set_ylim(min(costs) - margin, max(costs) + margin)
        right.set(xlabel="the weight", ylabel="cost J")
        right.set_title(rf"$\partial J/\partial w = {slope:+.4f}$")
        right.legend()
        return figure

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


def _to_png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    plt.close(figure)
    return buffer.getvalue()


def _with_still(bundle: Any, png: bytes, text: str) -> dict[str, Any]:
    """Add a still picture to what ipywidgets displays, and a text that is stable."""
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    return {
        **data,
        "image/png": base64.b64encode(png).decode(),
        "text/plain": text,
    }
