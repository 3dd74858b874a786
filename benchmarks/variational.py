"""What beta does to a variational autoencoder, and which bounds are in reach.

    AELIB_DATA=folder python benchmarks/variational.py

writes `aelib/results/variational.csv`, which notebook 11 shows.  Four experiments:

- ``beta``: 784-256-128-20, the notebook's layers, for seven weights of the KL, ten
  epochs of 10,000 images of each data set, three seeds;
- ``longer``: the same for two of the weights, trained three times as long;
- ``warm``: as many epochs with a weight of 1 first, then as many with the larger one:
  does a good start prevent collapse?
- ``bound``: 784-256-64-2 and 784-512-256-20, on all 60,000 images of MNIST.

All measures are nats per test image, by one draw from each posterior.  What the stored
table has already is not measured again; `--anew` forgets it first.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from aelib.autoencoders import VariationalAutoencoder
from aelib.digits.dataset import Data, load_data
from aelib.results import load_table, save_table
from aelib.training import fit

BETAS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
LONGER = (1.0, 10.0)
WARM = (30.0,)
SEEDS = range(3)
EPOCHS, LONG = 10, 30
SWEEP = {"batch_size": 100, "learning_rate": 1e-2}
BOUNDS: list[tuple[list[int], dict[str, Any]]] = [
    ([784, 256, 64, 2], {"epochs": 10, "batch_size": 128, "learning_rate": 1e-2}),
    (
        [784, 512, 256, 20],
        {"epochs": 15, "batch_size": 256, "learning_rate": 3e-3, "weight_decay": 0.01},
    ),
]

Row = dict[str, Any]

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
) -> Row:
    """Train one variational autoencoder and describe it on test images."""
    start = time.process_time()
    model = VariationalAutoencoder(sizes, beta=beta, seed=seed)
    settings |= {"schedule": "one-cycle", "seed": seed, "progress": False}
    if settings.pop("warm", False):
        model.beta = 1.0
        fit(model, data.train.images, **settings)
        model.beta = beta
    fit(model, data.train.images, **settings)
    row = describe(model, data.test.images)
    return row | {"cpu_seconds": round(time.process_time() - start, 1)}


def plan() -> Iterator[tuple[Row, list[int], dict[str, Any]]]:
    """Yield the row to be, the network and its settings, for every run."""
    sweeps = (
        ("beta", BETAS, {"epochs": EPOCHS}),
        ("longer", LONGER, {"epochs": LONG}),
        ("warm", WARM, {"epochs": EPOCHS, "warm": True}),
    )
    for experiment, betas, settings in sweeps:
        for name, beta, seed in itertools.product(("drawn", "mnist"), betas, SEEDS):
            row = {"experiment": experiment, "data": name, "code_size": 20}
            row |= {"beta": beta, "seed": seed, "epochs": settings["epochs"]}
            yield row, [784, 256, 128, 20], SWEEP | settings
    for sizes, settings in BOUNDS:
        row = {"experiment": "bound", "data": "mnist", "code_size": sizes[-1]}
        row |= {"beta": 1.0, "seed": 0, "epochs": settings["epochs"]}
        yield row, sizes, settings


def stored() -> dict[tuple[object, ...], Row]:
    """Return the rows of the stored table by what was measured."""
    columns = load_table("variational").columns
    values = zip(*columns.values(), strict=True)
    rows = [dict(zip(columns, row, strict=True)) for row in values]
    whole = ("code_size", "seed", "epochs", "active")
    rows = [row | {name: int(row[name]) for name in whole} for row in rows]
    return {what(row): row for row in rows}


def what(row: Row) -> tuple[object, ...]:
    """Return what a row measures, whatever came out."""
    names = ("experiment", "data", "code_size", "beta", "seed", "epochs")
    return tuple(row[name] for name in names)


def main() -> None:
    """Measure what the table lacks, and store it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--anew", action="store_true", help="measure everything again")
    known = {} if parser.parse_args().anew else stored()
    rows = []
    for head, sizes, settings in plan():
        if what(head) not in known:
            whole = None if head["experiment"] == "bound" else 10_000
            test = None if whole is None else 2_000
            data = load_data(head["data"], n_train=whole, n_test=test)
            run = measure(data, sizes, head["beta"], head["seed"], **settings)
            known[what(head)] = head | run
            print(known[what(head)], flush=True)
        rows.append(known[what(head)])
    path = save_table(
        "variational",
        rows,
        command="python benchmarks/variational.py --anew",
        data="beta, longer, warm: 10,000 training and 2,000 test images of each, seeds "
        "0 to 2; bound: all 60,000 and 10,000 images of MNIST, seed 0",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
