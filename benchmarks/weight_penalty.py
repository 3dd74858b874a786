"""Do smaller weights generalize better?  By digits, by steps, by λ, and by rivals of λ.

    AELIB_DATA=folder python benchmarks/weight_penalty.py [--data drawn]

writes `aelib/results/weight_penalty.csv`, which notebook 03 shows.  Every run records
its error on three sets of digits: those it learned from, 1,000 *validation* digits on
which λ and whatever stands against it are chosen, and 2,000 test digits that choose
nothing.  Each seed has its own digits and its own initial weights, the same for every
setting, so that differences can be taken seed by seed.  Runs that the table already has
are not run again.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data
from aelib.results import load_table, save_table

NAME, DATA, SEEDS = "weight_penalty", ("drawn", "mnist"), range(3)
BATCH, VALIDATION, TEST = 100, 1_000, 2_000
FEW, MANY = 100, 1_000
SHORT, LONG, LONGER = 300, 3_000, 9_000
# Stopping early: no penalty, and one learning rate from first to last.
CONSTANT = {"constant": 3e-3, "constant 0.001": 1e-3, "constant 0.01": 1e-2}
WRONG = {"classifier": 0.0, "classifier, wrong labels": 0.3}


@dataclass(frozen=True)
class Setting:
    """What one run differs in from another."""

    task: str
    rule: str  # "penalty", "AdamW", or one of `CONSTANT`
    n: int
    steps: int
    lam: float
    units: int = 196


class Classifier(nn.Module):
    """The lecture's network with ten outputs: sigmoid units, squared error."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            hidden, output = nn.Linear(784, 64), nn.Linear(64, 10)
        self.layers = nn.Sequential(
            nn.Flatten(), hidden, nn.Sigmoid(), output, nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return one number per class."""
        return self.layers(x)


def settings(name: str, seed: int) -> Iterator[Setting]:
    """Yield what is run for one seed of one data set."""
    for n in (FEW, MANY):
        for lam in (0.0, 1e-4, 1e-3, 1e-2, 1e-1):
            yield Setting("autoencoder", "penalty", n, SHORT, lam)
        for lam in (0.0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3):
            yield Setting("autoencoder", "penalty", n, LONG, lam)
        yield Setting("autoencoder", "penalty", n, 1_000, 0.0)
        for rule in CONSTANT:
            yield Setting("autoencoder", rule, n, LONG, 0.0)
            for task in WRONG:
                yield Setting(task, rule, n, 1_000, 0.0, 64)
        for task in WRONG:
            for lam in (0.0, 1e-4, 1e-3, 3e-3, 1e-2):
                yield Setting(task, "penalty", n, 1_000, lam, 64)
        for lam in (0.1, 0.3, 1.0, 3.0):
            yield Setting("autoencoder", "AdamW", n, LONG, lam)
        for units in (50, 100):
            yield Setting("autoencoder", "penalty", n, LONG, 0.0, units)
    if seed == 0:
        yield from once(name)


def once(name: str) -> Iterator[Setting]:
    """Yield what is looked at once: three times as long, and beyond the ranges."""
    for lam in (0.0, 1e-4):
        yield Setting("autoencoder", "penalty", MANY, LONGER, lam)
    yield Setting("autoencoder", "AdamW", MANY, LONG, 0.03)
    if name == "drawn":
        for lam in (0.0, 1e-3):
            yield Setting("autoencoder", "penalty", FEW, LONGER, lam)
        yield Setting("autoencoder", "penalty", FEW, LONG, 3e-3)
        yield Setting("autoencoder", "AdamW", FEW, LONG, 0.03)


def run(setting: Setting, data: Data, seed: int) -> dict[str, float]:
    """Train one network; return its errors and the sum of its squared weights."""
    is_copying = setting.task == "autoencoder"
    model: nn.Module
    if is_copying:
        model = Autoencoder([784, setting.units], seed=seed)
    else:
        model = Classifier(seed)
    parts = [
        (data.train.images[: setting.n], data.train.labels[: setting.n]),
        (data.train.images[-VALIDATION:], data.train.labels[-VALIDATION:]),
        (data.test.images, data.test.labels),
    ]
    if not is_copying:
        x, labels = parts[0]
        parts[0] = x, spoil(labels, WRONG[setting.task], seed)
    sets = [(torch.from_numpy(x), torch.from_numpy(labels)) for x, labels in parts]
    x, labels = sets[0]
    y = x if is_copying else torch.eye(10)[labels]
    measure = copying_error if is_copying else misread
    checkpoints = {setting.steps}
    if setting.rule in CONSTANT:  # stop where the validation error is lowest
        checkpoints |= {int(step) for step in np.geomspace(30, setting.steps, 30)}
    best: dict[str, float] = {}
    for step in train(model, x, y, setting, seed, checkpoints):
        errors = [measure(model, *part) for part in sets]
        names = ("train", "validation", "test")
        found = dict(zip(names, errors, strict=True))
        if not best or found["validation"] < best["validation"]:
            best = found | {"squares": squares(model), "stop": step}
    cut = math.nan
    if is_copying and setting.lam == 0 and setting.rule == "penalty":
        cut = without_white_pixels(model, *sets[0], *sets[2])
    return best | {"cut": cut}


def train(
    model: nn.Module,
    x: Tensor,
    y: Tensor,
    setting: Setting,
    seed: int,
    checkpoints: set[int],
) -> Iterator[int]:
    """Train; yield the number of steps done at each checkpoint.

    The same as `aelib.training.fit` with a `WeightDecay`, in half the time: torch's
    Adam adds lam w to the gradient of each weight, and no penalty has to be summed.
    """
    optimizer_of = torch.optim.AdamW if setting.rule == "AdamW" else torch.optim.Adam
    weights = [p for p in model.parameters() if p.ndim > 1]
    biases = [p for p in model.parameters() if p.ndim == 1]
    groups = [
        {"params": weights, "weight_decay": setting.lam},
        {"params": biases, "weight_decay": 0.0},
    ]
    optimizer = optimizer_of(groups, lr=CONSTANT.get(setting.rule, 1e-2), fused=True)
    schedule = None
    if setting.rule not in CONSTANT:
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer, 1e-2, total_steps=setting.steps + 1
        )
    order = torch.Generator().manual_seed(seed)
    rows: list[Tensor] = []
    for step in range(1, setting.steps + 1):
        rows = rows or list(torch.randperm(len(x), generator=order).split(BATCH))
        batch = rows.pop()
        loss = 0.5 * (model(x[batch]) - y[batch]).square().sum() / len(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if schedule is not None:
            schedule.step()
        if step in checkpoints:
            yield step


def spoil(labels: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Give this share of the images another digit's label."""
    rng = np.random.default_rng(seed)
    shift = rng.integers(1, 10, len(labels)) * (rng.random(len(labels)) < share)
    return (labels + shift) % 10


@torch.no_grad()
def copying_error(model: nn.Module, x: Tensor, labels: Tensor) -> float:
    """Return the lecture's J: half the squared error per image."""
    return float(0.5 * (model(x) - x).square().sum() / len(x))


@torch.no_grad()
def without_white_pixels(
    model: Autoencoder, known: Tensor, _: Tensor, new: Tensor, labels: Tensor
) -> float:
    """Return the error on `new` once weights from pixels white in `known` are 0.

    The data have never changed these weights; a penalty takes them away.  How much of
    what it saves is that?
    """
    white = (known.flatten(1) == 0).all(dim=0)
    model.encoder[0].weight[:, white] = 0
    return copying_error(model, new, labels)


@torch.no_grad()
def misread(model: nn.Module, x: Tensor, labels: Tensor) -> float:
    """Share of images whose largest output is not the one of their label."""
    return float((model(x).argmax(dim=1) != labels).double().mean())


@torch.no_grad()
def squares(model: nn.Module) -> float:
    """Sum of the squared weights."""
    return float(sum(w.square().sum() for w in model.parameters() if w.ndim > 1))


def stored_rows() -> list[dict[str, object]]:
    """Return the rows of the table as it is, or none if it has other columns."""
    columns = load_table(NAME).columns
    if "validation" not in columns:
        return []
    lines = zip(*columns.values(), strict=True)
    rows = [dict(zip(columns, line, strict=True)) for line in lines]
    whole = ("n", "steps", "units", "seed", "stop")
    return [row | {key: int(row[key]) for key in whole} for row in rows]


def main() -> None:
    """Run what is missing, and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=DATA, nargs="+", default=DATA)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    wanted = parser.parse_args()
    torch.set_flush_denormal(True)  # numbers below 1e-38 would slow down sure units
    rows, start = stored_rows(), time.process_time()
    for seed in wanted.seeds:
        for name in wanted.data:
            data = load_data(name, n_train=MANY + VALIDATION, n_test=TEST, seed=seed)
            for setting in settings(name, seed):
                key = {"data": name, **asdict(setting), "seed": seed}
                if any(key.items() <= row.items() for row in rows):
                    continue
                found = run(setting, data, seed)
                rows.append(key | {k: float(f"{v:.5g}") for k, v in found.items()})
                rows[-1]["stop"] = int(found["stop"])
            seconds = time.process_time() - start
            print(f"{name} seed {seed}: {seconds:.0f} CPU s so far", flush=True)
            save_table(
                NAME,
                rows,
                command="python benchmarks/weight_penalty.py",
                data="drawn and MNIST digits, 1,000 for validation, 2,000 for tests; "
                "seeds 0 to 2",
            )


if __name__ == "__main__":
    main()
