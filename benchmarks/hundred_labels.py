"""A hundred labels: what a graph, a ladder network and others make of them.

    AELIB_DATA=folder python benchmarks/hundred_labels.py [--parts graph codes ladder]

writes `aelib/results/hundred_labels.csv`, which notebook 12 shows: errors on 10,000
test digits, in percent, for five draws of ten labels per class.  All methods see the
same 60,000 training images.  Settings are those that served on drawn digits; none was
chosen on MNIST's test digits.

- *labels only*: the ladder's network with batch norm and noise, without its rungs;
- *SVM*: an RBF kernel on 50 principal components, its price and width chosen by
  cross-validation among the hundred;
- *graph*: labels spread over 7 nearest neighbours: of pixels, of 50 principal
  components, of 20 random projections, of the code of a plain and of a variational
  autoencoder with 20 units, and of components and variational code (the mean of both
  shares); the two codes also from two other first weights; *harmonic*: the exact
  solution on components; also 5 and 10 neighbours;
- *ladder*: 784-500-250-250-250-10, its error after every third epoch.

`calibration` is the expected calibration error in percent, where a method gives shares.
A run that the table already has is not run again.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC
from torch import nn

from aelib import load_data
from aelib.autoencoders import Autoencoder, VariationalAutoencoder
from aelib.compute import in_batches
from aelib.digits.dataset import Data
from aelib.evaluation import encode, reliability
from aelib.graphs import harmonic, join, spread_labels
from aelib.ladder import Ladder
from aelib.results import FOLDER, load_table, save_table
from aelib.training import fit

NAME, DATA, DRAWS = "hundred_labels", ("drawn", "mnist"), range(5)
IMAGES, TEST, PER_CLASS = 60_000, 10_000, 10
LAYERS = [784, 500, 250, 250, 250, 10]
KINDS = {
    "AE": partial(Autoencoder, activation="relu", code="linear"),
    "VAE": VariationalAutoencoder,
}
SEEDS = range(1, 3)  # of further codes
Row = dict[str, Any]


def choose(data: Data, draw: int) -> np.ndarray:
    """Choose ten images of each class, whose labels may be used."""
    rng = np.random.default_rng(draw)
    labels = data.train.labels
    places = (np.flatnonzero(labels == c) for c in range(10))
    return np.concatenate([rng.choice(p, PER_CLASS, replace=False) for p in places])


def judge(shares: np.ndarray, data: Data) -> Row:
    """Return error and calibration error of shares (n, 10) of the test digits."""
    read, labels = shares.argmax(axis=1), data.test.labels
    total = np.maximum(shares.sum(axis=1), np.finfo(float).tiny)
    certainty = shares.max(axis=1) / total
    return {
        "error": 100 * np.mean(read != labels),
        "calibration": 100 * reliability(certainty, read == labels).error,
    }


def views(data: Data) -> dict[str, tuple[np.ndarray, np.ndarray, float]]:
    """Return what neighbours are looked for in: training, test, CPU seconds."""
    x, x_test = data.train.flat, data.test.flat
    found = {"pixels": (x, x_test, 0.0)}
    start = time.process_time()
    pca = PCA(50, svd_solver="covariance_eigh").fit(x)
    seconds = time.process_time() - start
    found["PCA"] = pca.transform(x), pca.transform(x_test), seconds
    across = np.random.default_rng(0).normal(size=(x.shape[1], 20)).astype("float32")
    found["20 random projections"] = x @ across, x_test @ across, 0.0
    for name, kind in KINDS.items():
        start = time.process_time()
        codes = learned_codes(kind, data, 0)
        found[name] = *codes, time.process_time() - start
    return found


def graph_rows(data: Data, draws: list[int]) -> Iterator[Row]:
    """Yield the errors of everything but the ladder."""
    found, graphs, shared = views(data), {}, {}
    for name, k in [*((name, 7) for name in found), ("PCA", 5), ("PCA", 10)]:
        start = time.process_time()
        graphs[name, k] = join(found[name][0], k)
        shared[name, k] = time.process_time() - start + found[name][2]
        print(data.name, name, k, f"{shared[name, k]:.0f} s", flush=True)
    for draw in draws:
        rows = choose(data, draw)
        labels = data.train.labels[rows]

        def row(method: str, shares: np.ndarray, seconds: float, draw=draw) -> Row:
            at = {"data": data.name, "method": method, "draw": draw, "epoch": 0}
            return at | judge(shares, data) | {"seconds": seconds}

        votes = {}
        for (name, k), graph in graphs.items():
            start = time.process_time()
            held = spread_labels(graph, rows, labels)
            votes[name, k] = graph.vote(found[name][1], held)
            seconds = shared[name, k] + time.process_time() - start
            method = f"graph on {name}" + ("" if k == 7 else f", {k} neighbours")
            yield row(method, votes[name, k], seconds)
        both = votes["PCA", 7] + votes["VAE", 7]
        yield row("graph on both", both, shared["PCA", 7] + shared["VAE", 7])
        start = time.process_time()
        held = harmonic(graphs["PCA", 7], rows, labels)
        held = held / np.maximum(held.sum(axis=0), 1e-12)  # alike for all classes
        votes = graphs["PCA", 7].vote(found["PCA"][1], held)
        seconds = shared["PCA", 7] + time.process_time() - start
        yield row("harmonic on PCA", votes, seconds)
        yield machine(data, draw, found["PCA"])
        yield labels_only(data, draw)


def code_rows(data: Data, draws: list[int], seeds: range) -> Iterator[Row]:
    """Yield the graph's errors on codes that were trained from other first weights."""
    for (name, kind), seed in itertools.product(KINDS.items(), seeds):
        start = time.process_time()
        codes, codes_test = learned_codes(kind, data, seed)
        graph = join(codes)
        shared = time.process_time() - start
        for draw in draws:
            rows = choose(data, draw)
            held = spread_labels(graph, rows, data.train.labels[rows])
            method = f"graph on {name}, seed {seed}"
            at = {"data": data.name, "method": method, "draw": draw, "epoch": 0}
            found = judge(graph.vote(codes_test, held), data)
            yield at | found | {"seconds": shared}


def learned_codes(kind: Any, data: Data, seed: int) -> list[np.ndarray]:
    """Train an autoencoder with 20 units; return its codes of both parts."""
    model = kind([784, 400, 20], seed=seed)
    settings = {"epochs": 5, "batch_size": 128, "learning_rate": 3e-3, "seed": seed}
    fit(model, data.train.images, schedule="one-cycle", progress=False, **settings)
    return [encode(model, part.images) for part in (data.train, data.test)]


def machine(data: Data, draw: int, view: tuple[np.ndarray, np.ndarray, float]) -> Row:
    """Return the error of a kernel machine that knows the hundred labels alone."""
    rows, (x, x_test, _) = choose(data, draw), view
    scale = np.sqrt(x.var(axis=0).sum())
    start = time.process_time()
    tried = {"C": [1, 10, 100], "gamma": [0.1, 0.3, 1.0, 3.0]}
    search = GridSearchCV(SVC(), tried, cv=5)
    search.fit(x[rows] / scale, data.train.labels[rows])
    shares = np.eye(10)[search.predict(x_test / scale)]
    found = judge(shares, data) | {"calibration": np.nan}  # it gives no shares
    at = {"data": data.name, "method": "SVM on PCA", "draw": draw, "epoch": 0}
    return at | found | {"seconds": time.process_time() - start}


def labels_only(data: Data, draw: int) -> Row:
    """Return the error of the ladder's network without its rungs."""
    rows = choose(data, draw)
    images, labels = data.train.images[rows], data.train.labels[rows]
    ladder = Ladder(LAYERS, images, labels, weights=(0.0,), seed=draw)
    start = time.process_time()
    settings = {"epochs": 30, "batch_size": 100, "learning_rate": 2e-3, "seed": draw}
    few = data.train.images[:5_000]
    fit(ladder, few, schedule="cosine", progress=False, **settings)
    seconds = time.process_time() - start
    at = {"data": data.name, "method": "labels only", "draw": draw, "epoch": 0}
    return at | judge(read(ladder, data), data) | {"seconds": seconds}


def read(ladder: nn.Module, data: Data) -> np.ndarray:
    """Return a ladder's shares of the classes for the test digits."""
    scores = in_batches(ladder, ladder, data.test.images)
    return torch.softmax(scores.float(), dim=1).cpu().numpy()


def ladder_rows(data: Data, draw: int, epochs: int) -> list[Row]:
    """Return the ladder's error after every third epoch."""
    rows = choose(data, draw)
    images, labels = data.train.images[rows], data.train.labels[rows]
    ladder = Ladder(LAYERS, images, labels, seed=draw)
    start, found, method = time.process_time(), [], f"ladder, {epochs} epochs"

    def watch(model: nn.Module, epoch: int, loss: float) -> None:
        if epoch % 3 == 0 and epoch > 0:
            at = {"data": data.name, "method": method, "draw": draw, "epoch": epoch}
            seconds = time.process_time() - start
            found.append(at | judge(read(model, data), data) | {"seconds": seconds})
            print(*found[-1].values(), flush=True)

    settings = {"epochs": epochs, "batch_size": 100, "learning_rate": 5e-3}
    settings |= {"schedule": "cosine", "seed": draw}
    fit(ladder, data.train.images, watch=watch, progress=False, **settings)
    return found


def stored() -> list[Row]:
    """Return the rows that the table has so far."""
    if not (FOLDER / f"{NAME}.csv").exists():
        return []
    columns = load_table(NAME).columns
    rows = zip(*(values.tolist() for values in columns.values()), strict=True)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def written(row: Row) -> Row:
    """Return a row as it is stored; one that was stored already stays the same."""
    digits = {"draw": 0, "epoch": 0, "error": 2, "calibration": 2, "seconds": 1}
    return {k: f"{v:.{digits[k]}f}" if k in digits else v for k, v in row.items()}


def main() -> None:
    """Run what is missing, and store it after each run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--parts", nargs="+", default=("graph", "codes", "ladder"))
    parser.add_argument("--data", nargs="+", default=DATA, choices=DATA)
    parser.add_argument("--draws", nargs="+", type=int, default=list(DRAWS))
    parser.add_argument("--epochs", type=int, default=36, help="of the ladder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = stored()

    def keep(new: list[Row]) -> None:
        rows.extend(new)
        about = "60,000 training images, 100 of them with labels; 10,000 test digits"
        command = "python benchmarks/hundred_labels.py"
        save_table(NAME, [written(row) for row in rows], command=command, data=about)

    for name in options.data:
        done = {(r["method"], r["draw"]) for r in rows if r["data"] == name}
        data = load_data(name, n_train=IMAGES, n_test=TEST)
        if "graph" in options.parts:
            missing = [d for d in options.draws if ("graph on PCA", d) not in done]
            keep(list(graph_rows(data, missing)) if missing else [])
        if "codes" in options.parts:
            missing = [
                d for d in options.draws if ("graph on VAE, seed 1", d) not in done
            ]
            keep(list(code_rows(data, missing, SEEDS)) if missing else [])
        for draw in options.draws if "ladder" in options.parts else ():
            if (f"ladder, {options.epochs} epochs", draw) not in done:
                keep(ladder_rows(data, draw, options.epochs))


if __name__ == "__main__":
    main()
