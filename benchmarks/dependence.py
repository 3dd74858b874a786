"""How much of the dependence of two pixels a latent variable explains.

    AELIB_DATA=folder python benchmarks/dependence.py

writes `aelib/results/dependence.csv`, which notebook 02 shows: the mutual information
of pairs of pixels that is left once something is known of each picture (its class and
slant; the code of a deep autoencoder; in which of 100 clusters it lies), as a share of
what there is if nothing is known.  What chance alone would count is subtracted.

One pair is the notebook's, the two ends of a slanted stroke; the others are 60 random
pairs, at least eight pixels apart, a new draw for each seed.  Networks, clusters and
components learn from 10,000 training images; others are counted.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

from aelib import evaluation, load_data, probes
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data
from aelib.results import FOLDER, load_table, save_table
from aelib.training import fit

LEARN = 10_000
PAIR = ((6, 18), (22, 9))
PAIRS, APART = 60, 8
CELLS = 100
SHUFFLES = 5


def random_pairs(black: NDArray, rng: np.random.Generator) -> list[tuple]:
    """Draw pairs of pixels that are far apart, and neither mostly black nor white."""
    often = np.argwhere(np.abs(black.mean(axis=0) - 0.5) < 0.35)
    drawn = often[rng.choice(len(often), size=(20 * PAIRS, 2))]
    far = np.linalg.norm(drawn[:, 0] - drawn[:, 1], axis=1) >= APART
    return [tuple(map(tuple, pair)) for pair in drawn[far][:PAIRS].tolist()]


def clusters(learn: NDArray, others: NDArray, number: int, seed: int) -> NDArray:
    """Say in which cluster of k-means each of the others lies."""
    learn, others = np.float64(learn), np.float64(others)
    return KMeans(number, n_init=1, random_state=seed).fit(learn).predict(others)


def latent_variables(data: Data, seed: int, epochs: int) -> dict[str, NDArray | None]:
    """Return what may be known of each picture: at most 100 different values."""
    learn, others = data.train.images[:LEARN], data.train.images[LEARN:]
    flat = data.train.flat[:LEARN], data.train.flat[LEARN:]
    labels = data.train.labels[LEARN:]
    if data.train.factors is None:
        slant = probes.measured_slant(others)
    else:
        slant = data.train.factors["slant"][LEARN:]
    rng = np.random.default_rng(seed)
    pca = PCA(2, svd_solver="covariance_eigh").fit(flat[0])
    known = {
        "nothing": None,
        "random": rng.integers(CELLS, size=len(others)),
        "class": labels,
        "class, slant": 10 * labels + probes.bins(slant, 10),
        "PCA 2": probes.bins(pca.transform(flat[1]), 10),
    }
    for size in (2, 8):
        model = Autoencoder(
            [784, 256, 64, size], activation="silu", code="linear", seed=seed
        )
        if size == 2:
            untrained = evaluation.encode(model, others)
            known["untrained 2"] = probes.bins(untrained, 10)
        settings = {"batch_size": 100, "learning_rate": 3e-3, "schedule": "one-cycle"}
        fit(model, learn, epochs=epochs, seed=seed, **settings)
        codes = [evaluation.encode(model, part) for part in (learn, others)]
        if size == 2:
            known["code 2"] = probes.bins(codes[1], 10)
        known[f"code {size}, clusters"] = clusters(*codes, CELLS, seed)
    for number in (10, CELLS):
        known[f"{number} clusters"] = clusters(*flat, number, seed)
    return known


def measure(data: Data, seed: int, epochs: int) -> list[dict[str, object]]:
    """Return a row per latent variable."""
    black = data.train.images[LEARN:] > 0.5
    pairs = [PAIR, *random_pairs(black, np.random.default_rng(seed))]
    rows, plain = [], np.array([])
    for name, h in latent_variables(data, seed, epochs).items():
        start = time.process_time()
        found = []
        for one, other in pairs:
            x, y = black[:, *one], black[:, *other]
            null = probes.dependence_by_chance(x, y, h, repeats=SHUFFLES, seed=seed)
            found.append(probes.dependence(x, y, h) - null.mean())
        bits = np.array(found)
        plain = bits if h is None else plain
        row = {"data": data.name, "given": name, "seed": seed}
        row["pair_bits"], row["pair_left"] = bits[0], bits[0] / plain[0]
        row["mean_bits"] = bits[1:].mean()
        row["mean_left"] = bits[1:].mean() / plain[1:].mean()
        values = {k: f"{v:.4g}" for k, v in row.items() if isinstance(v, float)}
        rows.append(row | values | {"raised": int((bits[1:] > plain[1:]).sum())})
        seconds = time.process_time() - start
        print(*rows[-1].values(), f"{seconds:.1f} s", flush=True)
    return rows


def stored(except_for: tuple[str, int]) -> list[dict[str, object]]:
    """Return the stored rows but those of one data set and seed."""
    if not (FOLDER / "dependence.csv").exists():
        return []
    columns = load_table("dependence").columns
    rows = [
        dict(zip(columns, v, strict=True)) for v in zip(*columns.values(), strict=True)
    ]
    whole = ("seed", "raised")
    return [
        {k: int(v) if k in whole else v for k, v in row.items()}
        for row in rows
        if (row["data"], row["seed"]) != except_for
    ]


def main() -> None:
    """Measure every data set and seed; store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    options = parser.parse_args()
    for name in options.data:
        data = load_data(name, n_train=2 * LEARN)
        for seed in options.seeds:
            rows = stored((name, seed)) + measure(data, seed, options.epochs)
            path = save_table(
                "dependence",
                sorted(rows, key=lambda row: (row["data"], row["seed"])),
                command=f"python benchmarks/dependence.py --epochs {options.epochs}",
                data="drawn and mnist, 10,000 training images to learn from and "
                "10,000 others to count",
            )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
