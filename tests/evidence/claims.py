"""What a claim of docs/evidence.md rests on, where that is a stored table.

Each `notebook_NN.py` beside this file lists the claims of one notebook: a predicate on
a table, and one value of the table that, if it were another, would refute the claim.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aelib.results import Table

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Altered:
    """One value of a table that is another: in `column`, of the one row `where`."""

    where: Mapping[str, object]
    column: str
    value: float

    def __call__(self, table: Table) -> Table:
        matches = [table.columns[name] == value for name, value in self.where.items()]
        rows = np.flatnonzero(np.all(matches, axis=0))
        if len(rows) != 1:
            raise ValueError(f"{self.where} is true of {len(rows)} rows, not of one.")
        values = table.columns[self.column].copy()
        values[rows] = self.value
        return Table({**table.columns, self.column: values}, table.provenance)


@dataclass(frozen=True)
class Claim:
    """A claim that a stored table shows.

    Attributes
    ----------
    id
        Its id in docs/evidence.md, such as ``"08-kernel-machine"``.
    table
        Name of the table in `aelib/results`.
    holds
        Says of a table whether it shows the claim.
    refuted_by
        One altered value with which the table must not show it.
    """

    id: str
    table: str
    holds: Callable[[Table], bool]
    refuted_by: Altered


def all_claims() -> dict[str, Claim]:
    """Return every claim on a stored table, by its id."""
    modules = sorted(path.stem for path in HERE.glob("notebook_[0-9][0-9].py"))
    claims = [c for name in modules for c in importlib.import_module(name).CLAIMS]
    by_id = {claim.id: claim for claim in claims}
    if len(by_id) != len(claims):
        raise ValueError("two claims have the same id")
    return by_id
