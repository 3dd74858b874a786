"""Five ways to hold an autoencoder back: what each does to units, errors and ablation.

    AELIB_DATA=folder python benchmarks/regularizers.py

writes `aelib/results/regularizers.csv`, which notebook 06 shows: 784-196-784 sigmoid
networks with the same start, the same batches and the same number of steps, with no
regularizer, a weight penalty, KL sparsity, L1 sparsity and two strengths of dropout.
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
import torch

from aelib import evaluation, load_data, units
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data
from aelib.penalties import KL, L1, WeightDecay
from aelib.results import save_table
from aelib.training import fit

DECAY = WeightDecay(lam=3e-3)
# The weight penalty stands beside both sparsities, so that it is their control.
REGULARIZERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "weights": {"penalty": DECAY},
    "KL": {"penalty": [KL(gamma=1.0, rho_bar=0.1), DECAY]},
    "L1": {"penalty": [L1(strength=0.1), DECAY]},
    "dropout .2": {"dropout": 0.2},
    "dropout .5": {"dropout": 0.5},
}
SHARES = (0.05, 0.1, 0.25, 0.5, 0.75)
DRAWS = 10


def train(data: Data, name: str, seed: int, epochs: int) -> Autoencoder:
    """Train one network as notebook 06 does."""
    ways = dict(REGULARIZERS[name])
    model = Autoencoder([784, 196], dropout=ways.pop("dropout", 0.0), seed=seed)
    settings = {"batch_size": 100, "learning_rate": 2e-2, "schedule": "one-cycle"}
    fit(model, data.train.images, epochs=epochs, seed=seed, **settings, **ways)
    return model


@torch.no_grad()
def error_without_units(
    model: Autoencoder, x: np.ndarray, share: float, to: str
) -> float:
    """Error per image without a random share of the units, mean over draws.

    `to` is "zero", "mean", or "scaled": zero, with the others divided by 1 - share, as
    in training.
    """
    rng = np.random.default_rng(0)
    code, flat = evaluation.encode(model, x), x.reshape(len(x), -1)
    errors = []
    for _ in range(DRAWS):
        lost = rng.permutation(code.shape[1])[: round(share * code.shape[1])]
        left = code / (1 - share) if to == "scaled" else code.copy()
        left[:, lost] = code[:, lost].mean(axis=0) if to == "mean" else 0
        y_hat = model.decode(left).numpy()
        errors.append(evaluation.squared_error(flat, y_hat).mean())
    return float(np.mean(errors))


def effective_number(features: np.ndarray) -> float:
    """Directions that unit-length features fill: (Σ e)² / Σ e² of their eigenvalues."""
    w = features / np.linalg.norm(features, axis=1, keepdims=True)
    energy = np.linalg.svd(w, compute_uv=False) ** 2
    return float(energy.sum() ** 2 / np.square(energy).sum())


def measure(model: Autoencoder, data: Data) -> dict[str, float]:
    """Everything that the table says about a model."""
    x, x_test = data.train.images[:2_000], data.test.images
    code, features, few = evaluation.encode(model, x), model.features(), x_test[:200]
    zero = units.ablation_cost(model, few, to="zero")
    mean = units.ablation_cost(model, few, to="mean")
    row = {
        "error": _error(model, x_test),
        "train_error": _error(model, x),
        "activity": float(code.mean()),
        "sparseness": evaluation.population_sparseness(code),
        "idle": code.shape[1] - units.count_units(code).active,
        "similarity": units.similarity(features),
        "decoder_similarity": units.similarity(model.decoder[-1].weight.detach().T),
        "effective_number": effective_number(features),
        "redundancy": evaluation.redundancy(code),
        "window_share": float(np.median(units.window_share(features))),
        "smoothness": float(np.median(units.smoothness(features))),
        "one_zero": zero.mean(),
        "worst_zero": zero.max(),
        "one_mean": mean.mean(),
        "worst_mean": mean.max(),
    }
    for to in ("zero", "mean", "scaled"):
        for share in SHARES:
            row[f"{to}_{round(100 * share)}"] = error_without_units(
                model, few, share, to
            )
    return row | {"few_error": _error(model, few)}


def _error(model: Autoencoder, x: np.ndarray) -> float:
    return evaluation.squared_error(x, evaluation.reconstruct(model, x)).mean()


def main() -> None:
    """Train and measure every regularizer, seed and data set; store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    options = parser.parse_args()
    rows = []
    for data in map(load_data, options.data):
        for seed in range(options.seeds):
            for name in REGULARIZERS:
                start = time.process_time()
                measures = measure(train(data, name, seed, options.epochs), data)
                row = {"data": data.name, "regularizer": name, "seed": seed}
                rows.append(row | {k: f"{v:.4g}" for k, v in measures.items()})
                seconds = time.process_time() - start
                error = rows[-1]["error"]
                print(f"{data.name:6} {name:11} {seed} {error:6} {seconds:5.1f} s")
    path = save_table(
        "regularizers",
        rows,
        command=f"python benchmarks/regularizers.py --epochs {options.epochs} "
        f"--seeds {options.seeds}",
        data=f"{' and '.join(options.data)}, 10,000 training and 2,000 test images "
        "each; ablation on the first 200 test images",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
