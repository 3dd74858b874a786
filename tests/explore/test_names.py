"""From a notebook to its explorers and back: the files have the same name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from aelib import explore

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(explore.__file__).parent
NOTEBOOKS = {
    path.stem[3:].replace("-", "_"): path
    for path in sorted((ROOT / "docs" / "text").glob("[0-9][0-9]-*.py"))
}


def called(path: Path) -> set[str]:
    """Return the explorers that the text of a notebook calls."""
    text = path.read_text(encoding="utf-8")
    return {
        name
        for name in explore.__all__
        if name.islower() and re.search(rf"^(explore\.)?{name}\(", text, re.MULTILINE)
    }


def defined(path: Path) -> set[str]:
    """Return the explorers that a module defines."""
    defs = re.findall(
        r"^def ([a-z]\w*)", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    return set(defs) & set(explore.__all__)


FOR_ALL = {"recording"}  # modules that serve any notebook
MODULES = {
    path.stem: path
    for path in FOLDER.glob("*.py")
    if defined(path) and path.stem not in FOR_ALL
}


def test_every_module_of_explorers_has_the_name_of_a_notebook() -> None:
    assert set(MODULES) <= set(NOTEBOOKS)


@pytest.mark.parametrize("name", MODULES)
def test_a_notebook_calls_the_explorers_of_its_name_and_no_others(name: str) -> None:
    for_all = set().union(*(defined(FOLDER / f"{each}.py") for each in FOR_ALL))
    assert called(NOTEBOOKS[name]) - for_all == defined(MODULES[name]) != set()
