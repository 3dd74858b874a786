"""Every notebook has the course's anatomy, and its stored outputs prove something.

A rule is a function that yields what is wrong with a notebook. Each is tried on a
notebook made to break it, so that no rule can pass for want of looking.
"""

from __future__ import annotations

import copy
import re
import statistics
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from aelib.classroom import notebooks, overview
from aelib.classroom.course import text_path

ROOT = Path(__file__).resolve().parents[2]
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))

REMARK = "remark"  # what conftest.py prints at the end of a run
WORDS = range(1_200, 2_801)
LINES, CELL_LINES, MEDIAN_LINES = 300, 20, 8

Rule = Callable[[NotebookNode], Iterator[str]]


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def lines(cell: NotebookNode) -> int:
    return sum(bool(line.strip()) for line in cell.source.splitlines())


def prose(notebook: NotebookNode) -> str:
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return "\n\n".join(texts)


def ignored(cell: NotebookNode) -> bool:
    tags = cell.metadata.get("tags", [])
    return "nbval-ignore-output" in tags or "NBVAL_IGNORE_OUTPUT" in cell.source


def compared(cell: NotebookNode) -> bool:
    """Say whether nbval compares something of this cell's stored outputs."""
    kinds = {kind for output in cell.outputs for kind in output.get("data", ["text"])}
    return not ignored(cell) and bool(kinds - {"image/png", "image/jpeg"})


# What is stored


def every_cell_ran_in_order(notebook: NotebookNode) -> Iterator[str]:
    cells = code_cells(notebook)
    counts = [cell.execution_count for cell in cells]
    if not cells or counts != list(range(1, len(cells) + 1)):
        yield f"the cells' counts are {counts}: store it with `make course`, --store"


def no_cell_failed(notebook: NotebookNode) -> Iterator[str]:
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell [{cell.execution_count}] stored {output.ename}"


def outputs_are_compared(notebook: NotebookNode) -> Iterator[str]:
    cells = code_cells(notebook)
    number = sum(map(compared, cells))
    if number < len(cells) / 4:
        yield f"only {number} of {len(cells)} cells have an output that is compared"


def no_cell_is_skipped(notebook: NotebookNode) -> Iterator[str]:
    for cell in code_cells(notebook):
        if "nbval-skip" in cell.metadata.get("tags", []) or "NBVAL_SKIP" in cell.source:
            yield f"cell [{cell.execution_count}] is never run by the tests"


def stored_as_tidied(notebook: NotebookNode) -> Iterator[str]:
    tidied = copy.deepcopy(notebook)
    notebooks.tidy(tidied)
    if tidied != notebook:
        yield "it has passing metadata: store it with `make course`, --store"


def nothing_of_this_machine(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        text = cell.source + str(cell.get("outputs", ""))
        for path in re.findall(r"(?<![\w.])/(?:home|root|tmp|Users)/\S*", text):
            yield f"a path of one machine: {path[:60]}"
        if str(ROOT) in text:
            yield "the folder in which it was executed"


# What a reader finds


def title_and_sections(notebook: NotebookNode) -> Iterator[str]:
    text = prose(notebook)
    if not re.match(r"# \S", text):
        yield "it does not begin with a title"
    for what, pattern in {
        "“You will”": r"\byou will\b",
        "the time it takes": r"\b(minutes?|hours?)\b",
        "a summary": r"^#+ .*summary",
        "further reading": r"^#+ .*further reading",
        "a DOI": r"doi\.org/10\.|doi:",
        "where it fails": r"^#+ .*\b(fail|limit|break|wrong|lie|not)",
    }.items():
        if not re.search(pattern, text, re.IGNORECASE | re.MULTILINE):
            yield f"it lacks {what}"


def length_of_the_text(notebook: NotebookNode) -> Iterator[str]:
    formulas_and_links = r"(?s:\$\$.*?\$\$)|\$[^$\n]*\$|\]\([^)]*\)"
    plain = re.sub(formulas_and_links, " ", prose(notebook))
    number = len(re.findall(r"[^\W\d_]+(?:['’-]\w+)*", plain))
    if number not in WORDS:
        yield f"{number} words, not {WORDS.start} to {WORDS.stop - 1}"


def length_of_the_code(notebook: NotebookNode) -> Iterator[str]:
    sizes = [lines(cell) for cell in code_cells(notebook)]
    if sum(sizes) > LINES:
        yield f"{sum(sizes)} lines of code, more than {LINES}"
    if sizes and statistics.median(sizes) > MEDIAN_LINES:
        yield f"half the cells are longer than {MEDIAN_LINES} lines"
    for cell in code_cells(notebook):
        if lines(cell) > CELL_LINES:
            yield f"cell [{cell.execution_count}] has {lines(cell)} lines of code"


def what_the_tables_of_the_course_say(notebook: NotebookNode) -> Iterator[str]:
    try:
        overview.entry("this notebook", notebook)
    except ValueError as error:
        yield str(error)


def an_explorer(notebook: NotebookNode) -> Iterator[str]:
    if any("no-explorer" in cell.metadata.get("tags", []) for cell in notebook.cells):
        return  # a tag of the first cell, say: this notebook is better without
    source = "\n".join(cell.source for cell in code_cells(notebook))
    imported = re.findall(r"^from aelib\.explore import (.+)", source, re.MULTILINE)
    names = [r"explore\.\w+", *re.findall(r"\w+", " ".join(imported))]
    if not re.search(rf"\b({'|'.join(names)})\(", source):
        yield "no cell calls a function of aelib.explore, nor is one tagged no-explorer"


def pictures_in_words(notebook: NotebookNode) -> Iterator[str]:
    for cell in code_cells(notebook):
        pictured = any("image/png" in output.get("data", {}) for output in cell.outputs)
        alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
        if pictured and len(alt.split()) < 4:
            yield (
                f"cell [{cell.execution_count}] shows a picture; say in its metadata, "
                "mystnb.image.alt, what can be seen"
            )


def exercises_have_tests(notebook: NotebookNode) -> Iterator[str]:
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    ids = [cell.metadata.nbgrader.grade_id for cell in cells]
    for name in {name for name in ids if ids.count(name) > 1}:
        yield f"two cells have the nbgrader id {name}"
    for cell in cells:
        grader = cell.metadata.nbgrader
        name, grade = grader.grade_id, grader.get("grade")
        if grader.get("solution") and not grade and f"{name}-tests" not in ids:
            yield f"the exercise {name} has no cell {name}-tests"
        if grade and not grader.get("solution") and not grader.get("locked"):
            yield f"the tests {name} are not locked"


RULES: list[Rule] = [
    every_cell_ran_in_order,
    no_cell_failed,
    outputs_are_compared,
    no_cell_is_skipped,
    stored_as_tidied,
    nothing_of_this_machine,
    title_and_sections,
    what_the_tables_of_the_course_say,
    an_explorer,
    pictures_in_words,
    exercises_have_tests,
]
# A step that a student needs is not cut to meet a count: these are remarked on only.
LIMITS: list[Rule] = [length_of_the_text, length_of_the_code]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_notebook_keeps(rule: Rule, path: Path) -> None:
    complaints = list(rule(nbformat.read(path, as_version=4)))
    assert not complaints, f"{path.name}: " + "; ".join(complaints)


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.__name__)
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_length_of_a_notebook_is_remarked_on_in_the_closing_summary(
    limit: Rule, path: Path, record_property: Callable[[str, object], None]
) -> None:
    for remark in limit(nbformat.read(path, as_version=4)):
        record_property(REMARK, f"{path.name}: {remark}")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_text_of_the_notebook_is_the_notebook(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    text = text_path(path)
    assert text.exists(), "store the notebook with `make course`, --store"
    same = text.read_text(encoding="utf-8") == notebooks.to_text(notebook)
    assert same, (
        f"{text.name} and {path.name} differ: `make course`, --store or --from-text"
    )


# The rules themselves

TITLE = (
    "# 12 · A title\n\n**Why?** You will see.\n\n**Time:** 40 minutes; runs at once. "
    "**Lecture:** A1.\n\n## Where it fails\n\n## Summary\n\n"
    "## Further reading\n\nhttps://doi.org/10.1/1\n\n" + "word " * 1_500
)


def code(source: str, count: int | None, *outputs: NotebookNode, **metadata: object):
    return new_code_cell(
        source, execution_count=count, outputs=list(outputs), metadata=metadata
    )


def graded(name: str, **flags: bool) -> dict[str, object]:
    return {"grade_id": name, **flags}


PRINTED = new_output("stream", name="stdout", text="42\n")
PICTURE = new_output("display_data", data={"image/png": "AAAA", "text/plain": "F"})
ERROR = new_output("error", ename="ValueError", evalue="", traceback=[])
PATH = new_output("stream", name="stdout", text="saved in /home/someone/x.png\n")
ALT = {"image": {"alt": "four words at least"}}
EXERCISE = [
    code("def f(): ...", 2, nbgrader=graded("f", solution=True)),
    code("assert f", 3, PRINTED, nbgrader=graded("f-tests", grade=True, locked=True)),
]


def good(*cells: NotebookNode) -> NotebookNode:
    """Return a notebook that keeps every rule, with `cells` after its first two."""
    source = "from aelib.explore import slide\nslide()"
    explorer = code(source, 1, PRINTED, PICTURE, mystnb=ALT)
    notebook = new_notebook()
    notebook.cells = copy.deepcopy([new_markdown_cell(TITLE), explorer, *cells])
    notebooks.tidy(notebook)
    return notebook


def test_a_good_notebook_keeps_every_rule() -> None:
    notebook = good(*EXERCISE)
    rules = [*RULES, *LIMITS]
    assert [complaint for rule in rules for complaint in rule(notebook)] == []


def test_a_notebook_does_without_an_explorer_where_it_says_so() -> None:
    notebook = new_notebook(
        cells=[new_markdown_cell(TITLE, metadata={"tags": ["no-explorer"]})]
    )
    assert list(an_explorer(notebook)) == []


BROKEN: dict[Rule, list[NotebookNode]] = {
    every_cell_ran_in_order: [
        good(code("2", None)),
        good(code("2", 3), code("3", 2)),
        good(code("2", 1)),
        new_notebook(),
    ],
    no_cell_failed: [good(code("2", 2, ERROR))],
    outputs_are_compared: [
        good(*(code(str(count), count) for count in range(2, 9))),
        new_notebook(cells=[code("1", 1, PRINTED, tags=["nbval-ignore-output"])]),
        new_notebook(cells=[code("# NBVAL_IGNORE_OUTPUT", 1, PRINTED)]),
        new_notebook(cells=[code("1", 1)]),
    ],
    no_cell_is_skipped: [
        good(code("2", 2, tags=["nbval-skip"])),
        good(code("# NBVAL_SKIP", 2)),
    ],
    stored_as_tidied: [new_notebook(cells=[code("1", 1, collapsed=True)])],
    nothing_of_this_machine: [
        good(code("2", 2, PATH)),
        good(code("open('/tmp/x')", 2)),
        good(new_markdown_cell("In /Users/me/x.")),
        good(code(f"open('{ROOT}')", 2)),
    ],
    title_and_sections: [
        new_notebook(cells=[new_markdown_cell(TITLE.replace(part, ""))])
        for part in (
            "# 12 · A title",
            "You will",
            "minutes",
            "Summary",
            "Further",
            "fails",
        )
    ],
    what_the_tables_of_the_course_say: [
        new_notebook(),
        *(
            new_notebook(cells=[new_markdown_cell(TITLE.replace(part, ""))])
            for part in ("12 · ", "**Why?**", "**Time:**", "**Lecture:**")
        ),
    ],
    length_of_the_text: [
        new_notebook(cells=[new_markdown_cell("word " * number)])
        for number in (1_199, 2_801)
    ]
    + [new_notebook(cells=[new_markdown_cell("$" + "x " * 1_500 + "$")])],
    length_of_the_code: [
        good(code("pass\n" * 21, 2)),
        good(*(code("pass\n" * 9, count) for count in range(2, 5))),
        good(*(code("pass\n" * 8, count) for count in range(2, 42))),
    ],
    an_explorer: [
        new_notebook(cells=[code("1", 1)]),
        new_notebook(cells=[code("from aelib.explore import slide", 1)]),
    ],
    pictures_in_words: [
        good(code("2", 2, PICTURE)),
        good(code("2", 2, PICTURE, mystnb={"image": {"alt": "image"}})),
    ],
    exercises_have_tests: [
        good(EXERCISE[0]),
        good(EXERCISE[0], *EXERCISE),
        good(code("assert f", 2, nbgrader=graded("f-tests", grade=True))),
    ],
}


@pytest.mark.parametrize("rule", [*RULES, *LIMITS], ids=lambda rule: rule.__name__)
def test_a_broken_notebook_is_caught(rule: Rule) -> None:
    for notebook in BROKEN[rule]:
        assert list(rule(notebook)), f"{rule.__name__} saw nothing wrong"
