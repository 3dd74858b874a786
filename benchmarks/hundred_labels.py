"""A hundred labels: what a graph, a ladder network and others make of them.

    AELIB_DATA=folder python benchmarks/hundred_labels.py [--parts graph ladder]

writes `aelib/results/hundred_labels.csv`, which notebook 12 shows: errors on 10,000
test digits, in percent, for five draws of ten labels per class.  All methods see the
same 60,000 training images.  Settings are those that served on drawn digits; none was
chosen on MNIST's test digits.

- *labels only*: the ladder's network with batch norm and noise, without its rungs;
- *SVM*: an RBF kernel on 50 principal components;
- *graph*: labels spread over 7 nearest neighbours, on 50 principal components, on the
  code of a variational autoencoder with 20 units, on both (the mean of both shares);
  *harmonic*: the exact solution on the first of these; also with 5 and 10 neighbours;
- *ladder*: 784-500-250-250-250-10, its error after every third epoch.

A run that the table already has is not run again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.svm import SVC
from torch import nn

from aelib import load_data
from aelib.autoencoders import VariationalAutoencoder
from aelib.compute import in_batches
from aelib.digits.dataset import Data
from aelib.evaluation import encode
from aelib.graphs import Graph, harmonic, join, spread_labels
from aelib.ladder import Ladder
from aelib.results import FOLDER, load_table, save_table
from aelib.training import fit

NAME, DATA, DRAWS = "hundred_labels", ("drawn", "mnist"), range(5)
IMAGES, TEST, PER_CLASS = 60_000, 10_000, 10
LAYERS = [784, 500, 250, 250, 250, 10]
Row = dict[str, Any]


def choose(data: Data, draw: int) -> np.ndarray:
    """Choose ten images of each class, whose labels may be used."""
    rng = np.random.default_rng(draw)
    labels = data.train.labels
    places = (np.flatnonzero(labels == c) for c in range(10))
    return np.concatenate([rng.choice(p, PER_CLASS, replace=False) for p in places])


def error(read: np.ndarray, data: Data) -> float:
    """Return the share of test digits that are misread, in percent."""
    return 100 * float(np.mean(read != data.test.labels))


def views(data: Data) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return principal components and codes of training and test digits."""
    pca = PCA(50, svd_solver="covariance_eigh").fit(data.train.flat)
    model = VariationalAutoencoder([784, 400, 20], seed=0)
    settings = {"epochs": 5, "batch_size": 128, "learning_rate": 3e-3}
    fit(model, data.train.images, schedule="one-cycle", progress=False, **settings)
    return {
        "PCA": tuple(pca.transform(part.flat) for part in (data.train, data.test)),
        "VAE": tuple(encode(model, part.images) for part in (data.train, data.test)),
    }


def graph_rows(data: Data, draws: list[int]) -> Iterator[Row]:
    """Yield the errors of everything but the ladder."""
    start = time.process_time()
    found = views(data)
    graphs: dict[tuple[str, int], Graph] = {
        (name, k): join(found[name][0], k)
        for name, k in (("PCA", 7), ("VAE", 7), ("PCA", 5), ("PCA", 10))
    }
    shared = (time.process_time() - start) / 4
    for draw in draws:
        rows = choose(data, draw)
        labels = data.train.labels[rows]

        def row(method: str, read: np.ndarray, seconds: float, draw=draw) -> Row:
            at = {"data": data.name, "method": method, "draw": draw, "epoch": 0}
            return at | {"error": error(read, data), "seconds": seconds}

        x, x_test = found["PCA"]
        scale = np.sqrt(x.var(axis=0).sum())
        machine = SVC(C=10, gamma=1.0).fit(x[rows] / scale, labels)
        yield row("SVM on PCA", machine.predict(x_test / scale), 1.0)
        votes = {}
        for (name, k), graph in graphs.items():
            start = time.process_time()
            held = spread_labels(graph, rows, labels)
            votes[name, k] = graph.vote(found[name][1], held)
            seconds = shared + time.process_time() - start
            method = f"graph on {name}" + ("" if k == 7 else f", {k} neighbours")
            yield row(method, votes[name, k].argmax(axis=1), seconds)
        both = votes["PCA", 7] + votes["VAE", 7]
        yield row("graph on both", both.argmax(axis=1), 2 * shared)
        start = time.process_time()
        held = harmonic(graphs["PCA", 7], rows, labels)
        held = held / np.maximum(held.sum(axis=0), 1e-12)  # alike for all classes
        read = graphs["PCA", 7].vote(x_test, held).argmax(axis=1)
        yield row("harmonic on PCA", read, shared + time.process_time() - start)
        yield from labels_only(data, draw)


def labels_only(data: Data, draw: int) -> Iterator[Row]:
    """Yield the error of the ladder's network without its rungs."""
    rows = choose(data, draw)
    ladder = Ladder(
        LAYERS,
        data.train.images[rows],
        data.train.labels[rows],
        weights=(0.0,),
        seed=draw,
    )
    start = time.process_time()
    settings = {"epochs": 30, "batch_size": 100, "learning_rate": 2e-3, "seed": draw}
    few = data.train.images[:5_000]
    fit(ladder, few, schedule="cosine", progress=False, **settings)
    seconds = time.process_time() - start
    at = {"data": data.name, "method": "labels only", "draw": draw, "epoch": 0}
    yield at | {"error": error(read(ladder, data), data), "seconds": seconds}


def read(ladder: nn.Module, data: Data) -> np.ndarray:
    """Let a ladder read the test digits."""
    return in_batches(ladder, ladder, data.test.images).argmax(dim=1).cpu().numpy()


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
            found.append(
                at | {"error": error(read(model, data), data), "seconds": seconds}
            )
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


def main() -> None:
    """Run what is missing, and store it after each run."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--parts", nargs="+", default=("graph", "ladder"))
    parser.add_argument("--data", nargs="+", default=DATA, choices=DATA)
    parser.add_argument("--draws", nargs="+", type=int, default=list(DRAWS))
    parser.add_argument("--epochs", type=int, default=18, help="of the ladder")
    options = parser.parse_args()
    torch.set_num_threads(1)
    rows = stored()

    def keep(new: list[Row]) -> None:
        rounded = {"error": 2, "seconds": 1}
        rows.extend(
            {k: f"{v:.{rounded[k]}f}" if k in rounded else v for k, v in row.items()}
            for row in new
        )
        about = "60,000 training images, 100 of them with labels; 10,000 test digits"
        command = "python benchmarks/hundred_labels.py"
        save_table(NAME, rows, command=command, data=about)

    for name in options.data:
        done = {(r["method"], r["draw"]) for r in rows if r["data"] == name}
        data = load_data(name, n_train=IMAGES, n_test=TEST)
        if "graph" in options.parts:
            missing = [d for d in options.draws if ("graph on PCA", d) not in done]
            keep(list(graph_rows(data, missing)) if missing else [])
        for draw in options.draws if "ladder" in options.parts else ():
            if (f"ladder, {options.epochs} epochs", draw) not in done:
                keep(ladder_rows(data, draw, options.epochs))


if __name__ == "__main__":
    main()
