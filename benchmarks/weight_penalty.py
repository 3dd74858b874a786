"""Do smaller weights generalize better?  Small training sets, λ from 0 to 0.1.

    AELIB_DATA=folder python benchmarks/weight_penalty.py

writes `aelib/results/weight_penalty.csv`, which notebook 03 shows.  Every network gets
the same number of steps; each seed has its own training images, test images and initial
weights, the same for every λ, so that differences can be taken seed by seed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data
from aelib.penalties import WeightDecay
from aelib.results import save_table
from aelib.training import evaluate, fit

DATA = ("drawn", "mnist")
SIZES = (100, 1_000)
LAMBDAS = (0.0, 1e-4, 1e-3, 1e-2, 1e-1)
SEEDS = range(5)
STEPS, BATCH = 300, 100
WRONG = {"classifier": 0.0, "classifier, wrong labels": 0.3}


class Classifier(nn.Module):
    """The lecture's network with ten outputs: sigmoid units, squared error."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            hidden, output = nn.Linear(784, 64), nn.Linear(64, 10)
        self.encode = nn.Sequential(nn.Flatten(), hidden, nn.Sigmoid())
        self.decode = nn.Sequential(output, nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        """Return one number per class."""
        return self.decode(self.encode(x))


def train(model: nn.Module, x: np.ndarray, y: np.ndarray, lam: float, seed: int):
    """Train with the weight penalty, for the same number of steps at every size."""
    fit(
        model,
        x,
        y,
        penalty=WeightDecay(lam),
        epochs=STEPS * BATCH // len(x),
        batch_size=BATCH,
        learning_rate=1e-2,
        schedule="one-cycle",
        seed=seed,
        progress=False,
    )


def autoencoder_errors(data: Data, n: int, lam: float, seed: int) -> dict[str, float]:
    """Lecture's J on training and test images, and the sum of squared weights."""
    model, x = Autoencoder([784, 196], seed=seed), data.train.images[:n]
    train(model, x, x, lam, seed)
    errors = evaluate(model, x), evaluate(model, data.test.images)
    return {"train": errors[0], "test": errors[1], "squares": squares(model)}


def classifier_errors(
    data: Data, n: int, lam: float, seed: int, wrong: float
) -> dict[str, float]:
    """Share of misread training and test images, and the sum of squared weights."""
    model, x = Classifier(seed), data.train.images[:n]
    labels = spoil(data.train.labels[:n], wrong, seed)
    train(model, x, np.eye(10, dtype=np.float32)[labels], lam, seed)
    errors = (
        misread(model, x, labels),
        misread(model, data.test.images, data.test.labels),
    )
    return {"train": errors[0], "test": errors[1], "squares": squares(model)}


def spoil(labels: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Give this share of the images another digit's label."""
    rng = np.random.default_rng(seed)
    shift = rng.integers(1, 10, len(labels)) * (rng.random(len(labels)) < share)
    return (labels + shift) % 10


@torch.no_grad()
def misread(model: nn.Module, x: np.ndarray, labels: np.ndarray) -> float:
    """Share of images whose largest output is not the one of their label."""
    return float((model(torch.from_numpy(x)).argmax(dim=1).numpy() != labels).mean())


@torch.no_grad()
def squares(model: nn.Module) -> float:
    """Sum of the squared weights."""
    return float(sum(w.square().sum() for w in model.parameters() if w.ndim > 1))


def runs(data: Data, seed: int) -> Iterator[tuple[str, int, float, dict[str, float]]]:
    """Train everything that one seed has to train."""
    for n in SIZES:
        for lam in LAMBDAS:
            yield "autoencoder", n, lam, autoencoder_errors(data, n, lam, seed)
            for task, wrong in WRONG.items():
                yield task, n, lam, classifier_errors(data, n, lam, seed, wrong)


def main() -> None:
    """Run the grid and store the table."""
    rows, start = [], time.process_time()
    for seed in SEEDS:
        for name in DATA:
            data = load_data(name, n_train=max(SIZES), n_test=2_000, seed=seed)
            for task, n, lam, found in runs(data, seed):
                setting = {"data": name, "task": task, "n": n, "lam": lam, "seed": seed}
                rows.append(setting | {k: float(f"{v:.5g}") for k, v in found.items()})
            seconds = time.process_time() - start
            print(f"{name} seed {seed}: {seconds:.0f} CPU s so far", flush=True)
    path = save_table(
        "weight_penalty",
        rows,
        command="python benchmarks/weight_penalty.py",
        data="drawn and MNIST digits, 2,000 test images; seeds 0 to 4",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
