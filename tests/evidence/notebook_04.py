"""What notebook 04 claims of its stored table."""

from __future__ import annotations

from itertools import product

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

TABLE, SEEDS = "sparse_loops", 3
DATA = ("drawn", "mnist")
USUAL = {"price": "KL", "mean": "running", "rho_bar": 0.05, "gamma": 1.0}
USUAL |= {"lam": 0.0, "eta": 1.0, "bias": 0.0, "epochs": 20}
SQUARES = (1.0, 3.0, 10.0, 21.05)


def runs(table: Table, column: str, **setting: object) -> np.ndarray:
    """One number for each seed and data set (2, 3)."""
    found = [table.where(data=name, **USUAL | setting)[column] for name in DATA]
    assert all(len(each) == SEEDS for each in found)
    return np.array(found)


def squares_do_not_bring_units_near(table: Table) -> bool:
    near = [runs(table, "near", bias=bias).min() for bias in (0.0, -10.0)]
    rivals = [
        runs(table, "near", price="square", gamma=c, bias=bias).max()
        for c, bias in product(SQUARES, (0.0, -10.0))
    ]
    return bool(min(near) > 0.8 and max(rivals) < 0.75)


def squares_leave_dead_units_dead(table: Table) -> bool:
    revived = runs(table, "median", bias=-10.0).min()
    dead = [
        runs(table, "median", price="square", gamma=c, bias=-10.0).max()
        for c in SQUARES[:3]
    ]
    return bool(revived > 0.05 and max(dead) < 0.001)


def longer_squares_come_near_with_more_error(table: Table) -> bool:
    square = {"price": "square", "gamma": 10.0, "epochs": 60}
    more = runs(table, "error", **square) - runs(table, "error", epochs=60)
    return bool(runs(table, "near", **square).min() > 0.6 and more.min() > 0)


def stronger_is_nearer_and_costs_error(table: Table) -> bool:
    for target in (0.01, 0.02, 0.05, 0.1):
        weak, strong = ({"rho_bar": target, "gamma": g} for g in (1.0, 5.0))
        nearer = runs(table, "median", **weak) - runs(table, "median", **strong)
        dearer = runs(table, "error", **strong) - runs(table, "error", **weak)
        if nearer.min() <= 0 or dearer.min() <= 0:
            return False
    return True


def lower_targets_cost_error(table: Table) -> bool:
    errors = [
        runs(table, "error", gamma=0.0),
        *(runs(table, "error", rho_bar=target) for target in (0.1, 0.05, 0.02, 0.01)),
    ]
    return bool(np.diff(errors, axis=0).min() > 0.2)


def a_low_price_is_outbid_in_time(table: Table) -> bool:
    later = runs(table, "median", rho_bar=0.01, epochs=60)
    steady = runs(table, "median", epochs=60)
    return bool(
        runs(table, "median", rho_bar=0.01).max() < 0.02
        and later.min() > 0.03
        and abs(steady - runs(table, "median")).max() < 0.01
    )


def lost(table: Table, mean: str, eta: float) -> np.ndarray:
    return runs(table, "kl", mean=mean, eta=eta)


def it_is_eta_times_steps_that_matters(table: Table) -> bool:
    harmless = [lost(table, *case) for case in (("10", 0.1), ("100", 0.02))]
    fatal = [lost(table, *case) for case in (("10", 1.0), ("100", 0.1), ("100", 1.0))]
    return bool(np.max(harmless) < 0.5 and np.min(fatal) > 20)


def cheap_means_do_as_the_full_pass(table: Table) -> bool:
    differences = [
        lost(table, mean, eta) - lost(table, "1", eta)
        for mean, eta in product(("running", "batch"), (1.0, 0.1, 0.02))
    ]
    return bool(np.abs(differences).max() < 0.15)


def average_first_is_more_decided_and_copies_better(table: Table) -> bool:
    cases = [(g, 20) for g in (0.1, 0.3, 1.0, 3.0)] + [(0.3, 60), (1.0, 60)]
    for gamma, epochs in cases:
        here = {"gamma": gamma, "epochs": epochs}
        first, each = (
            {c: runs(table, c, price=price, **here) for c in ("decided", "error")}
            for price in ("KL", "KL of each sample")
        )
        if np.any(first["decided"] < 1.4 * each["decided"]):
            return False
        if np.any(first["error"] >= each["error"]):
            return False
    return True


def it_takes_both_to_make_mumblers(table: Table) -> bool:
    both = {"rho_bar": 0.02, "lam": 3e-3}
    alone = [{"rho_bar": 0.02}, {"rho_bar": 0.1, "lam": 3e-3}]
    return all(
        runs(table, "decided", epochs=epochs, **both).max() < 0.1
        and min(runs(table, "decided", epochs=epochs, **one).min() for one in alone)
        > 0.2
        for epochs in (20, 60)
    )


def altered(column: str, value: float, **where: object) -> Altered:
    return Altered(USUAL | {"seed": 0} | where, column, value)


CLAIMS = (
    Claim(
        "04-square-near",
        TABLE,
        squares_do_not_bring_units_near,
        altered("near", 0.9, data="mnist", price="square", gamma=10.0),
    ),
    Claim(
        "04-square-dead",
        TABLE,
        squares_leave_dead_units_dead,
        altered("median", 0.05, data="drawn", price="square", gamma=10.0, bias=-10.0),
    ),
    Claim(
        "04-square-longer",
        TABLE,
        longer_squares_come_near_with_more_error,
        altered("error", 1.0, data="drawn", price="square", gamma=10.0, epochs=60),
    ),
    Claim(
        "04-range",
        TABLE,
        stronger_is_nearer_and_costs_error,
        altered("median", 0.2, data="mnist", gamma=5.0),
    ),
    Claim(
        "04-low-target",
        TABLE,
        lower_targets_cost_error,
        altered("error", 2.0, data="drawn", rho_bar=0.01),
    ),
    Claim(
        "04-outbid",
        TABLE,
        a_low_price_is_outbid_in_time,
        altered("median", 0.015, data="mnist", rho_bar=0.01, epochs=60),
    ),
    Claim(
        "04-stale",
        TABLE,
        it_is_eta_times_steps_that_matters,
        altered("kl", 0.1, data="drawn", mean="100", eta=0.1),
    ),
    Claim(
        "04-cheap-means",
        TABLE,
        cheap_means_do_as_the_full_pass,
        altered("kl", 2.0, data="mnist", mean="batch"),
    ),
    Claim(
        "04-average-first",
        TABLE,
        average_first_is_more_decided_and_copies_better,
        altered("decided", 0.5, data="drawn", price="KL of each sample", gamma=0.3),
    ),
    Claim(
        "04-mumblers-need-both",
        TABLE,
        it_takes_both_to_make_mumblers,
        altered("decided", 0.4, data="mnist", rho_bar=0.02, lam=3e-3, epochs=60),
    ),
)
