"""Are planted features found again?  Sparse autoencoders and what else one would try.

    python benchmarks/dictionaries.py

writes `aelib/results/dictionaries.csv`, which notebook 14 shows.  Directions are drawn
at random, more of them than there are dimensions; each is active with some probability,
and only their sums are seen.  A direction counts as found where a method has one with a
cosine above 0.9 (either sign, for methods whose directions have none).  Every method
has as many directions as were planted, where it can, and its setting is chosen on
another draw of directions (seed 99), by the share found there: no method would know it
in earnest, and all have the same advantage.  Rows that the table has are not run again.
"""

from __future__ import annotations

import argparse
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA, FastICA, MiniBatchDictionaryLearning

from aelib.compute import in_batches
from aelib.dictionaries import (
    SparseAutoencoder,
    found_again,
    planted,
    sparse_features,
    unit_rows,
)
from aelib.results import FOLDER, load_table, save_table
from aelib.training import fit

NAME, SEEDS, ELSEWHERE = "dictionaries", range(3), 99
SAMPLES = 20_000
WORLDS = (
    *((60, 20, active) for active in (1.2, 2.4, 4.0, 6.0, 9.0)),
    *((128, 64, active) for active in (8.0, 16.0)),
)
EPOCHS = {"batch_size": 200, "epochs": 40, "learning_rate": 1e-2}
Row = dict[str, Any]


@dataclass
class World:
    """Planted directions, what is active, and what is seen."""

    features: int
    dimensions: int
    active: float
    seed: int

    def __post_init__(self) -> None:
        self.truth = planted(self.features, self.dimensions, seed=self.seed)
        self.amounts = sparse_features(
            SAMPLES, self.features, self.active, seed=self.seed + 1
        )
        self.seen = self.amounts @ self.truth


def autoencoder(
    world: World,
    *,
    kind: str,
    strength: float = 0.1,
    k: float = 1.0,
    width: float = 1.0,
) -> tuple[np.ndarray, Row]:
    """Train a sparse autoencoder; `k` and `width` in units of what was planted."""
    model = SparseAutoencoder(
        world.dimensions,
        round(width * world.features),
        kind=kind,
        strength=strength,
        k=max(1, round(k * world.active)),
        seed=world.seed,
    )
    fit(model, world.seen, schedule="one-cycle", progress=False, **EPOCHS)
    code = in_batches(model, model.encode, world.seen).numpy()
    found = model.dictionary.detach().numpy()
    cosines = unit_rows(world.truth) @ found.T
    best, is_found = cosines.argmax(axis=1), cosines.max(axis=1) > 0.9
    kept = [
        code[world.amounts[:, i] > 0.5, j].mean()
        / world.amounts[world.amounts[:, i] > 0.5, i].mean()
        for i, j in enumerate(best)
        if is_found[i]
    ]
    return found, {
        "active": (code > 0).sum(axis=1).mean(),
        "kept": np.mean(kept) if kept else np.nan,
        "dead": int(((code > 0).sum(axis=0) == 0).sum()),
    }


def k_means(world: World, *, normalized: bool) -> tuple[np.ndarray, Row]:
    """Return the centres of as many clusters as there are features."""
    x = unit_rows(world.seen) if normalized else world.seen
    x = x[np.abs(x).sum(axis=1) > 0]
    model = MiniBatchKMeans(world.features, n_init=5, random_state=world.seed)
    return model.fit(x).cluster_centers_, {}


def dictionary(world: World, *, alpha: float) -> tuple[np.ndarray, Row]:
    """Return scikit-learn's dictionary, with a code that is nowhere negative."""
    model = MiniBatchDictionaryLearning(
        world.features,
        alpha=alpha,
        batch_size=200,
        max_iter=20,
        fit_algorithm="cd",
        positive_code=True,
        random_state=world.seed,
    )
    return model.fit(world.seen[:5_000]).components_, {}


def independent(world: World) -> tuple[np.ndarray, Row]:
    """Return the columns of the mixing matrix that ICA finds, as many as dimensions."""
    model = FastICA(random_state=world.seed, whiten="unit-variance", max_iter=500)
    return model.fit(world.seen).mixing_.T, {}


def principal(world: World) -> tuple[np.ndarray, Row]:
    """Return the principal components."""
    return PCA().fit(world.seen).components_, {}


@dataclass
class Method:
    """A way to find directions, what to try, and whether they have a sign."""

    run: Callable[..., tuple[np.ndarray, Row]]
    settings: tuple[Row, ...] = ({},)
    signed: bool = True


METHODS = {
    "L1": Method(
        autoencoder,
        tuple({"kind": "l1", "strength": s} for s in (0.05, 0.1, 0.2, 0.4, 0.6)),
    ),
    "top-k": Method(
        autoencoder, tuple({"kind": "top-k", "k": k} for k in (0.5, 1.0, 1.5, 2.0))
    ),
    "jump": Method(
        autoencoder,
        tuple({"kind": "jump", "strength": s} for s in (0.01, 0.03, 0.06, 0.1)),
    ),
    "k-means": Method(k_means, ({"normalized": False}, {"normalized": True})),
    "dictionary learning": Method(
        dictionary, tuple({"alpha": alpha} for alpha in (0.05, 0.1, 0.2, 0.4))
    ),
    "ICA": Method(independent, signed=False),
    "PCA": Method(principal, signed=False),
}


def measure(world: World, method: Method, setting: Row) -> Row:
    """Run a method; return the share found, and what else there is to say."""
    start = time.process_time()
    found, more = method.run(world, **setting)
    share = found_again(world.truth, found, signed=method.signed)
    usual = {"active": np.nan, "kept": np.nan, "dead": 0}
    seconds = time.process_time() - start
    return {"found": share, **usual, **more, "seconds": seconds}


def rows_of(name: str, features: int, dimensions: int, active: float) -> list[Row]:
    """Choose a method's setting elsewhere, then measure it on every seed."""
    method = METHODS[name]
    elsewhere = World(features, dimensions, active, ELSEWHERE)
    scores = [measure(elsewhere, method, each)["found"] for each in method.settings]
    chosen = method.settings[int(np.argmax(scores))]
    words = ", ".join(f"{k} {v}" for k, v in chosen.items() if k != "kind")
    place = {"features": features, "dimensions": dimensions, "density": active}
    return [
        {**place, "method": name, "setting": words or "none", "seed": seed}
        | measure(World(features, dimensions, active, seed), method, chosen)
        for seed in SEEDS
    ]


def wide_rows() -> list[Row]:
    """Give L1 and top-k eight units for each planted feature, and count dead ones."""
    rows = []
    for name, setting in (
        ("L1, 8 times as wide", {"kind": "l1", "strength": 0.2}),
        ("top-k, 8 times as wide", {"kind": "top-k", "k": 1.5}),
    ):
        for seed in SEEDS:
            world = World(60, 20, 1.2, seed)
            method = Method(autoencoder)
            found = measure(world, method, {**setting, "width": 8.0})
            place = {"features": 60, "dimensions": 20, "density": 1.2}
            words = ", ".join(f"{k} {v}" for k, v in setting.items() if k != "kind")
            rows.append(
                {**place, "method": name, "setting": words, "seed": seed} | found
            )
    return rows


def as_text(row: Row) -> Row:
    """Round what was measured, for the file."""
    digits = {"found": 3, "active": 2, "kept": 3, "seconds": 1}
    return {k: f"{v:.{digits[k]}f}" if k in digits else v for k, v in row.items()}


def main() -> None:
    """Run what the table has not, and store it after each step."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.parse_args()
    warnings.simplefilter("ignore")  # that a fit has not converged shows in the table
    torch.set_num_threads(1)
    rows: list[Row] = []
    if (FOLDER / f"{NAME}.csv").exists():
        columns = load_table(NAME).columns
        names = list(columns)
        rows = [
            dict(zip(names, v, strict=True))
            for v in zip(*columns.values(), strict=True)
        ]
    done = {(row["method"], row["features"], row["density"]) for row in rows}
    for features, dimensions, active in WORLDS:
        for name in METHODS:
            if (name, features, active) not in done:
                rows += map(as_text, rows_of(name, features, dimensions, active))
                save(rows)
                print(features, dimensions, active, name, rows[-1]["found"], flush=True)
    if not any("wide" in row["method"] for row in rows):
        rows += map(as_text, wide_rows())
        save(rows)


def save(rows: list[Row]) -> None:
    """Store the table, and what it was made with."""
    save_table(
        NAME, rows, command="python benchmarks/dictionaries.py", data=f"{SAMPLES} sums"
    )


if __name__ == "__main__":
    main()
