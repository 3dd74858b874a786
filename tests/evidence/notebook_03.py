"""What notebook 03 claims of its stored tables."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

TABLE, SEEDS = "weight_penalty", 3
DATA, FEW, MANY = ("drawn", "mnist"), 100, 1_000
PRICES = (0.0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3)
STOPS = ("constant 0.001", "constant", "constant 0.01")


def runs(table: Table, column: str, **setting: object) -> np.ndarray:
    """One number for each seed."""
    usual = {"task": "autoencoder", "rule": "penalty", "units": 196, "steps": 3_000}
    found = table.where(**usual | {"lam": 0.0} | setting)[column]
    assert len(found) in (1, SEEDS)
    return found


def best(table: Table, options: Sequence[dict[str, object]]) -> tuple:
    """Number and test error of the option that validation digits choose, by seed."""
    scores = [runs(table, "validation", **option) for option in options]
    chosen = np.argmin(scores, axis=0)
    test = np.array([runs(table, "test", **option) for option in options])
    return chosen, test[chosen, range(SEEDS)]


def with_penalty(table: Table, steps: int = 3_000, **here: object) -> tuple:
    prices = PRICES if steps == 3_000 else (0.0, 1e-4, 1e-3)
    options = [{**here, "steps": steps, "lam": lam} for lam in prices]
    return best(table, options)


def saved(table: Table, steps: int, name: str, n: int) -> np.ndarray:
    """Share of the test error that a penalty saves, by seed."""
    penalized = with_penalty(table, steps, data=name, n=n)[1]
    return 1 - penalized / runs(table, "test", data=name, n=n, steps=steps)


def saves_a_quarter_at_the_end(table: Table) -> bool:
    found = [saved(table, 3_000, name, n) for name, n in product(DATA, (FEW, MANY))]
    return bool(np.min(found) > 0.25)


def saves_a_tenth_and_nothing_at_first(table: Table) -> bool:
    few = np.array([saved(table, 300, name, FEW) for name in DATA])
    many = np.array([saved(table, 300, name, MANY) for name in DATA])
    return bool(few.min() > 0.05 and few.max() < 0.15 and abs(many).max() < 0.02)


def more_digits_want_a_lower_price(table: Table) -> bool:
    prices = [
        np.array(PRICES)[with_penalty(table, data=name, n=n)[0]]
        for n, name in product((FEW, MANY), DATA)
    ]
    return bool(np.all(np.min(prices[:2]) > np.max(prices[2:])))


def upper_end_harms(table: Table) -> bool:
    differences = [
        runs(table, "test", data=name, n=MANY, lam=1e-3)
        - runs(table, "test", data=name, n=MANY)
        for name in DATA
    ]
    return bool(np.min(differences) > 0)


def beats_its_rivals(table: Table) -> bool:
    for name, n in product(DATA, (FEW, MANY)):
        here = {"data": name, "n": n}
        steps = [{**here, "steps": number} for number in (300, 1_000, 3_000)]
        units = [{**here, "units": number} for number in (50, 100, 196)]
        stops = [{**here, "rule": rule} for rule in STOPS]
        decays = [{**here, "rule": "AdamW", "lam": lam} for lam in (0.1, 0.3, 1.0, 3.0)]
        options = [steps, units, stops, [here, *decays]]
        rivals = [runs(table, "cut", **here)]
        rivals += [best(table, rival)[1] for rival in options]
        if np.any(with_penalty(table, **here)[1] >= np.min(rivals, axis=0)):
            return False
    return True


def unused_weights_do_not_matter(table: Table) -> bool:
    shares = [
        runs(table, "cut", data=name, n=n) / runs(table, "test", data=name, n=n)
        for name, n in product(DATA, (FEW, MANY))
    ]
    return bool(np.abs(np.array(shares) - 1).max() < 0.005)


def grows_with_training(table: Table) -> bool:
    cases = [("drawn", FEW, 1e-3), ("drawn", MANY, 1e-4), ("mnist", MANY, 1e-4)]
    for name, n, lam in cases:
        without, penalized = (
            [
                runs(table, "test", data=name, n=n, steps=steps, lam=price)[0]
                for steps in (3_000, 9_000)
            ]
            for price in (0.0, lam)
        )
        if not (without[1] > without[0] and penalized[1] < penalized[0]):
            return False
    return True


def misread(table: Table, task: str, name: str, n: int) -> np.ndarray:
    """How many fewer of 100 digits a classifier misreads with a penalty, by seed."""
    here = {"task": task, "data": name, "n": n, "steps": 1_000, "units": 64}
    options = [{**here, "lam": lam} for lam in (0.0, 1e-4, 1e-3, 3e-3, 1e-2)]
    return 100 * (runs(table, "test", **here) - best(table, options)[1])


def wrong_labels_need_it_more(table: Table) -> bool:
    return all(
        misread(table, "classifier, wrong labels", name, MANY).min()
        > misread(table, "classifier", name, MANY).max() + 3
        for name in DATA
    )


def stopping_saves_as_much_of_wrong_labels(table: Table) -> bool:
    for name in DATA:
        here = {"task": "classifier, wrong labels", "data": name, "n": MANY}
        here |= {"steps": 1_000, "units": 64}
        bare = runs(table, "test", **here)
        stopped = 100 * (bare - best(table, [{**here, "rule": r} for r in STOPS])[1])
        penalized = misread(table, "classifier, wrong labels", name, MANY)
        if stopped.min() < 5 or abs(stopped - penalized).max() > 2:
            return False
    return True


AT_THE_END = {
    "task": "autoencoder",
    "rule": "penalty",
    "units": 196,
    "steps": 3_000,
    "lam": 0.0,
    "seed": 0,
}


def altered(column: str, value: float, **where: object) -> Altered:
    return Altered(AT_THE_END | where, column, value)


CLAIMS = (
    Claim(
        "03-saves-a-quarter",
        TABLE,
        saves_a_quarter_at_the_end,
        altered("test", 2.5, data="mnist", n=MANY),
    ),
    Claim(
        "03-saves-little-at-first",
        TABLE,
        saves_a_tenth_and_nothing_at_first,
        altered("test", 12.0, data="drawn", n=MANY, steps=300),
    ),
    Claim(
        "03-more-digits-lower-price",
        TABLE,
        more_digits_want_a_lower_price,
        altered("validation", 1.5, data="drawn", n=MANY, lam=1e-3),
    ),
    Claim(
        "03-upper-end-harms",
        TABLE,
        upper_end_harms,
        altered("test", 2.0, data="mnist", n=MANY, lam=1e-3),
    ),
    Claim(
        "03-beats-its-rivals",
        TABLE,
        beats_its_rivals,
        altered("test", 1.8, data="drawn", n=MANY, rule="constant"),
    ),
    Claim(
        "03-unused-weights",
        TABLE,
        unused_weights_do_not_matter,
        altered("cut", 8.0, data="mnist", n=FEW),
    ),
    Claim(
        "03-grows-with-training",
        TABLE,
        grows_with_training,
        altered("test", 2.5, data="drawn", n=MANY, steps=9_000),
    ),
    Claim(
        "03-wrong-labels",
        TABLE,
        wrong_labels_need_it_more,
        altered(
            "test",
            0.1,
            data="mnist",
            n=MANY,
            task="classifier, wrong labels",
            steps=1_000,
            units=64,
        ),
    ),
    Claim(
        "03-stopping-wrong-labels",
        TABLE,
        stopping_saves_as_much_of_wrong_labels,
        altered(
            "test",
            0.3,
            data="mnist",
            n=MANY,
            task="classifier, wrong labels",
            rule="constant",
            steps=1_000,
            units=64,
        ),
    ),
)
