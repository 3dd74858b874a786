"""What an experiment is, and how its results are kept so that a run can go on.

An experiment is run once per seed, and each outcome is written to a file of its own as
soon as it is there, under a name that its settings are part of.  Who interrupts the
command loses one run at most; who changes a setting gets new runs.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

Measures = dict[str, float]


@dataclass(frozen=True)
class Digits:
    """Flat images (n, 784), float32 in [0, 1], and their labels (n,)."""

    x: np.ndarray
    labels: np.ndarray

    def __getitem__(self, part: slice) -> Digits:
        """Return a part of them."""
        return Digits(self.x[part], self.labels[part])


@dataclass(frozen=True)
class Outcome:
    """What one run measured, and how to draw what it learned."""

    measures: Measures
    draw: Callable[[], Figure] | None = None


@dataclass(frozen=True)
class Claim:
    """A published number, and what is to be reached.

    Attributes
    ----------
    what
        The number in words.
    measure
        Its name among an outcome's measures.
    published
        What the source states, as text; empty where it states nothing.
    target
        ``"<= 2.7"``, ``">= 98.6"`` or ``"13.87 ± 0.01"``; a name of another measure
        in place of the number compares the two in the same run: ``"<= example"``.
        Empty for what only stands beside another claim.
    digits
        Digits after the point, in the table.
    unit
        What follows the number, in the table.
    seconds
        Name of the measure of what it cost.
    """

    what: str
    measure: str
    published: str
    target: str
    digits: int = 2
    unit: str = ""
    seconds: str = "cpu_seconds"


@dataclass(frozen=True)
class Experiment:
    """Something published that is done again here.

    Attributes
    ----------
    name
        Short, for file names and for ``--only``.
    title, source
        What it is, and where it was published, in Markdown.
    run
        ``run(train, test, seed, settings)``, an `Outcome`.
    settings
        All that `run` may choose; JSON.
    claims
        What the measures are compared with.
    seeds
        One run each.
    remark
        What a reader must know about the comparison, in Markdown.
    picture
        What the picture shows; empty where there is none.
    """

    name: str
    title: str
    source: str
    run: Callable[[Digits, Digits, int, Mapping[str, Any]], Outcome]
    settings: Mapping[str, Any]
    claims: tuple[Claim, ...]
    seeds: tuple[int, ...] = (0, 1, 2)
    remark: str = ""
    picture: str = ""


@dataclass
class Store:
    """A folder of outcomes, one file per experiment, settings and seed."""

    folder: Path
    pictures: Path
    stem: str = field(default="results", repr=False)

    def file(self, experiment: Experiment, seed: int) -> Path:
        """Return where the outcome of one run is kept."""
        text = json.dumps(experiment.settings, sort_keys=True)
        key = hashlib.sha256(text.encode()).hexdigest()[:10]
        return self.folder / f"{experiment.name}-{key}-seed{seed}.json"

    def picture(self, experiment: Experiment) -> Path:
        """Return where the picture of an experiment is."""
        return self.pictures / f"{self.stem}-{experiment.name}.png"

    def load(self, experiment: Experiment, seed: int) -> Measures | None:
        """Return what an earlier run measured, or None."""
        path = self.file(experiment, seed)
        drawn = not experiment.picture or self.picture(experiment).exists()
        if not path.exists() or (seed == experiment.seeds[0] and not drawn):
            return None
        return json.loads(path.read_text(encoding="utf-8"))

    def save(self, experiment: Experiment, seed: int, outcome: Outcome) -> None:
        """Keep an outcome; the first seed's is drawn, too."""
        if experiment.picture and outcome.draw and seed == experiment.seeds[0]:
            self.pictures.mkdir(parents=True, exist_ok=True)
            figure = outcome.draw()
            figure.savefig(self.picture(experiment), dpi=110, bbox_inches="tight")
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.file(experiment, seed)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(outcome.measures, indent=1), encoding="utf-8")
        os.replace(part, path)  # at once: a file is whole, or it is not there


def collect(
    experiment: Experiment,
    train: Digits,
    test: Digits,
    store: Store,
    say: Callable[[str], None] = print,
) -> list[Measures]:
    """Return the measures of all seeds, running those that are not in the store."""
    found = []
    for seed in experiment.seeds:
        measures = store.load(experiment, seed)
        kept = measures is not None
        if measures is None:
            outcome = experiment.run(train, test, seed, experiment.settings)
            store.save(experiment, seed, outcome)
            measures = outcome.measures
        numbers = ", ".join(f"{name} {value:.5g}" for name, value in measures.items())
        say(f"{experiment.name} seed {seed}: {numbers}{' (kept)' if kept else ''}")
        found.append(measures)
    return found


def meets(target: str, value: float, others: Mapping[str, float]) -> bool:
    """Say whether a value reaches its target.

    Examples
    --------
    >>> meets("<= 2.7", 2.65, {}), meets("13.87 ± 0.01", 13.9, {})
    (True, False)
    >>> meets("<= example", 80, {"example": 90.0})
    True
    """
    if "±" in target:
        middle, tolerance = map(float, target.split("±"))
        return abs(value - middle) <= tolerance
    sign, bound = target.split()
    limit = others[bound] if bound in others else float(bound)
    return value <= limit if sign == "<=" else value >= limit


def mean_and_spread(values: list[float]) -> tuple[float, float]:
    """Return mean and standard deviation (n - 1); the latter is NaN for one value."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
    return float(np.mean(values)), spread


@contextmanager
def cpu_time(measures: Measures, name: str) -> Iterator[None]:
    """Write the block's CPU seconds, of all threads, among the measures."""
    start = time.process_time()
    yield
    measures[name] = time.process_time() - start
