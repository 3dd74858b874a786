"""What greed costs a deep autoencoder, and three cures for a bad start.

    AELIB_DATA=folder python benchmarks/unrolled.py

writes `aelib/results/unrolled.csv`, which notebook 07 shows.  784-256-64-30 and back,
linear code.  Five ways to spend a number of epochs:

- greedy: all of them stage by stage (so that each stage has as many);
- heard: as greedy, but a stage's error is counted in pixels, to which the trained
  stages below decode both its input and its output;
- pretrained: half of them stage by stage, half on the network as a whole;
- random: all of them on the network as a whole, from random weights;
- PCA: none.

An epoch of all stages costs as many multiplications as one of the whole.  Units are
sigmoids or SiLU; first weights have Glorot and Bengio's scale or one that is corrected
for the slope of the units at 0: four times as large for sigmoids, twice for SiLU.

Every arm is trained with four learning rates on seed 0, for 8 epochs and once more for
20; the one with the smallest error on 2,000 validation images, split off the training
set, is `chosen` and is trained with all seeds; short runs also have all seeds at one
rate for all arms.  Stage by stage, 4 epochs take the rate that was chosen for 8, and 60
the one that was chosen for 20.  Errors by depth are those of the test set, if one turns
round at that depth.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from aelib import evaluation, load_data
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data
from aelib.results import FOLDER, load_table, save_table
from aelib.stacking import codes, pretrain, stages
from aelib.training import fit

SIZES = [784, 256, 64, 30]
RATES = (3e-3, 1e-2, 3e-2, 1e-1)
SAME = 1e-2
SEEDS = (0, 1, 2)
SHORT, LONG, LONGEST = 8, 20, 60
N_VALIDATION = 2_000
CORRECTED = {"sigmoid": 4.0, "silu": 2.0}

Arm = tuple[str, str, float]  # start, units, gain of the first weights
Row = dict[str, Any]
GREEDY: list[Arm] = [("greedy", "sigmoid", 1.0), ("greedy", "silu", 1.0)]
WHOLE: list[Arm] = [
    (start, units, gain)
    for units, corrected in CORRECTED.items()
    for start in ("random", "pretrained")
    for gain in (1.0, corrected)
]
# Both cures at once were tried at the short length only.
ONE_CURE = [arm for arm in WHOLE if arm[0] == "random" or arm[2] == 1]
HEARD: list[Arm] = [("heard", "silu", 1.0), ("heard", "sigmoid", 1.0)]
PARTS = ("greedy", "heard", "short", "long")


def train(x: np.ndarray, arm: Arm, epochs: int, rate: float, seed: int) -> Autoencoder:
    """Train one autoencoder for `epochs` in all."""
    start, units, gain = arm
    model = Autoencoder(SIZES, activation=units, code="linear", gain=gain, seed=seed)
    settings: dict[str, Any] = {
        "batch_size": 100,
        "learning_rate": rate,
        "schedule": "one-cycle",
        "seed": seed,
        "progress": False,
    }
    if start == "pretrained":
        epochs //= 2
    if start in ("greedy", "pretrained"):
        pretrain(model, x, epochs=epochs, **settings)
    if start in ("random", "pretrained"):
        fit(model, x, epochs=epochs, **settings)
    if start == "heard":
        pretrain_heard(model, x, epochs=epochs, **settings)
    return model


def pretrain_heard(model: Autoencoder, x: np.ndarray, **settings: Any) -> None:
    """Train stage by stage, each with the error that the pixels will show."""
    parts, h = stages(model), torch.from_numpy(x)
    for k, stage in enumerate(parts):
        below = parts[:k]

        def in_pixels(h: Tensor, below: list[Autoencoder] = below) -> Tensor:
            for part in reversed(below):
                h = part.decode(h)
            return h

        def heard(h_hat: Tensor, h: Tensor) -> Tensor:
            error = in_pixels(h_hat) - in_pixels(h)
            return 0.5 * error.square().sum() / len(h)

        fit(stage, h, loss=heard, **settings)
        for parameter in stage.parameters():
            parameter.requires_grad_(False)
        (h,) = codes(stage, h)
    for parameter in model.parameters():
        parameter.requires_grad_(True)


def errors(model: Autoencoder, x: np.ndarray) -> list[float]:
    """Squared error per image, mean over images, if one turns round at each depth."""
    turns = enumerate(codes(model, x), start=1)
    outputs = [model.decode(h, depth=k).detach().numpy() for k, h in turns]
    return [float(evaluation.squared_error(x, y_hat).mean()) for y_hat in outputs]


class Bench:
    """One data set, and what has been measured on it."""

    def __init__(self, data: Data) -> None:
        flat = data.train.flat
        self.x, self.validation = flat[:-N_VALIDATION], flat[-N_VALIDATION:]
        self.test, self.name = data.test.flat, data.name

    def run(self, arm: Arm, epochs: int, rate: float, seed: int) -> Row:
        """Train one network and return its row."""
        model = train(self.x, arm, epochs, rate, seed)
        own = dict(zip(("start", "units", "gain"), arm, strict=True))
        row = {"data": self.name, **own, "epochs": epochs, "rate": rate}
        row |= {"chosen": 0, "seed": seed}
        row["validation"] = errors(model, self.validation)[-1]
        for depth, error in enumerate(errors(model, self.test), start=1):
            row[f"depth_{depth}"] = error
        print(row, flush=True)
        return row

    def tuned(self, arm: Arm, epochs: int, always: tuple[float, ...]) -> list[Row]:
        """Choose the learning rate of one arm and length; all seeds for it."""
        rows = [self.run(arm, epochs, rate, SEEDS[0]) for rate in RATES]
        best = min(rows, key=lambda row: row["validation"])["rate"]
        rows += [
            self.run(arm, epochs, rate, seed)
            for rate in sorted({best, *always})
            for seed in SEEDS[1:]
        ]
        return [{**row, "chosen": int(row["rate"] == best)} for row in rows]

    def at_rate_of(self, rows: list[Row], arm: Arm, epochs: int) -> Iterator[Row]:
        """Another length, at the rate that was chosen in `rows`."""
        rate = next(row["rate"] for row in rows if row["chosen"])
        for seed in SEEDS:
            yield {**self.run(arm, epochs, rate, seed), "chosen": 1}

    def greedy(self) -> Iterator[Row]:
        """Stage by stage and nothing else, up to three times the long budget; PCA."""
        sigmoid, silu = GREEDY
        short, long = (self.tuned(sigmoid, epochs, ()) for epochs in (SHORT, LONG))
        yield from self.at_rate_of(short, sigmoid, SHORT // 2)
        yield from [*short, *long, *self.at_rate_of(long, sigmoid, LONGEST)]
        yield from [r for epochs in (SHORT, LONG) for r in self.tuned(silu, epochs, ())]
        row = {"data": self.name, "start": "PCA", "units": "linear", "gain": 1.0}
        row |= {"epochs": 0, "rate": 0.0, "chosen": 1, "seed": 0}
        for name, where in {"validation": self.validation, "": self.test}.items():
            for depth, size in enumerate(SIZES[1:], start=1):
                y_hat = evaluation.pca_reconstruct(self.x, where, size)
                error = float(evaluation.squared_error(where, y_hat).mean())
                row[name or f"depth_{depth}"] = error
        yield row

    def part(self, part: str) -> list[Row]:
        """Return the rows of one part of the table, each named after it."""
        if part == "greedy":
            rows = list(self.greedy())
        elif part == "heard":
            rows = [
                row
                for arm in HEARD
                for epochs in (SHORT, LONG)
                for row in self.tuned(arm, epochs, ())
            ]
        elif part == "short":
            rows = [r for arm in WHOLE for r in self.tuned(arm, SHORT, (SAME,))]
        else:
            rows = [r for arm in ONE_CURE for r in self.tuned(arm, LONG, ())]
        return [{"part": part, **row} for row in rows]


def stored() -> list[Row]:
    """Return the rows of the table as it is; none, if it is not there or of old."""
    if not (FOLDER / "unrolled.csv").exists():
        return []
    columns = load_table("unrolled").columns
    if "part" not in columns:
        return []
    columns |= {
        name: columns[name].astype(int) for name in ("epochs", "chosen", "seed")
    }
    return [
        dict(zip(columns, values, strict=True))
        for values in zip(*columns.values(), strict=True)
    ]


def main() -> None:
    """Measure every arm and store the table; parts that are not asked for stay."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=["drawn", "mnist"])
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    arguments = parser.parse_args()
    for name in arguments.data:
        bench = Bench(load_data(name))
        for part in arguments.parts:
            new = bench.part(part)
            rows = [r for r in stored() if (r["data"], r["part"]) != (name, part)]
            path = save_table(
                "unrolled",
                sorted(
                    [*rows, *new], key=lambda r: (r["data"], PARTS.index(r["part"]))
                ),
                command="python benchmarks/unrolled.py --data drawn mnist",
                data="8,000 training, 2,000 validation and 2,000 test images",
            )
            print(f"Wrote {part} of {name} to {path}.", flush=True)


if __name__ == "__main__":
    main()
