"""What notebook 02 claims of its stored tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

FACTORS = {
    "drawn": ("slant", "stroke_width", "aspect", "class"),
    "mnist": ("slant", "class"),
}
PANELS = [(data, factor) for data, factors in FACTORS.items() for factor in factors]
SUMMARIES = ("PCA", "k-means", "shallow", "deep", "untrained", "random")


def scores(
    table: Table, code: str, size: int, data: str, factor: str, probe: str
) -> np.ndarray:
    """Return the scores of all seeds."""
    rows = table.where(data=data, code=code, size=size, factor=factor)
    assert len(rows["seed"]) == 3
    return rows[probe]


def leads(
    table: Table, size: int, panel: tuple[str, str], opponents: Sequence[str]
) -> np.ndarray:
    """How far the deep code is ahead of the best of its opponents, by seed."""
    found = [scores(table, code, size, *panel, "kernel_2000") for code in opponents]
    return scores(table, "deep", size, *panel, "kernel_2000") - np.max(found, axis=0)


def deep_codes_of_8_keep_most(table: Table) -> bool:
    opponents = ("PCA", "k-means", "shallow", "untrained")
    return all((leads(table, 8, panel, opponents) > 0).all() for panel in PANELS)


def isomap_of_8_ties_for_the_class_alone(table: Table) -> bool:
    found = {panel: leads(table, 8, panel, ["Isomap"]) for panel in PANELS}
    return all(
        (abs(lead) < 0.015).all() if factor == "class" else (lead > 0.04).all()
        for (_, factor), lead in found.items()
    )


def deep_codes_of_2_keep_more_but_the_pen(table: Table) -> bool:
    opponents, pen = ("PCA", "Isomap", "k-means"), ("drawn", "stroke_width")
    ahead = [leads(table, 2, panel, opponents) for panel in PANELS if panel != pen]
    behind = leads(table, 2, pen, opponents)
    held = [scores(table, c, 2, *pen, "kernel_2000") for c in ("deep", *opponents)]
    return bool(np.min(ahead) > 0.05 and behind.max() < 0 and np.max(held) < 0.35)


def with_32_numbers_all_are_alike(table: Table) -> bool:
    codes = {"deep": 32, "PCA": 32, "k-means": 32, "pixels": 784}
    means = [
        [scores(table, c, k, *panel, "kernel_2000").mean() for c, k in codes.items()]
        for panel in PANELS
    ]
    return np.ptp(means, axis=1).max() < 0.03


def straight_lines_read_pixels_best(table: Table) -> bool:
    return all(
        scores(table, "pixels", 784, *panel, "linear_2000").mean()
        > scores(table, code, 32, *panel, "linear_2000").mean()
        for panel in PANELS
        for code in (*SUMMARIES, *(() if panel[1] == "class" else ("Isomap",)))
    )


def isomap_makes_the_class_easy(table: Table) -> bool:
    """The class alone is read better from Isomap than from all else."""
    for data in FACTORS:
        for probe in ("linear_200", "linear_2000", "kernel_200"):
            others = [scores(table, "pixels", 784, data, "class", probe).mean()]
            others += [
                scores(table, code, 32, data, "class", probe).mean()
                for code in SUMMARIES
            ]
            isomap = scores(table, "Isomap", 32, data, "class", probe).mean()
            if isomap < max(others) + 0.015:
                return False
    return True


def few_labels_read_the_aspect_from_the_deep_code(table: Table) -> bool:
    def mean(code: str, size: int) -> float:
        return scores(table, code, size, "drawn", "aspect", "kernel_200").mean()

    opponents = [mean("pixels", 784)]
    others = (*SUMMARIES, "Isomap")
    opponents += [mean(code, 32) for code in others if code != "deep"]
    return mean("deep", 32) > max(opponents) + 0.02


def longer_training_changes_little(table: Table) -> bool:
    probes = ("linear_200", "linear_2000", "kernel_200", "kernel_2000")
    changes = [
        scores(table, "deep, longer", 32, "drawn", factor, probe).mean()
        - scores(table, "deep", 32, "drawn", factor, probe).mean()
        for factor in FACTORS["drawn"]
        for probe in probes
    ]
    return max(map(abs, changes)) < 0.02


def no_unit_is_a_factor(table: Table) -> bool:
    """Neither along a line nor along a curve; all units together are."""
    for data, factor in PANELS:
        if factor == "class":
            continue
        together = scores(table, "deep", 32, data, factor, "linear_2000")
        if together.min() < 0.7:
            return False
        for how in ("unit", "curve"):
            own, turned = (
                scores(table, code, 32, data, factor, how)
                for code in ("deep", "turned")
            )
            if own.max() > 0.55 or abs(own.mean() - turned.mean()) > 0.1:
                return False
    return True


def shuffled_factors_are_not_read(table: Table) -> bool:
    shuffled = table.columns["factor"] == "shuffled"
    probes = [name for name in table.columns if name.startswith(("linear", "kernel"))]
    return all(np.nanmax(table.columns[name][shuffled]) < 0.01 for name in probes)


def left(table: Table, given: str, column: str, data: str) -> np.ndarray:
    rows = table.where(data=data, given=given)
    assert len(rows["seed"]) == 3
    return rows[column]


def a_picked_pair_is_explained(table: Table) -> bool:
    return all(
        left(table, "class, slant", "pair_left", data).max() < 0.105
        and left(table, "code 2", "pair_left", data).max() < 0.33
        and left(table, "100 clusters", "pair_left", data).max() < 0.11
        and left(table, "random", "pair_left", data).min() > 0.95
        for data in FACTORS
    )


def the_class_raises_the_dependence_of_most_pairs(table: Table) -> bool:
    return all(
        left(table, "class", "raised", data).min() >= 34
        and left(table, "class", "mean_left", data).min() > 1.1
        for data in FACTORS
    )


def many_kinds_explain_random_pairs(table: Table) -> bool:
    for data in FACTORS:
        eight = left(table, "code 8, clusters", "mean_left", data)
        kinds = left(table, "100 clusters", "mean_left", data)
        two = left(table, "code 2", "mean_left", data)
        if not (kinds < eight).all() or eight.max() > 0.67 or two.min() < 0.75:
            return False
    return True


def row(code: str, size: int, factor: str, seed: int = 0) -> dict[str, object]:
    return {
        "data": "drawn",
        "code": code,
        "size": size,
        "factor": factor,
        "seed": seed,
    }


def known(given: str) -> dict[str, object]:
    return {"data": "mnist", "given": given, "seed": 1}


CLAIMS = (
    Claim(
        "02-eight-numbers",
        "readout",
        deep_codes_of_8_keep_most,
        Altered(row("deep", 8, "stroke_width"), "kernel_2000", 0.84),
    ),
    Claim(
        "02-isomap-ties",
        "readout",
        isomap_of_8_ties_for_the_class_alone,
        Altered(row("Isomap", 8, "aspect"), "kernel_2000", 0.95),
    ),
    Claim(
        "02-isomap-class",
        "readout",
        isomap_makes_the_class_easy,
        Altered(row("Isomap", 32, "class"), "linear_2000", 0.7),
    ),
    Claim(
        "02-two-numbers",
        "readout",
        deep_codes_of_2_keep_more_but_the_pen,
        Altered(row("PCA", 2, "slant"), "kernel_2000", 0.7),
    ),
    Claim(
        "02-thirty-two-numbers",
        "readout",
        with_32_numbers_all_are_alike,
        Altered(row("PCA", 32, "aspect"), "kernel_2000", 0.7),
    ),
    Claim(
        "02-straight-lines",
        "readout",
        straight_lines_read_pixels_best,
        Altered(row("deep", 32, "stroke_width"), "linear_2000", 0.8),
    ),
    Claim(
        "02-few-labels",
        "readout",
        few_labels_read_the_aspect_from_the_deep_code,
        Altered(row("PCA", 32, "aspect"), "kernel_200", 0.9),
    ),
    Claim(
        "02-longer",
        "readout",
        longer_training_changes_little,
        Altered(row("deep, longer", 32, "slant"), "linear_2000", 0.95),
    ),
    Claim(
        "02-no-unit",
        "readout",
        no_unit_is_a_factor,
        Altered(row("deep", 32, "stroke_width", 2), "unit", 0.9),
    ),
    Claim(
        "02-shuffled",
        "readout",
        shuffled_factors_are_not_read,
        Altered(row("pixels", 784, "shuffled"), "linear_2000", 0.1),
    ),
    Claim(
        "02-picked-pair",
        "dependence",
        a_picked_pair_is_explained,
        Altered(known("class, slant"), "pair_left", 0.4),
    ),
    Claim(
        "02-class-raises",
        "dependence",
        the_class_raises_the_dependence_of_most_pairs,
        Altered(known("class"), "raised", 12),
    ),
    Claim(
        "02-random-pairs",
        "dependence",
        many_kinds_explain_random_pairs,
        Altered(known("100 clusters"), "mean_left", 0.8),
    ),
)
