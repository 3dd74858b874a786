"""What is misread, by whom, at each number of labels: pictures for notebook 08.

    python benchmarks/misread.py

writes `aelib/results/misread.csv`: for the labels of seed 0 of the drawn digits, the
first twelve test digits that three arms of `labels_opponents.py` misread, with what
they read, and how many there are.
Settings are chosen as there; the LMS stack is trained anew.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from labels import PLANS, make_classifier
from labels import choose as select
from labels_opponents import (
    BY_ACCURACY,
    COMPONENTS,
    UNLABELLED,
    Graph,
    kernel_machine,
    make_folds,
    make_stack,
    normalise,
    tune_by_accuracy,
)
from sklearn.decomposition import PCA

from aelib import load_data
from aelib.digits.dataset import Data
from aelib.results import save_table

Row = dict[str, Any]
MOST = 10_000  # labels
SHOWN = 12  # misread digits of an arm


def predictions(data: Data, n: int, stack: Any, views: Any) -> Iterator[tuple]:
    """Yield an arm's name, and what it reads the test digits as."""
    plan = PLANS[n]
    rows = np.random.default_rng(0).permutation(UNLABELLED)[:n]
    labels = data.train.labels[rows]
    folds = make_folds(labels, plan.folds)
    x, x_test = views
    graph = Graph(x, x_test)
    k = graph.choose(rows, labels, folds)
    yield "graph on PCA", graph.predict(graph.spread(rows, labels, k), k)
    yield "SVM on PCA", kernel_machine(x[rows], labels, x_test, folds, None)[0]
    arm, stacks = BY_ACCURACY["pretrained, LMS"], {"sigmoid": stack}
    labelled = select(data.train, n, 0)
    chosen = tune_by_accuracy(arm, stacks, labelled, plan)
    model = make_classifier(arm, copy.deepcopy(stacks), seed=0)
    for step, setting in zip(arm.steps, chosen, strict=True):
        step(model, labelled.images, labelled.labels, seed=0, **setting)
    yield "stack, LMS", model.predict(data.test.images)


def main() -> None:
    """Write the table."""
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    torch.set_num_threads(1)
    data = load_data("drawn", n_train=UNLABELLED, n_test=None)
    stack = make_stack(data.train.images, 0)
    flat = [
        part.images.reshape(len(part.images), -1) for part in (data.train, data.test)
    ]
    pca = PCA(COMPONENTS, svd_solver="covariance_eigh").fit(flat[0])
    views = normalise(*(pca.transform(images) for images in flat))
    table: list[Row] = []
    for n in (count for count in PLANS if count <= MOST):
        for arm, read in predictions(data, n, stack, views):
            wrong = np.flatnonzero(read != data.test.labels)
            at = {"n": n, "arm": arm, "many": len(wrong)}
            table += [
                {**at, "index": i, "label": data.test.labels[i], "read": read[i]}
                for i in wrong[:SHOWN]
            ]
            accuracy = 1 - len(wrong) / len(read)
            print(f"{n:6,} labels, {arm}: {accuracy:.4f}", flush=True)
    save_table(
        "misread",
        table,
        command="python benchmarks/misread.py",
        data="drawn: 10,000 images, labels of seed 0, 10,000 test digits",
    )


if __name__ == "__main__":
    main()
