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


class Explorer(widgets.VBox):
    """Sliders above a picture that is drawn anew when one of them moves.

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
        self._name, self._draw, self._describe = name, draw, describe
        self._controls = dict(controls)
        # HTML rather than Image, because an Image widget has no alternative text.
        self._picture = widgets.HTML()
        super().__init__([*self._controls.values(), self._picture])
        for control in self._controls.values():
            control.observe(self._redraw, names="value")
        self._redraw()

    @property
    def values(self) -> dict[str, Any]:
        """What the controls are set to."""
        return {name: control.value for name, control in self._controls.items()}

    @property
    def alt(self) -> str:
        """Alternative text of the picture shown."""
        return self._describe(**self.values)

    @property
    def png(self) -> bytes:
        """The picture shown."""
        return self._png

    def set(self, **values: Any) -> None:
        """Move controls as a reader would."""
        for name, value in values.items():
            self._controls[name].value = value

    def _redraw(self, _change: object = None) -> None:
        self._png = _to_png(self._draw(**self.values))
        source = base64.b64encode(self._png).decode()
        self._picture.value = (
            f'<img alt="{html.escape(self.alt)}" src="data:image/png;base64,{source}">'
        )

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Add the still picture to what ipywidgets displays."""
        bundle = super()._repr_mimebundle_(**options)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        data["image/png"] = base64.b64encode(self._png).decode()
        data["text/plain"] = repr(self)
        return data

    def __repr__(self) -> str:
        return f"Explorer({self._name})"


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
    'Digits rebuilt from 2 numbers each; squared error per image 7.8.'
    """
    errors = {
        size: float(np.square(outputs - images).sum(axis=(1, 2)).mean())
        for size, outputs in reconstructions.items()
    }

    def draw(size: int) -> Figure:
        outputs = reconstructions[size]
        rows = {"input": images, f"from {size}": outputs}
        rows["difference"] = np.abs(images - outputs)
        figure, ax = plt.subplots(figsize=(7, 2.6))
        plots.show_rows(rows, title=f"squared error {errors[size]:.1f}", ax=ax)
        return figure

    slider = widgets.SelectionSlider(
        options=sorted(reconstructions), description="code size"
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


def _to_png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    plt.close(figure)
    return buffer.getvalue()
