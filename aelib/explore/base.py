"""A picture that follows its controls: what all explorers are made of."""

from __future__ import annotations

import asyncio
import base64
import html
import io
import threading
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from aelib.explore.checks import check_index, check_range

WIDE = {"width": "100%", "max_width": "500px"}

LOST = (
    "This picture no longer follows its controls: choose Run → Run All Above Selected "
    "Cell, then run this cell."
)
# A front end marks widgets whose kernel has ended; only then is the sentence there.
WHEN_LOST = f"""\
<style>
.aelib-lost {{ display: none }}
.jupyter-widgets-disconnected .aelib-lost {{ display: block }}
</style>
<p class="aelib-lost" role="status">{LOST}</p>"""


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
        self.alt, self.png = alt, to_png(figure)
        self.value = (
            f'<img style="max-width: 100%" alt="{html.escape(alt)}" '
            f'src="{data_url(self.png)}">'
        )

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        return with_still(bundle, self.png, repr(self))

    def __repr__(self) -> str:
        return f"Picture({self.alt})"


class Explorer(widgets.VBox):
    """Controls above a picture that is drawn anew when one of them moves.

    Without its kernel it stays a still picture, and says that it is one.

    Parameters
    ----------
    name
        What is explored, in a few words.
    controls
        Name of each argument of `draw` to the widget that sets it.
    draw
        ``draw(**values)`` returns a figure for the values of the controls. It is one
        of its own, none of pyplot's: Jupyter shows and closes those after each move.
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
        self._loop, self._is_due = _running_loop(), False
        parts = [*self.controls.values(), self.picture, widgets.HTML(WHEN_LOST)]
        super().__init__(parts)
        for control in self.controls.values():
            control.observe(self._follow, names="value")
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
        """Move controls as a reader would: no slider goes beyond its ends."""
        for name, value in values.items():
            control = self.controls[name]
            if hasattr(control, "min"):
                is_whole = isinstance(control, widgets.IntSlider)
                check = check_index if is_whole else check_range
                check(name, value, control.min, control.max)
            control.value = value

    def _follow(self, _change: object) -> None:
        # JupyterLab has moves handled by a thread beside the one that runs cells, and
        # Matplotlib is not made for two: so the drawing waits for the running cell.
        if self._loop is None or threading.current_thread() is threading.main_thread():
            self._redraw()
        elif not self._is_due:
            self._is_due = True
            self._loop.call_soon_threadsafe(self._redraw)

    def _redraw(self) -> None:
        self._is_due = False
        self.picture.show(self._draw(**self.values), self._describe(**self.values))

    def _repr_mimebundle_(self, **options: Any) -> Any:
        bundle = super()._repr_mimebundle_(**options)
        return with_still(bundle, self.picture.png, repr(self))

    def __repr__(self) -> str:
        return f"Explorer({self.name})"


def slider(
    name: str,
    value: float,
    low: float,
    high: float,
    step: float = 1,
    *,
    sign: str | None = None,
) -> widgets.IntSlider | widgets.FloatSlider:
    """Return a slider; a start value that it would silently clamp is refused.

    It goes from `low` to `high`; `sign` is what stands beside it, by default `name`.

    Examples
    --------
    >>> slider("gamma", 1.0, low=0, high=5, step=0.1, sign="γ").value
    1.0
    >>> slider("gamma", 7.0, low=0, high=5, step=0.1, sign="γ")
    Traceback (most recent call last):
    ValueError: gamma=7.0 is out of range: choose from 0 to 5.
    """
    check, kind = check_range, widgets.FloatSlider
    if isinstance(step, int):
        check, kind = check_index, widgets.IntSlider
    check(name, value, low, high)
    return kind(
        value, min=low, max=high, step=step, description=sign or name, layout=WIDE
    )


def as_array(tensor: Tensor) -> np.ndarray:
    """Bring what a model has computed to NumPy, from wherever the model is.

    Examples
    --------
    >>> import torch
    >>> as_array(torch.ones(2, requires_grad=True))
    array([1., 1.], dtype=float32)
    """
    return tensor.detach().cpu().numpy()


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


def data_url(png: bytes) -> str:
    """Write a picture as an address that a page can show without asking for a file.

    Examples
    --------
    >>> data_url(b"PNG")
    'data:image/png;base64,UE5H'
    """
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def to_png(figure: Figure) -> bytes:
    """Return a figure as a PNG, and close it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    plt.close(figure)
    return buffer.getvalue()


def with_still(bundle: Any, png: bytes, text: str) -> dict[str, Any]:
    """Add a still picture to what ipywidgets displays, and a text that is stable."""
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    return {
        **data,
        "image/png": base64.b64encode(png).decode(),
        "text/plain": text,
    }
