"""What beta does to a variational autoencoder, and which bounds are in reach.

    AELIB_DATA=folder python benchmarks/variational.py

writes `aelib/results/variational.csv`, which notebook 11 shows.  Two experiments:

- ``beta``: 784-256-128-20, trained as in the notebook for five weights of the KL, three
  seeds, 10,000 images of each data set;
- ``bound``: 784-256-64-2 and 784-512-256-20, on all 60,000 images of MNIST.

All measures are nats per test image, by one draw from each posterior.
"""

from __future__ import annotations

import argparse
import itertools
import time
from typing import Any

import numpy as np
import torch

from aelib import load_data
from aelib.autoencoders import VariationalAutoencoder
from aelib.digits.dataset import Data
from aelib.results import save_table
from aelib.training import fit

BETAS = (0.1, 0.3, 1.0, 3.0, 10.0)
SEEDS = range(3)
SWEEP = {"epochs": 10, "batch_size": 100, "learning_rate": 1e-2}
BOUNDS: list[tuple[list[int], dict[str, Any]]] = [
    ([784, 256, 64, 2], {"epochs": 10, "batch_size": 128, "learning_rate": 1e-2}),
    (
        [784, 512, 256, 20],
        {"epochs": 15, "batch_size": 256, "learning_rate": 3e-3, "weight_decay": 0.01},
    ),
]

ACTIVE = 0.01  # least variance of a posterior mean (Burda et al. 2016, section 5.2)


@torch.no_grad()
def describe(model: VariationalAutoencoder, images: np.ndarray) -> dict[str, float]:
    """Both terms of the bound, and the number of units that the encoder uses."""
    log_p, kl = model.expected_log_likelihood(images).mean(), model.kl(images).mean()
    active = (model.encode(images).var(dim=0) > ACTIVE).sum()
    return {
        "reconstruction": round(-float(log_p), 2),
        "kl": round(float(kl), 2),
        "negative_elbo": round(float(kl - log_p), 2),
        "active": int(active),
    }


def measure(
    data: Data, sizes: list[int], beta: float, seed: int, **settings: Any
) -> dict[str, float]:
    """Train one variational autoencoder and describe it on test images."""
    start = time.process_time()
    model = VariationalAutoencoder(sizes, beta=beta, seed=seed)
    fit(model, data.train.images, schedule="one-cycle", seed=seed, **settings)
    row = describe(model, data.test.images)
    return row | {"cpu_seconds": round(time.process_time() - start, 1)}


def sweep(epochs: int) -> list[dict[str, object]]:
    """Measure every beta on both data sets, with several seeds."""
    rows = []
    for name in ("drawn", "mnist"):
        data = load_data(name)
        for beta, seed in itertools.product(BETAS, SEEDS):
            head = {"experiment": "beta", "data": name, "code_size": 20, "beta": beta}
            settings = SWEEP | {"epochs": epochs}
            row = measure(data, [784, 256, 128, 20], beta, seed, **settings)
            rows.append(head | {"seed": seed} | row)
            print(rows[-1], flush=True)
    return rows


def bound() -> list[dict[str, object]]:
    """Train on all of MNIST, and measure on all of its test images."""
    data, rows = load_data("mnist", n_train=None, n_test=None), []
    for sizes, settings in BOUNDS:
        head = {"experiment": "bound", "data": "mnist", "code_size": sizes[-1]}
        row = measure(data, sizes, 1.0, 0, **settings)
        rows.append(head | {"beta": 1.0, "seed": 0} | row)
        print(rows[-1], flush=True)
    return rows


def main() -> None:
    """Measure everything and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=SWEEP["epochs"])
    epochs = parser.parse_args().epochs
    path = save_table(
        "variational",
        sweep(epochs) + bound(),
        command=f"python benchmarks/variational.py --epochs {epochs}",
        data="beta: 10,000 training and 2,000 test images of each, seeds 0 to 2; "
        "bound: all 60,000 and 10,000 images of MNIST, seed 0",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
