"""What notebook 07 claims of its stored tables."""

from __future__ import annotations

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

DATA = ("drawn", "mnist")
SHORT, LONG, LONGEST = 8, 20, 60
GREEDY = {"start": "greedy", "units": "sigmoid"}
RANDOM = {"start": "random", "units": "sigmoid", "gain": 1}
SCALED = {"start": "random", "units": "sigmoid", "gain": 4}
PRETRAINED = {"start": "pretrained", "units": "sigmoid", "gain": 1}
HEARD = {"start": "heard", "units": "sigmoid"}
SILU = {"start": "random", "units": "silu", "gain": 1}


def errors(
    table: Table, arm: dict[str, object], name: str, epochs: int, depth: int = 3
) -> np.ndarray:
    """Test errors at a depth, at the learning rate that was chosen: one per seed."""
    found = table.where(chosen=1, data=name, epochs=epochs, **arm)[f"depth_{depth}"]
    assert len(found) == 3, (arm, name, epochs)
    return found


def shares(
    table: Table, measure: str, layer: str, name: str, epochs: int
) -> np.ndarray:
    found = table.where(data=name, epochs=epochs, layer=layer)[measure]
    assert len(found) == 3, (layer, name, epochs)
    return found


def stages_were_undertrained(table: Table) -> bool:
    for name in DATA:
        of_pca = table.where(data=name, start="PCA")
        pca = [of_pca[f"depth_{depth}"].item() for depth in (1, 2, 3)]
        early = [errors(table, GREEDY, name, SHORT // 2, k).min() for k in (1, 2, 3)]
        late = [errors(table, GREEDY, name, LONGEST, k) for k in (1, 2, 3)]
        if not all(error > best for error, best in zip(early, pca, strict=True)):
            return False
        if late[0].min() < pca[0] or late[1].max() > pca[1] or late[2].max() > pca[2]:
            return False
    return True


def upper_stages_came_to_their_end(table: Table) -> bool:
    return all(
        abs(
            errors(table, GREEDY, name, LONGEST, depth).mean()
            / errors(table, GREEDY, name, LONG, depth).mean()
            - 1
        )
        < 0.05
        for name in DATA
        for depth in (2, 3)
    )


def stages_that_hear_end_lower(table: Table) -> bool:
    return all(
        errors(table, {"start": "heard", "units": units}, name, epochs).max()
        < errors(table, {"start": "greedy", "units": units}, name, epochs).min()
        for name in DATA
        for units in ("sigmoid", "silu")
        for epochs in (SHORT, LONG)
    )


def fine_tuning_beats_more_greed(table: Table) -> bool:
    return all(
        errors(table, PRETRAINED, name, epochs).max()
        < 0.95 * errors(table, GREEDY, name, epochs).min()
        for name in DATA
        for epochs in (SHORT, LONG)
    )


def fine_tuning_beats_hearing_in_the_end(table: Table) -> bool:
    return all(
        errors(table, PRETRAINED, name, LONG).max()
        < 0.9 * errors(table, HEARD, name, LONG).min()
        for name in DATA
    )


def fine_tuning_ruins_the_first_stage(table: Table) -> bool:
    return all(
        errors(table, PRETRAINED, name, epochs, 1).min()
        > 3 * errors(table, GREEDY, name, epochs, 1).max()
        for name in DATA
        for epochs in (SHORT, LONG)
    )


def gain_halves_the_error(table: Table) -> bool:
    return all(
        errors(table, SCALED, name, SHORT).max()
        < 0.6 * errors(table, RANDOM, name, SHORT).min()
        for name in DATA
    )


def pretraining_beats_the_right_scale(table: Table) -> bool:
    return all(
        errors(table, PRETRAINED, name, epochs).max()
        < errors(table, SCALED, name, epochs).min()
        for name in DATA
        for epochs in (SHORT, LONG)
    )


def silu_beats_sigmoids(table: Table) -> bool:
    return all(
        errors(table, SILU, name, epochs).max() < errors(table, arm, name, epochs).min()
        for name in DATA
        for epochs in (SHORT, LONG)
        for arm in (RANDOM, SCALED, PRETRAINED, GREEDY, HEARD)
    )


def for_silu_the_scale_does_more_than_pretraining(table: Table) -> bool:
    return all(
        errors(table, {**SILU, "gain": 2}, name, epochs).max()
        < errors(table, {**SILU, "start": "pretrained"}, name, epochs).min()
        for name in DATA
        for epochs in (SHORT, LONG)
    )


def random_layers_see_as_much(table: Table) -> bool:
    return all(
        shares(table, "window_share", kind, name, epochs).max()
        < shares(table, "window_share", "second", name, epochs).min()
        for name in DATA
        for epochs in (28, 84)
        for kind in ("shuffled", "untrained")
    )


def the_learned_layer_has_the_largest_class_share(table: Table) -> bool:
    return all(
        shares(table, "class_share", "second", name, epochs).min()
        > shares(table, "class_share", kind, name, epochs).max()
        for name in DATA
        for epochs in (28, 84)
        for kind in ("first", "shuffled", "untrained", "single", "pixels")
    )


def one(arm: dict[str, object], name: str, epochs: int) -> dict[str, object]:
    """Name one row of the table."""
    return {**arm, "data": name, "epochs": epochs, "seed": 0, "chosen": 1}


CLAIMS = (
    Claim(
        "07-undertrained",
        "unrolled",
        stages_were_undertrained,
        Altered(one(GREEDY, "drawn", LONGEST), "depth_2", 8.0),
    ),
    Claim(
        "07-trained-to-the-end",
        "unrolled",
        upper_stages_came_to_their_end,
        Altered(one(GREEDY, "mnist", LONGEST), "depth_3", 9.0),
    ),
    Claim(
        "07-random-sees-as-much",
        "second_layer",
        random_layers_see_as_much,
        Altered(
            {"layer": "untrained", "data": "drawn", "epochs": 28, "seed": 0},
            "window_share",
            0.45,
        ),
    ),
    Claim(
        "07-class-share",
        "second_layer",
        the_learned_layer_has_the_largest_class_share,
        Altered(
            {"layer": "second", "data": "mnist", "epochs": 84, "seed": 0},
            "class_share",
            0.2,
        ),
    ),
    Claim(
        "07-heard",
        "unrolled",
        stages_that_hear_end_lower,
        Altered(one(HEARD, "mnist", LONG), "depth_3", 14.0),
    ),
    Claim(
        "07-fine-tuning",
        "unrolled",
        fine_tuning_beats_more_greed,
        Altered(one(PRETRAINED, "drawn", SHORT), "depth_3", 15.0),
    ),
    Claim(
        "07-fine-tuning-or-hearing",
        "unrolled",
        fine_tuning_beats_hearing_in_the_end,
        Altered(one(PRETRAINED, "mnist", LONG), "depth_3", 10.5),
    ),
    Claim(
        "07-first-stage",
        "unrolled",
        fine_tuning_ruins_the_first_stage,
        Altered(one(PRETRAINED, "drawn", LONG), "depth_1", 3.0),
    ),
    Claim(
        "07-gain",
        "unrolled",
        gain_halves_the_error,
        Altered(one(SCALED, "drawn", SHORT), "depth_3", 25.0),
    ),
    Claim(
        "07-pretrained-sigmoids",
        "unrolled",
        pretraining_beats_the_right_scale,
        Altered(one(SCALED, "mnist", LONG), "depth_3", 8.0),
    ),
    Claim(
        "07-units",
        "unrolled",
        silu_beats_sigmoids,
        Altered(one(SILU, "drawn", LONG), "depth_3", 9.0),
    ),
    Claim(
        "07-scale-of-silu",
        "unrolled",
        for_silu_the_scale_does_more_than_pretraining,
        Altered(one({**SILU, "gain": 2}, "mnist", SHORT), "depth_3", 10.0),
    ),
)
