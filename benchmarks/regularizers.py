"""Ways to hold an autoencoder back, at matched error: what each does to its units.

    AELIB_DATA=folder python benchmarks/regularizers.py

writes three tables that notebook 06 shows. All networks are 784-196-784 with sigmoid
units; those of one seed start alike and see the same batches.

- `regularizers_tuning.csv`: how strong each regularizer has to be for the error of
  dropout with p = ½. Networks learn from 9,000 digits and are judged on 1,000 others;
  two strengths are tried, and a straight line between their logarithms gives a third.
- `regularizers.csv`: all of them at that strength, trained on 10,000 digits, with what
  single units, pairs of units and many units are worth. Also three times the epochs.
- `dropout_few.csv`: 100 training digits, for which dropout was invented.

Runs that a table already has are not run again.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aelib import evaluation, load_data, units
from aelib.autoencoders import Autoencoder
from aelib.digits.dataset import Data
from aelib.penalties import KL, L1, WeightDecay
from aelib.results import FOLDER, load_table, save_table
from aelib.training import fit

DATA, SEEDS = ("drawn", "mnist"), range(3)
UNITS, EPOCHS, RATE = 196, 20, 2e-2
PAIRS, FEW, DRAWS = 300, 200, 10
# Two strengths of each, between which the error of dropout .5 lies or is expected.
TRIED = {
    "weights": (1.5e-3, 2e-3),
    "KL": (5.0, 10.0),
    "L1": (0.12, 0.239),
    "fewer units": (90, 110),
    "slow": (2e-3, 3.25e-3),
    "no chance": (1.0, 3.37),
}
LONG = ("plain", "weights", "fewer units", "dropout .5")
SMALL = ("plain", "dropout .1", "dropout .2", "dropout .5", "weights")


def no_chance(strength: float) -> Callable[[Autoencoder, Tensor], Tensor]:
    """Dropout's average effect without masks, to second order in the mask."""

    def penalty(model: Autoencoder, code: Tensor) -> Tensor:
        out = model.decoder[-1]
        y_hat = torch.sigmoid(torch.nn.functional.linear(code, out.weight, out.bias))
        variance = code.square() @ out.weight.square().T
        slope = y_hat * (1 - y_hat)
        return 0.5 * strength * (slope.square() * variance).sum(dim=1).mean()

    return penalty


@dataclass(frozen=True)
class Way:
    """One way to hold a network back."""

    name: str
    strength: float = 0.0

    def train(
        self, x: np.ndarray, seed: int, epochs: int = EPOCHS, **other: float
    ) -> Autoencoder:
        """Train one network as notebook 06 does."""
        strength = self.strength
        penalty = {
            "weights": lambda: WeightDecay(lam=strength),
            "KL": lambda: KL(gamma=strength, rho_bar=0.1),
            "L1": lambda: L1(strength=strength),
            "no chance": lambda: no_chance(strength),
        }.get(self.name, tuple)()
        number = int(strength) if self.name == "fewer units" else UNITS
        rate = float(self.name[8:]) if self.name.startswith("dropout") else 0.0
        settings = {"batch_size": 100, "learning_rate": RATE, "schedule": "one-cycle"}
        if self.name == "slow":
            settings["learning_rate"] = strength
        model = Autoencoder([784, number], dropout=rate, seed=seed)
        fit(model, x, penalty=penalty, epochs=epochs, seed=seed, **settings | other)
        return model


def error(model: Autoencoder, x: np.ndarray) -> float:
    """Squared error per image."""
    return float(evaluation.squared_error(x, evaluation.reconstruct(model, x)).mean())


# How strong?


def tune(name: str, rows: list[dict]) -> None:
    """Find the strengths that give the error of dropout .5, for one data set."""
    x = load_data(name).train.images
    learned, judged = x[:9_000], x[9_000:]

    def judge(way: Way) -> float:
        key = {"data": name, "regularizer": way.name, "strength": way.strength}
        for row in rows:
            if key.items() <= row.items():
                return row["validation"]
        found = error(way.train(learned, seed=0), judged)
        rows.append(key | {"validation": float(f"{found:.4g}")})
        print(rows[-1], flush=True)
        return found

    goal = judge(Way("dropout .5"))
    for regularizer, tried in TRIED.items():
        errors = [judge(Way(regularizer, strength)) for strength in tried]
        judge(Way(regularizer, between(tried, errors, goal, regularizer)))


def between(tried: tuple, errors: list[float], goal: float, name: str) -> float:
    """Interpolate between logarithms."""
    (a, b), (low, high) = np.log(tried), np.log(errors)
    strength = math.exp(a + (b - a) * (math.log(goal) - low) / (high - low))
    return round(strength) if name == "fewer units" else float(f"{strength:.3g}")


def matched(name: str, rows: list[dict]) -> list[Way]:
    """Return every regularizer, at the strength whose error is nearest to dropout's."""
    here = [row for row in rows if row["data"] == name]
    goal = next(r["validation"] for r in here if r["regularizer"] == "dropout .5")
    ways = [Way("plain"), Way("dropout .2"), Way("dropout .5")]
    for regularizer in TRIED:
        own = [row for row in here if row["regularizer"] == regularizer]
        best = min(own, key=lambda row: abs(row["validation"] - goal))
        ways.append(Way(regularizer, best["strength"]))
    return ways


# What are units worth?


@torch.no_grad()
def without_many(model: Autoencoder, x: np.ndarray, to: str) -> float:
    """Error per image without a random half of the units, mean over draws.

    `to` is "zero", "mean", or "scaled": zero, with the others doubled, as in training.
    """
    rng = np.random.default_rng(0)
    code, flat = evaluation.encode(model, x), x.reshape(len(x), -1)
    errors = []
    for _ in range(DRAWS):
        lost = rng.permutation(code.shape[1])[: code.shape[1] // 2]
        left = 2 * code if to == "scaled" else code.copy()
        left[:, lost] = code[:, lost].mean(axis=0) if to == "mean" else 0
        y_hat = model.decode(left).numpy()
        errors.append(evaluation.squared_error(flat, y_hat).mean())
    return float(np.mean(errors))


@torch.no_grad()
def helps(model: Autoencoder, x: np.ndarray, to: str) -> float:
    """How often a unit lowers the error where a random half of the others is lost."""
    rng = np.random.default_rng(0)
    code, flat = evaluation.encode(model, x), x.reshape(len(x), -1)
    silent = code.mean(axis=0) if to == "mean" else np.zeros_like(code[0])
    good = []
    for _ in range(4):
        order = rng.permutation(code.shape[1])
        half = len(order) // 2
        left = code.copy()
        left[:, order[:half]] = silent[order[:half]]
        without = evaluation.squared_error(flat, model.decode(left).numpy()).mean()
        for unit in order[:30]:
            one_more = left.copy()
            one_more[:, unit] = code[:, unit]
            y_hat = model.decode(one_more).numpy()
            good.append(evaluation.squared_error(flat, y_hat).mean() < without)
    return float(np.mean(good))


def effective_number(features: np.ndarray) -> float:
    """Directions that unit-length features fill: (Σ e)² / Σ e² of their eigenvalues."""
    w = features / np.linalg.norm(features, axis=1, keepdims=True)
    energy = np.linalg.svd(w, compute_uv=False) ** 2
    return float(energy.sum() ** 2 / np.square(energy).sum())


def measure(model: Autoencoder, data: Data) -> dict[str, float]:
    """Everything that the table says about a model."""
    x, x_test = data.train.images[:2_000], data.test.images
    code, features, few = evaluation.encode(model, x), model.features(), x_test[:FEW]
    row = {
        "error": error(model, x_test),
        "train_error": error(model, x),
        "activity": float(code.mean()),
        "between": float(((code > 0.2) & (code < 0.8)).mean()),
        "sparseness": evaluation.population_sparseness(code),
        "idle": code.shape[1] - units.count_units(code).active,
        "similarity": units.similarity(features),
        "decoder_similarity": units.similarity(model.decoder[-1].weight.detach().T),
        "effective_number": effective_number(features),
        "redundancy": evaluation.redundancy(code),
        "window_share": float(np.median(units.window_share(features))),
        "smoothness": float(np.median(units.smoothness(features))),
    }
    rng = np.random.default_rng(0)
    pairs = np.array(
        [rng.permutation(code.shape[1])[:2] for _ in range(PAIRS)], dtype=int
    )
    for to in ("zero", "mean"):
        alone = units.ablation_cost(model, few, to=to)
        together = units.interactions(model, few, pairs, to=to)
        row[f"one_{to}"], row[f"worst_{to}"] = alone.mean(), alone.max()
        row[f"pair_{to}"] = np.abs(together).mean()
        row[f"need_{to}"] = -together.clip(max=0).mean()  # they need each other
        row[f"stand_in_{to}"] = together.clip(min=0).mean()  # one stands in
        row[f"helps_{to}"] = helps(model, few, to)
    row |= {f"half_{to}": without_many(model, few, to) for to in ("zero", "mean")}
    return row | {"half_scaled": without_many(model, few, "scaled")}


# 100 digits


def small(data: Data, seed: int, rows: list[dict]) -> None:
    """Learn from 100 digits: dropout, and the weight penalty, for twice two lengths."""
    x = data.train.images
    some, judged = x[seed * 100 :][:100], x[-1_000:]
    for steps in (400, 1_200):
        for name in SMALL:
            strengths = (3e-4, 1e-3, 3e-3) if name == "weights" else (0.0,)
            for strength in strengths:
                key = {"data": data.name, "regularizer": name, "strength": strength}
                key |= {"steps": steps, "seed": seed}
                if any(key.items() <= row.items() for row in rows):
                    continue
                other = {"batch_size": 50, "learning_rate": 1e-2}
                model = Way(name, strength).train(some, seed, steps // 2, **other)
                sets = {"train": some, "validation": judged, "test": data.test.images}
                found = {k: float(f"{error(model, v):.4g}") for k, v in sets.items()}
                rows.append(key | found)


def stored(name: str) -> list[dict]:
    """Return the rows of a table, or none."""
    if not (FOLDER / f"{name}.csv").exists():
        return []
    columns = load_table(name).columns
    lines = zip(*(c.tolist() for c in columns.values()), strict=True)
    return [dict(zip(columns, line, strict=True)) for line in lines]


def save(name: str, rows: list[dict], what: str) -> None:
    """Store a table."""
    command = "python benchmarks/regularizers.py"
    save_table(name, rows, command=command, data=f"drawn and mnist, {what}")


def main() -> None:
    """Run what is missing; store the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=DATA, nargs="+", default=DATA)
    parser.add_argument("--only", choices=("tuning", "matched", "few"), nargs="+")
    options = parser.parse_args()
    only = options.only or ("tuning", "matched", "few")
    torch.set_flush_denormal(True)  # numbers below 1e-38 would slow down sure units
    start = time.process_time()
    tuning = stored("regularizers_tuning")
    for name in options.data if "tuning" in only else ():
        tune(name, tuning)
        save(
            "regularizers_tuning",
            tuning,
            "9,000 digits to learn from and 1,000 to judge",
        )
    rows = stored("regularizers")
    for name in options.data if "matched" in only else ():
        data = load_data(name)
        runs = [(way, s, EPOCHS) for s in SEEDS for way in matched(name, tuning)]
        long = [way for way in matched(name, tuning) if way.name in LONG]
        for way, seed, epochs in [*runs, *((way, 0, 3 * EPOCHS) for way in long)]:
            key = {"data": name, "regularizer": way.name, "strength": way.strength}
            key |= {"epochs": epochs, "seed": seed}
            if any(key.items() <= row.items() for row in rows):
                continue
            found = measure(way.train(data.train.images, seed, epochs), data)
            rows.append(key | {k: float(f"{v:.4g}") for k, v in found.items()})
            seconds = time.process_time() - start
            print(*key.values(), rows[-1]["error"], f"{seconds:.0f} s", flush=True)
            save(
                "regularizers",
                rows,
                "10,000 training and 2,000 test images each; ablation on the first "
                f"{FEW} test images",
            )
    few = stored("dropout_few")
    for name in options.data if "few" in only else ():
        data = load_data(name)
        for seed in SEEDS:
            small(data, seed, few)
            save(
                "dropout_few", few, "100 training, 1,000 validation, 2,000 test images"
            )
    print(f"{time.process_time() - start:.0f} CPU s")


if __name__ == "__main__":
    main()
