"""Denoising autoencoders: what they clean, what their codes are worth, what they miss.

    AELIB_DATA=folder python benchmarks/denoising.py

writes five tables that notebook 09 shows.  `denoising`: PSNR of noisy test images and
of what each method makes of them, and how local and smooth a network's features are.
`robust_codes`: how well classes are read from codes of clean and of noisy test images.
`denoising_pretraining`: classifiers that start from a denoising autoencoder's weights
and from others.  `left_out`: detectors of a digit that was left out of the training.
`contraction`: on points in the plane, training with noise and with the penalty that a
little noise amounts to.  Networks are 784-500-784, sigmoid, where nothing else is said.

Each part is kept in `--folder` as soon as it is measured, and is not measured again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.special import softmax
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.svm import SVC
from torch import nn

from aelib import denoisers, evaluation, load_data, units
from aelib.autoencoders import Autoencoder
from aelib.corruption import KINDS, Corruption
from aelib.digits.dataset import Data
from aelib.penalties import contraction
from aelib.results import save_table
from aelib.training import fit, half_squared_error

LEVELS = (0.25, 0.5)
MIDDLE = {kind: Corruption(kind, 0.5) for kind in KINDS}
LITTLE = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4)
SEEDS = 3
TEST_SEED = 1
VALIDATION = 1_000
SETTINGS = {"batch_size": 100, "schedule": "one-cycle", "progress": False}
TURN = np.pi * np.linspace(0.4, 2, 40)[:, None]
SPOTS = np.hstack([np.cos(TURN), np.sin(TURN)]) * TURN / 6

Row = dict[str, Any]


def salt(x: Any, seed: Any) -> Any:
    """Set half of the pixels to 1: masking, of the negative."""
    return 1 - MIDDLE["masking"](1 - x, seed=seed)


def any_noise(x: Any, seed: np.random.Generator) -> Any:
    """Spoil each batch by one of the three noises, chosen at random."""
    kind = list(KINDS)[seed.integers(len(KINDS))]
    return MIDDLE[kind](x, seed=seed)


WAYS = {"plain": None, **MIDDLE, "salt": salt, "any": any_noise}


def train(x: np.ndarray, corrupt: Any, seed: int = 0, epochs: int = 10) -> Autoencoder:
    """Train one network as notebook 09 does."""
    model = Autoencoder([784, 500], seed=seed)
    settings = SETTINGS | {"learning_rate": 2e-2, "epochs": epochs, "seed": seed}
    fit(model, x, corrupt=corrupt, **settings)
    return model


def psnr(clean: Callable, x: np.ndarray, noise: Callable) -> float:
    """Mean PSNR of what a denoiser makes of noisy test images."""
    cleaned = clean(noise(x, seed=TEST_SEED))
    return float(np.minimum(evaluation.psnr(x, cleaned), 99).mean())


# What is cleaned


def against(data: Data) -> Iterator[Row]:
    """Yield the six opponents, and the noisy images themselves, at each level."""
    x, x_test = data.train.images, data.test.images
    for kind in KINDS:
        for level in LEVELS:
            noise = Corruption(kind, level)
            found = {"input": lambda noisy: noisy, **denoisers.opponents(x, noise)}
            for name, clean in found.items():
                value = psnr(clean, x_test, noise)
                yield cleaned_row(kind, level, name, 0, 0, value)


def cleaned_row(
    tested: str, level: float, method: str, seed: int, epochs: int, value: float
) -> Row:
    """Return one row of the first table; features are measured where there are any."""
    row = {"tested": tested, "level": level, "method": method, "seed": seed}
    row |= {"epochs": epochs, "psnr": round(value, 2)}
    return row | {"window_share": "nan", "smoothness": "nan"}


def tests(method: str) -> dict[tuple[str, float], Callable]:
    """Return the noises that a network is tested on, by name and level."""
    found: dict[tuple[str, float], Callable] = {(k, 0.5): c for k, c in MIDDLE.items()}
    found |= {("salt", 0.5): salt, ("clean", 0.0): lambda x, seed: x}
    if method == "gaussian":
        found |= {("gaussian", v): Corruption("gaussian", v) for v in LITTLE}
    return found


def networks(data: Data) -> Iterator[Row]:
    """Yield every network, each way of training, tested on every noise; and codes."""
    x, x_test = data.train.images, data.test.images
    for level in LITTLE:
        noise = Corruption("gaussian", level)
        if level not in LEVELS:
            value = psnr(lambda noisy: noisy, x_test, noise)
            yield cleaned_row("gaussian", level, "input", 0, 0, value)
    yield cleaned_row("salt", 0.5, "input", 0, 0, psnr(lambda z: z, x_test, salt))
    for seed in range(SEEDS):
        models = {name: train(x, corrupt, seed) for name, corrupt in WAYS.items()}
        for name, model in models.items():
            yield from tested(name, model, seed, 10, x_test, tests(name))
        for kind in KINDS:
            noise = Corruption(kind, 0.25)
            one = {(kind, 0.25): noise}
            tuned = f"{kind} 0.25"
            yield from tested(tuned, train(x, noise, seed), seed, 10, x_test, one)
        for row in robust(data, models, seed):
            yield {"table": "robust_codes", **row}
        for row in pretraining(data, models, seed):
            yield {"table": "denoising_pretraining", **row}
    if data.name == "drawn":
        for kind, noise in MIDDLE.items():
            model = train(x, noise, epochs=30)
            yield from tested(kind, model, 0, 30, x_test, {(kind, 0.5): noise})


def tested(
    name: str, model: Autoencoder, seed: int, epochs: int, x: np.ndarray, tests: Any
) -> Iterator[Row]:
    """Yield one network under several noises, and its features beside the first."""
    w = model.features()
    shape = {
        "window_share": round(float(np.median(units.window_share(w))), 3),
        "smoothness": round(float(np.median(units.smoothness(w))), 3),
    }
    for (kind, level), noise in tests.items():
        value = psnr(lambda z: evaluation.reconstruct(model, z), x, noise)
        yield cleaned_row(kind, level, name, seed, epochs, value) | shape


# What codes are worth


def read(
    name: str, reader: Any, encode: Callable, data: Data, seen: Any, seed: int
) -> Iterator[Row]:
    """Fit a classifier on codes of training images; score it on all test images."""
    x = data.train.images if seen is None else seen(data.train.images, seed=seed)
    reader.fit(encode(x), data.train.labels)
    kind = type(reader).__name__.replace("Classifier", "").replace("Regression", "")
    row = {"code": name, "reader": kind, "seen": getattr(seen, "kind", "clean")}
    x_test = data.test.images
    for tested, c in {"clean": None, **MIDDLE}.items():
        codes = encode(x_test if c is None else c(x_test, seed=TEST_SEED))
        share = 100 * reader.score(codes, data.test.labels)
        yield row | {"seed": seed, "tested": tested, "accuracy": round(share, 2)}


def probe() -> LogisticRegression:
    """Return the linear reader; no standardizing, so that pixels stay comparable."""
    return LogisticRegression(C=0.1, max_iter=1_000)


def robust(data: Data, models: dict[str, Autoencoder], seed: int) -> Iterator[Row]:
    """Yield every code under every reader; pixels are the same for all seeds."""
    models = {"untrained": Autoencoder([784, 500], seed=seed), **models}
    models.pop("salt")
    codes = {k: lambda x, m=m: evaluation.encode(m, x) for k, m in models.items()}
    if seed == 0:
        codes["pixels"] = lambda x: x.reshape(len(x), -1)
    for name, encode in codes.items():
        yield from read(name, probe(), encode, data, None, seed)
        if name in ("pixels", *KINDS):
            neighbours = KNeighborsClassifier(3, algorithm="brute")
            yield from read(name, neighbours, encode, data, None, seed)
        for kind, noise in MIDDLE.items():
            if name in (kind, "pixels"):
                yield from read(name, probe(), encode, data, noise, seed)


def pretraining(data: Data, models: dict[str, Autoencoder], seed: int) -> Iterator[Row]:
    """Yield classifiers for 1,000 labels, tuned on 1,000 others, by first weights."""
    rows = np.random.default_rng(seed).permutation(len(data.train.images))
    few, rest = rows[:1_000], rows[1_000 : 1_000 + VALIDATION]
    x, labels = data.train.images, data.train.labels
    parts = [(x[part], labels[part]) for part in (few, rest)]
    parts.append((data.test.images, data.test.labels))
    first = {"random": Autoencoder([784, 500], seed=seed)}
    first["random, 4 times"] = larger(Autoencoder([784, 500], seed=seed), 4)
    first |= {name: models[name] for name in ("plain", "masking")}
    for name, model in first.items():
        for noise in (None, MIDDLE["masking"]):
            found = max(tuned(model, parts, noise, rate, seed) for rate in (3e-3, 1e-2))
            shown = "none" if noise is None else "masking"
            yield classified(name, shown, seed, found[1])
    flat = [(x.reshape(len(x), -1), y) for x, y in parts]
    machines = [
        SVC(C=cost, gamma=width).fit(*flat[0])
        for cost in (3, 10, 30)
        for width in (0.01, 0.02, 0.04)
    ]
    best = max(machines, key=lambda machine: machine.score(*flat[1]))
    yield classified("SVM", "none", seed, best.score(*flat[2]))


def classified(name: str, noise: str, seed: int, share: float) -> Row:
    """Return one row of the third table."""
    row = {"first_weights": name, "noise": noise, "seed": seed}
    return row | {"accuracy": round(100 * share, 2)}


def larger(model: Autoencoder, factor: float) -> Autoencoder:
    """Scale the first weights of an encoder (Glorot's have a slope of 1 in mind)."""
    with torch.no_grad():
        model.encoder[0].weight *= factor
    return model


def tuned(
    model: Autoencoder, parts: Any, noise: Any, rate: float, seed: int
) -> tuple[float, float]:
    """Train all weights of a classifier; return validation and test accuracy."""
    torch.manual_seed(seed)
    copied = Autoencoder([784, 500])
    copied.load_state_dict(model.state_dict())
    classifier = nn.Sequential(nn.Flatten(), *copied.encoder, nn.Linear(500, 10))
    (x, y), *others = [(x, torch.as_tensor(y).long()) for x, y in parts]
    settings = SETTINGS | {"epochs": 25, "learning_rate": rate, "seed": seed}
    loss = nn.functional.cross_entropy
    fit(classifier, x, y, loss=loss, corrupt=noise, validation=others[0], **settings)
    with torch.no_grad():
        right = [
            (classifier(torch.as_tensor(x)).argmax(dim=1) == y).float().mean().item()
            for x, y in others
        ]
    return right[0], right[1]


# What was left out


def left_out(data: Data) -> Iterator[Row]:
    """Yield detectors of a digit that was left out, each digit in turn."""
    split = len(data.train.images) - VALIDATION
    x, labels = data.train.images[:split], data.train.labels[:split]
    held_out = data.train.images[split:], data.train.labels[split:]
    judged = {"validation": held_out, "test": (data.test.images, data.test.labels)}
    for digit in range(10):
        known = x[labels != digit]
        for (method, size), score in detectors(known, digit).items():
            row = {"left_out": digit, "method": method, "size": size}
            for part, (images, true) in judged.items():
                scores = score(images)
                area = roc_auc_score(true == digit, scores)
                row[f"area_{part}"] = round(float(area), 4)
                row[f"score_{part}"] = round(float(scores[true != digit].mean()), 3)
            yield row


def detectors(known: np.ndarray, seed: int) -> dict[tuple[str, float], Callable]:
    """Return functions that score images: the higher, the less like the known ones."""
    flat = known.reshape(len(known), -1)
    pca = PCA(200, svd_solver="covariance_eigh").fit(flat)
    found: dict[tuple[str, float], Callable] = {
        ("ink", 0): lambda x: x.reshape(len(x), -1).sum(axis=1)
    }
    for k in (5, 10, 20, 40, 80, 160):
        found["PCA", k] = lambda x, k=k: beyond(pca, x, k)
    for k in (1, 3, 10):
        near = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(flat)
        found["neighbours", k] = lambda x, near=near: distance(near, x)
    codes = pca.transform(flat)[:, :30]
    for k in (1, 10, 30):
        mixture = GaussianMixture(k, reg_covar=1e-3, random_state=0).fit(codes)
        found["mixture", k] = lambda x, m=mixture: unlikely(m, pca, x)
    for k in (2, 8, 32, 128):
        deep = Autoencoder(
            [784, 256, 128, k], activation="silu", code="linear", seed=seed
        )
        fit(deep, known, epochs=8, learning_rate=7e-3, seed=seed, **SETTINGS)
        found["deep", k] = lambda x, m=deep: rebuilt_badly(m, x)
    for kind in ("plain", "masking"):
        model = train(known, WAYS[kind], seed, epochs=8)
        found[kind, 500] = lambda x, m=model: rebuilt_badly(m, x)
    return found


def rebuilt_badly(model: Autoencoder, x: np.ndarray) -> np.ndarray:
    """Squared error of each rebuilt image."""
    return evaluation.squared_error(x, evaluation.reconstruct(model, x))


def beyond(pca: PCA, x: np.ndarray, k: int) -> np.ndarray:
    """Squared error of each image rebuilt from the first k components."""
    centred = x.reshape(len(x), -1) - pca.mean_
    kept = centred @ pca.components_[:k].T
    return np.square(centred).sum(axis=1) - np.square(kept).sum(axis=1)


def distance(near: NearestNeighbors, x: np.ndarray) -> np.ndarray:
    """Mean distance from the nearest known images."""
    return near.kneighbors(x.reshape(len(x), -1))[0].mean(axis=1)


def unlikely(mixture: GaussianMixture, pca: PCA, x: np.ndarray) -> np.ndarray:
    """Minus the log density of each image's 30 components."""
    return -mixture.score_samples(pca.transform(x.reshape(len(x), -1))[:, :30])


# A little noise, or a penalty


class Contractive(Autoencoder):
    """An autoencoder whose cost has the penalty that a little noise amounts to."""

    variance = 0.0

    def cost(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        """½ squared error, and the penalty."""
        return half_squared_error(self(x), y) + self.variance * contraction(self, x)


def hook(rng: np.random.Generator) -> np.ndarray:
    """Draw notebook 09's points in the plane."""
    return SPOTS[rng.integers(40, size=10_000)] + rng.normal(0, 0.05, (10_000, 2))


def best_answer(z: np.ndarray, sigma: float) -> np.ndarray:
    """E[clean point | noisy point z], exactly."""
    variance = 0.05**2 + sigma**2
    nearness = -np.square(z[:, None] - SPOTS).sum(axis=-1) / (2 * variance)
    return z + sigma**2 * (softmax(nearness, axis=1) @ SPOTS - z) / variance


def penalty_or_noise(data: Data) -> Iterator[Row]:
    """Yield the share of the best correction that networks miss; no digits here."""
    for seed in range(SEEDS if data.name == "drawn" else 0):
        rng = np.random.default_rng(seed)
        points = hook(rng).astype(np.float32)
        noise = rng.standard_normal(points.shape, dtype=np.float32)
        for sigma in (0.1, 0.2, 0.4):
            z = points + sigma * noise
            best = best_answer(z, sigma)
            for name in ("noise", "penalty"):
                model = Contractive(
                    [2, 100, 100], activation="silu", output="linear", seed=seed
                )
                settings = SETTINGS | {"learning_rate": 1e-2, "epochs": 10}
                if name == "noise":
                    settings["corrupt"] = lambda x, seed, sigma=sigma: (
                        x + sigma * torch.as_tensor(seed.standard_normal(x.shape)).to(x)
                    )
                else:
                    model.variance = sigma**2
                fit(model, points, seed=seed, **settings)
                missed = np.square(evaluation.reconstruct(model, z) - best).sum()
                share = missed / np.square(best - z).sum()
                row = {"way": name, "sigma": sigma, "seed": seed}
                yield row | {"missed": round(float(share), 4)}


PARTS = {"against": against, "networks": networks, "left_out": left_out}
PARTS["contraction"] = penalty_or_noise
HOME = {"against": "denoising", "networks": "denoising"}


def main() -> None:
    """Measure what is not kept yet, on both data sets; store the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    parser.add_argument("--parts", nargs="+", default=list(PARTS))
    parser.add_argument("--folder", type=Path, default=Path("build/notebook-09"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    tables: dict[str, list[Row]] = {}
    for name in options.data:
        for part in options.parts:
            kept = options.folder / f"{name}-{part}.json"
            if not kept.exists():
                rows = []
                for row in PARTS[part](load_data(name)):
                    rows.append(row)
                    print(name, part, *row.values(), flush=True)
                kept.write_text(json.dumps(rows))
            for row in json.loads(kept.read_text()):
                table = row.pop("table", HOME.get(part, part))
                tables.setdefault(table, []).append({"data": name, **row})
    if set(options.data) == {"drawn", "mnist"} and set(options.parts) == set(PARTS):
        about = "drawn and mnist, 10,000 training and 2,000 test images each"
        for table, rows in tables.items():
            path = save_table(table, rows, "python benchmarks/denoising.py", about)
            print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
