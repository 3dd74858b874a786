"""What each of the two penalties does by itself, and who else finds strokes.

    AELIB_DATA=folder python benchmarks/stroke_score.py

writes two tables that notebook 05 shows.  `aelib/results/stroke_score.csv`: networks
784-196-784 of sigmoids with neither penalty, one of the two, or both (gamma = 1,
rho_bar = .1, lam = 3e-3), three seeds of the weights and of the order of the samples,
30 epochs; 90 epochs with one seed; and other values of lam without the other penalty.
`aelib/results/stroke_rivals.csv`: 196 features of each of four methods that are no
neural networks, patches that are strokes and patches that are not, and what can be said
of codes before anything has been learned.

Rows that a table has already are not computed again: delete the file to start anew.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence

import numpy as np
from scipy.ndimage import gaussian_filter
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import PCA, FastICA, MiniBatchNMF
from sklearn.pipeline import make_pipeline

from aelib import load_data, units
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data
from aelib.evaluation import encode, reconstruct, squared_error
from aelib.penalties import KL, WeightDecay
from aelib.results import FOLDER, load_table, save_table
from aelib.training import fit

LAM, GAMMA, RHO_BAR = 3e-3, 1.0, 0.1
NETWORKS = {"neither": (0, 0), "λ only": (LAM, 0), "KL only": (0, GAMMA)}
NETWORKS |= {"both": (LAM, GAMMA)}
# Is another lam, by itself, as good as both?
TUNED = {f"λ = {lam:g} only": (lam, 0) for lam in (1e-4, 3e-4, 1e-3, 1e-2)}
FIT = {"batch_size": 200, "learning_rate": 4e-2, "schedule": "one-cycle"}
UNITS = 196
Row = dict[str, object]

FITTED = {
    "PCA": lambda: PCA(UNITS, svd_solver="covariance_eigh"),
    # FastICA's own whitening loses components where the first pixel is always blank.
    "ICA": lambda: make_pipeline(
        PCA(UNITS, svd_solver="covariance_eigh"),
        FastICA(UNITS, max_iter=100, tol=1e-3, random_state=0),
    ),
    "k-means": lambda: MiniBatchKMeans(UNITS, n_init=1, random_state=0),
    "NMF": lambda: MiniBatchNMF(UNITS, batch_size=1_000, max_iter=40, random_state=0),
}
RIVALS = ["noise", "whole digits", "round blobs", "smooth noise, 7 × 7", "cut strokes"]
RIVALS += [*FITTED, "pixels", "untrained", "untrained, biases moved"]
MEASURES = ["window_share", "smoothness", "elongation", "similarity", "overlap"]
MEASURES += ["squared_error", "cosine", "contrast", "favourites"]
NOTHING: Row = dict.fromkeys(MEASURES, "nan")


def train(
    data: Data,
    lam: float,
    gamma: float,
    rho_bar: float = RHO_BAR,
    *,
    seed: int = 0,
    **settings: object,
) -> Autoencoder:
    """Train one autoencoder with the penalties that are not zero."""
    penalty = [WeightDecay(lam)] * bool(lam) + [KL(gamma, rho_bar)] * bool(gamma)
    model = Autoencoder([784, UNITS], seed=seed)
    options = FIT | {"seed": seed, "progress": False} | settings
    fit(model, data.train.images, penalty=penalty, **options)
    return model


def describe_features(features: np.ndarray) -> Row:
    """Describe features, whoever made them."""
    return {
        "window_share": rounded(np.median(units.window_share(features))),
        "smoothness": rounded(np.median(units.smoothness(features))),
        "elongation": rounded(np.median(units.elongation(features))),
        "similarity": rounded(units.similarity(features)),
        "overlap": rounded(units.similarity(np.abs(features))),
    }


def describe(model: Autoencoder, data: Data, rho_bar: float = RHO_BAR) -> Row:
    """Describe a network's features, units, codes and error on test images."""
    images, labels = data.test.images, data.test.labels
    features, code = model.features(), encode(model, images)
    counts = units.count_units(code)
    score = units.stroke_score(features, code, rho_bar)
    quiet = units.with_mean_activity(code, rho_bar)
    shifted = units.distinctness(quiet, labels)
    return describe_features(features) | {
        "rho": rounded(code.mean(), 4),
        "dead": counts.dead,
        "constant": counts.constant,
        "passes": int(score.passes),
        "lifetime": rounded(np.median(units.lifetime_sparseness(code))),
        **describe_codes(code, labels),
        "shifted_cosine": rounded(shifted.cosine),
        "shifted_contrast": rounded(shifted.contrast, 4),
        "dimensions": dimensions(code),
        "squared_error": rounded(error(images, reconstruct(model, images)), 2),
    }


def dimensions(code: np.ndarray) -> int:
    """Count the principal components that hold 90 % of a code's variance."""
    variances = np.linalg.eigvalsh(np.cov(code, rowvar=False))[::-1]
    return 1 + int((np.cumsum(variances) < 0.9 * variances.sum()).sum())


def error(x: np.ndarray, y_hat: np.ndarray) -> float:
    """Mean squared error per image."""
    return float(squared_error(x, y_hat).mean())


def rounded(value: float, digits: int = 3) -> float:
    """Round to a plain number, as tables hold it."""
    return round(float(value), digits)


def pixels_and_random(data: Data) -> list[Row]:
    """Who else has codes: the pixels, and an encoder that has learned nothing."""
    images, labels = data.test.images, data.test.labels
    distinct = units.distinctness(data.test.flat, labels)
    rows = [{"method": "pixels", "cosine": distinct.cosine}]
    rows[0]["contrast"] = distinct.contrast
    code = encode(Autoencoder([784, UNITS], seed=0), images)
    for name, h in (
        ("untrained", code),
        ("untrained, biases moved", units.with_mean_activity(code, RHO_BAR)),
    ):
        distinct = units.distinctness(h, labels)
        rows.append(
            {"method": name, "cosine": distinct.cosine, "contrast": distinct.contrast}
        )
    return rows


def describe_codes(code: np.ndarray, labels: np.ndarray) -> Row:
    """Describe codes, whoever made them."""
    distinct = units.distinctness(code, labels)
    return {
        "cosine": rounded(distinct.cosine),
        "contrast": rounded(distinct.contrast, 4),
        "favourites": rounded(units.favourite_classes(code, labels).mean(), 2),
    }


def rival(data: Data, method: str) -> Row:
    """Describe features or codes of another method, or patches that are known."""
    rng, digits = np.random.default_rng(0), data.train.images[:UNITS]
    if method in ("pixels", "untrained", "untrained, biases moved"):
        code = data.test.flat
        if method != "pixels":
            code = encode(Autoencoder([784, UNITS], seed=0), data.test.images)
        if method.endswith("moved"):
            code = units.with_mean_activity(code, RHO_BAR)
        return NOTHING | describe_codes(code, data.test.labels)
    if method in FITTED:
        return NOTHING | fitted(data, method)
    patches = {
        "noise": lambda: rng.normal(size=(UNITS, 28, 28)),
        "whole digits": lambda: digits,
        "round blobs": lambda: blobs(rng),
        "smooth noise, 7 × 7": lambda: smooth_patches(rng),
        "cut strokes": lambda: cut_strokes(digits, rng),
    }
    return NOTHING | describe_features(patches[method]())


def fitted(data: Data, method: str) -> Row:
    """Fit one of the classical methods; describe what its components look like."""
    x, x_test = (split.flat.astype(np.float64) for split in (data.train, data.test))
    model = FITTED[method]().fit(x)
    if method == "k-means":
        features = model.cluster_centers_
        y_hat = features[model.predict(x_test)]
    else:
        if method == "ICA":  # what a component paints; its filters are another matrix
            features = model[1].mixing_.T @ model[0].components_
        else:
            features = model.components_
        y_hat = model.inverse_transform(model.transform(x_test))
    found = describe_features(features)
    return found | {"squared_error": rounded(error(x_test, y_hat), 2)}


def cut_strokes(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One 7 × 7 window of each image, about a pixel full of ink; the rest is empty."""
    parts = np.zeros_like(images)
    for part, image in zip(parts, images, strict=True):
        row, column = rng.choice(np.argwhere(image[3:-4, 3:-4] > 0.9))
        window = np.s_[row : row + 7, column : column + 7]
        part[window] = image[window]
    return parts


def blobs(rng: np.random.Generator) -> np.ndarray:
    """Round Gaussian spots of a stroke's width at random places."""
    rows, columns = np.indices((28, 28))
    y, x = rng.uniform(4, 23, (2, UNITS, 1, 1))
    return np.exp(-((rows - y) ** 2 + (columns - x) ** 2) / 4)


def smooth_patches(rng: np.random.Generator) -> np.ndarray:
    """7 × 7 windows of blurred noise at random places: small, smooth, of any form."""
    noise = gaussian_filter(rng.normal(size=(UNITS, 28, 28)), (0, 1.2, 1.2))
    rows, columns = np.indices((28, 28))
    y, x = rng.uniform(6, 21, (2, UNITS, 1, 1))
    return noise * ((abs(rows - y) < 3.5) & (abs(columns - x) < 3.5))


def extend(
    name: str,
    keys: Sequence[dict[str, object]],
    compute: Callable[..., Row],
    command: str,
    data: str,
) -> None:
    """Compute the rows that a stored table lacks, and store it after each of them."""
    rows = stored(name)
    for key in keys:
        if any(all(row[k] == v for k, v in key.items()) for row in rows):
            continue
        start = time.process_time()
        row = {**key, **compute(**key)}
        seconds = round(time.process_time() - start, 1)
        rows.append({**row, "cpu_seconds": seconds})
        print(rows[-1], flush=True)
        save_table(name, [tidy(row) for row in rows], command, data)


def stored(name: str) -> list[Row]:
    """Read the rows of a stored table; none if there is no such table yet."""
    if not (FOLDER / f"{name}.csv").exists():
        return []
    columns = load_table(name).columns
    values = [column.tolist() for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def tidy(row: Row) -> Row:
    """Write whole numbers without a point."""
    return {
        k: int(v) if isinstance(v, float) and v.is_integer() else v
        for k, v in row.items()
    }


def main() -> None:
    """Measure everything that the two tables lack."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    options = parser.parse_args()
    command = "python benchmarks/stroke_score.py"
    sizes = "10,000 training and 2,000 test images of each"
    loaded = {name: load_data(name) for name in options.data}

    def measure(data: str, network: str, epochs: int, seed: int) -> Row:
        lam, gamma = (NETWORKS | TUNED)[network]
        model = train(loaded[data], lam, gamma, epochs=epochs, seed=seed)
        return describe(model, loaded[data])

    runs = [(30, 0), (30, 1), (30, 2), (90, 0)]
    keys = [
        {"data": data, "network": network, "epochs": epochs, "seed": seed}
        for data in loaded
        for epochs, seed in runs
        for network in NETWORKS
    ]
    keys += [
        {"data": data, "network": network, "epochs": 30, "seed": 0}
        for data in loaded
        for network in TUNED
    ]
    extend("stroke_score", keys, measure, command, sizes)

    def compare(data: str, method: str) -> Row:
        return rival(loaded[data], method)

    keys = [{"data": data, "method": name} for data in loaded for name in RIVALS]
    extend("stroke_rivals", keys, compare, command, sizes)


if __name__ == "__main__":
    main()
