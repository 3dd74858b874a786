"""Pseudo-labels: what a network learns from labels that another method gave.

    AELIB_DATA=folder python benchmarks/pseudo_labels.py

writes `aelib/results/pseudo_labels.csv`, which notebook 12 shows.  A teacher with ten
labels per class labels all of 60,000 training images; a network, 784-500-250-10 with
dropout, learns the surest part of them, and then reads 10,000 test digits.  Teachers:

- *network*: the same network, taught by the hundred labels alone;
- *graph*: labels spread over 7 nearest neighbours on 50 principal components.

`wrong` is the error of the labels that were learned, in percent, `easy` that of a
network with 10,000 true labels on the same images (low: they are easy ones), `error`
the pupil's on test digits.  `share` 0 means the teacher's own error.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from hundred_labels import DATA, DRAWS, IMAGES, TEST, choose
from sklearn.decomposition import PCA

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.compute import in_batches
from aelib.digits.dataset import Data
from aelib.graphs import Graph, join, spread_labels
from aelib.results import save_table
from aelib.stacking.classifier import DeepClassifier, fine_tune

SHARES = (0.5, 0.8, 1.0)
EXPERT = 10_000
Row = dict[str, Any]


def network(images: np.ndarray, labels: np.ndarray, seed: int) -> DeepClassifier:
    """Teach a network of the pupil's size, whatever the labels are."""
    encoder = Autoencoder([784, 500, 250], activation="relu", code="relu", seed=seed)
    pupil = DeepClassifier(encoder, pretrained=False, dropout=0.3, seed=seed)
    batch = min(100, len(images) // 5)
    epochs = max(5, 600 * batch // len(images))  # at least 600 steps
    settings = {"epochs": epochs, "batch_size": batch, "learning_rate": 3e-3}
    settings |= {"schedule": "one-cycle", "progress": False, "seed": seed}
    fine_tune(pupil, images, labels, **settings)
    return pupil


def shares_of(reader: DeepClassifier, images: np.ndarray) -> np.ndarray:
    """Return what a network gives to each class."""
    return torch.softmax(in_batches(reader, reader, images), dim=1).cpu().numpy()


def rows_of(data: Data, draw: int, graph: Graph, test: np.ndarray) -> Iterator[Row]:
    """Yield what both teachers, and what their pupils know."""
    rows = choose(data, draw)
    truth, images = data.train.labels, data.train.images
    expert_rows = np.random.default_rng(draw).permutation(len(truth))[:EXPERT]
    expert = network(images[expert_rows], truth[expert_rows], draw)
    misread = expert.predict(images) != truth
    alone = network(images[rows], truth[rows], draw)
    held = spread_labels(graph, rows, truth[rows])
    teachers = {
        "network": (shares_of(alone, images), alone.predict(data.test.images)),
        "graph": (held, graph.vote(test, held).argmax(axis=1)),
    }
    for name, (shares, read) in teachers.items():
        at = {"data": data.name, "teacher": name, "draw": draw}
        own = {"share": 0.0, "wrong": np.nan, "easy": np.nan}
        yield at | own | {"error": 100 * np.mean(read != data.test.labels)}
        given, order = shares.argmax(axis=1), np.argsort(-shares.max(axis=1))
        for share in SHARES:
            surest = order[: int(share * len(order))]
            pupil = network(images[surest], given[surest], draw)
            error = np.mean(pupil.predict(data.test.images) != data.test.labels)
            yield at | {
                "share": share,
                "wrong": 100 * np.mean(given[surest] != truth[surest]),
                "easy": 100 * np.mean(misread[surest]),
                "error": 100 * error,
            }


def main() -> None:
    """Run all draws on both data sets, and store the table after each."""
    torch.set_num_threads(1)
    rows: list[Row] = []
    for name in DATA:
        data = load_data(name, n_train=IMAGES, n_test=TEST)
        pca = PCA(50, svd_solver="covariance_eigh").fit(data.train.flat)
        graph = join(pca.transform(data.train.flat))
        for draw in DRAWS:
            start = time.process_time()
            new = list(rows_of(data, draw, graph, pca.transform(data.test.flat)))
            rounded = ("wrong", "easy", "error")
            rows += [
                {k: f"{v:.2f}" if k in rounded else v for k, v in row.items()}
                for row in new
            ]
            about = (
                "60,000 training images, 100 of them with labels; 10,000 test digits"
            )
            save_table(
                "pseudo_labels",
                rows,
                command="python benchmarks/pseudo_labels.py",
                data=about,
            )
            print(name, draw, f"{time.process_time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
