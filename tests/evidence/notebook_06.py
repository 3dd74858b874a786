"""What notebook 06 claims of its stored tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

TABLE, FEW, SEEDS, DATA = "regularizers", "dropout_few", 3, ("drawn", "mnist")
BOTH = ("dropout .5", "no chance")  # dropout, and its average effect
OTHERS = ("weights", "KL", "L1", "fewer units", "slow")  # of the same error
RATES = ("plain", "dropout .1", "dropout .2", "dropout .5")

Read = Callable[..., np.ndarray]


def on_each(holds: Callable[[Read], bool]) -> Callable[[Table], bool]:
    """Ask the same of both data sets; `read` gives one number for each seed."""

    def on_both(table: Table) -> bool:
        def reader(name: str) -> Read:
            def read(measure: str, regularizer: str, epochs: int = 20) -> np.ndarray:
                rows = table.where(data=name, regularizer=regularizer, epochs=epochs)
                assert len(rows[measure]) == (SEEDS if epochs == 20 else 1)
                return rows[measure]

            return read

        return all(holds(reader(name)) for name in DATA)

    return on_both


def below(read: Read, measure: str, low: Sequence[str], high: Sequence[str]) -> bool:
    """Say whether every seed of the first is below every seed of the others."""
    most = max(read(measure, name).max() for name in low)
    return bool(most < min(read(measure, name).min() for name in high))


@on_each
def errors_agree(read: Read) -> bool:
    goal = read("error", "dropout .5").mean()
    errors = [read("error", name) for name in ("no chance", *OTHERS)]
    return bool(np.abs(np.array(errors) / goal - 1).max() < 0.1)


@on_each
def missed_less_at_zero(read: Read) -> bool:
    most = max(read("one_zero", name).max() for name in BOTH)
    return bool(most < 0.5 * min(read("one_zero", name).min() for name in OTHERS))


@on_each
def missed_more_at_the_mean(read: Read) -> bool:
    return below(read, "one_mean", ("plain", "weights", "KL", "slow"), BOTH)


@on_each
def switches(read: Read) -> bool:
    most, least = read("between", "dropout .5").max(), read("between", "plain").min()
    return bool(most < 0.5 * least)


@on_each
def need_each_other_least(read: Read) -> bool:
    measures = ("need_zero", "need_mean")
    return all(below(read, measure, BOTH, (*OTHERS, "plain")) for measure in measures)


@on_each
def least_without_chance(read: Read) -> bool:
    return below(read, "need_zero", ("no chance",), ("dropout .5",))


@on_each
def least_per_importance_is_another(read: Read) -> bool:
    def share(name: str) -> np.ndarray:
        return read("need_zero", name) / read("one_zero", name)

    others = [share(name).min() for name in OTHERS if name != "L1"]
    most = share("dropout .5").max()
    return bool(share("L1").max() < share("dropout .5").min() and most < min(others))


@on_each
def help_in_company(read: Read) -> bool:
    least = min(read("helps_zero", name).min() for name in (*BOTH, "KL", "L1"))
    return bool(least > 0.97 and read("helps_zero", "plain").max() < 0.85)


@on_each
def many_may_be_missing(read: Read) -> bool:
    def growth(name: str) -> np.ndarray:
        return read("half_scaled", name) / read("error", name)

    most = max(growth(name).max() for name in BOTH)
    is_least = below(read, "half_zero", ("dropout .5",), ("plain", *OTHERS))
    return bool(is_least and most < 2.5 and growth("plain").min() > 10)


@on_each
def more_at_their_means(read: Read) -> bool:
    return below(read, "half_mean", ("plain", *OTHERS), BOTH)


@on_each
def more_diverse_at_equal_error(read: Read) -> bool:
    return below(read, "similarity", BOTH, OTHERS) and below(
        read, "effective_number", OTHERS, BOTH
    )


@on_each
def redundancy_in_between(read: Read) -> bool:
    return below(read, "redundancy", ("fewer units",), ("dropout .5",)) and below(
        read, "redundancy", ("dropout .5",), ("weights", "KL", "slow")
    )


@on_each
def each_buys_something_else(read: Read) -> bool:
    rest = ("dropout .5", "no chance", "fewer units", "slow")
    return (
        below(read, "activity", ("KL", "L1"), ("weights", *rest))
        and below(read, "smoothness", ("KL", "L1", *rest), ("weights",))
        and below(read, "window_share", ("KL", "L1", *rest), ("weights",))
        and bool(read("window_share", "weights").max() < 0.5)
    )


@on_each
def longer(read: Read) -> bool:
    def of(measure: str, epochs: int, *names: str) -> float:
        return min(read(measure, name, epochs).min() for name in names)

    dropped = of("need_zero", 60, "dropout .5")
    rivals = of("need_zero", 60, "weights", "fewer units", "plain")
    after = of("similarity", 60, "dropout .5") < of("similarity", 60, "plain")
    before = of("similarity", 20, "dropout .5") < of("similarity", 20, "plain")
    return dropped < 0.5 * rivals and after and not before


def few(table: Table, name: str, steps: int, kinds: Sequence[str]) -> np.ndarray:
    """Test error of the setting that validation digits choose, by seed."""
    runs = [
        table.where(data=name, steps=steps, regularizer=kind, strength=strength)
        for kind in kinds
        for strength in ((3e-4, 1e-3, 3e-3) if kind == "weights" else (0.0,))
    ]
    assert all(len(run["test"]) == SEEDS for run in runs)
    chosen = np.argmin([run["validation"] for run in runs], axis=0)
    return np.array([run["test"] for run in runs])[chosen, range(SEEDS)]


def little_helps_and_a_penalty_more(table: Table) -> bool:
    for name, steps in product(DATA, (400, 1_200)):
        plain = few(table, name, steps, ["plain"])
        best, half, penalty = (
            1 - few(table, name, steps, kinds) / plain
            for kinds in (RATES, ["dropout .5"], ["weights"])
        )
        is_little = best.min() > 0.004 and best.max() < 0.08
        if not (is_little and half.max() < 0 and penalty.min() > 2 * best.max()):
            return False
    return True


def altered(
    measure: str, value: float, name: str, data: str = "mnist", **other: object
) -> Altered:
    row = {"data": data, "regularizer": name, "epochs": 20, "seed": 0}
    return Altered(row | other, measure, value)


def claim(name: str, holds: Callable[[Table], bool], *change: object, **where) -> Claim:
    return Claim(f"06-{name}", TABLE, holds, altered(*change, **where))


CLAIMS = (
    claim("equal-error", errors_agree, "error", 9.0, "KL"),
    claim("missed-less-at-zero", missed_less_at_zero, "one_zero", 0.07, "KL"),
    claim("missed-more-at-the-mean", missed_more_at_the_mean, "one_mean", 0.2, "slow"),
    claim("switches", switches, "between", 0.3, "dropout .5"),
    claim("need", need_each_other_least, "need_mean", 1e-3, "dropout .5"),
    claim("no-chance", least_without_chance, "need_zero", 2e-3, "no chance"),
    claim("per-importance", least_per_importance_is_another, "need_zero", 0.02, "L1"),
    claim("longer", longer, "need_zero", 0.01, "dropout .5", epochs=60),
    claim("company", help_in_company, "helps_zero", 0.99, "plain"),
    claim("many-at-zero", many_may_be_missing, "half_scaled", 30.0, "dropout .5"),
    claim("many-at-the-mean", more_at_their_means, "half_mean", 50.0, "weights"),
    claim("diverse", more_diverse_at_equal_error, "similarity", 0.07, "dropout .5"),
    claim("redundancy", redundancy_in_between, "redundancy", 0.7, "slow"),
    claim("frame", each_buys_something_else, "smoothness", 0.2, "weights"),
    Claim(
        "06-few",
        FEW,
        little_helps_and_a_penalty_more,
        Altered(
            {
                "data": "mnist",
                "regularizer": "weights",
                "strength": 1e-3,
                "steps": 1_200,
                "seed": 0,
            },
            "test",
            19.0,
        ),
    ),
)
