"""Which units die: one demand at a time, on sigmoids and on ReLUs.

    AELIB_DATA=folder python benchmarks/sparse_ways.py

writes `aelib/results/sparse_ways.csv`, which notebook 05 shows.  A demand on activities
either only pushes down (L1) or pushes towards a mean from both sides (KL; for ReLUs,
whose activity has no upper end, the KL divergence of two Poisson rates).  Both demands
meet both kinds of units, so that one thing differs at a time; beside them stand top-k
codes.  784-196-784, weight penalty 3e-3, batches of 200, 30 epochs.  Three strengths
each, so that they can be compared at equal error; three seeds of the middle one; and on
drawn digits two more learning rates, a factor of 2 or 3 to either side.

Rows that the table has already are not computed again: delete the file to start anew.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np
import torch
from stroke_score import FIT, LAM, UNITS, Row, describe_features, error, extend, rounded

from aelib import load_data, units
from aelib.autoencoders import Autoencoder
from aelib.evaluation import encode, population_sparseness, reconstruct
from aelib.penalties import KL, L1, WeightDecay
from aelib.training import fit

RATES = {"sigmoid": (0.04, 0.02, 0.08), "relu": (0.01, 0.003, 0.03)}
WAYS: dict[str, tuple[str, tuple[float, ...]]] = {
    "sigmoid, both sides": ("sigmoid", (0.1, 0.05, 0.2)),
    "sigmoid, L1": ("sigmoid", (0.1, 0.05, 0.2)),
    "ReLU, both sides": ("relu", (0.1, 0.05, 0.2)),
    "ReLU, L1": ("relu", (0.1, 0.05, 0.2)),
    "ReLU, top-k": ("relu", (20, 10, 40)),
    "ReLU, top-k eased": ("relu", (20, 10, 40)),
}
EPOCHS = 30


@dataclass(frozen=True)
class RateKL:
    """Sum of the KL divergences of two Poisson rates: a goal, and a mean activity.

    Like the coins' KL it is infinite at 0 and pushes from both sides.
    """

    rate: float

    def __call__(self, model: object, code: torch.Tensor) -> torch.Tensor:
        """Return the penalty of a batch of codes (n, units), not negative."""
        mean = code.mean(dim=0)
        distance = np.log(self.rate) - torch.log(mean + 1e-12)
        return (self.rate * distance - self.rate + mean).sum()


class TopK(Autoencoder):
    """An autoencoder that keeps the k largest activities of each code."""

    k = UNITS

    def encode(self, x: torch.Tensor, depth: int | None = None) -> torch.Tensor:
        """Encode; keep the k largest: `penalties.top_k` without its two sorts."""
        h = super().encode(x, depth)
        largest = torch.topk(h, self.k, dim=1)
        return torch.zeros_like(h).scatter(1, largest.indices, largest.values)


def main() -> None:
    """Measure every way that the table lacks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    options = parser.parse_args()
    loaded = {name: load_data(name) for name in options.data}

    def measure(data: str, way: str, strength: float, rate: float, seed: int) -> Row:
        given = loaded[data]
        x, x_test = given.train.images, given.test.images
        fixed = FIT | {"learning_rate": rate, "seed": seed, "progress": False}
        kind, decay = WAYS[way][0], WeightDecay(LAM)
        make = TopK if "top-k" in way else Autoencoder
        model = make([784, UNITS], activation=kind, seed=seed)
        penalty = [decay]
        if "L1" in way:
            penalty.append(L1(strength))
        elif "both" in way:
            is_coin = kind == "sigmoid"
            penalty.append(KL(1.0, strength) if is_coin else RateKL(strength))
        stages = [(EPOCHS, strength)]
        if "eased" in way:
            stages = [(EPOCHS // 3, k) for k in (5 * strength, 2 * strength, strength)]
        for epochs, k in stages:
            model.k = min(int(k), UNITS)
            history = fit(model, x, penalty=penalty, epochs=epochs, **fixed)
        code, code_test = encode(model, x), encode(model, x_test)
        counts = units.count_units(code)
        return {
            "cost": rounded(history.loss[-1]),
            "squared_error": rounded(error(x_test, reconstruct(model, x_test)), 2),
            "dead": counts.dead,
            "constant": counts.constant,
            "activity": rounded(code.mean(), 4),
            "sparseness": rounded(population_sparseness(code_test)),
            **describe_features(model.features()),
        }

    runs = [
        (data, way, strength, RATES[kind][0], seed)
        for data in loaded
        for way, (kind, strengths) in WAYS.items()
        for strength, seeds in zip(strengths, ((0, 1, 2), (0,), (0,)), strict=True)
        for seed in seeds
    ]
    runs += [
        ("drawn", way, strengths[0], rate, 0)
        for way, (kind, strengths) in WAYS.items()
        for rate in RATES[kind][1:]
        if "drawn" in loaded
    ]
    names = ("data", "way", "strength", "rate", "seed")
    keys = [dict(zip(names, run, strict=True)) for run in runs]
    images = "10,000 training and 2,000 test images of each"
    extend("sparse_ways", keys, measure, "python benchmarks/sparse_ways.py", images)


if __name__ == "__main__":
    main()
