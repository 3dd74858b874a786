"""The machinery behind `make bench`: it goes on where it stopped, and tells all."""

from __future__ import annotations

import doctest
import importlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "results.md"


@pytest.fixture(autouse=True)
def _benchmarks_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))


@pytest.fixture
def parts() -> ModuleType:
    return importlib.import_module("reproduce.experiment")


@pytest.fixture
def page() -> ModuleType:
    return importlib.import_module("reproduce.page")


class Bench:
    """An experiment that notes its runs, and a store in a folder of its own."""

    def __init__(self, parts: ModuleType, folder: Path) -> None:
        self.parts, self.done, self.said = parts, [], []
        self.stop_at: int | None = None
        self.store = parts.Store(folder / "build", folder / "img")
        self.data = parts.Digits(np.zeros((4, 2), np.float32), np.arange(4))
        self.experiment = parts.Experiment(
            name="toy",
            title="A toy",
            source="Nobody (2000)",
            run=self.run,
            settings={"epochs": 3},
            claims=(parts.Claim("error", "error", "3.00", "<= 2.7"),),
        )

    def run(self, train: Any, test: Any, seed: int, settings: Mapping) -> Any:
        if seed == self.stop_at:
            raise KeyboardInterrupt
        self.done.append((seed, settings["epochs"]))
        measures = {"error": 2.0 + seed, "cpu_seconds": 1.0}
        return self.parts.Outcome(measures, lambda: plt.figure(figsize=(1, 1)))

    def collect(self, **changes: Any) -> list[dict[str, float]]:
        experiment = replace(self.experiment, **changes)
        say = self.said.append
        return self.parts.collect(experiment, self.data, self.data, self.store, say)


@pytest.fixture
def bench(parts: ModuleType, tmp_path: Path) -> Bench:
    return Bench(parts, tmp_path)


def test_what_was_run_is_not_run_again(bench: Bench) -> None:
    first = bench.collect()
    assert bench.collect() == first
    assert bench.done == [(0, 3), (1, 3), (2, 3)]
    assert [line.endswith("(kept)") for line in bench.said] == 3 * [False] + 3 * [True]


def test_an_interrupted_run_goes_on_where_it_stopped(bench: Bench) -> None:
    bench.stop_at = 1
    with pytest.raises(KeyboardInterrupt):
        bench.collect()
    bench.stop_at = None
    assert [run["error"] for run in bench.collect()] == [2.0, 3.0, 4.0]
    assert bench.done == [(0, 3), (1, 3), (2, 3)]


def test_changed_settings_are_run_anew_and_the_old_ones_kept(bench: Bench) -> None:
    bench.collect()
    bench.collect(settings={"epochs": 4})
    assert bench.done[3:] == [(0, 4), (1, 4), (2, 4)]
    bench.collect()
    assert len(bench.done) == 6


def test_a_file_is_whole_or_not_there(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*paths: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(bench.parts.os, "replace", crash)
        with pytest.raises(KeyboardInterrupt):
            bench.collect()
    assert bench.store.load(bench.experiment, 0) is None
    assert len(bench.collect()) == 3


def test_a_picture_that_is_missing_is_drawn_again(bench: Bench) -> None:
    bench.collect(picture="A square")
    picture = bench.store.picture(bench.experiment)
    assert picture.exists()
    picture.unlink()
    bench.collect(picture="A square")
    assert picture.exists()
    assert bench.done[3:] == [(0, 3)]


@pytest.mark.parametrize(
    ("target", "value", "reached"),
    [
        ("<= 2.7", 2.7, True),
        ("<= 2.7", 2.701, False),
        (">= 98.6", 98.6, True),
        (">= 98.6", 98.59, False),
        ("13.87 ± 0.01", 13.866, True),
        ("13.87 ± 0.01", 13.879, True),
        ("13.87 ± 0.01", 13.858, False),
        ("<= theirs", 4.9, True),
        ("<= theirs", 5.1, False),
    ],
)
def test_targets(parts: ModuleType, target: str, value: float, reached: bool) -> None:
    assert parts.meets(target, value, {"theirs": 5.0}) is reached


def test_the_spread_is_between_seeds_and_absent_for_one(parts: ModuleType) -> None:
    mean, spread = parts.mean_and_spread([1.0, 2.0, 3.0])
    assert (mean, spread) == (2.0, 1.0)
    assert np.isnan(parts.mean_and_spread([1.0])[1])


def test_a_line_of_the_table(bench: Bench, page: ModuleType) -> None:
    found = [{"error": e, "cpu_seconds": 7.4} for e in (2.5, 2.6, 2.7)]
    (claim,) = bench.experiment.claims
    line = page.table_row(bench.experiment, claim, found)
    assert line == "| [error](#toy) | 3.00 | 2.60 ± 0.10 | ≤ 2.7 | yes | 7 |"
    assert "| open: 2 of 3 seeds |" in page.table_row(
        bench.experiment, claim, found[:2]
    )
    worse = [run | {"error": 3.0} for run in found]
    assert "| **no** |" in page.table_row(bench.experiment, claim, worse)


def test_the_page_has_table_source_settings_and_picture(
    bench: Bench, page: ModuleType, tmp_path: Path
) -> None:
    experiment = replace(bench.experiment, picture="A square")
    found = bench.collect(picture="A square")
    path = tmp_path / "results.md"
    page.write_page(path, [(experiment, found)], bench.store)
    text = path.read_text(encoding="utf-8")
    assert page.HEADER in text
    assert "Nobody (2000)" in text
    assert '"epochs": 3' in text
    (picture,) = re.findall(r"!\[A square\]\((.+)\)", text)
    assert (tmp_path / picture).is_file()
    cells = {line.count("|") for line in text.splitlines() if line.startswith("| [")}
    assert cells == {page.HEADER.count("|")}


@pytest.mark.parametrize("name", ["experiment", "page"])
def test_examples_in_the_docstrings(name: str) -> None:
    results = doctest.testmod(importlib.import_module(f"reproduce.{name}"))
    assert results.attempted > 0
    assert results.failed == 0


def test_every_published_number_has_a_source_and_a_target_that_can_be_read() -> None:
    published = importlib.import_module("published")
    parts = importlib.import_module("reproduce.experiment")
    names = [experiment.name for experiment in published.EXPERIMENTS]
    assert len(set(names)) == len(names)
    for experiment in published.EXPERIMENTS:
        assert "http" in experiment.source
        for claim in experiment.claims:
            others = {claim.target.split()[-1]: 1.0}
            assert parts.meets(claim.target, 1.0, others) in (True, False)


def test_without_mnist_a_plain_word(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    published = importlib.import_module("published")
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["published.py"])
    with pytest.raises(SystemExit, match=r"are about MNIST.*lacks train-images"):
        published.main()


def test_the_stored_page_is_that_of_the_experiments() -> None:
    """What is on the page was run with the settings that are in the code."""
    published = importlib.import_module("published")
    page = importlib.import_module("reproduce.page")
    text = PAGE.read_text(encoding="utf-8")
    shown = [e for e in published.EXPERIMENTS if f"## {e.title}\n" in text]
    assert published.PCA in shown
    assert text.count("\n## ") == len(shown)
    for experiment in shown:
        for claim in experiment.claims:
            assert f"| [{claim.what}](#{experiment.name}) |" in text
        assert "\n".join(page.settings(experiment.settings)) in text
