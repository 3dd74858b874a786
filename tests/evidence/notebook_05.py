"""What notebook 05 claims of its stored tables."""

from __future__ import annotations

import numpy as np
from claims import Altered, Claim
from scipy.stats import spearmanr

from aelib.results import Table

DATA = ("drawn", "mnist")
SEEDS = 3
UFLDL = {"gamma": 3, "rho_bar": 0.1, "lam": 3e-3}
CORNER = {"rho_bar": 0.05, "lam": 1e-3}
RIVAL_BOUNDS = {"window_share": 0.6, "smoothness": 0.7, "elongation": 1.8}
FIRST = {"data": "drawn", "epochs": 30, "seed": 0}


def one(table: Table, column: str, **where: object) -> float:
    return table.where(**where)[column].item()


def of_seeds(table: Table, column: str, network: str, data: str) -> np.ndarray:
    """Return a column of the three runs of 30 epochs."""
    values = table.where(data=data, network=network, epochs=30)[column]
    assert len(values) == SEEDS
    return values


def both_penalties_make_strokes(table: Table) -> bool:
    passes = [
        table.where(network=network, data=data)["passes"]
        for network in ("both", "neither", "λ only", "KL only")
        for data in DATA
    ]
    return all(p.all() for p in passes[:2]) and not any(p.any() for p in passes[2:])


def ica_finds_strokes_at_a_smaller_error(table: Table) -> bool:
    return all(
        all(
            one(table, part, data=data, method="ICA") >= bound
            for part, bound in RIVAL_BOUNDS.items()
        )
        and one(table, "similarity", data=data, method="ICA") <= 0.15
        and one(table, "squared_error", data=data, method="ICA") < 2.5
        for data in DATA
    )


def blobs_fail_and_cut_strokes_pass(table: Table) -> bool:
    return all(
        one(table, "elongation", data=data, method="cut strokes") > 1.8
        and one(table, "elongation", data=data, method="round blobs") < 1.1
        and one(table, "elongation", data=data, method="smooth noise, 7 × 7") < 1.8
        for data in DATA
    )


def a_corner_of_the_range_makes_strokes(table: Table) -> bool:
    return all(
        one(table, "passes", data=data, epochs=180, gamma=gamma, **CORNER) == 1
        for data in DATA
        for gamma in (1, 5)
    )


def the_corner_copies_better_than_ufldl(table: Table) -> bool:
    def error(data: str, **place: float) -> float:
        return one(table, "squared_error", data=data, epochs=180, **place)

    return all(
        error(data, gamma=1, **CORNER) < error(data, **UFLDL) - 2 for data in DATA
    )


def rare_and_expensive_units_look_alike(table: Table) -> bool:
    places = {"gamma": 1, "rho_bar": 0.01, "lam": 3e-3}
    return all(
        one(table, "similarity", data=data, epochs=epochs, **places) > 0.5
        for data in DATA
        for epochs in (60, 180)
    )


def the_count_orders_look_alikes_but_not_dimensions(table: Table) -> bool:
    def order(rows: dict[str, np.ndarray], predictor: np.ndarray, of: str) -> float:
        return abs(spearmanr(predictor, rows[of]).statistic)

    def holds(data: str) -> bool:
        rows = table.where(data=data, epochs=60)
        count, price, rho_bar = rows["paying"], 1 / rows["lam"], rows["rho_bar"]
        alike = [order(rows, p, "similarity") for p in (count, price, rho_bar)]
        wide = [order(rows, p, "dimensions") for p in (count, price)]
        return alike[0] > max(alike[1:]) and wide[0] < wide[1]

    return all(map(holds, DATA))


def places_are_the_work_of_the_weight_penalty(table: Table) -> bool:
    def overlap(network: str, data: str) -> np.ndarray:
        return of_seeds(table, "overlap", network, data)

    return all(
        overlap(with_it, data).max() < overlap(without, data).min() - 0.1
        for with_it, without in (("λ only", "neither"), ("both", "KL only"))
        for data in DATA
    ) and all(
        one(table, "overlap", data=data, network="λ only", epochs=90)
        < one(table, "overlap", data=data, network="both", epochs=90)
        for data in DATA
    )


def length_is_the_work_of_the_divergence(table: Table) -> bool:
    return all(
        table.where(data=data, network="λ only", epochs=epochs)["elongation"].max()
        < 1.7
        < 2.2
        < table.where(data=data, network="both", epochs=epochs)["elongation"].min()
        for data in DATA
        for epochs in (30, 90)
    ) and all(
        one(table, "elongation", data=data, network=f"λ = {lam:g} only") < 1.7
        for data in DATA
        for lam in (1e-4, 3e-4, 1e-3, 1e-2)
    )


def favourites_come_from_fewer_classes(table: Table) -> bool:
    return all(
        of_seeds(table, "favourites", quiet, data).max()
        < of_seeds(table, "favourites", loud, data).min() - 1
        for quiet, loud in (("KL only", "neither"), ("both", "λ only"))
        for data in DATA
    )


def most_of_the_small_cosine_is_a_low_mean(table: Table) -> bool:
    def holds(data: str) -> bool:
        plain = of_seeds(table, "cosine", "neither", data).mean()
        moved = of_seeds(table, "shifted_cosine", "neither", data).mean()
        sparse = of_seeds(table, "cosine", "KL only", data).mean()
        return plain - moved > 0.8 * (plain - sparse)

    return all(map(holds, DATA))


def contrast_belongs_to_the_weight_penalty(table: Table) -> bool:
    def gain(data: str, with_it: str, without: str) -> np.ndarray:
        return of_seeds(table, "contrast", with_it, data) - of_seeds(
            table, "contrast", without, data
        )

    return all(
        min(gain(d, "λ only", "neither").min(), gain(d, "both", "KL only").min()) > 0.06
        and max(gain(d, "KL only", "neither").max(), gain(d, "both", "λ only").max())
        < 0.04
        for d in DATA
    )


def units_die_that_are_only_pushed_down(table: Table) -> bool:
    def silent(way: str, data: str) -> np.ndarray:
        rows = table.where(way=way, data=data)
        assert set(rows["seed"]) == {0, 1, 2}
        assert len(set(rows["strength"])) == 3
        return rows["dead"] + rows["constant"]

    return all(
        silent(f"{unit}, both sides", data).max() == 0
        and silent(f"{unit}, L1", data).min() > 10
        for unit in ("sigmoid", "ReLU")
        for data in DATA
    )


def place(**where: float) -> dict[str, object]:
    return {"data": "drawn", "epochs": 180, **where}


CLAIMS = (
    Claim(
        "05-strokes",
        "stroke_score",
        both_penalties_make_strokes,
        Altered({**FIRST, "network": "both"}, "passes", 0),
    ),
    Claim(
        "05-blobs",
        "stroke_rivals",
        blobs_fail_and_cut_strokes_pass,
        Altered({"data": "mnist", "method": "round blobs"}, "elongation", 1.9),
    ),
    Claim(
        "05-ica",
        "stroke_rivals",
        ica_finds_strokes_at_a_smaller_error,
        Altered({"data": "mnist", "method": "ICA"}, "elongation", 1.2),
    ),
    Claim(
        "05-collapse",
        "sparse_map",
        rare_and_expensive_units_look_alike,
        Altered(place(gamma=1, rho_bar=0.01, lam=3e-3), "similarity", 0.1),
    ),
    Claim(
        "05-corner",
        "sparse_map",
        a_corner_of_the_range_makes_strokes,
        Altered(place(gamma=5, **CORNER), "passes", 0),
    ),
    Claim(
        "05-corner-error",
        "sparse_map",
        the_corner_copies_better_than_ufldl,
        Altered(place(gamma=1, **CORNER), "squared_error", 16),
    ),
    Claim(
        "05-paying",
        "sparse_map",
        the_count_orders_look_alikes_but_not_dimensions,
        Altered(
            {"data": "drawn", "epochs": 60, "gamma": 5, "rho_bar": 0.01, "lam": 0.01},
            "paying",
            300,
        ),
    ),
    Claim(
        "05-places",
        "stroke_score",
        places_are_the_work_of_the_weight_penalty,
        Altered({**FIRST, "network": "λ only"}, "overlap", 0.6),
    ),
    Claim(
        "05-length",
        "stroke_score",
        length_is_the_work_of_the_divergence,
        Altered({**FIRST, "network": "λ only"}, "elongation", 2.3),
    ),
    Claim(
        "05-favourites",
        "stroke_score",
        favourites_come_from_fewer_classes,
        Altered({**FIRST, "network": "KL only"}, "favourites", 4.8),
    ),
    Claim(
        "05-cosine",
        "stroke_score",
        most_of_the_small_cosine_is_a_low_mean,
        Altered({**FIRST, "network": "neither"}, "shifted_cosine", 0.9),
    ),
    Claim(
        "05-contrast",
        "stroke_score",
        contrast_belongs_to_the_weight_penalty,
        Altered({**FIRST, "network": "λ only"}, "contrast", 1.1),
    ),
    Claim(
        "05-dead",
        "sparse_ways",
        units_die_that_are_only_pushed_down,
        Altered(
            {
                "data": "drawn",
                "way": "ReLU, both sides",
                "strength": 0.1,
                "rate": 0.01,
                "seed": 0,
            },
            "dead",
            100,
        ),
    ),
)
