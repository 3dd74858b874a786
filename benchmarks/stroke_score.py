"""Does a sparse autoencoder find strokes, whatever the seed?  Five seeds, both data.

    AELIB_DATA=folder python benchmarks/stroke_score.py

writes `aelib/results/stroke_score.csv`, which notebook 05 shows: the parts of the
stroke score of its sparse autoencoder (784-196-784 sigmoids, gamma = 1, rho_bar = .1,
lam = 3e-3) for seeds of the weights and of the order of the samples.
"""

from __future__ import annotations

import argparse
import time

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data
from aelib.evaluation import encode, reconstruct, squared_error
from aelib.penalties import KL, WeightDecay
from aelib.results import save_table
from aelib.training import fit
from aelib.units import stroke_score

SETTING = {"gamma": 1.0, "rho_bar": 0.1, "lam": 3e-3}
SEEDS = range(5)


def measure(
    data: Data,
    gamma: float,
    rho_bar: float,
    lam: float,
    *,
    epochs: int,
    seed: int = 0,
) -> dict[str, float]:
    """Train one sparse autoencoder; measure its features, units and error."""
    start = time.process_time()
    model = Autoencoder([784, 196], seed=seed)
    fit(
        model,
        data.train.images,
        penalty=[KL(gamma, rho_bar), WeightDecay(lam)],
        epochs=epochs,
        batch_size=100,
        learning_rate=2e-2,
        schedule="one-cycle",
        seed=seed,
    )
    row = describe(model, data, rho_bar)
    return row | {"cpu_seconds": round(time.process_time() - start, 1)}


def describe(model: Autoencoder, data: Data, rho_bar: float) -> dict[str, float]:
    """Write the stroke score and the squared error, on test images, as a row."""
    images = data.test.images
    score = stroke_score(model.features(), encode(model, images), rho_bar)
    error = squared_error(images, reconstruct(model, images)).mean()
    return {
        "window_share": round(score.window_share, 3),
        "smoothness": round(score.smoothness, 3),
        "similarity": round(score.similarity, 3),
        "rho": round(score.rho, 4),
        "dead": score.counts.dead,
        "constant": score.counts.constant,
        "passes": int(score.passes),
        "squared_error": round(float(error), 2),
    }


def main() -> None:
    """Measure every seed on both data sets and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=30)
    epochs = parser.parse_args().epochs
    rows = []
    for name in ("drawn", "mnist"):
        data = load_data(name)
        for seed in SEEDS:
            row = measure(data, **SETTING, epochs=epochs, seed=seed)
            rows.append({"data": name, "seed": seed, **row})
            print(rows[-1], flush=True)
    path = save_table(
        "stroke_score",
        rows,
        command=f"python benchmarks/stroke_score.py --epochs {epochs}",
        data="10,000 training and 2,000 test images of each; seeds 0 to 4",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
