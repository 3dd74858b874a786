"""Neighbours, shuffled pixels, decoders, moves and noise: the tables of notebook 10.

    AELIB_DATA=folder python benchmarks/convolutional.py [--data drawn] [--table NAME]

All autoencoders have 32 code units where nothing else is said. The convolutional ones
make 600 steps of 50 images, the dense ones 1,800: about as much CPU time. Each seed
draws the first weights, the order of the images, and which images are trained on, from
the first 8,000 training images; the next 2,000 choose the weight decay (drawn digits,
another seed), which MNIST takes over. Four tables are written to `aelib/results`:

- `convolutional_settings`: validation error by weight decay;
- `convolutional`: errors and checkerboards (in 1e-4), the latter also of test digits
  that are blurred alike; and, of decoders, the pattern that they paint on flat maps;
- `convolutional_shift`: share of a digit's energy that is lost where digits have moved;
- `convolutional_noise`: noisy digits cleaned.

With `--data`, rows of that data set take the place of their former ones; with
`--table`, those of one table.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping

import numpy as np
from sklearn.datasets import load_sample_images
from torch import nn

from aelib import load_data
from aelib.autoencoders import Autoencoder, ConvAutoencoder
from aelib.autoencoders.convolutional import blur_alike, checkerboard, paint_flat
from aelib.corruption import Corruption
from aelib.evaluation import pca_reconstruct, psnr, reconstruct, squared_error
from aelib.results import FOLDER, load_table, save_table
from aelib.training import fit

COMMAND = "python benchmarks/convolutional.py"
SEEDS, SETTINGS_SEED = range(3), 9
SIZES, LARGEST = (300, 1_000, 3_000), 3_000
POOL, BATCH, CODE = 8_000, 50, 32
STEPS, EPOCH = 600, LARGEST // BATCH
DECAYS = (0.0, 0.1, 0.5, 1.0)
SHIFTS = range(7)
NOISE = Corruption("gaussian", 0.5)
CONVOLUTIONAL = {
    "transposed 3": {"kernel": 3},
    "transposed 4": {"kernel": 4},
    "resize 3": {"upsampling": "resize"},
    "max pooling": {"downsampling": "pool"},
    "128 numbers": {"code_size": 128},
    "fully convolutional": {"channels": (16, 32, 2), "code_size": None},
    "fully convolutional, 128": {"channels": (16, 32, 8), "code_size": None},
}
DECODERS = ("transposed 3", "transposed 4", "resize 3")
INSIDE = np.s_[8:-8, 8:-8]  # what no border reaches
PLACES = np.random.default_rng(0).permutation(784)

Rows = list[dict[str, object]]


def shuffle(images: np.ndarray) -> np.ndarray:
    """Move the pixels of all images in the same way."""
    return images.reshape(len(images), -1)[:, PLACES].reshape(images.shape)


def sort_back(images: np.ndarray) -> np.ndarray:
    """Undo `shuffle`."""
    flat = images.reshape(len(images), -1)[:, np.argsort(PLACES)]
    return flat.reshape(images.shape)


def some(images: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Draw the images that a seed trains on; few are part of many."""
    return images[np.random.default_rng(seed).permutation(POOL)[:n]]


def build(name: str, seed: int) -> nn.Module:
    """Return a new model."""
    if name in CONVOLUTIONAL:
        return ConvAutoencoder(**CONVOLUTIONAL[name], seed=seed)
    hidden = [784, 500] if name == "dense, 500 numbers" else [784, 256, CODE]
    code = "relu" if name == "dense, 500 numbers" else "linear"
    return Autoencoder(hidden, activation="relu", code=code, seed=seed)


def train(
    name: str, x: np.ndarray, seed: int, *, epochs_of: float = 1.0, **how: object
) -> nn.Module:
    """Train a model for the steps of its kind, or a multiple of them."""
    is_dense = name not in CONVOLUTIONAL
    steps = epochs_of * STEPS * (3 if is_dense else 1)
    model = build(name, seed)
    fit(
        model,
        x,
        epochs=max(1, round(steps * BATCH / len(x))),
        batch_size=BATCH,
        learning_rate=3e-3 if is_dense else 1e-2,
        schedule="one-cycle",
        seed=seed,
        progress=False,
        **how,
    )
    return model


def settings() -> None:
    """Measure the validation error by weight decay, and store it."""
    images, rows = load_data("drawn").train.images, []
    for n in SIZES:
        x, validation = some(images, n, SETTINGS_SEED), images[POOL:]
        for name in ("dense", "transposed 3", "transposed 3, shuffled"):
            move = shuffle if name.endswith("shuffled") else np.asarray
            for decay in DECAYS:
                kind = name.removesuffix(", shuffled")
                model = train(kind, move(x), SETTINGS_SEED, weight_decay=decay)
                error = mean_error(move(validation), model)
                row = {"model": name, "n": n, "weight_decay": decay}
                rows.append(row | {"validation_error": error})
                print(rows[-1], flush=True)
    save_table(
        "convolutional_settings",
        rows,
        command=COMMAND,
        data=f"drawn, 2,000 training images beyond the first {POOL:,}; seed 9",
    )


def best_decay(name: str, n: int) -> float:
    """Return the weight decay with the smallest validation error."""
    shuffled = name == "transposed 3, shuffled"
    kind = "dense" if name.startswith("dense") else "transposed 3"
    table = load_table("convolutional_settings")
    rows = table.where(model=name if shuffled else kind, n=n)
    return float(rows["weight_decay"][rows["validation_error"].argmin()])


def mean_error(
    images: np.ndarray, model: nn.Module, inputs: np.ndarray | None = None
) -> float:
    """Return the mean squared error per image."""
    output = reconstruct(model, images if inputs is None else inputs)
    return round(squared_error(images, output).mean(), 2)


def measure(
    name: str,
    x: np.ndarray,
    x_test: np.ndarray,
    seed: int,
    *,
    decay: float | None = None,
    epochs_of: float = 1.0,
) -> dict[str, object]:
    """Train a model; return its errors and the checkerboard of its outputs."""
    kind, move = name.removesuffix(", shuffled"), np.asarray
    if name.endswith("shuffled"):
        move = shuffle
    decay = best_decay(name, len(x)) if decay is None else decay
    start = time.process_time()
    model = train(kind, move(x), seed, epochs_of=epochs_of, weight_decay=decay)
    seconds = time.process_time() - start
    output = reconstruct(model, move(x_test))
    if move is shuffle:
        output = sort_back(output)
    steps = STEPS * (3 if kind not in CONVOLUTIONAL else 1)
    row = {"model": name, "n": len(x), "steps": round(epochs_of * steps), "seed": seed}
    row |= {
        "weight_decay": decay,
        "parameters": sum(p.numel() for p in model.parameters()),
        "train_error": mean_error(move(x), model),
    }
    row |= of_outputs(x_test, output)
    row["flat_pattern"] = np.nan
    if kind in CONVOLUTIONAL:
        row["flat_pattern"] = round(float(paint_flat(model, x)[INSIDE].std()), 4)
    row["cpu_seconds"] = round(seconds, 1)
    print(row, flush=True)
    return row


def of_outputs(x_test: np.ndarray, output: np.ndarray) -> dict[str, object]:
    """Return what is measured on copies of the test digits."""
    return {
        "test_error": round(squared_error(x_test, output).mean(), 2),
        "checkerboard": round(1e4 * checkerboard(output), 3),
        "blurred_alike": round(1e4 * checkerboard(blur_alike(x_test, output)), 3),
    }


def errors(images: np.ndarray, x_test: np.ndarray, seed: int) -> Iterator[dict]:
    """Train every model of the table `convolutional` with one seed."""
    tuned = {}
    for n in SIZES:
        x = some(images, n, seed)
        yield {"part": "tuned"} | pca(x, x_test, seed)
        names = ["dense", "transposed 3", "transposed 3, shuffled"]
        if n != SIZES[1]:
            names += ["dense, shuffled", "fully convolutional"]
        if n == LARGEST:
            names += ["fully convolutional, 128", "128 numbers", "max pooling"]
        for name in names:
            tuned[name, n] = measure(name, x, x_test, seed)
            yield {"part": "tuned"} | tuned[name, n]
    for name in (*DECODERS, "dense"):
        same = tuned.get((name, LARGEST), {"weight_decay": None})
        plain = same if same["weight_decay"] == 0 else None
        plain = plain or measure(name, x, x_test, seed, decay=0.0)
        yield {"part": "no decay"} | plain
        share = EPOCH / STEPS / (1 if name in CONVOLUTIONAL else 3)
        brief = measure(name, x, x_test, seed, decay=0.0, epochs_of=share)
        yield {"part": "one epoch"} | brief


def longer(images: np.ndarray, x_test: np.ndarray) -> Iterator[dict]:
    """Train with one seed for three times as many steps."""
    x = some(images, LARGEST, 0)
    names = ("dense", "transposed 3", "transposed 3, shuffled", "fully convolutional")
    for name in names:
        yield {"part": "longer"} | measure(name, x, x_test, 0, epochs_of=3)


def pca(x: np.ndarray, x_test: np.ndarray, seed: int) -> dict[str, object]:
    """Return the row of principal components."""
    start = time.process_time()
    output = pca_reconstruct(x, x_test, CODE)
    seconds = time.process_time() - start
    row = {"model": "PCA", "n": len(x), "steps": 0, "seed": seed, "weight_decay": 0.0}
    train_error = squared_error(x, pca_reconstruct(x, x, CODE)).mean()
    row |= {"parameters": (CODE + 1) * 784, "train_error": round(train_error, 2)}
    row |= of_outputs(x_test, output) | {"flat_pattern": np.nan}
    return row | {"cpu_seconds": round(seconds, 1)}


def shifts(images: np.ndarray, x_test: np.ndarray, seed: int) -> Iterator[dict]:
    """Show moved digits to networks, one of which has been trained on such."""
    x = some(images, LARGEST, seed)
    by = np.random.default_rng(seed).integers(-4, 5, size=(len(x), 2))
    moved = np.stack(
        [np.roll(digit, to, (0, 1)) for digit, to in zip(x, by, strict=True)]
    )
    for name in (
        "dense",
        "transposed 3",
        "trained on moved",
        "fully convolutional",
        "128 numbers",
        "fully convolutional, 128",
    ):
        on_moved = name == "trained on moved"
        kind = "transposed 3" if on_moved else name
        decay = best_decay(kind, LARGEST)
        model = train(kind, moved if on_moved else x, seed, weight_decay=decay)
        for shift in SHIFTS:
            here = np.roll(x_test, shift, axis=2)
            energy = np.square(here).sum(axis=(1, 2)).mean()
            lost = round(mean_error(here, model) / energy, 4)
            yield {"model": name, "seed": seed, "shift": shift, "share_lost": lost}
        print(name, seed, lost, flush=True)


def noise(images: np.ndarray, x_test: np.ndarray, seed: int) -> Iterator[dict]:
    """Clean noisy digits with networks that were trained to."""
    x, noisy = some(images, LARGEST, seed), NOISE(x_test, seed=1)
    for name in ("dense", "dense, 500 numbers", "transposed 3"):
        model = train(name, x, seed, corrupt=NOISE)
        row = {"model": name, "seed": seed}
        row["psnr"] = round(psnr(x_test, reconstruct(model, noisy)).mean(), 2)
        row["from_noisy"] = mean_error(x_test, model, noisy)
        row["from_clean"] = mean_error(x_test, model)
        print(row, flush=True)
        yield row


def photographs(seed: int) -> Iterator[dict]:
    """Copy pieces of two photographs, in colour, against principal components."""
    photos = np.stack(load_sample_images().images)[:, :425, :625]
    pieces = photos.reshape(2, 17, 25, 25, 25, 3).swapaxes(2, 3).reshape(-1, 25, 25, 3)
    colour = pieces.transpose(0, 3, 1, 2).astype(np.float32) / 255
    colour = colour[np.random.default_rng(seed).permutation(len(colour))]
    known, new = colour[:-100], colour[-100:]
    row = {"part": "photos", "n": len(known), "seed": seed, "weight_decay": 0.0}
    unknown = dict.fromkeys(("checkerboard", "blurred_alike", "flat_pattern"), np.nan)

    def as_row(name: str, steps: int, size: int, before: float, after: float) -> dict:
        found = {"train_error": round(before, 2), "test_error": round(after, 2)}
        named = {"model": name, "steps": steps, "parameters": size, "cpu_seconds": 0.0}
        return named | row | found | unknown

    by_pca = [squared_error(y, pca_reconstruct(known, y, CODE)) for y in (known, new)]
    yield as_row("PCA", 0, (CODE + 1) * 1_875, *(e.mean() for e in by_pca))
    for epochs in (12, 36):
        model = ConvAutoencoder((3, 25, 25), activation="silu", seed=seed)
        how = {"learning_rate": 1e-2, "schedule": "one-cycle", "progress": False}
        fit(model, known, epochs=epochs, batch_size=20, seed=seed, **how)
        size, steps = sum(p.numel() for p in model.parameters()), epochs * 38
        found = mean_error(known, model), mean_error(new, model)
        yield as_row("transposed 3", steps, size, *found)


def store(name: str, of: str, rows: Rows, data: str) -> None:
    """Write a table; of other data sets, keep the rows that are stored."""
    order, kept = ["data", *rows[0]], []
    columns = {}
    if (FOLDER / f"{name}.csv").exists():
        columns = load_table(name).columns
    if set(columns) == set(order):  # else an older version has other columns
        former = zip(*(columns[key] for key in order), strict=True)
        kept = [dict(zip(order, map(tidy, row), strict=True)) for row in former]
        kept = [row for row in kept if row["data"] != of]
    new = [{"data": of, **row} for row in rows]
    both = [{key: row[key] for key in order} for row in [*kept, *new]]
    both.sort(key=lambda row: ("drawn", "mnist", "photos").index(row["data"]))
    save_table(name, both, command=COMMAND, data=data)


def tidy(value: object) -> object:
    """Return whole numbers as such."""
    is_whole = not isinstance(value, str) and float(value).is_integer()
    return int(value) if is_whole else value


def run(of: str, only: str | None) -> None:
    """Measure one data set, for all tables or one, and store its rows."""
    described = "2,000 test images; 300 to 3,000 of the first 8,000 training images"
    if of == "photos":
        rows = [row for seed in SEEDS for row in photographs(seed)]
        store("convolutional", of, rows, described)
        return
    data = load_data(of)
    x, x_test = data.train.images, data.test.images
    makers: Mapping[str, object] = {
        "convolutional": errors,
        "convolutional_shift": shifts,
        "convolutional_noise": noise,
    }
    for table, make in makers.items():
        if only not in (None, table):
            continue
        rows = [row for seed in SEEDS for row in make(x, x_test, seed)]
        if table == "convolutional" and of == "drawn":
            rows += longer(x, x_test)
        store(table, of, rows, described)


def main() -> None:
    """Measure what is asked for, both data sets by default."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", choices=["settings", "drawn", "mnist", "photos"], default=None
    )
    parser.add_argument("--table", default=None)
    asked = parser.parse_args()
    if asked.data in (None, "settings"):
        settings()
    for of in ("drawn", "mnist", "photos"):
        if asked.data in (None, of):
            run(of, asked.table)


if __name__ == "__main__":
    main()
