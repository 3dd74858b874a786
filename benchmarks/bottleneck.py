"""How well are digits rebuilt from k numbers?  PCA, a shallow and a deep autoencoder.

    AELIB_DATA=folder python benchmarks/bottleneck.py

writes `aelib/results/bottleneck.csv`, which notebook 01 shows.  PCA with 30 components
has a published value (13.87, Hinton and Salakhutdinov 2006): it checks the measure.
"""

from __future__ import annotations

import argparse
import time

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data
from aelib.evaluation import pca_reconstruct, reconstruct, squared_error
from aelib.results import save_table
from aelib.training import fit

CODE_SIZES = (1, 2, 4, 8, 16, 30, 32, 64)
HIDDEN = {"shallow": [], "deep": [512, 128]}


def pca_error(data: Data, code_size: int) -> float:
    """Mean squared error per test image of PCA."""
    outputs = pca_reconstruct(data.train.images, data.test.images, code_size)
    return squared_error(data.test.images, outputs).mean()


def autoencoder_error(data: Data, kind: str, code_size: int, epochs: int) -> float:
    """Mean squared error per test image of an autoencoder trained here."""
    sizes = [784, *HIDDEN[kind], code_size]
    model = Autoencoder(sizes, activation="silu", code="linear", seed=0)
    fit(
        model,
        data.train.images,
        epochs=epochs,
        batch_size=250,
        learning_rate=3e-3 if HIDDEN[kind] else 1e-2,
        schedule="one-cycle",
    )
    return squared_error(data.test.images, reconstruct(model, data.test.images)).mean()


def main() -> None:
    """Run every model at every code size and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=20)
    epochs = parser.parse_args().epochs
    data = load_data("mnist", n_train=None, n_test=None)
    rows = []
    for model in ("PCA", *HIDDEN):
        for code_size in CODE_SIZES:
            start = time.process_time()
            if model == "PCA":
                error = pca_error(data, code_size)
            else:
                error = autoencoder_error(data, model, code_size, epochs)
            seconds = time.process_time() - start
            rows.append(
                {
                    "model": model,
                    "code_size": code_size,
                    "squared_error": round(error, 3),
                    "cpu_seconds": round(seconds, 1),
                }
            )
            print(f"{model:8} {code_size:3} {error:8.3f} {seconds:7.1f} s", flush=True)
    path = save_table(
        "bottleneck",
        rows,
        command=f"python benchmarks/bottleneck.py --epochs {epochs}",
        data="MNIST, 60,000 training and 10,000 test images; seed 0",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
