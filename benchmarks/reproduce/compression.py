"""Thirty numbers per digit: principal components, and a deep autoencoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from aelib import plots
from aelib.autoencoders import Autoencoder
from aelib.evaluation import pca_reconstruct, reconstruct, squared_error
from aelib.training import fit
from reproduce.experiment import Digits, Measures, Outcome, cpu_time


def pca(train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]) -> Outcome:
    """Rebuild the test images from their principal components."""
    measures: Measures = {}
    with cpu_time(measures, "cpu_seconds"):
        y_hat = pca_reconstruct(train.x, test.x, settings["components"])
    measures["error"] = float(squared_error(test.x, y_hat).mean())
    return Outcome(measures)


def autoencoder(
    train: Digits, test: Digits, seed: int, settings: Mapping[str, Any]
) -> Outcome:
    """Train a deep autoencoder; measure the squared error per test image."""
    model = Autoencoder(
        settings["sizes"], activation=settings["activation"], code="linear", seed=seed
    )
    measures: Measures = {}
    with cpu_time(measures, "cpu_seconds"):
        fit(model, train.x, seed=seed, **settings["fit"])
    y_hat = reconstruct(model, test.x)
    measures["error"] = float(squared_error(test.x, y_hat).mean())
    return Outcome(measures, lambda: compare(train, test, y_hat))


def compare(train: Digits, test: Digits, y_hat: np.ndarray) -> Figure:
    """Draw one digit of each class: as it is, from its code, from 30 components."""
    rows = [int(np.argmax(test.labels == digit)) for digit in range(10)]
    linear = pca_reconstruct(train.x, test.x[rows], 30)
    panels = {"test digit": test.x[rows], "autoencoder": y_hat[rows], "PCA": linear}
    return plots.show_rows(panels).figure
