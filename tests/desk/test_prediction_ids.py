"""The notebooks' predictions: each is asked, then answered, under an id that stays."""

from __future__ import annotations

import ast
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
IDS = Path(__file__).with_name("prediction_ids.txt")
KINDS = {"choose", "number", "order", "draw"}
MOST = 5  # in a notebook: more would be in the way


def calls(path: Path) -> list[tuple[str, str]]:
    """Return the functions of `predictions` that a notebook calls, each with an id."""
    cells = nbformat.read(path, as_version=4).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    return [call for source in sources for call in calls_in(source)]


def calls_in(source: str) -> list[tuple[str, str]]:
    found = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "predictions"
    ]
    found.sort(key=lambda node: (node.lineno, node.col_offset))
    return [(node.func.attr, ast.literal_eval(node.args[0])) for node in found]


NOTEBOOKS = {
    path: found
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb"))
    if (found := calls(path))
}


def test_calls_are_found_wherever_they_stand() -> None:
    source = 'x = [predictions.draw("00-a", "?", x=x)]\npredictions.reveal("00-a", 1)'
    assert calls_in(source) == [("draw", "00-a"), ("reveal", "00-a")]


def test_the_model_notebooks_have_predictions_of_every_kind() -> None:
    numbers = {path.name[:2] for path in NOTEBOOKS}
    assert numbers >= {"00", "04"}
    assert {kind for found in NOTEBOOKS.values() for kind, _ in found} >= KINDS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_asks_each_question_once_and_answers_it_below(path: Path) -> None:
    asked = [name for kind, name in NOTEBOOKS[path] if kind in KINDS]
    answered = [name for kind, name in NOTEBOOKS[path] if kind == "reveal"]
    assert len(asked) <= MOST
    assert sorted(asked) == sorted(set(asked)) == sorted(answered)
    for name in asked:
        assert name.startswith(path.name[:3])
        kinds = [kind for kind, other in NOTEBOOKS[path] if other == name]
        assert kinds[1:] == ["reveal"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_with_predictions_ends_with_ones_own_score(path: Path) -> None:
    assert NOTEBOOKS[path][-1] == ("calibration", path.name[:2])


def test_an_id_never_changes_its_kind_and_is_listed() -> None:
    """What readers have stored under an id must still answer what is asked there."""
    listed = [tuple(line.split()) for line in IDS.read_text("utf-8").splitlines()]
    assert len({name for name, _ in listed}) == len(listed)
    used = {
        (name, kind)
        for found in NOTEBOOKS.values()
        for kind, name in found
        if kind in KINDS
    }
    assert used - set(listed) == set()
