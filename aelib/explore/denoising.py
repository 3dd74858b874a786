"""Explorers of notebook 09: noise to be cleaned, on given digits and on one's own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import ipywidgets as widgets
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aelib import evaluation, plots
from aelib.corruption import KINDS, Corruption
from aelib.explore.base import Explorer, slider
from aelib.explore.live import LiveExplorer, packed
from aelib.explore.pad import DrawingPad, as_image, centre

LEVELS = (0.0, 0.1, 0.15, 0.2, 0.25, 0.35, 0.5, 0.65, 0.75, 0.9, 1.0)
UNITS = 100
"""Units of the code that are drawn: more bars than these could not be told apart."""


def clean_noise(
    images: np.ndarray, models: Mapping[str, Any], *, seed: int = 0
) -> LiveExplorer:
    """Notebook 09: noise of any kind and level, cleaned by a network of one's choice.

    Parameters
    ----------
    images
        Clean images (n, 28, 28), in [0, 1]; six are enough.
    models
        Noise that an autoencoder was trained on, a name of `aelib.corruption.KINDS`,
        to the autoencoder.
    seed
        Seed of the noise.

    Raises
    ------
    ValueError
        If there is no network, or one for a noise that does not exist.

    Examples
    --------
    >>> from torch import nn
    >>> images = np.full((4, 28, 28), 0.5, np.float32)
    >>> explorer = clean_noise(images, {"masking": nn.Identity()})
    >>> explorer.alt.partition(";")[0]
    'Digits under Gaussian noise of level 0.25, 12.3 dB'
    """
    _check(models)
    images = np.asarray(images)
    noisy = np.stack(
        [[Corruption(k, level)(images, seed=seed) for level in LEVELS] for k in KINDS]
    )
    cleaned = np.stack(
        [_cleaned(model, noisy.reshape(-1, 28, 28)) for model in models.values()]
    ).reshape(len(models), *noisy.shape)
    gains = _gains(images, noisy, cleaned)
    start, level = LEVELS.index(0.25), 0.25
    numbers = {
        "kinds": [_in_words(kind) for kind in KINDS],
        "networks": [_in_words(kind) for kind in models],
        "levels": list(LEVELS),
        "clean": packed(images),
        "noisy": packed(noisy.clip(0, 1)),
        "cleaned": packed(np.moveaxis(cleaned, 0, 2).clip(0, 1)),
        "gains": packed(gains, "i14"),
        "start": start,
    }
    network, kind = next(iter(models)), next(iter(KINDS))
    rows = {"clean": images, "noisy": noisy[0, start], "cleaned": cleaned[0, 0, start]}
    setting = {"noise": kind, "level": level, "network": network}
    figure = Figure(figsize=(7, 2.4), layout="none")
    ax = figure.subplots()
    figure.subplots_adjust(0.12, 0.02, 0.99, 0.87)
    title = _title(images, rows["noisy"], rows["cleaned"], **setting)
    plots.show_rows(rows, title=title, ax=ax)
    alt = (
        f"Digits under {_in_words(kind)} of level {level:g}, "
        f"{_decibels(images, rows['noisy'])}; what the network that was trained on "
        f"{_in_words(network)} makes of them, {_decibels(images, rows['cleaned'])}."
    )
    return LiveExplorer("clean noise", numbers, figure, alt)


def _cleaned(model: Any, noisy: np.ndarray) -> np.ndarray:
    return evaluation.reconstruct(model, noisy)


def _gains(images: np.ndarray, noisy: np.ndarray, cleaned: np.ndarray) -> np.ndarray:
    """PSNR by kind and level: of what is noisy, and of what each network makes of it.

    Without any noise there is no error, and the ratio is infinite: 99 stands for it.
    """

    def ratio(made: np.ndarray) -> float:
        return float(min(evaluation.psnr(images, made).mean(), 99.0))

    return np.array(
        [
            [
                [[ratio(made)] for made in (noisy[k, step], *cleaned[:, k, step])]
                for step in range(len(LEVELS))
            ]
            for k in range(len(KINDS))
        ]
    )


def draw_your_own(
    image: np.ndarray,
    models: Mapping[str, Any],
    readers: Mapping[str, Any],
    *,
    seed: int = 0,
) -> Explorer:
    """Notebook 09: a digit of one's own is spoilt, cleaned, coded and read.

    What is drawn is moved to the middle, as the course's digits were.

    Parameters
    ----------
    image
        What is on the pad at first, (28, 28), in [0, 1].
    models
        Noise that an autoencoder was trained on, a name of `aelib.corruption.KINDS`,
        to the autoencoder.
    readers
        The same names to classifiers with `predict_proba` that were trained on the
        codes of these autoencoders; a network without one is left out.
    seed
        Seed of the noise.

    Raises
    ------
    ValueError
        If no network has a reader, or `image` is not an image for the pad.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from aelib.autoencoders import Autoencoder
    >>> reader = DummyClassifier().fit(np.zeros((3, 9)), [7, 7, 7])
    >>> models = {"masking": Autoencoder([784, 9], seed=0)}
    >>> own = draw_your_own(np.eye(28), models, {"masking": reader})
    >>> own.alt.partition("dB. ")[2]
    'Its code is read as 7 (100 %), that of the noisy digit as 7 (100 %).'
    """
    models = {kind: model for kind, model in models.items() if kind in readers}
    _check(models)

    def compute(
        pad: list[int], noise: str, level: float, network: str
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Images drawn, noisy and cleaned; codes of the first two; what is read."""
        drawn = centre(as_image(pad))
        noisy = Corruption(noise, level)(drawn, seed=seed)
        pair, model = np.stack([drawn, noisy]), models[network]
        cleaned = evaluation.reconstruct(model, pair[1:])
        codes = evaluation.encode(model, pair)
        images = np.concatenate([pair, cleaned])
        return images, codes, readers[network].predict_proba(codes)

    def draw(**setting: Any) -> Figure:
        images, codes, read = compute(**setting)
        figure = Figure(figsize=(7, 3.2), layout="none")
        axes = figure.subplot_mosaic(
            [["digits", "read"], ["code", "code"]],
            width_ratios=(5, 4),
            height_ratios=(3, 2),
        )
        figure.subplots_adjust(0.08, 0.13, 0.99, 0.93, hspace=0.35, wspace=0.15)
        title = "drawn, noisy, cleaned"
        plots.show_images(images, columns=3, title=title, ax=axes["digits"])
        _draw_code(axes["code"], codes)
        _draw_reading(axes["read"], read, readers[setting["network"]].classes_)
        return figure

    def describe(pad: list[int], noise: str, level: float, network: str) -> str:
        images, _, read = compute(pad, noise, level, network)
        if not any(pad):
            return "The pad is empty: draw a digit on it."
        clean, noisy = (_reading(row, readers[network].classes_) for row in read)
        return (
            f"A drawn digit under {_in_words(noise)} of level {level:g}, "
            f"{_decibels(images[:1], images[1:2])}; cleaned by the network that was "
            f"trained on {_in_words(network)}, {_decibels(images[:1], images[2:])}. "
            f"Its code is read as {clean}, that of the noisy digit as {noisy}."
        )

    controls = {"pad": DrawingPad(image), **_controls(models, 0.5)}
    return Explorer("draw your own", controls, draw, describe)


def _check(models: Collection[str]) -> None:
    if not models or set(models) - set(KINDS):
        raise ValueError(
            f"Pass networks by the noise that they were trained on, some of "
            f"{', '.join(KINDS)}; got {', '.join(models) or 'none'}."
        )


def _controls(models: Collection[str], level: float) -> dict[str, widgets.Widget]:
    # No lists to drop down: JupyterLab takes their arrow keys for itself.
    noises = [(_in_words(kind), kind) for kind in KINDS]
    networks = [(_in_words(kind), kind) for kind in models]
    return {
        "noise": widgets.ToggleButtons(options=noises, description="noise"),
        "level": slider("level", level, 0, 1, 0.05),
        "network": widgets.ToggleButtons(options=networks, description="trained on"),
    }


def _title(
    clean: np.ndarray,
    noisy: np.ndarray,
    cleaned: np.ndarray,
    noise: str,
    level: float,
    network: str,
) -> str:
    return (
        f"{_in_words(noise)} of level {level:g}: {_decibels(clean, noisy)}; "
        f"cleaned: {_decibels(clean, cleaned)} (trained on {_in_words(network)})"
    )


def _draw_code(ax: Axes, codes: np.ndarray) -> None:
    """Draw two codes as bars, the one upwards and the other downwards."""
    clean, noisy = codes[:, :UNITS]
    edges = np.arange(len(clean) + 1)
    ax.stairs(clean, edges, fill=True, label="drawn")
    ax.stairs(-noisy, edges, fill=True, label="noisy, downwards")
    ax.set(xlabel=f"code units 1 to {len(clean)}", ylabel="activity")
    ax.set(xticks=[], ylim=(-1.05, 1.05))
    ax.margins(x=0)


def _draw_reading(ax: Axes, read: np.ndarray, classes: np.ndarray) -> None:
    for shift, row, label in zip((-0.2, 0.2), read, ("drawn", "noisy"), strict=True):
        ax.bar(np.arange(len(classes)) + shift, row, width=0.4, label=label)
    ax.set_xticks(range(len(classes)), classes.tolist())
    ax.set(title="read as", ylim=(0, 1.4), yticks=(0, 1))
    ax.legend(loc="upper left", ncols=2)


def _reading(probabilities: np.ndarray, classes: np.ndarray) -> str:
    best = probabilities.argmax()
    return f"{classes[best]} ({probabilities[best]:.0%})".replace("%", " %")


def _decibels(clean: np.ndarray, images: np.ndarray) -> str:
    """Mean PSNR in words."""
    ratio = evaluation.psnr(clean, images).mean()
    return f"{ratio:.1f} dB" if np.isfinite(ratio) else "no error"


def _in_words(kind: str) -> str:
    return kind.replace("_", " ").replace("gaussian", "Gaussian noise")
