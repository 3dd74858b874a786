"""The page of results: one table, then each experiment with settings and picture."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from reproduce.experiment import (
    Claim,
    Experiment,
    Measures,
    Store,
    mean_and_spread,
    meets,
)

HEADER = "| | published | ours | target | reached | CPU seconds |"
RULE = "| --- | --- | --- | --- | --- | --- |"
INTRODUCTION = """\
# Published numbers, reproduced

Written by `make bench`; do not edit. MNIST, 60,000 training and 10,000 test images.
Settings were chosen beforehand or on the last 10,000 training images (in the order of
`load_data("mnist", n_train=None)`), with the other 50,000 to learn from; then the runs
were made with all 60,000. The test set has chosen nothing; where a run was made again
with other settings, its section says so.

**Ours** is the mean over the seeds ± the standard deviation between them; where there
is no ±, nothing is random or a run of one seed took more than five minutes. **CPU
seconds** are those of training, of one run, all threads together. A target with ± is a
tolerance, on either side; a row without a target stands there to be compared with the
row above. How few labels suffice, and how good new digits are, is in
[the records](records.md)."""


def write_page(
    path: Path,
    results: Sequence[tuple[Experiment, list[Measures]]],
    store: Store,
) -> None:
    """Write the page; `results` may be part of all."""
    rows = [
        table_row(experiment, claim, found)
        for experiment, found in results
        for claim in experiment.claims
    ]
    lines = [INTRODUCTION, "", HEADER, RULE, *rows, "", machine(), ""]
    for experiment, found in results:
        picture = store.picture(experiment) if experiment.picture else None
        lines += section(experiment, found, picture, path.parent)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def table_row(experiment: Experiment, claim: Claim, found: Sequence[Measures]) -> str:
    """Return a claim's line; its target, if any, is reached if the mean does."""
    means = {name: float(np.mean([run[name] for run in found])) for name in found[0]}
    reached = ""
    if claim.target:
        met = meets(claim.target, means[claim.measure], means)
        reached = "yes" if met else "**no**"
    if len(found) < len(experiment.seeds):
        reached = f"open: {len(found)} of {len(experiment.seeds)} seeds"
    cells = [
        f"[{claim.what}](#{experiment.name})",
        with_unit(claim.published, claim.unit),
        with_unit(ours(claim, found), claim.unit),
        with_unit(in_words(claim, means), claim.unit),
        reached,
        f"{means[claim.seconds]:,.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def ours(claim: Claim, found: Sequence[Measures]) -> str:
    """Write mean and spread with the claim's number of digits.

    Examples
    --------
    >>> claim = Claim("error", "error", "3.00", "<= 2.7")
    >>> ours(claim, [{"error": 2.5}, {"error": 2.75}]), ours(claim, [{"error": 2.5}])
    ('2.62 ± 0.18', '2.50')
    """
    mean, spread = mean_and_spread([run[claim.measure] for run in found])
    text = f"{mean:,.{claim.digits}f}"
    return text if math.isnan(spread) else f"{text} ± {spread:,.{claim.digits}f}"


def in_words(claim: Claim, means: Measures) -> str:
    """Write a claim's target as a reader does; another measure by its mean.

    Examples
    --------
    >>> in_words(Claim("error", "error", "3.00", "<= 2.7"), {})
    '≤ 2.7'
    >>> in_words(Claim("cost", "cost", "", "<= theirs", digits=0), {"theirs": 74.3})
    '≤ 74'
    """
    if not claim.target:
        return ""
    target = claim.target.replace("<=", "≤").replace(">=", "≥")
    sign, bound = target.split(maxsplit=1)
    return f"{sign} {means[bound]:.{claim.digits}f}" if bound in means else target


def with_unit(text: str, unit: str) -> str:
    """Put a unit behind what is there."""
    return f"{text} {unit}".strip() if text else ""


def section(
    experiment: Experiment,
    found: Sequence[Measures],
    picture: Path | None,
    folder: Path,
) -> list[str]:
    """Return an experiment's part of the page."""
    lines = [f'<a id="{experiment.name}"></a>', "", f"## {experiment.title}", ""]
    lines += [f"Source: {experiment.source}", ""]
    if experiment.remark:
        lines += [experiment.remark, ""]
    if picture is not None:
        shown = picture.relative_to(folder).as_posix()
        lines += [f"![{experiment.picture}]({shown})", ""]
        lines += [f"*{experiment.picture}.*", ""]
    lines += ["All that was measured, a line per seed, and the settings:", ""]
    lines += [
        *measures_table(found),
        "",
        "```json",
        *settings(experiment.settings),
        "```",
    ]
    return [*lines, ""]


def measures_table(found: Sequence[Measures]) -> list[str]:
    """Return a small table: one column per measure, one line per seed."""
    names = list(found[0])
    lines = ["| " + " | ".join(name.replace("_", " ") for name in names) + " |"]
    lines += ["| " + " | ".join("---" for _ in names) + " |"]
    for run in found:
        lines.append("| " + " | ".join(f"{run[name]:,.2f}" for name in names) + " |")
    return lines


def settings(values: Mapping[str, Any]) -> list[str]:
    """Return settings as JSON, one line for each that stands at the top."""
    lines = [f"  {json.dumps(name)}: {json.dumps(v)}" for name, v in values.items()]
    return ["{", *",\n".join(lines).split("\n"), "}"]


def machine() -> str:
    """Say what it was measured with."""
    packages = ("torch", "numpy", "scikit-learn")
    versions = ", ".join(f"{p} {version(p).split('+')[0]}" for p in packages)
    return f"Measured with Python {platform.python_version()}, {versions}."
