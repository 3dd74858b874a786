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


ARMS = {"stack, LMS": "pretrained, LMS", "stack, softmax": "pretrained, softmax"}
ARMS |= {
    name: name
    for name in ("random, scaled", "logistic on PCA", "SVM on PCA", "graph on PCA")
}


@pytest.mark.parametrize("data", ["drawn", "mnist"])
@pytest.mark.parametrize("count", [100, 300, 1_000, 3_000, 10_000])
def test_what_is_sent_is_what_the_table_holds(data: str, count: int) -> None:
    sent = numbers(explore.label_counts(TABLE))
    place = sent["counts"].index(count)
    assert list(sent["data"][data]) == list(ARMS)
    for name, arm in ARMS.items():
        runs = stored(data, count, arm)
        found = sent["data"][data][name][place]
        assert found == [runs[seed] for seed in sorted(runs)]


def test_means_and_gaps_of_the_still_are_those_of_the_pairs() -> None:
    means, gaps = explore.label_counts(TABLE).alt.split(". Points")
    first, *others = [stored("drawn", 100, arm) for arm in ARMS.values()]
    assert "100 labels of drawn digits" in means
    for name, runs in zip(ARMS, (first, *others), strict=True):
        said_mean = re.search(rf"{re.escape(name)} (\d+\.\d) %", means)
        assert said_mean is not None
        assert float(said_mean[1]) == pytest.approx(mean(runs.values()), abs=0.051)
    for other, gap in zip(others, gaps.split(";"), strict=True):
        pairs = [first[seed] - other[seed] for seed in first]
        said = [float(number) for number in re.findall(r"[+-]\d+\.\d", gap)]
        assert len(pairs) == 3
        assert said == pytest.approx([mean(pairs), min(pairs), max(pairs)], abs=0.051)


def test_another_table_is_refused() -> None:
    columns = {name: TABLE.columns[name] for name in ("data", "n", "arm", "seed")}
    with pytest.raises(ValueError, match="no column accuracy"):
        explore.label_counts(Table(columns, TABLE.provenance))
