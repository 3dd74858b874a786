"""Sparse coding by hand: the lecture's range, whose mean, and prices other than KL.

    AELIB_DATA=folder python benchmarks/sparse_loops.py [--data drawn]

writes `aelib/results/sparse_loops.csv`, which notebook 04 shows.  All runs are those of
the notebook: 2,000 digits of 14 × 14 pixels, 25 units, batches of 20.  What one run
differs in from another stands in its row, and nothing else differs.  Everything is
measured on the digits that were learned from: it is the cost that is studied.  Runs
that the table already has are not run again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np

from aelib import load_data
from aelib.penalties import kl_divergence, kl_gradient
from aelib.results import FOLDER, load_table, save_table
from aelib.sparse_loops import Force, SparseRun, kl_force, shrink, train_by_hand
from aelib.units import decidedness

NAME, DATA, SEEDS = "sparse_loops", ("drawn", "mnist"), range(3)
EPOCHS, LONGER = 20, 60


@dataclass(frozen=True)
class Setting:
    """What one run differs in from another."""

    price: str = "KL"  # "KL of each sample", or "square" of the distance from rho_bar
    mean: str = "running"  # "batch", or a number: of all data, every so many steps
    rho_bar: float = 0.05
    gamma: float = 1.0
    lam: float = 0.0
    eta: float = 1.0
    bias: float = 0.0
    epochs: int = EPOCHS


def settings() -> Iterator[Setting]:
    """Yield what is run for one seed of one data set."""
    for gamma in (0.0, 0.1, 0.3, 1.0, 3.0, 5.0):
        yield Setting(gamma=gamma)
    for rho_bar in (0.01, 0.02, 0.1):
        for gamma in (1.0, 3.0, 5.0):
            yield Setting(rho_bar=rho_bar, gamma=gamma)
    for mean in ("running", "batch", "1", "10", "100"):
        for eta in (1.0, 0.1, 0.02):
            yield Setting(mean=mean, eta=eta)
    for gamma in (0.1, 0.3, 1.0, 3.0):
        yield Setting("KL of each sample", gamma=gamma)
    for rho_bar in (0.02, 0.05, 0.1):
        for lam in (1e-4, 1e-3, 3e-3):
            yield Setting(rho_bar=rho_bar, lam=lam)
    for gamma in (1.0, 3.0, 10.0, 1 / (0.05 * 0.95)):
        for bias in (0.0, -10.0):
            yield Setting("square", gamma=round(gamma, 2), bias=bias)
    for gamma in (0.0, 1.0):
        yield Setting(gamma=gamma, bias=-10.0)
    for setting in (
        Setting(gamma=0.0),
        Setting(rho_bar=0.01),
        Setting(),
        Setting(gamma=5.0),
        Setting("KL of each sample"),
        Setting("KL of each sample", gamma=0.3),
        Setting(gamma=0.3),
        Setting(rho_bar=0.02, lam=3e-3),
        Setting(rho_bar=0.02),
        Setting(rho_bar=0.1, lam=3e-3),
        Setting("square", gamma=10.0),
        Setting("square", gamma=10.0, bias=-10.0),
    ):
        yield replace(setting, epochs=LONGER)


def force(setting: Setting) -> Force:
    """Return what joins the hidden δ."""
    gamma, rho_bar = setting.gamma, setting.rho_bar
    forces: dict[str, Callable[[], Force]] = {
        "KL": lambda: kl_force(gamma, rho_bar),
        "KL of each sample": lambda: lambda h, _: -gamma * kl_gradient(rho_bar, h),
        "square": lambda: lambda _, rho: -gamma * (rho - rho_bar),
    }
    return forces[setting.price]()


def measure(run: SparseRun, x: np.ndarray, rho_bar: float) -> dict[str, float]:
    """Say how active the units are, how decided, and what is left of the error."""
    h, rho = run.code(x), run.rho[-1]
    late = run.rho[len(run.rho) // 2 :]
    return {
        "error": run.net.cost(x, x),
        "kl": kl_divergence(rho_bar, rho).sum(),
        "lowest": rho.min(),
        "median": np.median(rho),
        "highest": rho.max(),
        "near": np.mean((rho > rho_bar / 2) & (rho < 2 * rho_bar)),
        "swing": np.ptp(late, axis=0).mean(),
        "decided": np.median(decidedness(h)),
        "active": np.mean(h > 0.5),
    }


def stored_rows() -> list[dict[str, object]]:
    """Return the rows of the table as it is."""
    if not (FOLDER / f"{NAME}.csv").exists():
        return []
    columns = load_table(NAME).columns
    lines = zip(*columns.values(), strict=True)
    rows = [dict(zip(columns, line, strict=True)) for line in lines]
    return [row | {key: int(row[key]) for key in ("seed", "epochs")} for row in rows]


def main() -> None:
    """Run what is missing, and store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", choices=DATA, nargs="+", default=DATA)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    wanted = parser.parse_args()
    rows, start = stored_rows(), time.process_time()
    for seed in wanted.seeds:
        for name in wanted.data:
            images = load_data(name, n_train=2_000, n_test=1, seed=seed).train.images
            x = shrink(images)
            for setting in dict.fromkeys(settings()):
                key = {"data": name, "seed": seed, **asdict(setting)}
                if any(key.items() <= row.items() for row in rows):
                    continue
                options = asdict(setting)
                for other in ("price", "rho_bar", "gamma"):
                    del options[other]
                mean = setting.mean
                options["mean"] = int(mean) if mean.isdigit() else mean
                run = train_by_hand(x, force(setting), seed=seed, **options)
                found = measure(run, x, setting.rho_bar)
                rows.append(key | {k: float(f"{v:.4g}") for k, v in found.items()})
            seconds = time.process_time() - start
            print(f"{name} seed {seed}: {seconds:.0f} CPU s so far", flush=True)
            rows.sort(key=lambda row: (str(row["data"]), row["seed"]))
            save_table(
                NAME,
                rows,
                command="python benchmarks/sparse_loops.py",
                data="2,000 drawn and MNIST digits of 14 × 14 pixels; seeds 0 to 2",
            )


if __name__ == "__main__":
    main()
