"""Explorer of the number of labels: what it says is what the table holds."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from statistics import mean

import pytest
from pictures import picture

import aelib
from aelib import explore
from aelib.results import Table, load_table

TABLE = load_table("labels_opponents")
PATH = Path(aelib.__file__).parent / "results" / "labels_opponents.csv"


def stored(data: str, n: int, arm: str) -> dict[str, float]:
    """Return accuracies by seed, straight from the file."""
    with PATH.open() as file:
        rows = list(csv.DictReader(row for row in file if not row.startswith("#")))
    return {
        row["seed"]: float(row["accuracy"])
        for row in rows
        if (row["data"], float(row["n"]), row["arm"]) == (data, n, arm)
    }


@pytest.mark.parametrize("data", ["drawn", "mnist"])
@pytest.mark.parametrize("count", [100, 300, 1_000, 3_000, 10_000])
def test_means_and_gaps_are_those_of_the_pairs(data: str, count: int) -> None:
    explorer = explore.label_counts(TABLE)
    explorer.set(count=count, data=data)
    first = stored(data, count, "pretrained, LMS")
    means, gaps = explorer.alt.split(". Points")
    assert f"{count:,} labels of {data} digits" in means
    assert f"stack, LMS {mean(first.values()):.1f} %" in means
    others = {"stack, softmax": stored(data, count, "pretrained, softmax")}
    for arm in ("random, scaled", "logistic on PCA", "SVM on PCA", "graph on PCA"):
        others[arm] = stored(data, count, arm)
    for (arm, other), gap in zip(others.items(), gaps.split(";"), strict=True):
        said_mean = re.search(rf"{re.escape(arm)} (\d+\.\d) %", means)
        assert said_mean is not None
        assert float(said_mean[1]) == pytest.approx(mean(other.values()), abs=0.051)
        pairs = [first[seed] - other[seed] for seed in first]
        said = [float(number) for number in re.findall(r"[+-]\d+\.\d", gap)]
        assert len(pairs) == 3
        assert said == pytest.approx([mean(pairs), min(pairs), max(pairs)], abs=0.051)


def test_another_number_of_labels_is_another_picture() -> None:
    explorer = explore.label_counts(TABLE)
    before = picture(explorer)
    explorer.set(count=3_000)
    assert abs(picture(explorer) - before).max() > 0.5


def test_another_table_is_refused() -> None:
    columns = {name: TABLE.columns[name] for name in ("data", "n", "arm", "seed")}
    with pytest.raises(ValueError, match="no column accuracy"):
        explore.label_counts(Table(columns, TABLE.provenance))
