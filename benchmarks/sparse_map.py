"""Where the strokes are: sparse autoencoders over gamma, rho_bar and lam.

    AELIB_DATA=folder python benchmarks/sparse_map.py

writes `aelib/results/sparse_map.csv`, which notebook 05 shows: for both ends of the
lecture's range of gamma, for four rho_bar and five lam, what `stroke_score.describe`
measures, and how many patterns of the data pay for their weights.  Networks
784-196-784 with sigmoids, one seed; batches of 500, 60 epochs, which brings the cost
closer to its end than 30 epochs of the notebook's smaller batches.  Six points of the
map are trained three times as long (180 epochs), to see what more training changes.

Rows that the table has already are not computed again: delete the file to start anew.
"""

from __future__ import annotations

import argparse

import numpy as np
from stroke_score import Row, describe, extend, train

from aelib import load_data
from aelib.evaluation import encode
from aelib.penalties import kl_divergence, weight_penalty

GAMMAS = (1.0, 5.0)
RHO_BARS = (0.01, 0.02, 0.05, 0.1)
LAMS = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
UFLDL = (3.0, 0.1, 3e-3)
AGAIN = [(1.0, 0.01, 1e-4), (1.0, 0.01, 3e-3), (1.0, 0.05, 1e-3), (5.0, 0.05, 1e-3)]
AGAIN += [UFLDL, (1.0, 0.1, 3e-3)]
FIT = {"batch_size": 500, "learning_rate": 0.1, "precision": "auto"}


def singular_values(x: np.ndarray) -> np.ndarray:
    """Return what the patterns of the data have to offer: notebook 05's sigma_k."""
    mean = x.mean(axis=0).clip(1e-3, 1 - 1e-3)
    slopes = (mean * (1 - mean))[:, None]
    return np.linalg.svd(slopes * np.cov(x, rowvar=False), compute_uv=False)


def main() -> None:
    """Measure every setting that the table lacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    options = parser.parse_args()
    loaded = {name: load_data(name) for name in options.data}
    sigma = {name: singular_values(data.train.flat) for name, data in loaded.items()}

    def measure(
        data: str, epochs: int, gamma: float, rho_bar: float, lam: float
    ) -> Row:
        given = loaded[data]
        model = train(given, lam, gamma, rho_bar, epochs=epochs, **FIT)
        row = describe(model, given, rho_bar)
        rho = encode(model, given.test.images).mean(axis=0)
        price = lam / (rho_bar * (1 - rho_bar))
        median = np.median(rho)
        weights = [w.detach().numpy() for w in model.parameters() if w.ndim > 1]
        paid = {
            "error_cost": row["squared_error"] / 2,
            "weight_cost": weight_penalty(weights, lam),
            "kl_cost": gamma * kl_divergence(rho_bar, rho).sum(),
        }
        return (
            row
            | {k: round(float(v), 3) for k, v in paid.items()}
            | {
                "median_rho": round(float(median), 4),
                "paying": int((sigma[data] > price).sum()),
                "paying_rho": int((sigma[data] > lam / (median * (1 - median))).sum()),
            }
        )

    grid = [(g, r, w) for w in LAMS for r in RHO_BARS for g in GAMMAS]
    runs = [(60, *point) for point in [*grid, UFLDL]]
    runs += [(180, *point) for point in AGAIN]
    names = ("epochs", "gamma", "rho_bar", "lam")
    keys = [
        {"data": data, **dict(zip(names, run, strict=True))}
        for data in loaded
        for run in runs
    ]
    command = "python benchmarks/sparse_map.py"
    extend(
        "sparse_map", keys, measure, command, "10,000 training and 2,000 test images"
    )


if __name__ == "__main__":
    main()
