"""How well a reader predicts: choices, numbers with their bands, orders, curves."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

from aelib.desk import records
from aelib.desk.folder import find_copy

ELSEWHERE = "Your predictions are counted in your own copy of the course (make lab)."
NONE_YET = "No prediction has been committed to and answered yet."
ENOUGH = 3  # bands, before anything is said about them


@dataclass(frozen=True)
class Calibration:
    """What came of one's predictions: a table, and a sentence where it is earned.

    Examples
    --------
    >>> print(Calibration({"choices": "3 of 4 right"}))
    choices  3 of 4 right
    """

    rows: dict[str, str]
    remark: str = ""

    def __repr__(self) -> str:
        width = max(map(len, self.rows), default=0)
        lines = [f"{kind:{width}}  {result}" for kind, result in self.rows.items()]
        return "\n".join([*lines, *([self.remark] if self.remark else [])])

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th scope="row" style="text-align: left">{html.escape(kind)}</th>'
            f'<td style="text-align: left">{html.escape(result)}</td></tr>'
            for kind, result in self.rows.items()
        )
        table = f"<table>{rows}</table>" if rows else ""
        return table + (f"<p>{html.escape(self.remark)}</p>" if self.remark else "")


def calibration(notebook: str = "", *, folder: Path | None = None) -> Calibration:
    """Sum up what came of one's predictions.

    Parameters
    ----------
    notebook
        A notebook's number, such as "04"; by default all.
    folder
        The reader's folder; by default the one that the notebook lies in.

    Returns
    -------
    Calibration
        What a cell displays. Outside a reader's own copy it says where that is.

    Examples
    --------
    >>> calibration("04")
    Your predictions are counted in your own copy of the course (make lab).
    """
    folder = folder or find_copy()
    if folder is None:
        return Calibration({}, ELSEWHERE)
    stored = records.read_all(folder, f"{notebook}-" if notebook else "")
    scores: dict[str, list[float]] = {}
    for record in stored:
        if "score" in record:
            scores.setdefault(record["kind"], []).append(record["score"])
    if not scores:
        return Calibration({}, NONE_YET)
    rows = {
        NAMES[kind]: _sum_up(kind, scores[kind]) for kind in NAMES if kind in scores
    }
    if waiting := sum("score" not in record for record in stored):
        rows["waiting"] = f"{waiting} for the cell that measures"
    return Calibration(rows, _remark(scores.get("number", [])))


NAMES = {"choose": "choices", "number": "numbers", "order": "orders", "draw": "curves"}


def _sum_up(kind: str, scores: list[float]) -> str:
    mean = sum(scores) / len(scores)
    if kind == "order":
        return f"{mean:.0%} of the pairs in the right order"
    if kind == "draw":
        curves = "1 curve" if len(scores) == 1 else f"{len(scores)} curves"
        return f"{1 - mean:.0%} of the axis away, on average over {curves}"
    right = "right" if kind == "choose" else "inside their band"
    return f"{sum(score == 1 for score in scores)} of {len(scores)} {right}"


def _remark(bands: list[float]) -> str:
    """Say whether one's bands are too narrow or too wide, once there are enough."""
    if len(bands) < ENOUGH:
        return ""
    if sum(bands) < len(bands) / 2:
        return "Most of your bands missed what was measured: state wider ones."
    if all(bands):
        return "All of your bands held: dare to state narrower ones."
    return ""
