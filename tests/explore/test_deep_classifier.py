"""Explorer of the number of labels: what it says is what the table holds."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from statistics import mean

import pytest
from sent import numbers

import aelib
from aelib import explore
from aelib.results import Table, load_table

TABLES = load_table("labels"), load_table("labels_opponents")
FOLDER = Path(aelib.__file__).parent / "results"


def stored(
    data: str, n: int, arm: str, column: str = "accuracy", table: str = "labels"
) -> dict[str, float]:
    """Return a column by seed, straight from the file."""
    with (FOLDER / f"{table}.csv").open() as file:
        rows = list(csv.DictReader(row for row in file if not row.startswith("#")))
    return {
        row["seed"]: float(row[column])
        for row in rows
        if (row["data"], float(row["n"]), row["arm"]) == (data, n, arm)
    }


def others(data: str, count: int) -> dict[str, dict[str, float]]:
    elsewhere = {
        "random, scaled": "random, scaled",
        "logistic regression on PCA": "logistic on PCA",
        "SVM on PCA": "SVM on PCA",
        "graph on PCA": "graph on PCA",
    }
    frozen = {"pretrained, frozen": stored(data, count, "pretrained", "frozen")}
    return frozen | {
        name: stored(data, count, arm, table="labels_opponents")
        for name, arm in elsewhere.items()
    }


@pytest.mark.parametrize("data", ["drawn", "mnist"])
@pytest.mark.parametrize("count", [100, 300, 1_000, 3_000, 10_000])
def test_what_is_sent_is_what_the_tables_hold(data: str, count: int) -> None:
    sent = numbers(explore.label_counts(*TABLES))
    place = sent["counts"].index(count)
    arms = {"pretrained, fine-tuned": stored(data, count, "pretrained")}
    for name, runs in (arms | others(data, count)).items():
        found = sent["data"][data][name][place]
        assert found == [runs[seed] for seed in sorted(runs)]


def test_means_and_gaps_of_the_still_are_those_of_the_pairs() -> None:
    means, gaps = explore.label_counts(*TABLES).alt.split(". Points")
    first = stored("drawn", 100, "pretrained")
    assert "100 labels of drawn digits" in means
    assert f"pretrained, fine-tuned {mean(first.values()):.1f} %" in means
    compared = others("drawn", 100)
    for (arm, other), gap in zip(compared.items(), gaps.split(";"), strict=True):
        assert f"{arm} {mean(other.values()):.1f} %" in means
        pairs = [first[seed] - other[seed] for seed in first]
        said = [float(number) for number in re.findall(r"[+-]\d+\.\d", gap)]
        assert len(pairs) == 3
        assert said == pytest.approx([mean(pairs), min(pairs), max(pairs)], abs=0.051)


@pytest.mark.parametrize("which", [0, 1])
def test_another_table_is_refused(which: int) -> None:
    given = list(TABLES)
    names = ("data", "n", "arm", "seed")
    columns = {name: given[which].columns[name] for name in names}
    given[which] = Table(columns, given[which].provenance)
    with pytest.raises(ValueError, match="no column accuracy"):
        explore.label_counts(*given)
