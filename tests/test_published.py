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
import torch

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
    beside = page.table_row(bench.experiment, replace(claim, target=""), worse)
    assert beside == "| [error](#toy) | 3.00 | 3.00 ± 0.00 |  |  | 7 |"


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
        aimed = [claim for claim in experiment.claims if claim.target]
        assert aimed
        for claim in aimed:
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


# What the runs are made of


@pytest.fixture
def spot() -> torch.Tensor:
    """Return a round spot in the middle of many images, (n, 784)."""
    across = torch.arange(28) - 13.5
    spot = torch.exp(-(across[:, None] ** 2 + across**2) / 20)
    return spot.reshape(1, -1).repeat(500, 1)


def test_without_strength_nothing_is_deformed(spot: torch.Tensor) -> None:
    compression = importlib.import_module("reproduce.compression")
    same = compression.deform(spot, shift=0, turn=0, stretch=0)
    torch.testing.assert_close(same, spot, atol=1e-5, rtol=0)


def test_digits_are_moved_by_so_many_pixels(spot: torch.Tensor) -> None:
    compression = importlib.import_module("reproduce.compression")
    torch.manual_seed(0)
    moved = compression.deform(spot, shift=0.5, turn=0, stretch=0)
    ink = moved.reshape(-1, 28, 28)
    across = torch.arange(28.0)
    for axis in (1, 2):
        centre = (ink.sum(dim=axis) * across).sum(dim=1) / ink.sum(dim=(1, 2))
        assert abs(float(centre.mean()) - 13.5) < 0.1
        assert float(centre.std()) == pytest.approx(0.5, rel=0.1)


def test_a_digit_is_stretched_and_turned_but_keeps_its_middle() -> None:
    compression = importlib.import_module("reproduce.compression")
    torch.manual_seed(0)
    across = torch.arange(28) - 13.5
    bar = torch.exp(-(across[:, None] ** 2) / 2 - across**2 / 40).reshape(1, -1)
    turned = compression.deform(bar.repeat(500, 1), shift=0, turn=0.1, stretch=0)
    ink = turned.reshape(-1, 28, 28) / turned.sum(dim=1)[:, None, None]
    wide = torch.einsum("nij,j,j->n", ink, across, across)
    high = torch.einsum("nij,i,i->n", ink, across, across)
    mixed = torch.einsum("nij,i,j->n", ink, across, across)
    angle = 0.5 * torch.atan2(2 * mixed, wide - high)
    assert float(angle.std()) == pytest.approx(0.1, rel=0.1)
    stretched = compression.deform(bar.repeat(500, 1), shift=0, turn=0, stretch=0.1)
    shares = stretched.sum(dim=1) / bar.sum()
    assert float(shares.log().std()) == pytest.approx(0.1 * 2**0.5, rel=0.15)


def test_binary_pixels_stay_and_more_draws_give_a_tighter_bound() -> None:
    variational = importlib.import_module("reproduce.variational")
    x = (torch.rand(200, 20, generator=torch.Generator().manual_seed(1)) < 0.3).float()
    bounds = {}
    for draws in (1, 5, 50):
        model = variational.Redrawn([20, 8, 3], draws=draws, seed=0)
        with torch.no_grad():  # an encoder that is wrong on purpose
            model.log_var.bias.fill_(-2.0)
            torch.manual_seed(0)
            costs = [model.cost_of_checked(x, x) for _ in range(40)]
        bounds[draws] = -float(torch.stack(costs).mean())
    assert bounds[1] < bounds[5] < bounds[50]
    elbo = float(model.elbo(x, samples=200).mean())
    assert bounds[1] == pytest.approx(elbo, abs=0.02)
    assert bounds[50] == pytest.approx(
        float(
            torch.stack(
                [model.log_likelihood(x, k=50, seed=s) for s in range(40)]
            ).mean()
        ),
        abs=0.02,
    )


def test_grey_pixels_are_drawn_anew_each_time() -> None:
    variational = importlib.import_module("reproduce.variational")
    model = variational.Redrawn([20, 8, 3], draws=1, seed=0)
    seen: list[torch.Tensor] = []
    posterior = model.posterior
    model.posterior = lambda x: (seen.append(x), posterior(x))[1]
    torch.manual_seed(0)
    grey = torch.full((500, 20), 0.3)
    model.cost_of_checked(grey, grey)
    model.cost_of_checked(grey, grey)
    assert not torch.equal(*seen)
    for x in seen:
        assert set(x.unique().tolist()) == {0.0, 1.0}
        assert float(x.mean()) == pytest.approx(0.3, abs=0.02)


def test_templates_of_one_are_independent_pixels_and_more_find_more() -> None:
    templates = importlib.import_module("reproduce.templates")
    rng = np.random.default_rng(0)
    kinds = rng.random((4, 30))
    x = (rng.random((2_000, 30)) < kinds[rng.integers(4, size=2_000)]).astype(float)
    share = (x.sum(axis=0) + 0.5) / (len(x) + 1)
    alone = (x * np.log(share) + (1 - x) * np.log1p(-share)).sum(axis=1)
    np.testing.assert_allclose(templates.fit_templates(x, 1, seed=0)(x), alone)
    four = templates.fit_templates(x, 4, seed=0)(x).mean()
    assert four > alone.mean() + 0.5
    # All 2 ** d images together have probability 1.
    small = templates.fit_templates(x[:, :6], 3, seed=0)
    every = np.array(np.meshgrid(*[[0.0, 1.0]] * 6)).reshape(6, -1).T
    assert np.exp(small(every)).sum() == pytest.approx(1)
