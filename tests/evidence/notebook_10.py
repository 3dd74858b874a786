"""What notebook 10 claims of its stored tables."""

from __future__ import annotations

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

DATA = ("drawn", "mnist")
DRAWN, MNIST = ({"data": name} for name in DATA)
TUNED = {"part": "tuned"}
FEW, MANY = {"n": 300}, {"n": 3_000}
CONV, SHUFFLED = "transposed 3", "transposed 3, shuffled"
MAPS, MAPS_128 = "fully convolutional", "fully convolutional, 128"


def of(table: Table, column: str, **where: object) -> np.ndarray:
    """Return a column of three seeds, in the seeds' order."""
    rows = table.where(**where)
    if sorted(rows["seed"]) != [0, 1, 2]:
        raise ValueError(f"{where} is true of seeds {rows['seed']}, not of three.")
    return rows[column][np.argsort(rows["seed"])]


def error(table: Table, data: str, model: str, n: int, part: str = "tuned"):
    return of(table, "test_error", data=data, model=model, n=n, part=part)


def convolutions_are_ahead(table: Table) -> bool:
    return all(
        error(table, data, CONV, n).max() < error(table, data, rival, n).min()
        for data in DATA
        for n in (300, 1_000, 3_000)
        for rival in ("dense", "PCA")
    )


def the_lead_is_larger_with_few_images(table: Table) -> bool:
    def lead(data: str, n: int) -> np.ndarray:
        return error(table, data, "dense", n) - error(table, data, CONV, n)

    return all(lead(data, 300).min() > 2 * lead(data, 3_000).max() for data in DATA)


def pca_beats_the_dense_network_with_few_images(table: Table) -> bool:
    return all(
        error(table, data, "PCA", 300).max() < error(table, data, "dense", 300).min()
        and error(table, data, "PCA", 3_000).min()
        > error(table, data, "dense", 3_000).max()
        for data in DATA
    )


def decay_helps_both(table: Table) -> bool:
    def saved(model: str) -> float:
        rate = 0.003 if model == "dense" else 0.01
        rows = table.where(model=model, n=300, learning_rate=rate)
        errors = dict(zip(rows["weight_decay"], rows["validation_error"], strict=True))
        return 1 - errors[0.5] / errors[0.0]

    return 0.17 < saved(CONV) < 0.23 and 0.08 < saved("dense") < 0.13


def the_dense_network_does_not_mind_shuffling(table: Table) -> bool:
    return all(
        abs(
            error(table, data, "dense, shuffled", n).mean()
            / error(table, data, "dense", n).mean()
            - 1
        )
        < 0.03
        for data in DATA
        for n in (300, 3_000)
    )


def shuffling_takes_the_lead_away(table: Table) -> bool:
    return all(
        error(table, data, SHUFFLED, 3_000).min()
        > 1.4 * error(table, data, "dense", 3_000).max()
        and error(table, data, SHUFFLED, 3_000).max()
        < error(table, data, "PCA", 3_000).min()
        and error(table, data, SHUFFLED, 300).min()
        > error(table, data, "PCA", 300).max()
        for data in DATA
    )


def neighbours_give_most_of_the_lead(table: Table) -> bool:
    def errors(data: str, n: int) -> list[np.ndarray]:
        models = ("dense", "locally connected", CONV)
        return [of(table, "test_error", data=data, n=n, model=m) for m in models]

    def share(data: str) -> np.ndarray:
        dense, local, shared = errors(data, 300)
        return (dense - local) / (dense - shared)

    def apart(data: str) -> np.ndarray:
        _, local, shared = errors(data, 3_000)
        return np.abs(local - shared)

    return all(
        0.6 < share(data).min() < share(data).max() < 0.9 and apart(data).max() < 0.15
        for data in DATA
    )


def the_order_is_the_same_after_longer_training(table: Table) -> bool:
    def longer(model: str) -> float:
        rows = table.where(data="drawn", part="longer", model=model)
        return rows["test_error"].item()

    pca = error(table, "drawn", "PCA", 3_000).mean()
    order = [longer(CONV), longer("dense"), longer(SHUFFLED), pca]
    return order == sorted(order) and 1 < longer(MAPS) / pca < 1.05


def pooling_gains_nothing(table: Table) -> bool:
    def seconds(data: str, model: str) -> float:
        where = {"data": data, "part": "tuned", "model": model, "n": 3_000}
        return of(table, "cpu_seconds", **where).mean()

    return all(
        error(table, data, "max pooling", 3_000).mean()
        > error(table, data, CONV, 3_000).mean()
        and seconds(data, "max pooling") > 1.5 * seconds(data, CONV)
        for data in DATA
    )


def few_numbers_need_the_dense_layer(table: Table) -> bool:
    return all(
        error(table, data, MAPS, 3_000).min() > error(table, data, "PCA", 3_000).max()
        and error(table, data, MAPS, 3_000).min()
        > 2.5 * error(table, data, CONV, 3_000).max()
        for data in DATA
    )


def many_numbers_do_not(table: Table) -> bool:
    def ratio(data: str) -> float:
        pair = [error(table, data, m, 3_000).mean() for m in (MAPS_128, "128 numbers")]
        return pair[0] / pair[1]

    sizes = [
        table.where(model=m, part="tuned")["parameters"][0]
        for m in (MAPS_128, "128 numbers")
    ]
    return all(0.9 < ratio(data) < 1.12 for data in DATA) and sizes[1] > 28 * sizes[0]


def a_dense_layer_minds_moves(table: Table) -> bool:
    def times(data: str, model: str) -> np.ndarray:
        still, away = (
            of(table, "share_lost", data=data, model=model, shift=shift)
            for shift in (0, 4)
        )
        return away / still

    return all(
        times(data, "dense").min() > 3
        and times(data, CONV).min() > 3
        and times(data, "128 numbers").min() > 3
        and times(data, MAPS).max() < 1.65
        and times(data, MAPS_128).max() < 1.65
        and times(data, "trained on moved").max() < 1.65
        for data in DATA
    )


def board(table: Table, data: str, model: str, part: str) -> np.ndarray:
    return of(table, "checkerboard", data=data, model=model, part=part, n=3_000)


def small_odd_stamps_stand_out_at_first(table: Table) -> bool:
    def is_clear(data: str) -> bool:
        others = [
            board(table, data, model, "one epoch").max()
            for model in ("transposed 4", "resize 3", "dense")
        ]
        rows = table.where(data=data, part="one epoch")
        stands_out = board(table, data, CONV, "one epoch").min() > max(others)
        return bool(stands_out and rows["blurred_alike"].max() < 0.05 * min(others))

    return all(is_clear(data) for data in DATA)


def no_decoder_stands_out_later(table: Table) -> bool:
    def excess(data: str, model: str) -> np.ndarray:
        where = {"data": data, "part": "no decay", "model": model, "n": 3_000}
        return of(table, "checkerboard", **where) / of(table, "blurred_alike", **where)

    decoders = (CONV, "transposed 4", "resize 3")
    return all(
        excess(data, model).max() < 1.1 * excess(data, "dense").mean()
        and 1.8 < excess(data, model).min() < excess(data, model).max() < 4.4
        for data in DATA
        for model in decoders
    )


def stamps_stay_uneven(table: Table) -> bool:
    def pattern(data: str, model: str) -> np.ndarray:
        where = {"data": data, "part": "no decay", "model": model, "n": 3_000}
        return of(table, "flat_pattern", **where)

    return all(
        pattern(data, CONV).min() > 0.2
        and pattern(data, "transposed 4").min() > 0.2
        and 0.5 < pattern(data, CONV).mean() / pattern(data, "transposed 4").mean() < 2
        and pattern(data, "resize 3").max() < 1e-3
        for data in DATA
    )


def width_cleans_better_than_neighbours(table: Table) -> bool:
    def psnr(data: str, model: str) -> np.ndarray:
        return of(table, "psnr", data=data, model=model)

    return all(
        psnr(data, "dense").max() < psnr(data, CONV).min()
        and psnr(data, CONV).max() < psnr(data, "dense, 500 numbers").min()
        for data in DATA
    )


def without_a_bottleneck_one_seed_learned(table: Table) -> bool:
    def psnr(data: str, model: str) -> np.ndarray:
        return of(table, "psnr", data=data, model=model)

    def best(data: str) -> float:
        return psnr(data, "no bottleneck").max()

    return all(
        (psnr(data, "no bottleneck") < 10).sum() == 2
        and psnr(data, CONV).max() < best(data)
        and best(data) < psnr(data, "dense, 500 numbers").min()
        for data in DATA
    )


def photographs_are_overfitted(table: Table) -> bool:
    def errors(model: str, steps: int, column: str) -> np.ndarray:
        return of(table, column, data="photos", model=model, steps=steps)

    train, test = "train_error", "test_error"
    return bool(
        np.all(errors(CONV, 1_368, train) < errors("PCA", 0, train))
        and np.all(errors(CONV, 1_368, test) > errors("PCA", 0, test))
        and np.all(errors(CONV, 456, train) > errors("PCA", 0, train))
        and np.all(errors(CONV, 456, test) > errors("PCA", 0, test))
    )


FIRST = {"seed": 0}
CLAIMS = (
    Claim(
        "10-ahead",
        "convolutional",
        convolutions_are_ahead,
        Altered(MNIST | TUNED | FEW | FIRST | {"model": CONV}, "test_error", 16.0),
    ),
    Claim(
        "10-lead",
        "convolutional",
        the_lead_is_larger_with_few_images,
        Altered(DRAWN | TUNED | FEW | FIRST | {"model": "dense"}, "test_error", 14.0),
    ),
    Claim(
        "10-pca",
        "convolutional",
        pca_beats_the_dense_network_with_few_images,
        Altered(DRAWN | TUNED | FEW | FIRST | {"model": "dense"}, "test_error", 14.0),
    ),
    Claim(
        "10-decay",
        "convolutional_settings",
        decay_helps_both,
        Altered(
            FEW | {"model": "dense", "weight_decay": 0.5, "learning_rate": 0.003},
            "validation_error",
            20.5,
        ),
    ),
    Claim(
        "10-dense-shuffled",
        "convolutional",
        the_dense_network_does_not_mind_shuffling,
        Altered(
            MNIST | TUNED | MANY | FIRST | {"model": "dense, shuffled"},
            "test_error",
            9.0,
        ),
    ),
    Claim(
        "10-shuffled",
        "convolutional",
        shuffling_takes_the_lead_away,
        Altered(MNIST | TUNED | MANY | FIRST | {"model": SHUFFLED}, "test_error", 7.0),
    ),
    Claim(
        "10-neighbours",
        "convolutional_rates",
        neighbours_give_most_of_the_lead,
        Altered(
            DRAWN | FEW | FIRST | {"model": "locally connected"}, "test_error", 16.0
        ),
    ),
    Claim(
        "10-longer",
        "convolutional",
        the_order_is_the_same_after_longer_training,
        Altered({"part": "longer", "model": SHUFFLED}, "test_error", 6.0),
    ),
    Claim(
        "10-pooling",
        "convolutional",
        pooling_gains_nothing,
        Altered(DRAWN | TUNED | FIRST | {"model": "max pooling"}, "test_error", 5.0),
    ),
    Claim(
        "10-few-maps",
        "convolutional",
        few_numbers_need_the_dense_layer,
        Altered(DRAWN | TUNED | MANY | FIRST | {"model": MAPS}, "test_error", 12.0),
    ),
    Claim(
        "10-many-maps",
        "convolutional",
        many_numbers_do_not,
        Altered(DRAWN | TUNED | FIRST | {"model": MAPS_128}, "test_error", 6.0),
    ),
    Claim(
        "10-moved",
        "convolutional_shift",
        a_dense_layer_minds_moves,
        Altered(DRAWN | FIRST | {"model": MAPS, "shift": 4}, "share_lost", 0.4),
    ),
    Claim(
        "10-board-first",
        "convolutional",
        small_odd_stamps_stand_out_at_first,
        Altered(
            DRAWN | FIRST | {"part": "one epoch", "model": CONV}, "checkerboard", 2.0
        ),
    ),
    Claim(
        "10-board-later",
        "convolutional",
        no_decoder_stands_out_later,
        Altered(
            DRAWN | FIRST | {"part": "no decay", "model": CONV}, "checkerboard", 3.0
        ),
    ),
    Claim(
        "10-uneven",
        "convolutional",
        stamps_stay_uneven,
        Altered(
            DRAWN | FIRST | {"part": "no decay", "model": "resize 3"},
            "flat_pattern",
            0.5,
        ),
    ),
    Claim(
        "10-cleaning",
        "convolutional_noise",
        width_cleans_better_than_neighbours,
        Altered(DRAWN | FIRST | {"model": "dense, 500 numbers"}, "psnr", 18.0),
    ),
    Claim(
        "10-no-bottleneck",
        "convolutional_noise",
        without_a_bottleneck_one_seed_learned,
        Altered(DRAWN | {"seed": 1, "model": "no bottleneck"}, "psnr", 19.0),
    ),
    Claim(
        "10-photos",
        "convolutional",
        photographs_are_overfitted,
        Altered(
            FIRST | {"data": "photos", "model": CONV, "steps": 1_368},
            "test_error",
            9.0,
        ),
    ),
)
