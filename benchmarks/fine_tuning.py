"""What fine-tuning changes, which head is best, and whether certainty can be trusted.

    AELIB_DATA=folder python benchmarks/fine_tuning.py

writes three tables that notebook 08 shows, all with 1,000 labels, three seeds and the
encoder 784-200-200 of `labels.py`:

- `features_moved.csv`: how far each unit's weights move in the three steps, from a
  pretrained and from two random encoders.  Head, labels, batches, epochs and learning
  rates are the same: the encoder's first weights alone differ.
- `heads.csv`: the three heads of D3, frozen and fine-tuned, each with the learning
  rates that were best for it on the last 200 of the labelled digits of seed 0.
- `calibration.csv`: certainty against accuracy.  Each classifier learns from 800
  labels; its temperature is fitted on the other 200, and 10,000 test digits judge.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from labels import UNLABELLED, choose
from labels_opponents import SCALED, make_stack
from scipy.special import log_softmax
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.compute import in_batches
from aelib.digits.dataset import Split
from aelib.evaluation import fit_temperature, reliability
from aelib.results import load_table, save_table
from aelib.stacking import HEADS, DeepClassifier, fine_tune, train_head

LABELS, OWN = 1_000, 800
HEAD = {"epochs": 40, "batch_size": 50, "progress": False}
TUNING = {"epochs": 20, "batch_size": 50, "progress": False}
RATES = (1e-3, 3e-3, 1e-2, 3e-2)
Row = dict[str, Any]


def start(
    stack: Autoencoder, kind: str, seed: int, head: str = "softmax"
) -> DeepClassifier:
    """Return an untrained classifier on one of three encoders."""
    pretrained = kind == "pretrained"
    classifier = DeepClassifier(stack, head=head, pretrained=pretrained, seed=seed)
    if kind == "random, scaled":
        with torch.no_grad():
            for layer in classifier.encoder.encoder:
                layer.weight.mul_(SCALED["random, scaled"].scale)
    # The three have one head: that of the pretrained.
    own = DeepClassifier(stack, head=head, seed=seed).head
    classifier.head.load_state_dict(own.state_dict())
    return classifier


def moved(data: Any, stacks: list[Autoencoder]) -> Iterator[Row]:
    """Yield how far the units of both layers move."""
    for seed, stack in enumerate(stacks):
        few = choose(data.train, LABELS, seed)
        for kind in ("pretrained", "random", "random, scaled"):
            classifier = start(stack, kind, seed)
            before = weights(classifier)
            settings = {"seed": seed, "learning_rate": 1e-2}
            train_head(classifier, few.images, few.labels, **HEAD, **settings)
            settings["learning_rate"] = 3e-3
            fine_tune(classifier, few.images, few.labels, **TUNING, **settings)
            accuracy = 100 * classifier.accuracy(data.test.images, data.test.labels)
            pairs = zip(before, weights(classifier), strict=True)
            for layer, (old, new) in enumerate(pairs, 1):
                norms = [np.linalg.norm(w, axis=1) for w in (old, new, new - old)]
                cosine = (old * new).sum(axis=1) / norms[0] / norms[1]
                yield {
                    "data": data.name,
                    "start": kind,
                    "seed": seed,
                    "layer": layer,
                    "norm": f"{np.median(norms[0]):.3f}",
                    "change": f"{np.median(norms[2]):.3f}",
                    "relative": f"{np.median(norms[2] / norms[0]):.3f}",
                    "cosine": f"{np.median(cosine):.3f}",
                    "accuracy": f"{accuracy:.2f}",
                }


def weights(classifier: DeepClassifier) -> list[np.ndarray]:
    """Return copies of the encoder's weights, a row per unit."""
    return [w.weight.detach().numpy().copy() for w in classifier.encoder.encoder]


def heads(data: Any, stacks: list[Autoencoder]) -> Iterator[Row]:
    """Yield the accuracy of the three heads, frozen and fine-tuned."""
    for head in HEADS:
        rates = choose_rates(stacks[0], head, choose(data.train, LABELS, 0))
        for seed, stack in enumerate(stacks):
            few = choose(data.train, LABELS, seed)
            classifier = start(stack, "pretrained", seed, head)
            row = {"data": data.name, "head": head, "seed": seed}
            steps = (("frozen", train_head, HEAD), ("accuracy", fine_tune, TUNING))
            for (name, step, settings), rate in zip(steps, rates, strict=True):
                step(
                    classifier,
                    few.images,
                    few.labels,
                    learning_rate=rate,
                    seed=seed,
                    **settings,
                )
                found = classifier.accuracy(data.test.images, data.test.labels)
                row[name] = f"{100 * found:.2f}"
            yield row | {"head_rate": rates[0], "tuning_rate": rates[1]}


def choose_rates(stack: Autoencoder, head: str, few: Split) -> list[float]:
    """Choose the learning rates of steps 2 and 3 by held-out accuracy."""
    own, unseen = halves(few)
    best = start(stack, "pretrained", 0, head)
    rates = []
    for step, settings in ((train_head, HEAD), (fine_tune, TUNING)):
        tried = []
        for rate in RATES:
            trial = copy.deepcopy(best)
            step(trial, *own, learning_rate=rate, **settings)
            tried.append((trial.accuracy(*unseen), -rate, trial))
        _, rate, best = max(tried, key=lambda found: found[:2])
        rates.append(-rate)
    return rates


def halves(few: Split) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut the labelled digits: 800 to learn from, 200 to choose or to fit on."""
    cuts = (slice(OWN), slice(OWN, None))
    return [(few.images[cut], few.labels[cut]) for cut in cuts]


def calibration(data: Any, stacks: list[Autoencoder]) -> Iterator[Row]:
    """Yield calibration before and after a temperature was fitted."""
    for seed, stack in enumerate(stacks):
        own, unseen = halves(choose(data.train, LABELS, seed))
        for kind, scores in classifiers(data, stack, own, seed).items():
            temperature = fit_temperature(scores(unseen[0]), unseen[1])
            found = scores(data.test.images)
            right = found.argmax(axis=1) == data.test.labels
            row = {"data": data.name, "classifier": kind, "seed": seed}
            row |= {"accuracy": f"{100 * right.mean():.2f}"}
            row |= {"temperature": f"{temperature:.3f}"}
            for name, T in (("", 1.0), ("_tempered", temperature)):
                log_p = log_softmax(found / T, axis=1)
                certainty = np.exp(log_p.max(axis=1))
                rows = np.arange(len(log_p))
                surprise = -log_p[rows, data.test.labels].mean()
                error = reliability(certainty, right).error
                row[f"certainty{name}"] = f"{100 * certainty.mean():.2f}"
                row[f"calibration_error{name}"] = f"{100 * error:.2f}"
                row[f"surprise{name}"] = f"{surprise:.4f}"
            yield row


def classifiers(data: Any, stack: Autoencoder, own: Any, seed: int) -> dict[str, Any]:
    """Return functions from images to scores: two networks and a regression."""
    found = {}
    for kind in ("pretrained", "random, scaled"):
        net = start(stack, kind, seed)
        train_head(net, *own, learning_rate=1e-2, seed=seed, **HEAD)
        fine_tune(net, *own, learning_rate=3e-3, seed=seed, **TUNING)
        found[kind] = lambda x, net=net: in_batches(net, net, x).numpy()
    flat = data.train.images.reshape(UNLABELLED, -1)
    pca, size = PCA(50, svd_solver="covariance_eigh").fit(flat), flat.var(axis=0).sum()

    def components(x: np.ndarray) -> np.ndarray:
        return pca.transform(x.reshape(len(x), -1)) / np.sqrt(size)

    asked = {"data": data.name, "n": LABELS, "seed": 0, "arm": "logistic on PCA"}
    cost = float(load_table("labels_opponents").where(**asked)["setting"].item())
    model = LogisticRegression(C=cost, max_iter=5_000).fit(components(own[0]), own[1])
    found["logistic on PCA"] = lambda x: model.decision_function(components(x))
    return found


TABLES = {"features_moved": moved, "heads": heads, "calibration": calibration}


def main() -> None:
    """Measure what the three tables hold; store them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    parser.add_argument("--tables", nargs="+", default=[*TABLES])
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    rows: dict[str, list[Row]] = {name: [] for name in options.tables}
    for name in options.data:
        data = load_data(name, n_train=UNLABELLED, n_test=None)
        stacks = [make_stack(data.train.images, seed) for seed in range(options.seeds)]
        for table, found in rows.items():
            for row in TABLES[table](data, stacks):
                found.append(row)
                print(row, f"{time.process_time():.0f} CPU seconds so far", flush=True)
    for table, found in rows.items():
        save_table(
            table,
            found,
            command=f"python benchmarks/fine_tuning.py --seeds {options.seeds}",
            data=f"{' and '.join(options.data)}: 1,000 labels, 10,000 test images; "
            "shares in percent, medians over units",
        )


if __name__ == "__main__":
    main()
