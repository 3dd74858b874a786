"""Neighbours, shuffled pixels, decoders, moves and noise: the tables of notebook 10.

    AELIB_DATA=folder python benchmarks/convolutional.py [--data drawn] [--table NAME]

All autoencoders have 32 code units where nothing else is said. The convolutional ones
make 600 steps of 50 images, the dense ones 1,800: about as much CPU time. Each seed
draws the first weights, the order of the images, and which images are trained on, from
the first 8,000 training images; the next 2,000 choose the weight decay at a first
learning rate, and then the rate at that decay (drawn digits, another seed); MNIST has
the same. Five tables are written to `aelib/results`:

- `convolutional_settings`: validation error by weight decay and learning rate;
- `convolutional`: errors and checkerboards (in 1e-4), the latter also of test digits
  that are blurred alike; and, of decoders, the pattern that they paint on flat maps;
- `convolutional_rates`: errors with the best learning rate, too, where the others keep
  the first one; `locally connected` has the connections of `transposed 3`, and a filter
  of its own at every place;
- `convolutional_shift`: share of a digit's energy that is lost where digits have moved;
- `convolutional_noise`: noisy digits cleaned.

With `--data`, rows of that data set take the place of their former ones; with
`--table`, those of one table; with `--models`, those of some models.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator, Mapping

import numpy as np
import torch
from sklearn.datasets import load_sample_images
from torch import Tensor, nn
from torch.nn import functional

from aelib import load_data
from aelib.autoencoders import Autoencoder, ConvAutoencoder
from aelib.autoencoders.convolutional import (
    STRIDE,
    blur_alike,
    checkerboard,
    paint_flat,
)
from aelib.autoencoders.layers import ACTIVATIONS
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
    # Some seeds end with blank outputs, with SiLU and with smaller rates, too.
    "no bottleneck": {"channels": (16, 32), "code_size": None},
    "locally connected": {},
}
RATES = {"dense": 3e-3, "locally connected": 3e-3}  # of the others 1e-2
OTHER_RATES = {3e-3: (1e-3, 1e-2), 1e-2: (3e-3, 3e-2)}
DECODERS = ("transposed 3", "transposed 4", "resize 3")
INSIDE = np.s_[8:-8, 8:-8]  # what no border reaches
PLACES = np.random.default_rng(0).permutation(784)

Rows = list[dict[str, object]]
ASKED: set[str] = set()  # models; all of them where none is named


class OwnFilters(nn.Module):
    """A layer with the connections of a convolution, and new weights at every place.

    Up or down, between maps of `large` and of `small` shape, (channels, h, w).
    """

    def __init__(
        self,
        is_up: bool,
        large: tuple[int, ...],
        small: tuple[int, ...],
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.is_up = is_up
        self.above, below = (large, small) if is_up else (small, large)
        self.how = {"kernel_size": 3, "padding": 1, "stride": STRIDE}
        places, patch = small[1] * small[2], large[0] * 9
        shape = (places, small[0], patch) if is_up else (places, patch, small[0])
        # As wide as the shared filters begin.
        meets = STRIDE**2 if is_up else 1
        spread = np.sqrt(2 * meets / (below[0] * 9))
        self.weight = nn.Parameter(spread * torch.randn(shape, generator=generator))
        self.bias = nn.Parameter(torch.zeros(self.above))

    def forward(self, h: Tensor) -> Tensor:
        """Return the maps above."""
        values = h.flatten(2) if self.is_up else functional.unfold(h, **self.how)
        sums = values.permute(2, 0, 1).bmm(self.weight).permute(1, 2, 0)
        if self.is_up:
            return functional.fold(sums, self.above[1:], **self.how) + self.bias
        return sums.reshape(len(h), *self.above) + self.bias


class LocallyConnected(ConvAutoencoder):
    """The convolutional autoencoder without sharing."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed=seed)
        generator = torch.Generator().manual_seed(seed)
        for i, pair in enumerate(itertools.pairwise(self.map_shapes)):
            self.convolutions[i] = OwnFilters(False, *pair, generator)
            self.deconvolutions[-1 - i] = OwnFilters(True, *pair, generator)

    def _paint(self, h: Tensor) -> Tensor:
        for layer in self.deconvolutions[:-1]:
            h = ACTIVATIONS[self.activation](layer(h))
        return self.deconvolutions[-1](h)


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
    if name == "locally connected":
        return LocallyConnected(seed)
    if name in CONVOLUTIONAL:
        return ConvAutoencoder(**CONVOLUTIONAL[name], seed=seed)
    hidden = [784, 500] if name == "dense, 500 numbers" else [784, 256, CODE]
    code = "relu" if name == "dense, 500 numbers" else "linear"
    return Autoencoder(hidden, activation="relu", code=code, seed=seed)


def train(
    name: str,
    x: np.ndarray,
    seed: int,
    *,
    epochs_of: float = 1.0,
    rate: float | None = None,
    **how: object,
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
        learning_rate=rate or first_rate(name),
        schedule="one-cycle",
        seed=seed,
        progress=False,
        **how,
    )
    return model


def first_rate(name: str) -> float:
    """Return the learning rate that the weight decay was chosen with."""
    return RATES["dense"] if name.startswith("dense") else RATES.get(name, 1e-2)


def settings() -> None:
    """Measure the validation error by weight decay and learning rate, and store it.

    What the stored table has is not measured again.
    """
    images, known = load_data("drawn").train.images, known_settings()
    names = ("dense", "transposed 3", "transposed 3, shuffled", "locally connected")
    rows = []
    for n, name in itertools.product(SIZES, names):
        if (name, n) == ("locally connected", SIZES[1]):
            continue
        x, validation = some(images, n, SETTINGS_SEED), images[POOL:]
        move = shuffle if name.endswith("shuffled") else np.asarray
        kind = name.removesuffix(", shuffled")

        def error(decay: float, rate: float) -> float:
            head = (name, n, decay, rate)  # noqa: B023
            if head not in known:
                how = {"weight_decay": decay, "rate": rate}
                model = train(kind, move(x), SETTINGS_SEED, **how)  # noqa: B023
                known[head] = mean_error(move(validation), model)  # noqa: B023
                print(head, known[head], flush=True)
            keys = ("model", "n", "weight_decay", "learning_rate")
            row = dict(zip(keys, head, strict=True))
            rows.append(row | {"validation_error": known[head]})
            return known[head]

        rate = first_rate(name)
        # Slow, and no network that was measured before did best without any.
        decays = DECAYS[1:] if name == "locally connected" else DECAYS
        by_decay = {decay: error(decay, rate) for decay in decays}
        best = min(by_decay, key=by_decay.__getitem__)
        for other in OTHER_RATES[rate]:
            error(best, other)
    rows.sort(key=lambda row: (row["n"], names.index(row["model"])))
    save_table(
        "convolutional_settings",
        rows,
        command=COMMAND,
        data=f"drawn, 2,000 training images beyond the first {POOL:,}; seed 9",
    )


def known_settings() -> dict[tuple[object, ...], float]:
    """Return the stored validation errors by model, n, weight decay and rate."""
    try:
        table = load_table("convolutional_settings").columns
    except FileNotFoundError:
        return {}
    names = [str(name) for name in table["model"]]
    rates = table.get("learning_rate", [first_rate(name) for name in names])
    heads = zip(names, map(int, table["n"]), table["weight_decay"], rates, strict=True)
    errors = map(float, table["validation_error"])
    return dict(zip(heads, errors, strict=True))


def best_settings(name: str, n: int, *, first: bool = True) -> dict[str, float]:
    """Return weight decay and learning rate with the smallest validation error.

    With the `first` learning rate, or with any that was tried.
    """
    own = ("transposed 3, shuffled", "locally connected")
    kind = "dense" if name.startswith("dense") else "transposed 3"
    table = load_table("convolutional_settings")
    rows = table.where(model=name if name in own else kind, n=n)
    errors = rows["validation_error"]
    if first:
        is_first = rows["learning_rate"] == first_rate(kind)
        errors = np.where(is_first, errors, np.inf)
    best = errors.argmin()
    pair = {"weight_decay": "weight_decay", "rate": "learning_rate"}
    return {key: float(rows[column][best]) for key, column in pair.items()}


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
    how = {"weight_decay": decay}
    if decay is None:
        how = best_settings(name, len(x))
    start = time.process_time()
    model = train(kind, move(x), seed, epochs_of=epochs_of, **how)
    seconds = time.process_time() - start
    output = reconstruct(model, move(x_test))
    if move is shuffle:
        output = sort_back(output)
    steps = STEPS * (3 if kind not in CONVOLUTIONAL else 1)
    row = {"model": name, "n": len(x), "steps": round(epochs_of * steps), "seed": seed}
    row |= {
        "weight_decay": how["weight_decay"],
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
        if wanted("PCA"):
            yield {"part": "tuned"} | pca(x, x_test, seed)
        names = ["dense", "transposed 3", "transposed 3, shuffled"]
        if n != SIZES[1]:
            names += ["dense, shuffled", "fully convolutional"]
        if n == LARGEST:
            names += ["fully convolutional, 128", "128 numbers", "max pooling"]
        for name in filter(wanted, names):
            tuned[name, n] = measure(name, x, x_test, seed)
            yield {"part": "tuned"} | tuned[name, n]
    for name in filter(wanted, (*DECODERS, "dense")):
        same = tuned.get((name, LARGEST), {"weight_decay": None})
        plain = same if same["weight_decay"] == 0 else None
        plain = plain or measure(name, x, x_test, seed, decay=0.0)
        yield {"part": "no decay"} | plain
        share = EPOCH / STEPS / (1 if name in CONVOLUTIONAL else 3)
        brief = measure(name, x, x_test, seed, decay=0.0, epochs_of=share)
        yield {"part": "one epoch"} | brief


def rates(images: np.ndarray, x_test: np.ndarray, seed: int) -> Iterator[dict]:
    """Train with the best learning rate, and split neighbours from sharing."""
    names = list(filter(wanted, ("dense", "transposed 3", "locally connected")))
    for n, name in itertools.product((SIZES[0], LARGEST), names):
        x = some(images, n, seed)
        how = best_settings(name, n, first=False)
        start = time.process_time()
        model = train(name, x, seed, **how)
        row = {"model": name, "n": n, "seed": seed, **how}
        row["cpu_seconds"] = round(time.process_time() - start, 1)
        row["parameters"] = sum(p.numel() for p in model.parameters())
        row |= {
            "train_error": mean_error(x, model),
            "test_error": mean_error(x_test, model),
        }
        print(row, flush=True)
        yield row


def longer(images: np.ndarray, x_test: np.ndarray) -> Iterator[dict]:
    """Train with one seed for three times as many steps."""
    x = some(images, LARGEST, 0)
    names = ("dense", "transposed 3", "transposed 3, shuffled", "fully convolutional")
    for name in filter(wanted, names):
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
    names = ["dense", "transposed 3", "trained on moved", "fully convolutional"]
    for name in filter(wanted, [*names, "128 numbers", "fully convolutional, 128"]):
        on_moved = name == "trained on moved"
        kind = "transposed 3" if on_moved else name
        how = best_settings(kind, LARGEST)
        model = train(kind, moved if on_moved else x, seed, **how)
        for shift in SHIFTS:
            here = np.roll(x_test, shift, axis=2)
            energy = np.square(here).sum(axis=(1, 2)).mean()
            lost = round(mean_error(here, model) / energy, 4)
            yield {"model": name, "seed": seed, "shift": shift, "share_lost": lost}
        print(name, seed, lost, flush=True)


def noise(images: np.ndarray, x_test: np.ndarray, seed: int) -> Iterator[dict]:
    """Clean noisy digits with networks that were trained to."""
    x, noisy = some(images, LARGEST, seed), NOISE(x_test, seed=1)
    names = ("dense", "dense, 500 numbers", "transposed 3", "no bottleneck")
    for name in filter(wanted, names):
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


def wanted(model: str) -> bool:
    """Tell whether a model is asked for: all of them where none is named."""
    return not ASKED or model in ASKED


def store(name: str, of: str, rows: Rows, data: str) -> None:
    """Write a table; of other data sets and models, keep the rows that are stored."""
    order, kept = ["data", *rows[0]], []
    columns = {}
    if (FOLDER / f"{name}.csv").exists():
        columns = load_table(name).columns
    if set(columns) == set(order):  # else an older version has other columns
        former = zip(*(columns[key] for key in order), strict=True)
        kept = [dict(zip(order, map(tidy, row), strict=True)) for row in former]
        kept = [row for row in kept if row["data"] != of or not wanted(row["model"])]
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
        "convolutional_rates": rates,
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
    parser.add_argument("--models", nargs="*", default=[])
    asked = parser.parse_args()
    ASKED.update(asked.models)
    if asked.data in (None, "settings"):
        settings()
    for of in ("drawn", "mnist", "photos"):
        if asked.data in (None, of):
            run(of, asked.table)


if __name__ == "__main__":
    main()
