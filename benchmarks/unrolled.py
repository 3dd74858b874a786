"""Does a deep autoencoder need pretraining?  Same budget, random or pretrained start.

    AELIB_DATA=folder python benchmarks/unrolled.py

writes `aelib/results/unrolled.csv`, which notebook 07 shows.  784-256-64-30 and back,
linear code, with sigmoid and with SiLU hidden units.  A random start is trained as a
whole for all epochs; a pretrained one has half of its epochs layer by layer and the
other half as a whole.  An epoch of all stages costs as many multiplications as one of
the whole.  Each arm has the learning rate that is best for it, with seed 0 and the
short budget, on 2,000 validation images split off the training set; the errors are
those of the test set.
"""

from __future__ import annotations

import argparse
import itertools
from typing import Any

import numpy as np

from aelib import evaluation, load_data
from aelib.autoencoders import Autoencoder
from aelib.results import save_table
from aelib.stacking import pretrain
from aelib.training import fit

SIZES = [784, 256, 64, 30]
RATES = (3e-3, 1e-2, 3e-2)
SEEDS = (0, 1, 2)
SHORT, LONG = 8, 24
N_VALIDATION = 2_000


def train(
    x: np.ndarray, activation: str, start: str, epochs: int, rate: float, seed: int
) -> Autoencoder:
    """Train one autoencoder for `epochs` in all."""
    model = Autoencoder(SIZES, activation=activation, code="linear", seed=seed)
    settings: dict[str, Any] = {
        "batch_size": 100,
        "learning_rate": rate,
        "schedule": "one-cycle",
        "seed": seed,
        "progress": False,
    }
    if start == "pretrained":
        epochs //= 2
        pretrain(model, x, epochs=epochs, **settings)
    fit(model, x, epochs=epochs, **settings)
    return model


def error(model: Autoencoder, x: np.ndarray) -> float:
    """Squared error per image, mean over images."""
    y_hat = evaluation.reconstruct(model, x)
    return float(evaluation.squared_error(x, y_hat).mean())


def measure(name: str, activation: str, start: str) -> list[dict[str, Any]]:
    """Choose the learning rate of one arm, then measure it for each budget and seed."""
    data = load_data(name)
    images, test = data.train.images, data.test.images
    x, validation = images[:-N_VALIDATION], images[-N_VALIDATION:]
    first = {rate: train(x, activation, start, SHORT, rate, 0) for rate in RATES}
    rate = min(first, key=lambda rate: error(first[rate], validation))
    rows = []
    for epochs, seed in [*itertools.product([SHORT], SEEDS), (LONG, 0)]:
        model = train(x, activation, start, epochs, rate, seed)
        arm = {"data": name, "activation": activation, "start": start}
        row = {"epochs": epochs, "rate": rate, "seed": seed}
        rows.append({**arm, **row, "squared_error": error(model, test)})
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    """Measure every arm and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    arguments = parser.parse_args()
    arms = itertools.product(
        arguments.data, ("sigmoid", "silu"), ("random", "pretrained")
    )
    path = save_table(
        "unrolled",
        [row for arm in arms for row in measure(*arm)],
        command=f"python benchmarks/unrolled.py --data {' '.join(arguments.data)}",
        data="8,000 training, 2,000 validation and 2,000 test images; seed 0",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
