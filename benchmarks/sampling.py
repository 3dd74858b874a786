"""New digits from codes: recipes for drawing a code, for a plain and a variational one.

    AELIB_DATA=folder python benchmarks/sampling.py --data drawn
    AELIB_DATA=folder python benchmarks/sampling.py --data mnist

writes `aelib/results/sampling.csv`, which notebook 11 shows; each command measures what
the table lacks of its own data set.  Both autoencoders are 784-256-128-20, trained
equally long, each with the learning rate of two that served it best on held-out digits.
Codes are drawn from one Gaussian, from a mixture of as many as held-out codes ask for,
or from the prior; PCA with 20 components and a mixture says what the network adds.

Rows named ``digits`` are no draws: they say what each measure gives where it must be
high or low.  ``epochs`` of 48 are the same networks, trained three times as long.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
from sklearn.decomposition import PCA

from aelib import evaluation, sampling
from aelib.autoencoders import Autoencoder, VariationalAutoencoder
from aelib.digits.dataset import Data, load_data
from aelib.results import load_table, save_table
from aelib.training import fit

SEEDS = range(3)
EPOCHS, LONGER = 16, 48
RATES = (3e-3, 7e-3)  # 1e-2 diverges now and then
SIZES = (1, 10, 30, 50)
DRAWS = 1_000
SETTINGS = {"batch_size": 100, "schedule": "one-cycle", "progress": False}
LAYERS = [784, 256, 128, 20]

Row = dict[str, object]


def train(kind: str, images: np.ndarray, rate: float, seed: int, epochs: int = EPOCHS):
    """Train a plain or a variational autoencoder of the same layers."""
    if kind == "plain":
        model = Autoencoder(LAYERS, activation="silu", code="linear", seed=seed)
    else:
        model = VariationalAutoencoder(LAYERS, seed=seed)
    fit(model, images, epochs=epochs, learning_rate=rate, seed=seed, **SETTINGS)
    return model


def best_rate(kind: str, images: np.ndarray) -> float:
    """Choose a learning rate by each model's own loss on the last 2,000 images."""
    losses = {}
    for rate in RATES:
        model = train(kind, images[:-2_000], rate, seed=0)
        held_out = images[-2_000:]
        if kind == "plain":
            copies = evaluation.reconstruct(model, held_out)
            losses[rate] = evaluation.squared_error(held_out, copies).mean()
        else:
            losses[rate] = -float(model.elbo(held_out).mean())
    print(kind, losses, flush=True)
    return min(losses, key=losses.__getitem__)


class Measures:
    """The measures of draws for one data set, with the reader that two of them ask."""

    def __init__(self, data: Data, held_out: np.ndarray) -> None:
        self.train, self.held_out = data.train.images, held_out
        self.real, self.fresh = data.test.images[:DRAWS], data.test.images[DRAWS:]
        self.reader = sampling.train_reader(data.train.images, data.train.labels)
        print("reader", self.reader.accuracy(data.test.images, data.test.labels))

    def features(self, images: np.ndarray) -> np.ndarray:
        """Return what the reader's last hidden layer says of images."""
        return evaluation.encode(self.reader.encoder, images)

    def of(self, images: np.ndarray) -> Row:
        """Measure images, without the code that they came from."""
        features = self.features(images), self.features(self.real)
        copied = sampling.nearer_to_training(images, self.train, self.held_out)
        return {
            "certainty": round(sampling.certainty(self.reader, images).mean(), 4),
            "coverage": round(sampling.coverage(*features), 4),
            "nearer_to_training": round(copied, 4),
        }


def references(measures: Measures) -> Iterator[Row]:
    """Yield digits and non-digits for which the measures are known beforehand."""
    fresh, mean = measures.fresh, measures.train.mean(axis=0, keepdims=True)
    noise = np.random.default_rng(0).random(fresh.shape, dtype=np.float32)
    cases = {
        "fresh": fresh,
        "training": measures.train[:DRAWS],
        "one digit": np.repeat(fresh[:1], DRAWS, axis=0),
        "mean digit": np.repeat(mean, DRAWS, axis=0),
        "halves of two": (fresh + fresh[::-1]) / 2,
        "noise": noise,
    }
    for name, images in cases.items():
        head = {"model": "digits", "recipe": name, "epochs": 0, "seed": 0}
        yield head | {"rate": 0, "gaussians": 0, "holes": np.nan} | measures.of(images)


def recipes(
    kind: str, train_code: np.ndarray, seed: int
) -> Iterator[tuple[str, int, np.ndarray]]:
    """Yield recipe, number of Gaussians, and codes drawn by it."""
    rng = np.random.default_rng(seed)
    shape = DRAWS, train_code.shape[1]
    if kind == "variational":
        yield "prior", 1, rng.normal(size=shape)
    one = rng.multivariate_normal(train_code.mean(axis=0), np.cov(train_code.T), DRAWS)
    yield "one Gaussian", 1, one
    mixture, scores = sampling.fit_mixture(train_code, SIZES, seed=seed)
    print(kind, seed, {size: round(score, 2) for size, score in scores.items()})
    yield "mixture", mixture.n_components, mixture.sample(DRAWS)[0]
    shuffled = [rng.permutation(column)[:DRAWS] for column in train_code.T]
    yield "shuffled units", 0, np.stack(shuffled, axis=1)
    codes = train_code[rng.integers(len(train_code), size=DRAWS)]
    noise = 0.1 * train_code.std(axis=0) * rng.normal(size=shape)
    yield "training codes", 0, codes + noise


def draw_and_measure(
    kind: str, rate: float, seed: int, epochs: int, data: Data, measures: Measures
) -> Iterator[Row]:
    """Train one model, and measure every recipe for its codes."""
    x, x_test = data.train.images, data.test.images
    if kind == "PCA":
        pca = PCA(20, svd_solver="covariance_eigh").fit(data.train.flat)
        codes = [pca.transform(part.flat) for part in (data.train, data.test)]
    else:
        model = train(kind, x, rate, seed, epochs)
        # What the decoder has been trained on: a code, or a draw from q(z|x).
        encode = model.encode if kind == "plain" else model.sample_posterior
        codes = [encode(part).detach().double().numpy() for part in (x, x_test)]
    for recipe, gaussians, draws in recipes(kind, codes[0], seed):
        if kind == "PCA":
            images = pca.inverse_transform(draws).clip(0, 1).astype(np.float32)
        else:
            images = model.decode(draws.astype(np.float32)).detach().numpy()
        holes = sampling.in_holes(draws, *codes)
        head = {"model": kind, "recipe": recipe, "epochs": epochs, "seed": seed}
        head |= {"rate": rate, "gaussians": gaussians, "holes": round(holes, 4)}
        yield head | measures.of(images.reshape(DRAWS, 28, 28))


def plan(data: Data, held_out: np.ndarray, known: list[Row]) -> Iterator[list[Row]]:
    """Yield the rows of one model after the other, but for those that are known."""
    done = {(row["model"], row["epochs"], row["seed"]) for row in known}
    measures = Measures(data, held_out)
    if ("digits", 0, 0) not in done:
        yield list(references(measures))
    if ("PCA", 0, 0) not in done:
        yield list(draw_and_measure("PCA", 0, 0, 0, data, measures))
    for kind in ("plain", "variational"):
        runs = [(EPOCHS, seed) for seed in SEEDS] + [(LONGER, 0)]
        left = [run for run in runs if (kind, *run) not in done]
        rates = [row["rate"] for row in known if row["model"] == kind]
        if left:
            rate = rates[0] if rates else best_rate(kind, data.train.images)
        for epochs, seed in left:
            yield list(draw_and_measure(kind, rate, seed, epochs, data, measures))


def stored() -> list[Row]:
    """Return the stored rows."""
    try:
        columns = load_table("sampling").columns
    except FileNotFoundError:
        return []
    values = zip(*columns.values(), strict=True)
    rows = [dict(zip(columns, row, strict=True)) for row in values]
    whole = ("epochs", "seed", "gaussians")
    return [row | {name: int(row[name]) for name in whole} for row in rows]


def main() -> None:
    """Measure what the table lacks of one data set, and store it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=("drawn", "mnist"), required=True)
    name = parser.parse_args().data
    # A smaller set is the beginning of a larger one: these are none of the training's.
    held_out = load_data(name, n_train=20_000).train.images[10_000:]
    known = [row for row in stored() if row["data"] == name]
    for found in plan(load_data(name), held_out, known):
        print(*found, sep="\n", flush=True)
        rows = stored() + [{"data": name} | row for row in found]
        save_table(
            "sampling",
            sorted(rows, key=lambda row: row["data"]),
            command="python benchmarks/sampling.py --data drawn, and --data mnist",
            data="10,000 training digits of each, 10,000 held out; 1,000 draws, "
            "covering 1,000 test digits; seeds 0 to 2",
        )


if __name__ == "__main__":
    main()
