"""What a shallow autoencoder learns, loses and lets through, beside PCA: three seeds.

    AELIB_DATA=folder python benchmarks/shallow.py

writes what notebook 01 shows or rests on, on drawn digits and on MNIST, 10,000 images
to learn from and 2,000 to be judged on:

- `aelib/results/shallow.csv`: codes narrower than the image, PCA and raw pixels beside
  them;
- `aelib/results/shallow_wide.csv`: codes twice as wide as the image, with linear
  opponents;
- `aelib/results/shallow_rates.csv`: learning rates, on the last 2,000 *training*
  images, where the settings of the first were chosen (for the network that learns from
  noisy inputs, on such images).

`--data` and `--tables` choose a part; rows that were made before are kept.
"""

from __future__ import annotations

import argparse
import itertools
import string
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier
from torch import nn

from aelib import evaluation, load_data, plots
from aelib.autoencoders import Autoencoder
from aelib.corruption import Corruption
from aelib.digits.dataset import Data
from aelib.results import load_table, save_table
from aelib.training import fit

SEEDS = range(3)
SIZES = (1, 2, 4, 8, 16, 32, 64)
FEW_SIZES = (2, 8, 32)
EPOCHS, LONG = 10, 30
QUIET = 0.05  # standard deviation of a pixel, over the training images
NAN = float("nan")

LEVEL = 0.2  # of the noise that is to be cleaned away


def white(images: torch.Tensor, *, seed: np.random.Generator) -> torch.Tensor:
    """Add the noise that the networks are judged on, which isn't clipped."""
    noise = seed.standard_normal(tuple(images.shape), dtype=np.float32)
    return images + LEVEL * torch.from_numpy(noise)


# Name to: how it is built, and what differs in `fit` from the settings below.  Of the
# rates below, each is the best in `shallow_rates.csv`, or within 2 % of it.
NARROW: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "one layer": ({"code": "linear"}, {"learning_rate": 2e-2}),
    "quiet pixels cut": ({"code": "linear"}, {"learning_rate": 2e-2}),
    "linear output": (
        {"code": "linear", "output": "linear"},
        {"learning_rate": 1e-2},
    ),
    "tied": ({"code": "linear", "tied": True}, {"learning_rate": 5e-2}),
    "weight decay": (
        {"code": "linear"},
        {"learning_rate": 2e-2, "weight_decay": 0.1},
    ),
    "noisy inputs": (
        {"code": "linear"},
        {"learning_rate": 2e-2, "corrupt": white},
    ),
    "sigmoid code": ({"code": "sigmoid"}, {"learning_rate": 2e-2}),
    "deep": ({"activation": "silu", "code": "linear"}, {"learning_rate": 1e-2}),
}
RUNS = (
    [("one layer", size, EPOCHS) for size in SIZES]
    + [("one layer", size, LONG) for size in FEW_SIZES]
    + [(name, 32, EPOCHS) for name in ("quiet pixels cut", "weight decay", "tied")]
    + [("linear output", 32, epochs) for epochs in (EPOCHS, LONG)]
    + [("deep", size, EPOCHS) for size in FEW_SIZES]
    + [(name, 32, LONG) for name in ("quiet pixels cut", "tied", "deep")]
    + [("noisy inputs", 32, epochs) for epochs in (EPOCHS, LONG)]
)
RATES = (2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 1e-1)


def sparsity(model: nn.Module, code: torch.Tensor) -> torch.Tensor:
    """Return a tenth of the sum of activities, mean over images, as in the notebook."""
    return 0.1 * code.abs().sum() / len(code)


STRONG = Corruption("gaussian", 0.5)
WIDE: dict[str, dict[str, Any]] = {
    "plain": {},
    "sparse": {"penalty": sparsity},
    "denoising": {"corrupt": STRONG},
}


def trained(
    name: str,
    size: int,
    x: np.ndarray,
    *,
    seed: int,
    at_mean: bool = False,
    **ways: Any,
) -> Autoencoder:
    """Return one of the networks with a narrow code, trained."""
    build, settings = NARROW[name]
    hidden = [256, 64] if name == "deep" else []
    model = Autoencoder([784, *hidden, size], seed=seed, **build)
    if at_mean:
        model.start_at_mean(x)
    common = {"epochs": EPOCHS, "batch_size": 100, "schedule": "one-cycle"}
    fit(model, x, seed=seed, progress=False, **{**common, **settings, **ways})
    if name == "quiet pixels cut":
        cut_quiet_pixels(model, x)
    return model


@torch.no_grad()
def cut_quiet_pixels(model: Autoencoder, x: np.ndarray) -> None:
    """Set the encoder's weights to 0 where the training images hardly ever have ink."""
    quiet = torch.from_numpy(x.std(axis=0).ravel() < QUIET)
    model.encoder[0].weight[:, quiet] = 0


def noise_through(model: nn.Module, x: np.ndarray, seed: int) -> dict[str, float]:
    """Measure what becomes of a little noise, and of a standard deviation of 0.2."""
    cleaned = evaluation.reconstruct(model, noisy(x, seed))
    return {
        "trace": evaluation.noise_passed(model, x, seed=seed),
        "energy": evaluation.noise_energy(model, x, seed=seed),
        "cleaned": evaluation.squared_error(x, cleaned).mean(),
    }


def noisy(x: np.ndarray, seed: int) -> np.ndarray:
    """Add the noise that the networks are judged on."""
    noise = np.random.default_rng(seed).normal(0, LEVEL, x.shape)
    return x + noise.astype(np.float32)


def error(model: nn.Module, x: np.ndarray) -> float:
    """Mean squared error per image."""
    return evaluation.squared_error(x, evaluation.reconstruct(model, x)).mean()


def rise_without(model: Autoencoder, data: Data) -> np.ndarray:
    """How much the error rises where one code number is guessed from the others."""
    codes = evaluation.encode(model, data.train.images)
    codes_test = evaluation.encode(model, data.test.images)
    rise = []
    for j in range(codes.shape[1]):
        guess = LinearRegression().fit(np.delete(codes, j, axis=1), codes[:, j])
        damaged = codes_test.copy()
        damaged[:, j] = guess.predict(np.delete(codes_test, j, axis=1))
        outputs = model.decode(damaged).detach().numpy()
        rise.append(evaluation.squared_error(data.test.flat, outputs).mean())
    return np.array(rise) - error(model, data.test.images)


def neighbour(codes: np.ndarray, codes_test: np.ndarray, data: Data) -> float:
    """Share of test digits whose nearest training code has the same label."""
    reader = KNeighborsClassifier(1).fit(codes, data.train.labels)
    return float(reader.score(codes_test, data.test.labels))


def strangers(data: Data) -> dict[str, np.ndarray]:
    """Images unlike those that were learned from."""
    x = data.test.images
    return {
        "digits": x,
        "letters": plots.text_images(string.ascii_uppercase),
        "turned": x[:, ::-1, ::-1],
        "moved": np.roll(x, 4, axis=2),
        "inverted": 1 - x,
    }


def share_lost(model: nn.Module, images: np.ndarray) -> float:
    """Mean share of an image's energy that is lost."""
    lost = evaluation.squared_error(images, evaluation.reconstruct(model, images))
    return float((lost / np.square(images).sum(axis=(1, 2))).mean())


def narrow_row(model: nn.Module, data: Data, size: int, seed: int) -> dict[str, float]:
    """Everything that `shallow.csv` says of a model."""
    x, x_test = data.train.images, data.test.images
    variance = np.square(x_test - x.mean(axis=0)).sum(axis=(1, 2)).mean()
    left = error(model, x_test)
    row = {"error": left, "explained": 1 - left / variance}
    row |= noise_through(model, x_test, seed)
    is_code, is_chosen = isinstance(model, Autoencoder), size in (2, 32)
    codes = [evaluation.encode(model, z) if is_code else z for z in (x, x_test)]
    flat = [z.reshape(len(z), -1) for z in codes]
    is_read = is_chosen or not is_code
    row["neighbour"] = neighbour(*flat, data) if is_read else NAN
    rise = rise_without(model, data) if is_code and size == 32 else np.array([NAN])
    row |= {"least_rise": rise.min(), "most_rise": rise.max()}
    row["redundancy"] = evaluation.redundancy(codes[0]) if is_read else NAN
    for name, images in strangers(data).items():
        row[f"lost_{name}"] = share_lost(model, images)
    return row


def narrow(data: Data, name: str, done: set[tuple]) -> Iterable[dict[str, Any]]:
    """Rows of `shallow.csv`."""

    def labelled(
        model: str, size: int, epochs: int, seed: int, make: Callable[[], nn.Module]
    ) -> Iterable[dict[str, Any]]:
        key = {"data": name, "model": model, "code_size": size, "epochs": epochs}
        key["seed"] = seed
        if tuple(key.values()) not in done:
            yield key | narrow_row(make(), data, size, seed)

    x = data.train.images
    yield from labelled("pixels", 784, 0, 0, nn.Identity)
    # It knows the level of the noise that is to be cleaned away.
    yield from labelled("linear denoiser", 784, 0, 0, partial(wiener, x, LEVEL))
    for size in SIZES:
        make = partial(evaluation.pca_autoencoder, x, size)
        yield from labelled("PCA", size, 0, 0, make)
    for seed, (model, size, epochs) in itertools.product(SEEDS, RUNS):
        ways = {"seed": seed, "epochs": epochs}
        make = partial(trained, model, size, x, **ways)
        yield from labelled(model, size, epochs, seed, make)


def wide(data: Data, name: str, done: set[tuple]) -> Iterable[dict[str, Any]]:
    """Rows of `shallow_wide.csv`: 196 pixels, 392 units."""
    halve = nn.AvgPool2d(2)
    x, x_test = (
        halve(torch.from_numpy(part.images)).numpy() for part in (data.train, data.test)
    )
    key = {"data": name, "model": "PCA", "code_size": 32, "epochs": 0, "seed": 0}
    opponents: list[tuple[dict[str, Any], Callable[[], nn.Module]]] = [
        (key, partial(evaluation.pca_autoencoder, x, 32)),
        (
            key | {"model": "linear denoiser", "code_size": 196},
            partial(linear_map, STRONG(x, seed=0), x),
        ),
    ]
    networks = [(way, EPOCHS, seed) for seed in SEEDS for way in WIDE]
    networks += [("plain", LONG, seed) for seed in SEEDS]
    for way, epochs, seed in networks:
        label = {"model": way, "code_size": 392, "epochs": epochs, "seed": seed}
        opponents.append((key | label, partial(wide_network, x, way, epochs, seed)))
    for key, make in opponents:
        if tuple(key.values()) not in done:
            model = make()
            row = {"error": error(model, x_test)}
            seed = int(key["seed"])
            row |= noise_through(model, x_test, seed)
            cleaned = evaluation.reconstruct(model, STRONG(x_test, seed=seed))
            row["cleaned_strong"] = evaluation.squared_error(x_test, cleaned).mean()
            code = evaluation.encode(model, x)
            is_read = code.shape[1] == 392
            sparseness = evaluation.population_sparseness(code) if is_read else NAN
            row |= {"redundancy": evaluation.redundancy(code)}
            row |= {"sparseness": sparseness}
            row["active"] = (code > 0).mean() if is_read else NAN
            row["silent"] = (
                int(((code > 0).mean(axis=0) < 1e-3).sum()) if is_read else NAN
            )
            yield key | row


def wide_network(x: np.ndarray, way: str, epochs: int, seed: int) -> Autoencoder:
    """One of the three wide networks of notebook 01, trained."""
    model = Autoencoder([196, 392], activation="relu", output="linear", seed=seed)
    settings = {"epochs": epochs, "batch_size": 100, "schedule": "one-cycle"}
    settings |= {"learning_rate": 3e-3, "seed": seed, "progress": False}
    fit(model, x, **settings, **WIDE[way])
    return model


def wiener(x: np.ndarray, level: float) -> Autoencoder:
    """Return the best linear map from noisy images to clean ones, as a network."""
    flat = x.reshape(len(x), -1).astype(float)
    mean, covariance = flat.mean(axis=0), np.cov(flat, rowvar=False)
    weights = np.linalg.solve(covariance + level**2 * np.eye(len(mean)), covariance).T
    return linear_network(weights, mean - weights @ mean)


def linear_map(inputs: np.ndarray, targets: np.ndarray) -> Autoencoder:
    """Return the linear map that predicts targets from inputs best, as a network."""
    flat = [z.reshape(len(z), -1).astype(float) for z in (inputs, targets)]
    fitted = LinearRegression().fit(*flat)
    return linear_network(fitted.coef_, fitted.intercept_)


def linear_network(weights: np.ndarray, biases: np.ndarray) -> Autoencoder:
    """Return an affine map as a network, whose decoder does nothing."""
    size = len(biases)
    model = Autoencoder(
        [size, size], activation="linear", code="linear", output="linear"
    )
    with torch.no_grad():
        model.encoder[0].weight.copy_(torch.from_numpy(weights))
        model.encoder[0].bias.copy_(torch.from_numpy(biases))
        model.decoder[0].weight.copy_(torch.eye(size))
    return model


def rates(data: Data, name: str, done: set[tuple]) -> Iterable[dict[str, Any]]:
    """Rows of `shallow_rates.csv`: errors on training images that were held back."""
    x, held_back = data.train.images[:-2_000], data.train.images[-2_000:]
    ways = [
        *itertools.product(("one layer", "sigmoid code"), (False, True), SEEDS),
        *itertools.product(
            ("linear output", "tied", "deep", "noisy inputs"), (False,), [0]
        ),
    ]
    for (model_name, at_mean, seed), rate in itertools.product(ways, RATES):
        start = "mean" if at_mean else "zero"
        key = {"data": name, "model": model_name, "start": start, "rate": rate}
        key["seed"] = seed
        if tuple(key.values()) in done:
            continue
        model = trained(
            model_name, 32, x, seed=seed, at_mean=at_mean, learning_rate=rate
        )
        is_denoiser = model_name == "noisy inputs"
        seen = noisy(held_back, seed) if is_denoiser else held_back
        outputs = evaluation.reconstruct(model, seen)
        h = evaluation.encode(model, held_back)
        is_sigmoid = model_name == "sigmoid code"
        yield key | {
            "error": evaluation.squared_error(held_back, outputs).mean(),
            "slope": float((h * (1 - h)).mean()) if is_sigmoid else NAN,
            "stuck": int((h.std(axis=0) < 0.01).sum()) if is_sigmoid else NAN,
        }


TABLES = {"shallow": narrow, "shallow_wide": wide, "shallow_rates": rates}
KEYS = {
    "shallow": ("data", "model", "code_size", "epochs", "seed"),
    "shallow_wide": ("data", "model", "code_size", "epochs", "seed"),
    "shallow_rates": ("data", "model", "start", "rate", "seed"),
}


def rows_so_far(table: str) -> list[dict[str, Any]]:
    """Return the rows of a table as it is stored; none if there is none."""
    try:
        columns = load_table(table).columns
    except FileNotFoundError:
        return []
    values = [column.tolist() for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def rounded(row: dict[str, Any]) -> dict[str, Any]:
    """Four digits are enough, and whole numbers are written as such."""
    return {
        name: value if isinstance(value, str) else _short(float(value))
        for name, value in row.items()
    }


def _short(value: float) -> float:
    value = float(f"{value:.4g}")
    return int(value) if value.is_integer() else value


def main() -> None:
    """Make what is missing of the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="*", default=["drawn", "mnist"])
    parser.add_argument("--tables", nargs="*", default=[*TABLES], choices=[*TABLES])
    chosen = parser.parse_args()
    for table, name in itertools.product(chosen.tables, chosen.data):
        rows = rows_so_far(table)
        done = {tuple(row[key] for key in KEYS[table]) for row in rows}
        for row in TABLES[table](load_data(name), name, done):
            rows = [rounded(other) for other in (*rows, row)]
            print(*rows[-1].values(), flush=True)
            save_table(
                table,
                rows,
                command="python benchmarks/shallow.py",
                data="drawn and mnist, 10,000 training and 2,000 test images each",
            )


if __name__ == "__main__":
    main()
