"""What notebook 14 claims of its stored tables."""

from __future__ import annotations

from itertools import product

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

DATA, LAYERS = ("drawn", "mnist"), ("classifier", "autoencoder")
RULES = ("L1", "top-k", "jump")


def found(table: Table, method: str, features: int, density: float) -> np.ndarray:
    """Return the share found in each of three draws."""
    share = table.where(method=method, features=features, density=density)["found"]
    assert len(share) == 3
    return share


def k_means_is_as_good(table: Table) -> bool:
    best = max(found(table, rule, 60, 1.2).mean() for rule in RULES)
    return bool(found(table, "k-means", 60, 1.2).mean() > best - 0.05)


def several_active_need_a_dictionary(table: Table) -> bool:
    ours = [found(table, rule, 60, 9.0) for rule in ("L1", "top-k")]
    return bool(np.min(ours) > 0.65 and found(table, "k-means", 60, 9.0).max() < 0.1)


def the_larger_world(table: Table) -> bool:
    ours = [found(table, rule, 128, 16.0) for rule in RULES]
    return bool(np.min(ours) > 0.9 and found(table, "k-means", 128, 16.0).max() == 0)


def runs(table: Table, column: str, data: str, layer: str, method: str) -> np.ndarray:
    """Return a measure of each of three seeds."""
    values = table.where(data=data, layer=layer, method=method)[column]
    assert len(values) == 3
    return values


def random_directions_win(table: Table) -> bool:
    return all(
        bool(
            np.all(
                runs(table, "knows", *place, "random directions")
                > runs(table, "knows", *place, "sparse autoencoder")
            )
        )
        for place in product(DATA, LAYERS)
    )


def a_unit_is_its_class_s_own(table: Table) -> bool:
    def each(column: str, method: str) -> list[np.ndarray]:
        return [runs(table, column, data, "classifier", method) for data in DATA]

    ours, random = (
        np.array(each("own", method))
        for method in ("sparse autoencoder", "random directions")
    )
    others = np.array(each("others", "sparse autoencoder"))
    return bool(ours.min() > 0.03 and random.max() < 0.02 and others.max() < 0.005)


def one_in_twenty_again(table: Table) -> bool:
    real, cloud = (
        np.array(
            [runs(table, "again", *place, method) for place in product(DATA, LAYERS)]
        )
        for method in ("sparse autoencoder", "Gaussian cloud")
    )
    return bool(real.max() < 0.1 and np.all(real > cloud))


def of_seed(method: str, layer: str = "classifier") -> dict[str, object]:
    return {"data": "drawn", "layer": layer, "seed": 0, "method": method}


CLAIMS = (
    Claim(
        "14-few-active",
        "dictionaries",
        k_means_is_as_good,
        Altered(
            {"method": "k-means", "features": 60, "density": 1.2, "seed": 0},
            "found",
            0.5,
        ),
    ),
    Claim(
        "14-many-active",
        "dictionaries",
        several_active_need_a_dictionary,
        Altered(
            {"method": "k-means", "features": 60, "density": 9.0, "seed": 1},
            "found",
            0.4,
        ),
    ),
    Claim(
        "14-larger-world",
        "dictionaries",
        the_larger_world,
        Altered(
            {"method": "jump", "features": 128, "density": 16.0, "seed": 2},
            "found",
            0.5,
        ),
    ),
    Claim(
        "14-random-wins",
        "dictionaries_digits",
        random_directions_win,
        Altered(of_seed("sparse autoencoder"), "knows", 0.99),
    ),
    Claim(
        "14-own-class",
        "dictionaries_digits",
        a_unit_is_its_class_s_own,
        Altered(of_seed("sparse autoencoder"), "others", 0.03),
    ),
    Claim(
        "14-one-in-twenty",
        "dictionaries_digits",
        one_in_twenty_again,
        Altered(of_seed("Gaussian cloud", "autoencoder"), "again", 0.4),
    ),
)
