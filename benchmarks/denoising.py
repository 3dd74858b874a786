"""Denoising autoencoders: what they clean, and what their codes are worth.

    AELIB_DATA=folder python benchmarks/denoising.py

writes two tables that notebook 09 shows.  `aelib/results/denoising.csv`: PSNR of noisy
test images and of what each method makes of them, and how local and smooth a network's
features are.  `aelib/results/robust_codes.csv`: how well classes are read from codes of
clean and of noisy test images.  Networks are 784-500-784, sigmoid.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from aelib import denoisers, evaluation, load_data, units
from aelib.autoencoders import Autoencoder
from aelib.corruption import KINDS, Corruption
from aelib.digits.dataset import Data
from aelib.results import save_table
from aelib.training import fit

LEVELS = (0.25, 0.5, 0.75)
MIDDLE = {kind: Corruption(kind, 0.5) for kind in KINDS}
SEEDS = 2
TEST_SEED = 1

Row = dict[str, Any]


def any_noise(x: Any, seed: np.random.Generator) -> Any:
    """Spoil each batch by one of the three noises, chosen at random."""
    kind = list(KINDS)[seed.integers(len(KINDS))]
    return MIDDLE[kind](x, seed=seed)


def train(x: np.ndarray, corrupt: Any, seed: int = 0, epochs: int = 10) -> Autoencoder:
    """Train one network as notebook 09 does."""
    model = Autoencoder([784, 500], seed=seed)
    settings = {"batch_size": 100, "learning_rate": 2e-2, "schedule": "one-cycle"}
    fit(model, x, corrupt=corrupt, epochs=epochs, seed=seed, **settings)
    return model


def gain(
    name: str, clean: Callable, x: np.ndarray, noise: Corruption, seed: int = 0
) -> Row:
    """One row: mean PSNR of what a method makes of noisy test images."""
    psnr = evaluation.psnr(x, clean(noise(x, seed=TEST_SEED))).mean()
    row = {"tested": noise.kind, "level": noise.level, "method": name, "seed": seed}
    return row | {"psnr": f"{psnr:.2f}", "window_share": "nan", "smoothness": "nan"}


def as_function(model: Autoencoder) -> Callable:
    """Make of a network what the classical methods are: noisy in, clean out."""
    return lambda noisy: evaluation.reconstruct(model, noisy)


def network_gain(
    name: str, model: Autoencoder, x: np.ndarray, noise: Corruption, seed: int = 0
) -> Row:
    """Measure a network in the same way, and its features."""
    row = gain(name, as_function(model), x, noise, seed)
    w = model.features()
    row["window_share"] = f"{np.median(units.window_share(w)):.3f}"
    return row | {"smoothness": f"{np.median(units.smoothness(w)):.3f}"}


def opponents(data: Data, noise: Corruption) -> list[Row]:
    """Rows of the noisy images themselves and of the four classical methods."""
    found = {"input": lambda noisy: noisy}
    found |= denoisers.opponents(data.train.images, noise)
    return [gain(name, f, data.test.images, noise) for name, f in found.items()]


def levels(data: Data) -> list[Row]:
    """Every method at every level, each trained or tuned for exactly that noise."""
    x, x_test, rows = data.train.images, data.test.images, []
    for kind in KINDS:
        for level in LEVELS:
            noise, start = Corruption(kind, level), len(rows)
            rows += opponents(data, noise)
            if noise != MIDDLE[kind]:
                model = train(x, noise)
                rows.append(gain(kind, as_function(model), x_test, noise))
            print(noise, *(row["psnr"] for row in rows[start:]), flush=True)
    return rows


def cross_test(data: Data, seed: int) -> tuple[list[Row], dict[str, Autoencoder]]:
    """Networks trained on each noise, at level .5, tested on each and on none."""
    tests = [*MIDDLE.values(), Corruption("masking", 0.0)]
    ways = {"plain": None, **MIDDLE, "any": any_noise}
    models = {k: train(data.train.images, c, seed) for k, c in ways.items()}
    return [
        network_gain(name, model, data.test.images, noise, seed)
        for name, model in models.items()
        for noise in tests
    ], models


def read(
    name: str, reader: Any, encode: Callable, data: Data, seen: Any, seed: int
) -> list[Row]:
    """Fit a classifier on codes of training images; score it on all test images."""
    x = data.train.images if seen is None else seen(data.train.images, seed=seed)
    reader.fit(encode(x), data.train.labels)
    kind = type(reader).__name__.replace("Classifier", "").replace("Regression", "")
    row = {"code": name, "reader": kind, "seen": getattr(seen, "kind", "clean")}
    rows, x_test = [], data.test.images
    for tested, c in {"clean": None, **MIDDLE}.items():
        codes = encode(x_test if c is None else c(x_test, seed=TEST_SEED))
        share = 100 * reader.score(codes, data.test.labels)
        rows.append(row | {"seed": seed, "tested": tested, "accuracy": f"{share:.2f}"})
    return rows


def probe() -> LogisticRegression:
    """Return the linear reader; no standardizing, so that pixels stay comparable."""
    return LogisticRegression(C=0.1, max_iter=1_000)


def robust(data: Data, models: dict[str, Autoencoder], seed: int) -> list[Row]:
    """Every code under every reader; neighbours for the first seed only."""
    models = {"untrained": Autoencoder([784, 500], seed=seed), **models}
    codes = {k: lambda x, m=m: evaluation.encode(m, x) for k, m in models.items()}
    if seed == 0:
        codes["pixels"] = lambda x: x.reshape(len(x), -1)
    rows = []
    for name, encode in codes.items():
        rows += read(name, probe(), encode, data, None, seed)
        if seed == 0:
            neighbours = KNeighborsClassifier(3, algorithm="brute")
            rows += read(name, neighbours, encode, data, None, seed)
        for kind, noise in MIDDLE.items():
            if name in (kind, "pixels"):
                rows += read(name, probe(), encode, data, noise, seed)
    return rows


def main() -> None:
    """Measure everything on both data sets; store the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    options = parser.parse_args()
    cleaned, read_from = [], []
    for name in options.data:
        data = load_data(name)
        rows, accuracies = levels(data), []
        for seed in range(SEEDS):
            more, models = cross_test(data, seed)
            rows += more
            accuracies += robust(data, models, seed)
            print(name, "seed", seed, flush=True)
        cleaned += [{"data": name, **row} for row in rows]
        read_from += [{"data": name, **row} for row in accuracies]
    about = "10,000 training and 2,000 test images each"
    for table, rows in {"denoising": cleaned, "robust_codes": read_from}.items():
        where = f"{' and '.join(options.data)}, {about}"
        path = save_table(table, rows, "python benchmarks/denoising.py", where)
        print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
