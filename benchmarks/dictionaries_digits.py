"""Sparse autoencoders on networks of our own: what their units know of digits.

    AELIB_DATA=folder python benchmarks/dictionaries_digits.py [--data drawn]

writes `aelib/results/dictionaries_digits.csv`, which notebook 14 shows.  Read is the
last hidden layer (64 ReLU units) of a classifier 784-256-64-10, and the code (32 linear
units) of an autoencoder 784-256-32.  A sparse autoencoder with eight times as many
units learns from 10,000 training digits; of the prices in `PRICES` that one is taken
which leaves 8 units active per digit, or nearly so.

- *knows*: for each class, the unit whose value tells the class best (area under the ROC
  curve, chosen on training digits, measured on test digits); the mean of the ten.  The
  opponents are the layer's own units, as many random directions, the centres of as many
  k-means clusters, and principal components with both signs.
- *own* and *others*: the accuracy that the classifier loses on a class, and on the nine
  other ones, if what this unit contributes is taken away.
- *again*: the share of units that a second run, from other first weights on the same
  data, has with a cosine above 0.9; beside it, the same for a cloud of Gaussian points
  with the layer's mean and covariance, in which there is nothing else to find.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
import torch
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.compute import in_batches
from aelib.dictionaries import SparseAutoencoder, found_again, planted
from aelib.digits.dataset import Data
from aelib.evaluation import encode
from aelib.results import FOLDER, load_table, save_table
from aelib.sampling import train_reader
from aelib.stacking import DeepClassifier
from aelib.training import fit

NAME, SEEDS, DATA = "dictionaries_digits", range(3), ("drawn", "mnist")
TIMES, ACTIVE = 8, 8
PRICES = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
TRAINING = {"batch_size": 200, "epochs": 40, "learning_rate": 5e-3}
Row = dict[str, Any]


def scaled(layer: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Give a layer the mean 0 and the total variance 1 that `by` would have."""
    return ((layer - by.mean(axis=0)) / np.sqrt(by.var(axis=0).sum())).astype("f4")


def train(x: np.ndarray, price: float, seed: int) -> SparseAutoencoder:
    """Train a sparse autoencoder with an L1 price."""
    width = TIMES * x.shape[1]
    model = SparseAutoencoder(x.shape[1], width, kind="l1", strength=price, seed=seed)
    fit(model, x, schedule="one-cycle", progress=False, **TRAINING)
    return model


def codes(model: SparseAutoencoder, x: np.ndarray) -> np.ndarray:
    """Return the code of vectors."""
    return in_batches(model, model.encode, x).numpy()


def active(model: SparseAutoencoder, x: np.ndarray) -> float:
    """Count the active units of a vector, on average."""
    return float((codes(model, x) > 0).sum(axis=1).mean())


def best_units(values: np.ndarray, labels: np.ndarray) -> list[int]:
    """Name the unit that tells each class best."""
    return [
        int(np.argmax([roc_auc_score(labels == c, unit) for unit in values.T]))
        for c in range(10)
    ]


def knowledge(train: np.ndarray, test: np.ndarray, data: Data) -> tuple[float, list]:
    """Return the mean area under the ROC curve on test digits, and the units."""
    few = slice(0, 3_000)
    live = train.std(axis=0) > 0
    places = np.flatnonzero(live)
    chosen = places[best_units(train[few][:, live], data.train.labels[few])]
    found = [
        roc_auc_score(data.test.labels == c, test[:, unit])
        for c, unit in enumerate(chosen)
    ]
    return float(np.mean(found)), chosen.tolist()


def opponents(x: np.ndarray, seed: int) -> dict[str, Any]:
    """Return what gives values for vectors: neurons, random, k-means, PCA."""
    many = TIMES * x.shape[1]
    random = planted(many, x.shape[1], seed=seed)
    clusters = MiniBatchKMeans(many, n_init=1, random_state=seed).fit(x)
    pca = PCA().fit(x)
    both = np.concatenate([np.eye(x.shape[1]), -np.eye(x.shape[1])])
    return {
        "own units": lambda y: y @ both.T,
        "random directions": lambda y: y @ random.T,
        "k-means": lambda y: -clusters.transform(y),
        "PCA": lambda y: pca.transform(y) @ both.T,
    }


def losses(
    reader: DeepClassifier,
    taken: list[np.ndarray],
    layer: np.ndarray,
    labels: np.ndarray,
) -> tuple[float, float]:
    """Return how much accuracy a class, and the others, lose without what is taken."""
    right = predict(reader, layer) == labels
    own, others = [], []
    for c, part in enumerate(taken):
        still = predict(reader, layer - part) == labels
        own.append(right[labels == c].mean() - still[labels == c].mean())
        others.append(right[labels != c].mean() - still[labels != c].mean())
    return float(np.mean(own)), float(np.mean(others))


def predict(reader: DeepClassifier, layer: np.ndarray) -> np.ndarray:
    """Let the head of a classifier read its last hidden layer."""
    with torch.no_grad():
        scores = reader.head(torch.from_numpy(np.ascontiguousarray(layer, "f4")))
    return scores.argmax(dim=1).numpy()


def layers(data: Data, seed: int) -> dict[str, tuple]:
    """Train both networks; return the layers of training and test digits."""
    reader = train_reader(data.train.images, data.train.labels, seed=seed)
    plain = Autoencoder([784, 256, 32], activation="relu", seed=seed, code="linear")
    settings = {"epochs": 15, "batch_size": 100, "learning_rate": 3e-3}
    fit(plain, data.train.images, schedule="one-cycle", progress=False, **settings)
    return {
        name: (
            network,
            *(encode(model, part.images) for part in (data.train, data.test)),
        )
        for name, network, model in (
            ("classifier", reader, reader.encoder),
            ("autoencoder", None, plain),
        )
    }


def rows_of(name: str, seed: int) -> list[Row]:
    """Measure everything with one seed."""
    data, rows = load_data(name), []
    for layer, (reader, raw_train, raw_test) in layers(data, seed).items():
        x, x_test = scaled(raw_train, raw_train), scaled(raw_test, raw_train)
        size = np.sqrt(raw_train.var(axis=0).sum())
        tried = {price: train(x, price, seed) for price in PRICES}
        price = min(PRICES, key=lambda p: abs(active(tried[p], x) - ACTIVE))
        model, second = tried[price], train(x, price, seed + 100)
        place = {"data": name, "layer": layer, "seed": seed}
        directions = model.dictionary.detach().numpy()

        def row(method: str, place=place, **found: float) -> Row:
            usual = dict.fromkeys(("knows", "own", "others", "again", "active"), np.nan)
            return {**place, "method": method, **usual, **found}

        values = codes(model, x), codes(model, x_test)
        found, units = knowledge(*values, data)
        again = found_again(directions[live(values[0])], second.dictionary.detach())
        own = others = np.nan
        if reader is not None:
            parts = [size * values[1][:, [u]] * directions[u] for u in units]
            own, others = losses(reader, parts, raw_test, data.test.labels)
        rows.append(
            row(
                "sparse autoencoder",
                knows=found,
                own=own,
                others=others,
                again=again,
                active=active(model, x),
            )
        )
        for method, value in opponents(x, seed).items():
            found, units = knowledge(value(x), value(x_test), data)
            rows.append(row(method, knows=found))
            if reader is not None and method == "random directions":
                random = planted(TIMES * x.shape[1], x.shape[1], seed=seed)
                parts = [
                    size * (x_test @ random[u]).clip(0)[:, None] * random[u]
                    for u in units
                ]
                own, others = losses(reader, parts, raw_test, data.test.labels)
                rows[-1] |= {"own": own, "others": others}
        cloud = np.random.default_rng(seed).multivariate_normal(
            x.mean(axis=0), np.cov(x.T), len(x)
        )
        pair = [train(cloud.astype("f4"), price, s) for s in (seed, seed + 100)]
        alive = live(codes(pair[0], cloud.astype("f4")))
        directions = [each.dictionary.detach().numpy() for each in pair]
        again = found_again(directions[0][alive], directions[1])
        rows.append(row("Gaussian cloud", again=again))
    return rows


def live(code: np.ndarray) -> np.ndarray:
    """Say which units are ever active."""
    return (code > 0).any(axis=0)


def main() -> None:
    """Run what the table has not, and store it after each seed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", nargs="+", default=DATA, choices=DATA)
    names = parser.parse_args().data
    torch.set_num_threads(1)
    rows: list[Row] = []
    if (FOLDER / f"{NAME}.csv").exists():
        columns = load_table(NAME).columns
        rows = [
            dict(zip(columns, values, strict=True))
            for values in zip(*columns.values(), strict=True)
        ]
    done = {(row["data"], row["seed"]) for row in rows}
    for name in names:
        for seed in SEEDS:
            if (name, seed) in done:
                continue
            for row in rows_of(name, seed):
                rows.append(
                    {
                        k: f"{v:.3f}" if isinstance(v, float) else v
                        for k, v in row.items()
                    }
                )
            save_table(
                NAME,
                rows,
                command="python benchmarks/dictionaries_digits.py",
                data="10,000 training and 2,000 test digits, drawn and MNIST",
            )
            print(name, seed, flush=True)


if __name__ == "__main__":
    main()
