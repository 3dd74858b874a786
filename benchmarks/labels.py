"""Where pretraining matters: accuracy against the number of labels, in five arms.

    AELIB_DATA=folder python benchmarks/labels.py

writes `aelib/results/labels.csv`, which notebook 08 shows.  The networks are
784-200-200-10.  Of 10,000 training images only n have their labels used; the
pretrained arms have seen all of them without.

Learning rates and epochs are chosen per data set, n and arm: those with the lowest loss
on images held out of the n labelled ones of seed 0, among three rates and any number of
epochs up to a budget that all arms share.  Then the arm is trained on all n.  The test
images judge at the end, and do nothing else.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.model_selection import StratifiedKFold

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.corruption import Corruption
from aelib.digits.dataset import Split
from aelib.penalties import KL, WeightDecay
from aelib.results import save_table
from aelib.stacking import DeepClassifier, fine_tune, pretrain, train_head

UNLABELLED = 10_000
SIZES = [784, 200, 200]
# Learning rates of Adam to choose from: for the head alone, and for the whole.
RATES = {train_head: (3e-3, 1e-2, 3e-2), fine_tune: (1e-3, 3e-3, 1e-2)}
Step = Callable[..., Any]
Setting = dict[str, Any]


@dataclass(frozen=True)
class Arm:
    """One way to come by a deep classifier."""

    activation: str
    pretrained: bool
    dropout: float = 0.0
    scale: float = 1.0  # of the encoder's first weights, where it is not pretrained
    head: str = "softmax"

    @property
    def steps(self) -> tuple[Step, ...]:
        """The lecture's steps 2 and 3; random codes are not worth a step 2."""
        return (train_head, fine_tune) if self.pretrained else (fine_tune,)


ARMS = {
    "pretrained": Arm("sigmoid", True),
    "random": Arm("sigmoid", False),
    "random + dropout": Arm("sigmoid", False, dropout=0.2),
    "ReLU + dropout, pretrained": Arm("relu", True, dropout=0.2),
    "ReLU + dropout": Arm("relu", False, dropout=0.2),
}


@dataclass(frozen=True)
class Plan:
    """What all arms have in common at one number of labels."""

    epochs: int  # at most, of all steps together
    batch_size: int
    folds: int  # of five, on which rates and epochs are chosen
    arms: tuple[str, ...] = tuple(ARMS)


LECTURE = tuple(ARMS)[:3]
PLANS = {
    100: Plan(epochs=100, batch_size=20, folds=3),
    300: Plan(epochs=60, batch_size=20, folds=3, arms=LECTURE),
    1_000: Plan(epochs=40, batch_size=50, folds=3),
    3_000: Plan(epochs=30, batch_size=100, folds=1, arms=LECTURE),
    10_000: Plan(epochs=20, batch_size=100, folds=1),
}


def make_stacks(x: np.ndarray, seed: int) -> dict[str, Autoencoder]:
    """Pretrain a sparse stack of sigmoid units and a denoising one of ReLUs."""
    sparse = Autoencoder(SIZES, seed=seed)
    relu = Autoencoder(SIZES, activation="relu", seed=seed)
    common = {"epochs": 15, "batch_size": 100, "schedule": "one-cycle"}
    common |= {"seed": seed, "progress": False}
    penalties = [{"penalty": [KL(1.0, 0.1), WeightDecay(lam)]} for lam in (1e-3, 3e-4)]
    pretrain(sparse, x, per_stage=penalties, learning_rate=2e-2, **common)
    noise = Corruption("masking", 0.3)
    pretrain(relu, x, corrupt=noise, learning_rate=3e-3, **common)
    return {"sigmoid": sparse, "relu": relu}


def make_classifier(
    arm: Arm, stacks: dict[str, Autoencoder], seed: int
) -> DeepClassifier:
    """Put a head on a copy of the arm's encoder."""
    choice = {"dropout": arm.dropout, "pretrained": arm.pretrained, "seed": seed}
    choice["head"] = arm.head
    classifier = DeepClassifier(stacks[arm.activation], **choice)
    if arm.scale != 1:
        with torch.no_grad():
            for layer in classifier.encoder.encoder:
                layer.weight.mul_(arm.scale)
    return classifier


def tune(
    arm: Arm, stacks: dict[str, Autoencoder], labelled: Split, plan: Plan
) -> list[Setting]:
    """Choose rate and epochs of each step, one step after the other."""
    x, labels = labelled.images, labelled.labels
    cuts = StratifiedKFold(5, shuffle=True, random_state=0).split(x, labels)
    folds = list(itertools.islice(cuts, plan.folds))
    starts = [make_classifier(arm, stacks, seed=0) for _ in folds]
    chosen = []
    for step in arm.steps:
        tried = []
        for rate in RATES[step]:
            setting = settings(arm, plan) | {"learning_rate": rate}
            ends, losses = copy.deepcopy(starts), []
            for end, (own, held_out) in zip(ends, folds, strict=True):
                unseen = x[held_out], labels[held_out]
                history = step(end, x[own], labels[own], validation=unseen, **setting)
                losses.append(history.validation_loss)
            curve = np.mean(losses, axis=0)
            setting["epochs"] = int(curve.argmin()) + 1
            tried.append((curve.min(), setting, ends))
        _, setting, starts = min(tried, key=lambda trial: trial[0])
        chosen.append(setting)
    return chosen


def settings(arm: Arm, plan: Plan) -> Setting:
    """Return what is not tuned; the epochs are the most that a step may take."""
    epochs = plan.epochs // len(arm.steps)
    return {"epochs": epochs, "batch_size": plan.batch_size, "progress": False}


def measure(
    arm: Arm,
    stacks: dict[str, Autoencoder],
    labelled: Split,
    test: Split,
    chosen: list[Setting],
    seed: int,
) -> dict[str, Any]:
    """Train an arm on all labelled images; return test accuracies in percent."""
    x, labels = labelled.images, labelled.labels
    classifier = make_classifier(arm, stacks, seed)
    row: dict[str, Any] = {"frozen": "nan"}
    for step, setting in zip(arm.steps, chosen, strict=True):
        step(classifier, x, labels, seed=seed, **setting)
        accuracy = f"{100 * classifier.accuracy(test.images, test.labels):.2f}"
        row["frozen" if step is train_head else "accuracy"] = accuracy
    return row | {"rate": setting["learning_rate"], "epochs": setting["epochs"]}


def choose(train: Split, n: int, seed: int) -> Split:
    """Choose the n images whose labels may be used; the seed picks them."""
    rows = np.random.default_rng(seed).permutation(UNLABELLED)[:n]
    return Split(train.images[rows], train.labels[rows], None)


def run(name: str, seeds: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of one data set."""
    data = load_data(name, n_train=UNLABELLED, n_test=None)
    stacks = [make_stacks(data.train.images, seed) for seed in range(seeds)]
    for n, plan in PLANS.items():
        for arm_name in plan.arms:
            arm = ARMS[arm_name]
            chosen = tune(arm, stacks[0], choose(data.train, n, seed=0), plan)
            for seed in range(seeds):
                labelled = choose(data.train, n, seed)
                row = measure(arm, stacks[seed], labelled, data.test, chosen, seed)
                yield {"data": name, "n": n, "arm": arm_name, "seed": seed, **row}


def main() -> None:
    """Measure every arm, number of labels and seed; store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    rows = []
    for name in options.data:
        for row in run(name, options.seeds):
            rows.append(row)
            print(row, f"{time.process_time():.0f} CPU seconds so far", flush=True)
    path = save_table(
        "labels",
        rows,
        command=f"python benchmarks/labels.py --seeds {options.seeds}",
        data=f"{' and '.join(options.data)}: 10,000 test images; the labels of n "
        "training images, which the seed picks; accuracies in percent",
    )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
