"""What notebook 12 claims of its stored tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from claims import Altered, Claim

from aelib.results import Table

DATA, DRAWS = ("drawn", "mnist"), 5


def runs(table: Table, column: str = "error", **place: object) -> np.ndarray:
    """Return a measure of each of five draws."""
    values = table.where(**place)[column]
    assert len(values) == DRAWS
    return values


def graph(table: Table, data: str, space: str) -> np.ndarray:
    """Return the graph's errors, in percent."""
    return runs(table, data=data, method=f"graph on {space}", epoch=0)


def ladder(table: Table, data: str, epoch: int, column: str = "error") -> np.ndarray:
    """Return the large ladder's errors after so many epochs, in percent."""
    place = {"data": data, "method": "ladder, 36 epochs", "epoch": epoch}
    values = table.where(**place)[column]
    assert len(values) == DRAWS
    return values


def spaces_differ(table: Table) -> bool:
    codes = ("VAE", "VAE, seed 1", "VAE, seed 2")
    for data in DATA:
        pixels, parts = graph(table, data, "pixels"), graph(table, data, "PCA")
        learned = [graph(table, data, code) for code in codes]
        random = graph(table, data, "20 random projections")
        if not (np.all(parts < pixels) and random.min() > 20):
            return False
        if not all(np.all(each < parts) for each in learned):
            return False
    return True


def ladder_overtakes(table: Table) -> bool:
    for data in DATA:
        components = graph(table, data, "PCA")[: len(ladder(table, data, 36))]
        if not np.all(ladder(table, data, 36) < components):
            return False
        if not np.all(ladder(table, data, 3) > components):
            return False
    return True


def rungs_calibrate(table: Table) -> bool:
    return all(
        ladder(table, data, 36, "calibration").max()
        < 0.5
        * runs(table, "calibration", data=data, method="labels only", epoch=0).min()
        for data in DATA
    )


def pixels_do_most(table: Table) -> bool:
    def error(arm: str, data: str, epochs: int) -> np.ndarray:
        values = table.where(rungs=arm, data=data, epochs=epochs)["error"]
        assert len(values) == 3
        return values

    def gains(arms: Sequence[str], data: str, epochs: int) -> list[np.ndarray]:
        return [error("none", data, epochs) - error(arm, data, epochs) for arm in arms]

    for data in DATA:
        for epochs in (12, 36):
            everything, pixels, above = gains(
                ("all", "pixels alone", "above alone"), data, epochs
            )
            if not everything.mean() > pixels.mean() > everything.mean() / 2:
                return False
            if not np.all(above < pixels):
                return False
    return True


def the_surest_teach_little(table: Table) -> bool:
    def pupils(column: str, data: str, teacher: str, share: float) -> np.ndarray:
        return runs(table, column, data=data, teacher=teacher, share=share)

    for data in DATA:
        own = pupils("error", data, "graph", 0.0)
        surest = pupils("error", data, "graph", 0.5)
        wrong = pupils("wrong", data, "graph", 0.5)
        if not (wrong.max() < 1.5 and np.all(surest > 1.8 * own)):
            return False
        if not np.all(pupils("error", data, "graph", 1.0) < own + 1):
            return False
        alone = pupils("error", data, "network", 0.0)
        if not pupils("error", data, "network", 1.0).mean() > 0.8 * alone.mean():
            return False
    return True


def of_draw(method: str, draw: int = 0, data: str = "mnist", epoch: int = 0) -> dict:
    """Return the place of one run in the table."""
    return {"data": data, "method": method, "draw": draw, "epoch": epoch}


CLAIMS = (
    Claim(
        "12-spaces",
        "hundred_labels",
        spaces_differ,
        Altered(of_draw("graph on VAE", 3), "error", 6.0),
    ),
    Claim(
        "12-ladder",
        "hundred_labels",
        ladder_overtakes,
        Altered(of_draw("ladder, 36 epochs", 0, "drawn", 36), "error", 9.0),
    ),
    Claim(
        "12-calibrated",
        "hundred_labels",
        rungs_calibrate,
        Altered(of_draw("labels only", 1), "calibration", 2.0),
    ),
    Claim(
        "12-pseudo",
        "pseudo_labels",
        the_surest_teach_little,
        Altered(
            {"data": "drawn", "teacher": "graph", "draw": 1, "share": 0.5},
            "error",
            4.0,
        ),
    ),
    Claim(
        "12-rungs",
        "ladder_rungs",
        pixels_do_most,
        Altered(
            {"data": "mnist", "rungs": "above alone", "epochs": 12, "draw": 1},
            "error",
            5.0,
        ),
    ),
)
