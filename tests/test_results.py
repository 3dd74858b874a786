"""Stored tables: there and back, and where they come from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aelib.results import FOLDER, Table, load_table, save_table, show_runs

ROWS = [
    {"model": "PCA", "size": 1, "error": 2.5},
    {"model": "deep", "size": 1, "error": 1.5},
    {"model": "deep", "size": 2, "error": 0.5},
]


def test_there_and_back(tmp_path: Path) -> None:
    save_table("t", ROWS, "python t.py", "three rows", folder=tmp_path)
    table = load_table("t", folder=tmp_path)
    assert table.columns["model"].tolist() == ["PCA", "deep", "deep"]
    np.testing.assert_array_equal(table.columns["error"], [2.5, 1.5, 0.5])
    chosen = table.where(model="deep", size=2)
    assert chosen["error"].tolist() == [0.5]
    assert table.provenance[:2] == ("command: python t.py", "data: three rows")


def test_missing_table_names_those_that_are_there() -> None:
    with pytest.raises(FileNotFoundError, match="bottleneck"):
        load_table("bottlenek")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.csv")), ids=lambda p: p.stem)
def test_every_stored_table_says_which_command_made_it(path: Path) -> None:
    provenance = load_table(path.stem).provenance
    command = provenance[0].removeprefix("command: python ").split()[0]
    assert (FOLDER.parents[1] / command).is_file()
    assert provenance[1].startswith("data: ")
    assert provenance[2].startswith("versions: ")
    assert "+" not in provenance[2]


def test_bottleneck_table_is_what_notebook_01_says_of_it() -> None:
    table = load_table("bottleneck")
    pca, deep = (table.where(model=m) for m in ("PCA", "deep"))
    assert table.where(model="PCA", code_size=30)["squared_error"] == pytest.approx(
        13.87, abs=0.01
    )
    np.testing.assert_array_equal(pca["code_size"], deep["code_size"])
    assert (deep["squared_error"] < pca["squared_error"]).all()


RUNS = Table(
    {
        "data": np.array(["b", "b", "a", "a"]),
        "seed": np.array([0, 1, 0, 1]),
        "size": np.array([3, 3, 3, 3]),
        "error": np.array([1.0, 2.0, 5.0, 5.5]),
    },
    (),
)


def test_runs_are_shown_with_half_their_range(capsys: pytest.CaptureFixture) -> None:
    show_runs(RUNS, {"three": {"size": 3}}, {"error": "J"}, {"size": 9})
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["J"]
    assert [line.split() for line in lines] == [
        ["b", "three", "1.500", "±", "0.500"],
        ["a", "three", "5.250", "±", "0.250"],
    ]
    assert {len(line) for line in lines} == {len(head)}


def test_runs_that_are_missing_or_differ_in_more_than_their_seed_are_refused() -> None:
    with pytest.raises(ValueError, match=r"seeds \[\]"):
        show_runs(RUNS, {"nine": {"size": 9}}, {"error": "J"}, {})
    twice = Table({**RUNS.columns, "data": np.array(["a"] * 4)}, ())
    with pytest.raises(ValueError, match="differ in their seed"):
        show_runs(twice, {"three": {"size": 3}}, {"error": "J"}, {})
