"""Small tables of results that take too long for a notebook, with their provenance.

Each is a CSV file in this folder, written by a command in `benchmarks/`; the lines
that begin with ``#`` say which command, on which data, with which versions.
"""

from __future__ import annotations

import csv
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Table:
    """A stored table.

    Attributes
    ----------
    columns
        Name of each column to its values: float where all are numbers, else text.
    provenance
        Where the numbers come from, one line each.
    """

    columns: dict[str, np.ndarray]
    provenance: tuple[str, ...]

    def where(self, **wanted: object) -> dict[str, np.ndarray]:
        """Return the columns, reduced to the rows that have the `wanted` values.

        Examples
        --------
        >>> columns = {"model": np.array(["a", "b"]), "x": np.array([1.0, 2.0])}
        >>> Table(columns, ()).where(model="b")["x"]
        array([2.])
        """
        keep = np.all(
            [self.columns[name] == value for name, value in wanted.items()], axis=0
        )
        return {name: values[keep] for name, values in self.columns.items()}


def load_table(name: str, folder: Path = FOLDER) -> Table:
    """Read a stored table.

    Parameters
    ----------
    name
        Its name, without the ending.
    folder
        Where it lies; by default, with the package.

    Raises
    ------
    FileNotFoundError
        If there is no table of that name.

    Examples
    --------
    >>> table = load_table("bottleneck")
    >>> table.where(model="PCA", code_size=30)["squared_error"].round(2)
    array([13.87])
    """
    path = folder / f"{name}.csv"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.csv")))
        raise FileNotFoundError(
            f"There is no stored table {name!r}; there is: {known}."
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    provenance = tuple(line.removeprefix("# ") for line in lines if line[:1] == "#")
    rows = list(csv.DictReader(line for line in lines if line[:1] != "#"))
    columns = {key: _as_column([row[key] for row in rows]) for key in rows[0]}
    return Table(columns, provenance)


def save_table(
    name: str,
    rows: Sequence[Mapping[str, object]],
    command: str,
    data: str,
    folder: Path = FOLDER,
) -> Path:
    """Write a table with its provenance; the way back is `load_table`.

    Parameters
    ----------
    name
        Its name, without the ending.
    rows
        One mapping of column to value per row, the same columns in all.
    command
        The command that makes the table anew.
    data
        The data that were used.
    folder
        Where to write it; by default, with the package.

    Returns
    -------
    pathlib.Path
        The file written.
    """
    versions = ", ".join(f"{p} {_public(version(p))}" for p in ("numpy", "torch"))
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# command: {command}\n# data: {data}\n")
        file.write(f"# versions: Python {platform.python_version()}, {versions}\n")
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def show_runs(
    table: Table,
    settings: Mapping[str, Mapping[str, object]],
    columns: Mapping[str, str],
    usual: Mapping[str, object],
) -> None:
    """Print means over repeated runs, and half the range, for each data set.

    Parameters
    ----------
    table
        A table with a column ``data`` and a row for each run.
    settings
        Title of a line to what its runs have in their columns; all runs of a setting
        differ in their seed alone.
    columns
        The columns to show, each with its heading.
    usual
        What runs have in the columns that their setting does not name.

    Raises
    ------
    ValueError
        If there is no run of a setting, or one has a seed twice.

    Examples
    --------
    >>> columns = {"data": ["a"] * 2, "seed": [0, 1], "size": [9] * 2, "J": [1.0, 2.0]}
    >>> table = Table({name: np.array(x) for name, x in columns.items()}, ())
    >>> show_runs(table, {"nine": {"size": 9}}, {"J": "error"}, {})
                                                    error
    a      nine                             1.500 ± 0.500
    """
    print(" " * 36 + "".join(f"{heading:>17}" for heading in columns.values()))
    for name in dict.fromkeys(table.columns["data"].tolist()):
        for title, setting in settings.items():
            rows = table.where(data=name, **{**usual, **setting})
            seeds = rows["seed"].tolist()
            if not seeds or len(set(seeds)) < len(seeds):
                raise ValueError(
                    f"{title!r} on {name} should be runs that differ in their seed; "
                    f"the table has seeds {seeds}. Name more columns, or others."
                )
            texts = [
                f"{rows[key].mean():.3f} ± {np.ptp(rows[key]) / 2:.3f}"
                for key in columns
            ]
            print(f"{name:6} {title:29}" + "".join(f"{text:>17}" for text in texts))


def _as_column(values: list[str]) -> np.ndarray:
    try:
        return np.array([float(value) for value in values])
    except ValueError:
        return np.array(values)


def _public(release: str) -> str:
    return release.split("+")[0]
