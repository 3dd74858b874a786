"""What is recorded while `fit` runs, and an explorer that plays it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor, nn

from aelib import plots
from aelib.explore.base import as_array
from aelib.explore.live import LiveExplorer, packed
from aelib.plots import CLASS_COLOURS, COLOURS

CROWD = 100  # points that are drawn small


class Recording:
    """What a network was like after each epoch: ``fit(model, x, watch=recording)``.

    Parameters
    ----------
    look
        ``look(model)`` returns what is to be kept: images or features (n, 784) or
        (n, 28, 28), or points (n, 2).

    Attributes
    ----------
    frames
        What was kept, the state before the first epoch included.
    losses
        The loss of each epoch; of the first frame NaN.

    Examples
    --------
    >>> from aelib.autoencoders import Autoencoder
    >>> from aelib.training import fit
    >>> recording = Recording(lambda model: model.features())
    >>> x = np.random.default_rng(0).random((20, 784))
    >>> fit(Autoencoder([784, 4], seed=0), x, epochs=3, watch=recording)
    History(3 epochs, finished)
    >>> len(recording.frames), recording.frames[0].shape
    (4, (4, 784))
    """

    def __init__(self, look: Callable[[Any], Tensor | np.ndarray]) -> None:
        self.look = look
        self.frames: list[np.ndarray] = []
        self.losses: list[float] = []

    def __call__(self, model: nn.Module, epoch: int, loss: float) -> None:
        """Keep a frame; `fit` calls it."""
        seen = self.look(model)
        seen = as_array(seen) if isinstance(seen, Tensor) else np.array(seen)
        self.frames.append(seen.astype(np.float32))
        self.losses.append(loss)


def replay(
    name: str,
    recording: Recording,
    what: str,
    *,
    labels: np.ndarray | None = None,
    columns: int = 8,
    x: tuple[float, float, str] = (-3, 3, "z₁"),
    y: tuple[float, float, str] = (-3, 3, "z₂"),
    marks: Sequence[float] = (),
    path: tuple[Sequence[float], Sequence[float]] | None = None,
) -> LiveExplorer:
    """Play a training again: pictures or points, and the loss beside them.

    Parameters
    ----------
    name
        What is replayed, in a few words; no two explorers of the course share them.
    recording
        What was kept: images between 0 and 1, features of any sign, or points.
    what
        What is seen, in words: "Sixteen features".
    labels
        The class of each point, 0 to 9, which gives it its colour.
    columns
        Pictures per row.
    x, y
        For points, the ends of each axis and what it shows.
    marks
        For points, heights at which a line is drawn.
    path
        For points, a curve behind them: where it is across, and how high.

    Raises
    ------
    ValueError
        If nothing was recorded.

    Examples
    --------
    >>> recording = Recording(lambda model: np.zeros((2, 784)))
    >>> for epoch in range(2):
    ...     recording(nn.Identity(), epoch, 1.0)
    >>> replay("two zeros", recording, "Two images").alt
    'Two images, after 1 epochs.'
    """
    if len(recording.frames) < 2:
        raise ValueError("Nothing was recorded: pass `watch=recording` to `fit`.")
    frames = np.stack(recording.frames)
    losses = np.array(recording.losses)
    losses[0] = losses[1] if np.isnan(losses[0]) else losses[0]
    numbers: dict[str, Any] = {
        "steps": list(range(len(frames))),
        "losses": losses.round(4).tolist(),
        "unit": "epochs",
        "what": what,
    }
    figure = Figure(figsize=(7, 3))
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    right.plot(numbers["steps"][1:], losses[1:])  # before the first epoch is none
    right.set(xlabel="epochs", ylabel="loss", ylim=(0, None))
    if frames.shape[2:] == (2,):
        numbers |= _points(frames, labels, x, y, marks, path)
        colours = labels is not None and [CLASS_COLOURS[k] for k in labels]
        for height in marks:
            left.axhline(height, color=COLOURS["vermilion"], lw=1, zorder=0)
        if path is not None:
            left.plot(*path, color=COLOURS["orange"], zorder=0)
        size = 5 if frames.shape[1] > CROWD else 20
        left.scatter(*frames[-1].T, s=size, c=colours or "black", linewidths=0)
        left.set(xlim=x[:2], ylim=y[:2], xlabel=x[2], ylabel=y[2])
    else:
        numbers |= _pictures(frames.reshape(*frames.shape[:2], -1), columns)
        show = plots.show_features if numbers["signed"] else plots.show_images
        last = frames[-1].reshape(len(frames[-1]), -1)
        show(last, columns=columns, ax=left)
    alt = f"{what}, after {len(frames) - 1} epochs."
    return LiveExplorer(name, numbers, figure, alt, script="replay")


def _points(
    frames: np.ndarray,
    labels: np.ndarray | None,
    x: tuple[float, float, str],
    y: tuple[float, float, str],
    marks: Sequence[float],
    path: tuple[Sequence[float], Sequence[float]] | None,
) -> dict[str, Any]:
    axes = {
        "x": {"range": x[:2], "label": x[2]},
        "y": {"range": y[:2], "label": y[2]},
        "marks": list(marks),
        "labels": None if labels is None else [int(label) for label in labels],
        "path": None if path is None else np.round(path, 4).tolist(),
    }
    return {"points": packed(frames, "i14"), "axes": axes}


def _pictures(frames: np.ndarray, columns: int) -> dict[str, Any]:
    """Pack images as they are, and weights in fifteen shades of either sign."""
    signed = bool(frames.min() < 0)
    if signed:
        # Each feature has one scale for all frames, so that one sees it grow.
        most = np.abs(frames).max(axis=(0, 2), keepdims=True)
        frames = np.rint(15 * frames / np.where(most > 0, most, 1)) / 15
    rows = -(-frames.shape[1] // columns)
    return {
        "pictures": packed(frames, "i8" if signed else "u8"),
        "signed": signed,
        "columns": columns,
        "ratio": columns / rows,
    }
