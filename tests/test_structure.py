"""Data flows one way: no module of the package imports one that builds on it.

Every import counts, also one inside a function or for type hints alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import aelib

PACKAGE = Path(aelib.__file__).parent
FLOORS = (
    {"inputs", "results"},
    {"compute"},
    {"digits"},
    {"corruption"},
    {"penalties"},
    {"backprop"},
    {"gradcheck"},
    {"autoencoders"},
    {"losses"},
    {"demands"},
    {"training"},
    {"stacking"},
    {"evaluation"},
    {"probes", "units", "denoisers", "sampling"},
    {"plots"},
    {"diagrams"},
    {"explore"},
    {"exercises"},
    {"desk"},
    {"classroom"},
    {"__main__"},
)
"""The rooms of the package, from the ground up. A room imports from below alone."""
FLOOR_OF = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}


def modules() -> dict[str, Path]:
    """Return every module of the package by its dotted name within it."""
    paths = {
        path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", "."): path
        for path in PACKAGE.rglob("*.py")
        if "exams" not in path.parts  # data of the course, found by its number
    }
    return {name.removesuffix(".__init__"): path for name, path in paths.items()}


MODULES = modules()


def imports(source: str) -> Iterator[str]:
    """Yield the dotted names within aelib that a source imports, wherever it does."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "write the whole name: from aelib.room import name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            if top == "aelib" and rest:
                yield rest


def module_of(name: str) -> str | None:
    """Return the module that a dotted name is, or stands in; None for aelib's own."""
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name or None


def arrows() -> dict[str, set[str]]:
    """Return the modules that each module imports."""
    drawn: dict[str, set[str]] = {}
    for module, path in MODULES.items():
        if module == "__init__":  # it names every room, and imports one when asked
            continue
        targets = {module_of(name) for name in imports(path.read_text("utf-8"))}
        drawn[module] = {target for target in targets if target} - {module}
    return drawn


def test_every_room_has_a_floor() -> None:
    rooms = {module.partition(".")[0] for module in MODULES} - {"__init__"}
    assert rooms == FLOOR_OF.keys()


def test_no_room_imports_from_beside_or_above() -> None:
    back = [
        f"{module} imports {target}"
        for module, targets in arrows().items()
        for target in targets
        if (room := module.partition(".")[0]) != (other := target.partition(".")[0])
        and FLOOR_OF[other] >= FLOOR_OF[room]
    ]
    assert back == []


def test_no_circle() -> None:
    TopologicalSorter(arrows()).prepare()  # raises a CycleError that names the circle


@pytest.mark.parametrize(
    "source",
    [
        "import aelib.plots",
        "from aelib import plots",
        "from aelib.plots import show_rows",
        "def f():\n    from aelib.plots import show_rows",
        "if TYPE_CHECKING:\n    from aelib.plots import show_rows",
    ],
)
def test_an_import_is_seen_wherever_it_hides(source: str) -> None:
    assert {module_of(name) for name in imports(source)} == {"plots"}
