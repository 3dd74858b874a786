"""The opponents of pretraining: what else one can do with n labels and many images.

    AELIB_DATA=folder python benchmarks/labels_opponents.py

writes `aelib/results/labels_opponents.csv`; notebook 08 shows it beside `labels.csv`.
The labelled images, the folds and the test images are those of `labels.py`.  The arms:

- logistic regression and a support vector machine with a Gaussian (RBF) kernel, each on
  four representations of the same images: pixels; 50 principal components of the 10,000
  images; the code of an encoder 784-200-200 with random weights; the code of the
  pretrained one;
- labels spread along a graph of the 10,000 images' nearest neighbours;
- `labels.py`'s random network whose first weights are four times as large: Glorot's
  scale is meant for units of slope 1 at zero, and the logistic has 1/4;
- three networks whose learning rates are chosen by the accuracy on the same folds, each
  step at the end of its epochs (those of `labels.py` are chosen by the loss): with an
  LMS head the pretrained and the random one, with a softmax the pretrained one.

With 60,000 labels (MNIST alone) everything has seen the 60,000 images: principal
components, and a sparse stack.  There, the graph, the kernel machine on pixels and
the LMS head are not measured.  Settings are chosen as in `labels.py`, on folds of the
labelled images of seed 0; of what gives no probabilities, by the accuracy there.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from labels import (
    ARMS,
    PLANS,
    RATES,
    SIZES,
    UNLABELLED,
    Arm,
    Plan,
    Setting,
    choose,
    make_classifier,
    measure,
    settings,
    tune,
)
from scipy import sparse
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Split
from aelib.evaluation import encode
from aelib.penalties import KL, WeightDecay
from aelib.results import FOLDER, load_table, save_table
from aelib.stacking import pretrain

COMPONENTS, MOST = 50, 60_000
COSTS = {"logistic": (1, 10, 100, 1_000, 10_000), "SVM": (1, 10, 100)}
WIDTHS = (0.3, 1.0, 3.0)  # of the kernel exp(-width |x - x'|^2 / total variance)
NEIGHBOURS = (5, 7, 10)
SCALED = {"random, scaled": Arm("sigmoid", False, scale=4.0)}
BY_ACCURACY = {
    "pretrained, LMS": Arm("sigmoid", True, head="lms"),
    "random, LMS": Arm("sigmoid", False, head="lms"),
    "pretrained, softmax": Arm("sigmoid", True),
}
TODAY = {name: ARMS[name] for name in ("pretrained", "random", "ReLU + dropout")}
MANY = Plan(epochs=20, batch_size=200, folds=1)  # for 60,000 labels
Row = dict[str, Any]
Folds = list[tuple[np.ndarray, np.ndarray]]


def make_stack(x: np.ndarray, seed: int, epochs: int = 15) -> Autoencoder:
    """Pretrain the sparse stack of `labels.py`."""
    stack = Autoencoder(SIZES, seed=seed)
    penalties = [{"penalty": [KL(1.0, 0.1), WeightDecay(lam)]} for lam in (1e-3, 3e-4)]
    settings = {"batch_size": 100, "learning_rate": 2e-2, "schedule": "one-cycle"}
    settings |= {"epochs": epochs, "seed": seed, "progress": False}
    pretrain(stack, x, per_stage=penalties, **settings)
    return stack


def make_folds(labels: np.ndarray, number: int) -> Folds:
    """Return the folds on which `labels.py` chooses."""
    cuts = StratifiedKFold(5, shuffle=True, random_state=0)
    return list(itertools.islice(cuts.split(labels, labels), number))


class Views:
    """The images of one data set in four representations, of total variance 1."""

    def __init__(self, train: np.ndarray, test: np.ndarray, stack: Autoencoder, seed):
        random = make_classifier(SCALED["random, scaled"], {"sigmoid": stack}, seed)
        flat = [images.reshape(len(images), -1) for images in (train, test)]
        pca = PCA(COMPONENTS, svd_solver="covariance_eigh").fit(flat[0])
        views = {
            "pixels": flat,
            "PCA": [pca.transform(images) for images in flat],
            "random code": [encode(random.encoder, x) for x in (train, test)],
            "code": [encode(stack, x) for x in (train, test)],
        }
        self.pairs = {name: normalise(*pair) for name, pair in views.items()}


def normalise(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shift and scale both alike: mean 0 and total variance 1 on the first."""
    mean, size = train.mean(axis=0), np.sqrt(train.var(axis=0).sum())
    return (train - mean) / size, (test - mean) / size


def squares(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return all squared distances."""
    found = (a * a).sum(1)[:, None] + (b * b).sum(1) - 2 * a @ b.T
    return np.maximum(found, 0, out=found)


def logistic(
    x: np.ndarray, labels: np.ndarray, x_test: np.ndarray, folds: Folds, chosen: Any
) -> tuple[np.ndarray, Any]:
    """Return predictions of a logistic regression, and its setting."""

    def fitted(cost: float, x: np.ndarray, labels: np.ndarray) -> LogisticRegression:
        return LogisticRegression(C=cost, max_iter=5_000).fit(x, labels)

    def loss(cost: float) -> float:
        parts = ((fitted(cost, x[own], labels[own]), out) for own, out in folds)
        return np.mean(
            [log_loss(labels[out], m.predict_proba(x[out])) for m, out in parts]
        )

    if chosen is None:
        chosen = min(COSTS["logistic"], key=loss)
    return fitted(chosen, x, labels).predict(x_test), chosen


def kernel_machine(
    x: np.ndarray, labels: np.ndarray, x_test: np.ndarray, folds: Folds, chosen: Any
) -> tuple[np.ndarray, Any]:
    """Return predictions of a support vector machine, and its setting."""
    inner = squares(x, x)

    def fitted(setting: tuple[float, float], rows: np.ndarray) -> SVC:
        kernel = np.exp(-setting[1] * inner[np.ix_(rows, rows)])
        return SVC(C=setting[0], kernel="precomputed").fit(kernel, labels[rows])

    def accuracy(setting: tuple[float, float]) -> float:
        shares = []
        for own, out in folds:
            kernel = np.exp(-setting[1] * inner[np.ix_(out, own)])
            shares.append(fitted(setting, own).score(kernel, labels[out]))
        return np.mean(shares)

    if chosen is None:
        chosen = max(itertools.product(COSTS["SVM"], WIDTHS), key=accuracy)
    machine = fitted(chosen, np.arange(len(x)))
    return machine.predict(np.exp(-chosen[1] * squares(x_test, x))), chosen


LEARNERS = {"logistic": logistic, "SVM": kernel_machine}


class Graph:
    """The unlabelled images, each joined to its nearest neighbours."""

    def __init__(self, x: np.ndarray, x_test: np.ndarray) -> None:
        within = squares(x, x)
        np.fill_diagonal(within, np.inf)
        most = max(NEIGHBOURS)
        self.inner, self.outer = (
            nearest(d, most) for d in (within, squares(x_test, x))
        )
        self.size = len(x)

    def joined(self, which: tuple[np.ndarray, np.ndarray], k: int) -> sparse.csr_array:
        """Return the weights exp(-4 d^2 / d_k^2) of each row's k neighbours."""
        places, distances = (found[:, :k] for found in which)
        weights = np.exp(-4 * distances / distances[:, -1:])
        rows = np.repeat(np.arange(len(places)), k)
        entries = (weights.ravel(), (rows, places.ravel()))
        return sparse.csr_array(entries, shape=(len(places), self.size))

    def spread(self, rows: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
        """Spread the labels of some rows to all: what each holds of each class."""
        weights = self.joined(self.inner, k)
        weights = weights + weights.T
        size = 1 / np.sqrt(weights.sum(axis=1))
        passed = weights.multiply(size[:, None]).multiply(size[None, :]).tocsr()
        given = np.zeros((self.size, 10))
        given[rows, labels] = 1
        held = given.copy()
        for _ in range(100):
            held = 0.99 * (passed @ held) + 0.01 * given
        held /= held.sum(axis=0)
        return held / held.sum(axis=1, keepdims=True).clip(1e-12)

    def predict(self, held: np.ndarray, k: int) -> np.ndarray:
        """Let the neighbours of each test image vote."""
        return (self.joined(self.outer, k) @ held).argmax(axis=1)

    def choose(self, rows: np.ndarray, labels: np.ndarray, folds: Folds) -> int:
        """Choose the number of neighbours on held-out labels."""

        def accuracy(k: int) -> float:
            shares = []
            for own, out in folds:
                held = self.spread(rows[own], labels[own], k)
                shares.append(np.mean(held[rows[out]].argmax(axis=1) == labels[out]))
            return np.mean(shares)

        return max(NEIGHBOURS, key=accuracy)


def nearest(squared: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of each row's k smallest, in order, and their values."""
    places = np.argpartition(squared, k, axis=1)[:, :k]
    values = np.take_along_axis(squared, places, axis=1)
    order = values.argsort(axis=1)
    return tuple(np.take_along_axis(found, order, axis=1) for found in (places, values))


def percent(predicted: np.ndarray, labels: np.ndarray) -> str:
    """Return the accuracy in percent."""
    return f"{100 * np.mean(predicted == labels):.2f}"


def opponents(name: str, seeds: int) -> Iterator[Row]:
    """Yield the rows of one data set, from 100 to 10,000 labels."""
    data = load_data(name, n_train=UNLABELLED, n_test=None)
    train, test = data.train, data.test
    stacks = [make_stack(train.images, seed) for seed in range(seeds)]
    chosen: dict[tuple[int, str], Any] = {}
    for seed, stack in enumerate(stacks):
        pairs = Views(train.images, test.images, stack, seed).pairs
        graph = Graph(*pairs["PCA"])
        for n, plan in PLANS.items():
            rows = np.random.default_rng(seed).permutation(UNLABELLED)[:n]
            labels = train.labels[rows]
            folds = make_folds(labels, plan.folds)
            at = {"data": name, "n": n, "seed": seed}
            for view, learner in itertools.product(pairs, LEARNERS):
                x, x_test = pairs[view]
                arm = f"{learner} on {view}"
                setting = chosen.get((n, arm))
                predicted, setting = LEARNERS[learner](
                    x[rows], labels, x_test, folds, setting
                )
                chosen[n, arm] = setting
                yield at | row(arm, percent(predicted, test.labels), setting)
            if seed == 0:
                chosen[n, "graph"] = graph.choose(rows, labels, folds)
            k = chosen[n, "graph"]
            predicted = graph.predict(graph.spread(rows, labels, k), k)
            yield at | row("graph on PCA", percent(predicted, test.labels), k)
    own = {"sigmoid": stacks[0]}  # whose shape alone counts
    for n, plan in PLANS.items():
        yield from networks(SCALED, own, data, n, plan, seeds)


def by_accuracy(seeds: int) -> Iterator[Row]:
    """Yield the rows of the networks that are tuned by accuracy."""
    for name in ("drawn", "mnist"):
        data = load_data(name, n_train=UNLABELLED, n_test=None)
        images = data.train.images
        stacks = [{"sigmoid": make_stack(images, seed)} for seed in range(seeds)]
        for n, plan in PLANS.items():
            yield from networks(BY_ACCURACY, stacks, data, n, plan, seeds)


def row(arm: str, accuracy: str, setting: Any) -> Row:
    """Return what is stored of one run, beside where it was made."""
    parts = setting if isinstance(setting, tuple) else (setting,)
    return {"arm": arm, "accuracy": accuracy, "setting": " ".join(map(str, parts))}


def networks(
    arms: dict[str, Arm], stacks: Any, data: Any, n: int, plan: Plan, seeds: int
) -> Iterator[Row]:
    """Tune and measure network arms; `stacks`: one mapping for all seeds, or a list."""
    by_seed = stacks if isinstance(stacks, list) else [stacks] * seeds
    for name, arm in arms.items():
        choose_settings = tune_by_accuracy if name in BY_ACCURACY else tune
        chosen = choose_settings(arm, by_seed[0], select(data.train, n, seed=0), plan)
        for seed in range(seeds):
            labelled = select(data.train, n, seed)
            found = measure(arm, by_seed[seed], labelled, data.test, chosen, seed)
            at = {"data": data.name, "n": n, "seed": seed}
            yield at | row(name, found["accuracy"], (found["rate"], found["epochs"]))
            if arm.pretrained:
                yield at | row(f"{name}, frozen", found["frozen"], "")


def tune_by_accuracy(
    arm: Arm, stacks: dict[str, Autoencoder], labelled: Split, plan: Plan
) -> list[Setting]:
    """Choose the rate of each step by the accuracy that it ends with."""
    x, labels = labelled.images, labelled.labels
    folds = make_folds(labels, plan.folds)
    starts = [make_classifier(arm, stacks, seed=0) for _ in folds]
    chosen = []
    for step in arm.steps:
        tried = []
        for rate in RATES[step]:
            setting = settings(arm, plan) | {"learning_rate": rate}
            ends = copy.deepcopy(starts)
            for end, (own, _) in zip(ends, folds, strict=True):
                step(end, x[own], labels[own], **setting)
            shares = [
                end.accuracy(x[out], labels[out])
                for end, (_, out) in zip(ends, folds, strict=True)
            ]
            tried.append((np.mean(shares), setting, ends))
        _, setting, starts = max(tried, key=lambda trial: trial[0])
        chosen.append(setting)
    return chosen


def select(train: Split, n: int, seed: int) -> Split:
    """Choose n labelled images, as `labels.py` does; all where all are labelled."""
    return train if n == len(train.labels) > UNLABELLED else choose(train, n, seed)


def many_networks(arms: dict[str, Arm], seeds: int) -> Iterator[Row]:
    """Yield the rows of networks with all 60,000 labels of MNIST."""
    data = load_data("mnist", n_train=MOST, n_test=None)
    images = data.train.images
    relu = Autoencoder(SIZES, activation="relu")  # drawn anew, seed by seed
    stacks = [
        {"sigmoid": make_stack(images, seed, epochs=8), "relu": relu}
        for seed in range(seeds)
    ]
    yield from networks(arms, stacks, data, MOST, MANY, seeds)


def many_others() -> Iterator[Row]:
    """Yield the rows of what is no network with all 60,000 labels of MNIST."""
    data = load_data("mnist", n_train=MOST, n_test=None)
    flat = [
        part.images.reshape(len(part.images), -1) for part in (data.train, data.test)
    ]
    pca = PCA(COMPONENTS, svd_solver="covariance_eigh").fit(flat[0])
    pairs = {
        "pixels": normalise(*flat),
        "PCA": normalise(*(pca.transform(images) for images in flat)),
    }
    labels = data.train.labels
    folds = make_folds(labels, MANY.folds)
    at = {"data": "mnist", "n": MOST, "seed": 0}
    for view, (x, x_test) in pairs.items():
        predicted, setting = logistic(x, labels, x_test, folds, None)
        arm = f"logistic on {view}"
        yield at | row(arm, percent(predicted, data.test.labels), setting)
    # The kernel's settings are those that 10,000 labels have chosen.
    table = load_table("labels_opponents")
    asked = {"data": "mnist", "n": 10_000, "seed": 0, "arm": "SVM on PCA"}
    cost, width = map(float, table.where(**asked)["setting"].item().split())
    x, x_test = pairs["PCA"]
    machine = SVC(C=cost, gamma=width, cache_size=2_000).fit(x, labels)
    accuracy = percent(machine.predict(x_test), data.test.labels)
    yield at | row("SVM on PCA", accuracy, (cost, width))


def main() -> None:
    """Measure the parts that are asked for; keep the stored rows of the others."""
    parser = argparse.ArgumentParser(description=__doc__)
    parts = {
        "drawn": partial(opponents, "drawn"),
        "mnist": partial(opponents, "mnist"),
        "accuracy": by_accuracy,
        "many": partial(many_networks, TODAY | SCALED),
        "many-others": lambda _: many_others(),
    }
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    for part in options.parts:
        measured = parts[part](options.seeds)
        for new in measured:
            store([new], options.seeds)  # at once: what is measured stays
            print(new, f"{time.process_time():.0f} CPU seconds so far", flush=True)


def store(found: list[Row], seeds: int) -> None:
    """Put new rows in the place of the old ones of the same arm, or beside them."""
    rows = {key(new): new for new in found}
    if (FOLDER / "labels_opponents.csv").exists():
        columns = load_table("labels_opponents").columns
        for values in zip(*columns.values(), strict=True):
            old = dict(zip(columns, values, strict=True))
            old |= {"n": int(old["n"]), "seed": int(old["seed"])}
            old["accuracy"] = f"{old['accuracy']:.2f}"
            rows.setdefault(key(old), old)
    save_table(
        "labels_opponents",
        [rows[where] for where in sorted(rows)],
        command=f"python benchmarks/labels_opponents.py --seeds {seeds}",
        data="drawn and mnist: the labelled and test images of labels.csv; with 60,000 "
        "labels, all of mnist; accuracies in percent",
    )


def key(row: Row) -> tuple[str, int, str, int]:
    """Return what a row is told from the others by, and sorted."""
    return str(row["data"]), int(row["n"]), str(row["arm"]), int(row["seed"])


if __name__ == "__main__":
    main()
