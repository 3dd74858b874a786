"""What notebook 01 claims of its stored tables."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

DATA = ("drawn", "mnist")
SEEDS = (0, 1, 2)


def runs(
    table: Table, column: str, data: str, model: str, size: int, epochs: int
) -> np.ndarray:
    """Return a column's values, one per seed; of PCA the only one."""
    rows = table.where(data=data, model=model, code_size=size, epochs=epochs)
    is_exact = epochs == 0
    assert sorted(rows["seed"]) == ([0] if is_exact else [*SEEDS])
    return rows[column]


def pca_is_as_published(table: Table) -> bool:
    error = table.where(model="PCA", code_size=30)["squared_error"]
    return abs(error.item() - 13.87) < 0.01


def logistic_pca_is_as_published(table: Table) -> bool:
    squared, entropy = (
        table.where(model=model, code_size=30)["squared_error"]
        for model in ("shallow", "shallow, cross-entropy")
    )
    return (
        len(squared) == len(entropy) == 3
        and bool((abs(entropy - 8.01) < 0.02).all())
        and bool(((squared > 7.8) & (squared < 8.01)).all())
    )


def every_number_of_one_layer_is_needed(table: Table) -> bool:
    return all(
        runs(table, "least_rise", data, "PCA", 32, 0).min() > 0.2
        and runs(table, "least_rise", data, "one layer", 32, epochs).min() > 0.2
        and runs(table, "least_rise", data, "deep", 32, epochs).max() < 0.1
        and runs(table, "redundancy", data, "deep", 32, epochs).min() > 0.75
        for data in DATA
        for epochs in (10, 30)
    )


def more_energy_than_pca_and_no_more_slope(table: Table) -> bool:
    return all(
        runs(table, "trace", data, "one layer", 32, 10).max()
        < runs(table, "trace", data, "PCA", 32, 0).item()
        and runs(table, "energy", data, "one layer", 32, 10).min()
        > 4 * runs(table, "energy", data, "PCA", 32, 0).item()
        for data in DATA
    )


def no_cleaner_than_pca_and_worse_with_training(table: Table) -> bool:
    return all(
        runs(table, "cleaned", data, "one layer", 32, 30).min()
        > 1.5 * runs(table, "cleaned", data, "one layer", 32, 10).max()
        and runs(table, "cleaned", data, "one layer", 32, 10).mean()
        > runs(table, "cleaned", data, "PCA", 32, 0).item() - 0.5
        for data in DATA
    )


def cut_quiet_pixels(table: Table) -> Iterator[bool]:
    for data in DATA:
        pca = runs(table, "cleaned", data, "PCA", 32, 0).item()
        for epochs in (10, 30):
            whole = runs(table, "error", data, "one layer", 32, epochs)
            cut = runs(table, "error", data, "quiet pixels cut", 32, epochs)
            cleaned = runs(table, "cleaned", data, "quiet pixels cut", 32, epochs)
            yield bool((cut < 1.01 * whole).all()) and cleaned.max() < pca


def noise_came_in_at_quiet_pixels(table: Table) -> bool:
    return all(cut_quiet_pixels(table))


def cleaned_by(table: Table, data: str, model: str, epochs: int) -> np.ndarray:
    size = 784 if model == "linear denoiser" else 32
    return runs(table, "cleaned", data, model, size, epochs)


def noisy_lessons(table: Table) -> Iterator[bool]:
    narrow = [("PCA", 0), ("weight decay", 10)]
    narrow += [
        (model, epochs)
        for model in ("one layer", "quiet pixels cut", "tied", "linear output", "deep")
        for epochs in (10, 30)
    ]
    for data in DATA:
        taught = [cleaned_by(table, data, "noisy inputs", e).max() for e in (10, 30)]
        yield all(
            max(taught) < cleaned_by(table, data, *other).min() for other in narrow
        )
        yield cleaned_by(table, data, "linear denoiser", 0).item() < min(taught)
        yield (
            runs(table, "cleaned", data, "PCA", 64, 0).item()
            < cleaned_by(table, data, "PCA", 0).item()
        )


def best_cleaners_learned_from_noise(table: Table) -> bool:
    return all(noisy_lessons(table))


def pca_is_beaten_from_eight_numbers_on(table: Table) -> bool:
    better = {
        (data, size): runs(table, "error", data, "one layer", size, 10)
        < runs(table, "error", data, "PCA", size, 0)
        for data in DATA
        for size in (1, 2, 8, 16, 32, 64)
    }
    longer = [
        runs(table, "error", data, "one layer", 2, 30).mean()
        > runs(table, "error", data, "PCA", 2, 0).item()
        for data in DATA
    ]
    few = [any(is_better) for (_, size), is_better in better.items() if size < 8]
    many = [all(is_better) for (_, size), is_better in better.items() if size >= 8]
    return not any(few) and all(many) and all(longer)


def deep_is_ahead_where_codes_are_short(table: Table) -> bool:
    return all(
        runs(table, "error", data, "deep", size, 10).max()
        < 0.8
        * min(
            runs(table, "error", data, "one layer", size, 10).min(),
            runs(table, "error", data, "PCA", size, 0).item(),
        )
        for data in DATA
        for size in (2, 8)
    )


def deep_needs_more_passes_at_32(table: Table) -> bool:
    return all(
        runs(table, "error", data, "deep", 32, 10).min()
        > runs(table, "error", data, "one layer", 32, 10).max()
        and runs(table, "error", data, "deep", 32, 30).max()
        < runs(table, "error", data, "one layer", 32, 30).min()
        for data in DATA
    )


def neighbours_agree(table: Table) -> Iterator[bool]:
    for data in DATA:
        pixels = table.where(data=data, model="pixels")["neighbour"].item()
        for model, epochs in (("one layer", 10), ("PCA", 0)):
            yield (
                abs(runs(table, "neighbour", data, model, 32, epochs) - pixels).max()
                < 0.02
            )
        of_two = runs(table, "neighbour", data, "deep", 2, 10)
        yield of_two.min() > runs(table, "neighbour", data, "PCA", 2, 0).item() + 0.1
        yield of_two.max() < pixels - 0.2
        yield (
            runs(table, "neighbour", data, "one layer", 2, 10).max()
            < runs(table, "neighbour", data, "PCA", 2, 0).item()
        )


def labels_survive_in_32_numbers(table: Table) -> bool:
    return all(neighbours_agree(table))


def strangers_in_one_order(table: Table) -> Iterator[bool]:
    kinds = ("lost_letters", "lost_turned", "lost_moved", "lost_inverted")
    for data in DATA:
        for model, epochs in (("one layer", 10), ("PCA", 0)):
            shares = [runs(table, kind, data, model, 32, epochs) for kind in kinds]
            yield bool((np.diff(shares, axis=0) > 0).all())


def pca_orders_strangers_alike(table: Table) -> bool:
    return all(strangers_in_one_order(table))


def a_sigmoid_code_is_freed_by_its_start(table: Table) -> bool:
    rows = [
        table.where(data=data, model="sigmoid code", start=start)
        for start in ("zero", "mean")
        for data in DATA
    ]
    stuck, free = rows[:2], rows[2:]
    linear = [table.where(data=data, model="one layer", start="zero") for data in DATA]
    return (
        all((row["error"] > 45).all() and (row["slope"] < 0.01).all() for row in stuck)
        and all((row["error"] < 30).all() and not row["stuck"].any() for row in free)
        and all(
            best["error"].min() < row["error"].min() - 2
            for best, row in zip(linear, free, strict=True)
        )
    )


def plain_goes_to_the_identity(table: Table) -> bool:
    return all(
        runs(table, "error", data, "plain", 392, 30).max()
        < runs(table, "error", data, "plain", 392, 10).min()
        < 0.1
        and 0.7
        < runs(table, "energy", data, "plain", 392, 10).max()
        < runs(table, "energy", data, "plain", 392, 30).min()
        for data in DATA
    )


def strong_noise(table: Table, data: str, model: str) -> np.ndarray:
    size, epochs = {"PCA": (32, 0), "linear denoiser": (196, 0)}.get(model, (392, 10))
    return runs(table, "cleaned_strong", data, model, size, epochs)


def restrained_and_good_at_what_was_taught(table: Table) -> bool:
    less = all(
        runs(table, "energy", data, way, 392, 10).max()
        < 0.7 * runs(table, "energy", data, "plain", 392, 10).min()
        and runs(table, "cleaned", data, way, 392, 10).min()
        > runs(table, "cleaned", data, "PCA", 32, 0).item()
        for data in DATA
        for way in ("sparse", "denoising")
    )
    return less and all(
        strong_noise(table, data, "denoising").max()
        < strong_noise(table, data, other).min()
        for data in DATA
        for other in ("PCA", "linear denoiser", "plain", "sparse")
    )


def half_of_the_sparse_units_are_silent(table: Table) -> bool:
    return all(
        150 < silent < 240
        for data in DATA
        for silent in runs(table, "silent", data, "sparse", 392, 10)
    )


def one_run(data: str, model: str, size: int, epochs: int, seed: int = 0) -> dict:
    return {
        "data": data,
        "model": model,
        "code_size": size,
        "epochs": epochs,
        "seed": seed,
    }


CLAIMS = (
    Claim(
        "01-numbers-needed",
        "shallow",
        every_number_of_one_layer_is_needed,
        Altered(one_run("mnist", "one layer", 32, 10, 1), "least_rise", 0.05),
    ),
    Claim(
        "01-noise-energy",
        "shallow",
        more_energy_than_pca_and_no_more_slope,
        Altered(one_run("drawn", "one layer", 32, 10, 2), "energy", 0.1),
    ),
    Claim(
        "01-no-cleaner",
        "shallow",
        no_cleaner_than_pca_and_worse_with_training,
        Altered(one_run("drawn", "one layer", 32, 30, 0), "cleaned", 15.0),
    ),
    Claim(
        "01-quiet-pixels",
        "shallow",
        noise_came_in_at_quiet_pixels,
        Altered(one_run("drawn", "quiet pixels cut", 32, 30, 1), "cleaned", 16.0),
    ),
    Claim(
        "01-taught-to-clean",
        "shallow",
        best_cleaners_learned_from_noise,
        Altered(one_run("mnist", "noisy inputs", 32, 10, 2), "cleaned", 14.0),
    ),
    Claim(
        "01-neighbours",
        "shallow",
        labels_survive_in_32_numbers,
        Altered(one_run("mnist", "PCA", 32, 0), "neighbour", 0.85),
    ),
    Claim(
        "01-better-than-pca",
        "shallow",
        pca_is_beaten_from_eight_numbers_on,
        Altered(one_run("drawn", "one layer", 8, 10, 1), "error", 30.0),
    ),
    Claim(
        "01-deep-and-short",
        "shallow",
        deep_is_ahead_where_codes_are_short,
        Altered(one_run("mnist", "deep", 2, 10, 1), "error", 40.0),
    ),
    Claim(
        "01-deep-takes-longer",
        "shallow",
        deep_needs_more_passes_at_32,
        Altered(one_run("drawn", "deep", 32, 30, 2), "error", 8.0),
    ),
    Claim(
        "01-pca-as-published",
        "bottleneck",
        pca_is_as_published,
        Altered({"model": "PCA", "code_size": 30}, "squared_error", 13.5),
    ),
    Claim(
        "01-logistic-pca",
        "bottleneck",
        logistic_pca_is_as_published,
        Altered({"model": "shallow", "code_size": 30, "seed": 1}, "squared_error", 8.5),
    ),
    Claim(
        "01-sigmoid-code",
        "shallow_rates",
        a_sigmoid_code_is_freed_by_its_start,
        Altered(
            {
                "data": "drawn",
                "model": "sigmoid code",
                "start": "zero",
                "rate": 0.005,
                "seed": 1,
            },
            "error",
            20.0,
        ),
    ),
    Claim(
        "01-wide-identity",
        "shallow_wide",
        plain_goes_to_the_identity,
        Altered(one_run("drawn", "plain", 392, 30, 0), "energy", 0.5),
    ),
    Claim(
        "01-wide-restrained",
        "shallow_wide",
        restrained_and_good_at_what_was_taught,
        Altered(one_run("mnist", "denoising", 392, 10, 0), "cleaned_strong", 9.0),
    ),
    Claim(
        "01-silent-units",
        "shallow_wide",
        half_of_the_sparse_units_are_silent,
        Altered(one_run("mnist", "sparse", 392, 10, 0), "silent", 20.0),
    ),
    Claim(
        "01-strangers",
        "shallow",
        pca_orders_strangers_alike,
        Altered(one_run("drawn", "PCA", 32, 0), "lost_letters", 0.3),
    ),
)
