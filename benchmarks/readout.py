"""What can be read from a code, and what a read-out gets from the pixels anyway.

    AELIB_DATA=folder python benchmarks/readout.py

writes `aelib/results/readout.csv`, which notebook 02 shows.  Factors of digits (how far
they lean, how wide the pen is, …) are read from codes of 2, 8 and 32 numbers: by the
best single unit (along a line, and along a curve), by a linear probe, and by a kernel
machine.  Opponents of the deep autoencoder are the pixels, PCA, Isomap, distances to
the centres of k-means, random and untrained encoders, a shallow autoencoder, and the
deep code itself in other axes.

Encoders learn from 10,000 training images.  Probes learn from other training images, a
quarter of which chooses their scale and strength; test images do no more than score.  A
seed draws first weights, batches, centres, and the images that the probes learn from.
With ``--data``, ``--codes``, ``--sizes`` or ``--probes``, all other stored rows stay.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import ortho_group
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.manifold import Isomap

from aelib import evaluation, load_data, probes
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data, Split
from aelib.results import FOLDER, load_table, save_table
from aelib.training import fit

Array = NDArray[np.float64]
Pair = tuple[Array, Array]  # of the images for the probes, and of the test images
Targets = Mapping[str, Array]

SIZES = (2, 8, 32)
DEEP, SHALLOW = (784, 256, 64), (784,)
DEEP_RATE, SHALLOW_RATE = 3e-3, 2e-2
LEARN = 10_000
LABELS = (200, 2_000)
MANY_LABELS = 8_000  # for the linear probe alone
UNIT_LABELS = LABELS[-1]
PROBES = (
    "unit",
    "curve",
    *(f"linear_{labels}" for labels in (*LABELS, MANY_LABELS)),
    *(f"kernel_{labels}" for labels in LABELS),
)
RIDGES = 10.0 ** np.arange(-4, 4)
KERNEL_RIDGES = 10.0 ** np.arange(-4, 0)
LEAST_SCALE = 0.1  # of the loudest unit; only some pixels are quieter
NEIGHBOURS = 20  # of each image in Isomap's graph
PIECES = 20  # of the curve through one unit
NARROWNESS = (0.1, 0.3, 1.0, 3.0, 10.0)
FACTORS = ("slant", "stroke_width", "aspect")


# What is read


def targets(split: Split, rows: NDArray, rng: np.random.Generator) -> Targets:
    """Return what is to be read from these images; a shuffled slant is the null."""
    if split.factors is None:
        # MNIST has no slant on record.
        found = {"slant": probes.measured_slant(split.images[rows])}
    else:
        found = {name: np.float64(split.factors[name][rows]) for name in FACTORS}
    found["class"] = np.eye(10)[split.labels[rows]]
    return found | {"shuffled": rng.permutation(found["slant"])}


# From which codes


def encoders(
    data: Data, rows: NDArray, seed: int, epochs: int
) -> Iterator[tuple[str, int, Callable[[], Pair]]]:
    """Yield each encoder's name and size, and what makes its codes."""
    learn = data.train.images[:LEARN]
    images = data.train.images[rows], data.test.images
    flat = tuple(np.float64(part.reshape(len(part), -1)) for part in images)
    images_of_probes = tuple(np.float32(part) for part in flat)
    rng = np.random.default_rng(seed)

    @cache
    def network(below: tuple[int, ...], size: int, rate: float, epochs: int) -> Pair:
        model = Autoencoder([*below, size], activation="silu", code="linear", seed=seed)
        if epochs:
            settings = {"batch_size": 100, "schedule": "one-cycle", "seed": seed}
            fit(model, learn, epochs=epochs, learning_rate=rate, **settings)
        first, last = (evaluation.encode(model, part) for part in images)
        return np.float64(first), np.float64(last)

    def pca(size: int) -> Pair:
        found = PCA(size, svd_solver="covariance_eigh").fit(data.train.flat[:LEARN])
        return tuple(found.transform(part) for part in flat)

    def unrolled(size: int) -> Pair:
        # The first axes of a large embedding are those of a small one.
        return tuple(part[:, :size] for part in embedding(data.name, seed))

    @cache
    def embedding(name: str, seed: int) -> Pair:
        found = fitted_isomap(name)
        return tuple(found.transform(part) for part in images_of_probes)

    def distances(size: int) -> Pair:
        clusters = KMeans(size, n_init=1, random_state=seed)
        clusters.fit(np.float64(data.train.flat[:LEARN]))
        return tuple(clusters.transform(part) for part in flat)

    def projections(size: int) -> Pair:
        weights = rng.normal(size=(784, size))
        return tuple(part @ weights for part in flat)

    def turned(size: int) -> Pair:
        deep = network(DEEP, size, DEEP_RATE, epochs)
        mean, scale = deep[0].mean(axis=0), deep[0].std(axis=0)
        axes = ortho_group.rvs(size, random_state=seed)
        return tuple((part - mean) / scale @ axes for part in deep)

    yield "pixels", 784, lambda: flat
    for size in SIZES:
        yield "PCA", size, partial(pca, size)
        yield "untrained", size, partial(network, DEEP, size, 0.0, 0)
        yield "deep", size, partial(network, DEEP, size, DEEP_RATE, epochs)
        if size > SIZES[0]:
            shallow = partial(network, SHALLOW, size, SHALLOW_RATE, epochs)
            yield "shallow", size, shallow
        yield "k-means", size, partial(distances, size)
        yield "Isomap", size, partial(unrolled, size)
    yield "random", size, partial(projections, size)
    yield "turned", size, partial(turned, size)
    longer = partial(network, DEEP, size, DEEP_RATE, 3 * epochs)
    yield "deep, longer", size, longer


@cache
def fitted_isomap(name: str) -> Isomap:
    """Return Isomap on the images that the networks learn from: no chance is in it."""
    images = load_data(name, n_train=2 * LEARN).train.flat[:LEARN]
    return Isomap(n_neighbors=NEIGHBOURS, n_components=SIZES[-1]).fit(images)


# By which probe


def score(truth: Array, reading: Array) -> float:
    """R², or the share of right classes."""
    if truth.ndim == 2:
        return float((truth.argmax(axis=1) == reading.argmax(axis=1)).mean())
    error = np.square(truth - reading).sum()
    return float(1 - error / np.square(truth - truth.mean()).sum())


def scaled(learn: Array, others: Array, *, each: bool) -> Pair:
    """Centre codes and scale them to length 1: each unit by itself, or all alike.

    By itself, but not without limit: a pixel that hardly ever has ink, blown up to the
    scale of the others, would ruin the reading of the first digit that inks it.
    """
    deviation = learn.std(axis=0)
    scale = np.sqrt(np.square(deviation).sum())
    if each:
        scale = np.maximum(deviation, LEAST_SCALE * deviation.max())
        scale *= np.sqrt(len(deviation))
    return (learn - learn.mean(axis=0)) / scale, (others - learn.mean(axis=0)) / scale


def kernel(a: Array, b: Array, narrowness: float | None) -> Array:
    """Inner products of the codes; or Gaussian bells of their distances."""
    products = a @ b.T
    if narrowness is None:
        return products
    lengths = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1)
    return np.exp(-narrowness * np.maximum(lengths - 2 * products, 0))


def kernel_readings(
    learn: Array,
    others: Array,
    wanted: Targets,
    narrowness: float | None,
    each: bool,
    ridges: NDArray,
) -> Iterator[tuple[float, str, Array]]:
    """Yield (ridge, factor, reading of the others) by ridge regression."""
    a, b = scaled(learn, others, each=each)
    linear = narrowness is None and a.shape[1] < len(a)
    matrix = a.T @ a if linear else kernel(a, a, narrowness)
    across = b if linear else kernel(b, a, narrowness)
    for ridge in ridges:
        factored = cho_factor(matrix + ridge * np.eye(len(matrix)))
        for name, values in wanted.items():
            mean = values.mean(axis=0)
            right = a.T @ (values - mean) if linear else values - mean
            yield ridge, name, across @ cho_solve(factored, right) + mean


def probe_scores(
    code: Pair, seen: Targets, unseen: Targets, labels: int, *, linear: bool
) -> dict[str, float]:
    """Tune a probe for each factor on a quarter of the labels; score it on the test."""
    fitted = 3 * labels // 4
    part = {name: values[:fitted] for name, values in seen.items()}
    best: dict[str, tuple] = {}
    for each in (True, False):
        for narrowness in (None,) if linear else NARROWNESS:
            ridges = RIDGES if linear else KERNEL_RIDGES
            tried = kernel_readings(
                code[0][:fitted],
                code[0][fitted:labels],
                part,
                narrowness,
                each,
                ridges,
            )
            for ridge, name, reading in tried:
                found = score(seen[name][fitted:labels], reading)
                if name not in best or found > best[name][0]:
                    best[name] = (found, narrowness, each, ridge)
    scores = {}
    for name, (_, narrowness, each, ridge) in best.items():
        wanted = {name: seen[name][:labels]}
        chosen = narrowness, each, np.array([ridge])
        ((_, _, reading),) = kernel_readings(code[0][:labels], code[1], wanted, *chosen)
        scores[name] = score(unseen[name], reading)
    return scores


def unit_scores(code: Pair, seen: Targets, unseen: Targets) -> dict[str, float]:
    """R² of a straight line through the unit that is best on the training images."""
    scores = {}
    learn = code[0][:UNIT_LABELS]
    for name, values in seen.items():
        if values.ndim == 1:
            wanted = values[:UNIT_LABELS]
            unit = np.abs(probes.unit_correlations(learn, wanted)).argmax()
            slope, start = np.polyfit(learn[:, unit], wanted, 1)
            scores[name] = score(unseen[name], slope * code[1][:, unit] + start)
    return scores


def curve(learn: Array, values: Array, others: Array) -> Array:
    """Read values from one unit by the mean in each of 20 equally full pieces."""
    edges = np.unique(np.quantile(learn, np.linspace(0, 1, PIECES + 1)[1:-1]))
    place = np.searchsorted(edges, learn)
    count = np.bincount(place, minlength=len(edges) + 1)
    total = np.bincount(place, values, minlength=len(edges) + 1)
    heights = np.where(count, total / np.maximum(count, 1), values.mean())
    return heights[np.searchsorted(edges, others)]


def curve_scores(code: Pair, seen: Targets, unseen: Targets) -> dict[str, float]:
    """R² of a curve through one unit, chosen on a quarter of the training images."""
    learn, fitted, scores = code[0][:UNIT_LABELS], 3 * UNIT_LABELS // 4, {}
    for name, values in seen.items():
        if values.ndim == 1:
            wanted = values[:UNIT_LABELS]
            tried = [
                score(wanted[fitted:], curve(u[:fitted], wanted[:fitted], u[fitted:]))
                for u in learn.T
            ]
            unit = int(np.argmax(tried))
            reading = curve(learn[:, unit], wanted, code[1][:, unit])
            scores[name] = score(unseen[name], reading)
    return scores


def measure(
    data: Data, seed: int, epochs: int, wanted: argparse.Namespace
) -> Iterator[dict[str, object]]:
    """Yield a row per code and factor, of the wanted codes or of all."""
    rng = np.random.default_rng(seed)
    rows = LEARN + rng.permutation(len(data.train) - LEARN)
    seen = targets(data.train, rows, rng)
    unseen = targets(data.test, np.arange(len(data.test)), rng)
    for name, size, encode in encoders(data, rows, seed, epochs):
        if wanted.codes and name not in wanted.codes:
            continue
        if wanted.sizes and size not in wanted.sizes:
            continue
        start = time.process_time()
        code = encode()
        found = {"curve": curve_scores(code, seen, unseen)}
        if "unit" in wanted.probes:
            found["unit"] = unit_scores(code, seen, unseen)
        # Turning a code changes no linear reading and no distance: units alone.
        is_whole = name != "turned" and "unit" in wanted.probes
        for labels in (*LABELS, MANY_LABELS) if is_whole else ():
            found[f"linear_{labels}"] = probe_scores(
                code, seen, unseen, labels, linear=True
            )
        for labels in LABELS if is_whole else ():
            found[f"kernel_{labels}"] = probe_scores(
                code, seen, unseen, labels, linear=False
            )
        for factor in seen:
            row = {"data": data.name, "code": name, "size": size, "factor": factor}
            scores = {probe: found.get(probe, {}).get(factor) for probe in PROBES}
            # A class is no number: no straight line through one unit reads it.
            yield row | {"seed": seed} | {k: text(v) for k, v in scores.items()}
        seconds = time.process_time() - start
        print(f"{data.name} {seed} {name:12} {size:3} {seconds:5.1f} s", flush=True)


def text(value: float | None) -> str:
    """Write a score with four digits."""
    return "nan" if value is None else f"{value:.4f}"


def merged(new: list[dict[str, object]]) -> list[dict[str, object]]:
    """Put new scores in their places among the stored ones, and sort the rows."""
    names = ("data", "seed", "size", "code", "factor")

    def key(row: Mapping[str, object]) -> tuple[object, ...]:
        return tuple(row[name] for name in names)

    rows = {}
    if (FOLDER / "readout.csv").exists():
        columns = load_table("readout").columns
        for values in zip(*columns.values(), strict=True):
            row = dict(zip(columns, values, strict=True))
            row |= {name: int(row[name]) for name in ("size", "seed")}
            rows[key(row)] = row | {k: text(row.get(k)) for k in PROBES}
    for row in new:
        measured = {name: value for name, value in row.items() if value != "nan"}
        rows[key(row)] = row | rows.get(key(row), {}) | measured
    order = sorted(
        rows.values(), key=lambda row: (row["data"], row["seed"], row["size"])
    )
    return [{name: row[name] for name in new[0]} for row in order]


def main() -> None:
    """Measure every data set and seed; store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    parser.add_argument("--codes", nargs="+", default=[])
    parser.add_argument("--sizes", type=int, nargs="+", default=[])
    parser.add_argument("--probes", choices=["curve"], nargs="+", default=PROBES)
    options = parser.parse_args()
    for name in options.data:
        data = load_data(name, n_train=2 * LEARN)
        for seed in options.seeds:
            new = list(measure(data, seed, options.epochs, options))
            path = save_table(
                "readout",
                merged(new),
                command=f"python benchmarks/readout.py --epochs {options.epochs}",
                data="drawn and mnist: encoders learn from 10,000 training images, "
                "probes from others, and 2,000 test images give the score",
            )
    print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
