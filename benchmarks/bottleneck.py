"""How well are digits rebuilt from k numbers?  PCA, a shallow and a deep autoencoder.

    AELIB_DATA=folder python benchmarks/bottleneck.py

writes `aelib/results/bottleneck.csv`, which notebook 01 shows.  PCA with 30 components
has a published value (13.87, Hinton and Salakhutdinov 2006): it checks the measure.  At
30 numbers there are three seeds of one hidden layer, for squared error and for
cross-entropy, beside the value published for logistic PCA (8.01).  Rows that were made
before are kept.
"""

from __future__ import annotations

import argparse
import time

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data
from aelib.evaluation import pca_reconstruct, reconstruct, squared_error
from aelib.results import load_table, save_table
from aelib.training import binary_cross_entropy, fit, half_squared_error

CODE_SIZES = (1, 2, 4, 8, 16, 30, 32, 64)
HIDDEN = {"shallow": [], "deep": [512, 128]}
CROSS_ENTROPY = "shallow, cross-entropy"
RUNS = [
    *((model, size, 0) for model in ("PCA", *HIDDEN) for size in CODE_SIZES),
    *(("shallow", 30, seed) for seed in (1, 2)),
    *((CROSS_ENTROPY, 30, seed) for seed in (0, 1, 2)),
]


def pca_error(data: Data, code_size: int) -> float:
    """Mean squared error per test image of PCA."""
    outputs = pca_reconstruct(data.train.images, data.test.images, code_size)
    return squared_error(data.test.images, outputs).mean()


def autoencoder_error(
    data: Data, kind: str, code_size: int, seed: int, epochs: int
) -> float:
    """Mean squared error per test image of an autoencoder trained here."""
    hidden = HIDDEN.get(kind, [])
    sizes = [784, *hidden, code_size]
    model = Autoencoder(sizes, activation="silu", code="linear", seed=seed)
    fit(
        model,
        data.train.images,
        loss=binary_cross_entropy if kind == CROSS_ENTROPY else half_squared_error,
        epochs=epochs,
        batch_size=250,
        learning_rate=3e-3 if hidden else 1e-2,
        schedule="one-cycle",
        seed=seed,
    )
    return squared_error(data.test.images, reconstruct(model, data.test.images)).mean()


def main() -> None:
    """Run what is missing of every model, code size and seed, and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=20)
    epochs = parser.parse_args().epochs
    data = load_data("mnist", n_train=None, n_test=None)
    columns = load_table("bottleneck").columns
    before = zip(*(column.tolist() for column in columns.values()), strict=True)
    rows = [as_row(*values) for values in before]
    done = {(row["model"], row["code_size"], row["seed"]) for row in rows}
    for model, code_size, seed in RUNS:
        if (model, code_size, seed) in done:
            continue
        start = time.process_time()
        if model == "PCA":
            error = pca_error(data, code_size)
        else:
            error = autoencoder_error(data, model, code_size, seed, epochs)
        rows.append(as_row(model, code_size, seed, error, time.process_time() - start))
        print(*rows[-1].values(), flush=True)
        path = save_table(
            "bottleneck",
            rows,
            command=f"python benchmarks/bottleneck.py --epochs {epochs}",
            data="MNIST, 60,000 training and 10,000 test images",
        )
        print(f"Wrote {path}.")


def as_row(
    model: str, code_size: float, seed: float, error: float, seconds: float
) -> dict[str, object]:
    """Return a line of the table."""
    return {
        "model": model,
        "code_size": int(code_size),
        "seed": int(seed),
        "squared_error": round(error, 3),
        "cpu_seconds": round(seconds, 1),
    }


if __name__ == "__main__":
    main()
