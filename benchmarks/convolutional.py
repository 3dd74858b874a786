"""Dense against convolutional, and three ways to enlarge: three seeds, both data.

    AELIB_DATA=folder python benchmarks/convolutional.py

writes `aelib/results/convolutional.csv`, which notebook 10 shows: errors and
checkerboards (in 1e-4) of autoencoders with 32 code units, by number of images.  All
models make 600 steps of 50 images, the dense ones 1,800: about as much CPU time.
"""

from __future__ import annotations

import time

import numpy as np

from aelib import load_data
from aelib.autoencoders import Autoencoder, ConvAutoencoder
from aelib.autoencoders.convolutional import checkerboard
from aelib.evaluation import reconstruct, squared_error
from aelib.results import save_table
from aelib.training import fit

SEEDS = range(3)
SIZES = (300, 1_000, 3_000)
STEPS, BATCH = 600, 50
DECODERS = {
    "transposed 3": {"kernel": 3},
    "transposed 4": {"kernel": 4},
    "resize 3": {"upsampling": "resize"},
}


def measure(
    model: Autoencoder | ConvAutoencoder,
    x: np.ndarray,
    x_test: np.ndarray,
    *,
    steps: int,
    learning_rate: float,
    seed: int,
) -> dict[str, float]:
    """Train a model; return its errors and the checkerboard of its outputs."""
    start = time.process_time()
    fit(
        model,
        x,
        epochs=max(1, steps * BATCH // len(x)),
        batch_size=BATCH,
        learning_rate=learning_rate,
        schedule="one-cycle",
        seed=seed,
    )
    seconds = time.process_time() - start
    output = reconstruct(model, x_test)
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "train_error": round(squared_error(x, reconstruct(model, x)).mean(), 2),
        "test_error": round(squared_error(x_test, output).mean(), 2),
        "checkerboard": round(1e4 * checkerboard(output), 2),
        "cpu_seconds": round(seconds, 1),
    }


def runs(x: np.ndarray, x_test: np.ndarray, seed: int) -> list[dict]:
    """Train every model of the table with one seed, on one data set."""
    rows = []

    def add(model: Autoencoder | ConvAutoencoder, name: str, n: int, **how) -> None:
        row = {"model": name, "n": n, "steps": how["steps"], "seed": seed}
        rows.append(row | measure(model, x[:n], x_test, seed=seed, **how))
        print(rows[-1], flush=True)

    for n in SIZES:
        dense = Autoencoder([784, 256, 32], activation="relu", code="linear", seed=seed)
        add(dense, "dense", n, steps=3 * STEPS, learning_rate=3e-3)
        for name, options in DECODERS.items():
            if n == SIZES[-1] or name == "transposed 3":
                model = ConvAutoencoder(**options, seed=seed)
                add(model, name, n, steps=STEPS, learning_rate=1e-2)
    for name, options in DECODERS.items():  # after one epoch only
        model = ConvAutoencoder(**options, seed=seed)
        add(model, name, n, steps=n // BATCH, learning_rate=1e-2)
    return rows


def main() -> None:
    """Measure every seed on both data sets and store the table."""
    rows = []
    for name in ("drawn", "mnist"):
        data = load_data(name)
        for seed in SEEDS:
            x, x_test = data.train.images, data.test.images
            rows += [{"data": name} | row for row in runs(x, x_test, seed)]
    path = save_table(
        "convolutional",
        rows,
        command="python benchmarks/convolutional.py",
        data="the first 300 to 3,000 training and 2,000 test images; seeds 0 to 2",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
