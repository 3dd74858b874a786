"""Several modules of JavaScript become one text, and colours one rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import aelib
from aelib.explore.scripts import javascript
from aelib.explore.theme import DARK, contrast, on_dark, palette_css
from aelib.plots import CLASS_COLOURS, COLOURS

PACKAGE = Path(aelib.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.js"))


def write(folder: Path, **sources: str) -> Path:
    """Write modules; return the path of the one called `main`."""
    for name, source in sources.items():
        (folder / f"{name}.js").write_text(source, encoding="utf-8")
    return folder / "main.js"


def test_what_a_module_imports_comes_before_it_and_once(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main='import { b } from "./b.js";\nimport { a } from "./a.js";\nuse(a, b);\n',
        b='import { a } from "./a.js";\nexport const b = a;\n',
        a="export const a = 1;\n",
    )
    lines = javascript(main).split("\n")
    assert [line for line in lines if line] == [
        "const a = 1;",
        "const b = a;",
        "use(a, b);",
    ]


def test_a_module_keeps_what_it_exports_itself(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main='import { a } from "./a.js";\nexport function f() {}\nexport default a;\n',
        a="export const a = 1;\n",
    )
    exported = re.findall(r"^export (.+)$", javascript(main), re.MULTILINE)
    assert exported == ["function f() {}", "default a;"]


def test_one_name_for_two_things_is_refused_by_name(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main='import { a } from "./a.js";\nconst helper = a;\n',
        a="const helper = 1;\nexport const a = helper;\n",
    )
    with pytest.raises(ValueError, match=r"a\.js and main\.js both define helper"):
        javascript(main)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_a_module_of_the_package_becomes_one_text_that_imports_nothing(
    path: Path,
) -> None:
    assert not re.search(r"^\s*import\b|\bimport\(", javascript(path), re.MULTILINE)


def test_no_colour_is_written_into_what_is_drawn_with_the_houses() -> None:
    files = ("axes.js", "canvas.js", "hands.js", "parts.js")
    sources = [(PACKAGE / "explore" / name).read_text("utf-8") for name in files]
    sources += [path.read_text("utf-8") for path in (PACKAGE / "desk").glob("*.js")]
    assert len(sources) > len(files)
    assert not [
        found for text in sources for found in re.findall(r"#[\da-f]{3,6}\b", text)
    ]


def test_every_colour_of_the_house_has_its_name_in_the_browser() -> None:
    light, dark = (
        dict(re.findall(r"--aelib-([\w-]+): (#\w{6});", rule))
        for rule in palette_css().split("}")[:2]
    )
    classes = {f"class-{k}": colour for k, colour in enumerate(CLASS_COLOURS)}
    assert light == COLOURS | classes
    assert light.keys() == dark.keys()


def test_every_colour_is_seen_on_dark_paper_and_none_is_taken_for_another() -> None:
    for colours in (list(COLOURS.values()), CLASS_COLOURS):
        seen = [on_dark(colour) for colour in colours]
        assert min(contrast(colour, DARK) for colour in seen) >= 3
        assert len(set(seen)) == len(colours)
