"""Where the question bank's questions come from: the course itself.

- *Predictions*: what the notebooks let readers choose from, and what came out. What is
  said to a wrong choice stands in the exams' ``bank.toml``.
- *Mistakes*: what a wrong solution of an exercise returns. Which mistake is it?
- *Numbers* of the exam in ``docs/instructors.md``, also from ``bank.toml``.
- *In words*: written questions with their rubrics, the exam's questions with their
  answers, and what students believe at first.

Of the exams only what readers may see anyway is used, and what markers need: no hidden
case. Still the bank is the instructor's, for it has all answers.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from aelib.classroom.bank.items import Choice, Essay, Item, Known, Number, Option
from aelib.classroom.bank.markup import plain, to_html
from aelib.classroom.bank.mistakes import mistakes
from aelib.classroom.overview import entry
from aelib.desk.questions import Choice as Asked
from aelib.exercises.cases import Exam, load_exams
from aelib.exercises.cells import grade_id
from aelib.exercises.checkout import checkout, exams_folder, find_notebooks

if TYPE_CHECKING:
    from nbformat import NotebookNode

NOTES = "bank.toml"
UNTOLD = (
    "bank.toml does not fit the prediction {id}: [predictions.{id}] needs `why` and, "
    "in `wrong`, a word on each of {options}"
)
EXAM_POINTS, BELIEF_POINTS = 4, 2


@dataclass(frozen=True)
class Source:
    """One notebook with its exam and what the bank adds to it."""

    folder: str
    number: str
    notebook: NotebookNode
    exam: Exam
    notes: Mapping[str, Any]
    guide: str


def collect(numbers: Sequence[str] = (), root: Path | None = None) -> list[Item]:
    """Return all questions of notebooks, all of them by default.

    Raises
    ------
    FileNotFoundError
        If there is no such notebook, or no exam to it.
    ValueError
        If a question lacks something: what, is in the message.
    """
    import nbformat

    root = root or checkout()
    notes = tomllib.loads((exams_folder(root) / NOTES).read_text(encoding="utf-8"))
    guide = (root / "docs" / "instructors.md").read_text(encoding="utf-8")
    paths = find_notebooks(numbers, root=root)
    exams = load_exams(exams_folder(root), [path.stem[:2] for path in paths])
    items: list[Item] = []
    for path, exam in zip(paths, exams, strict=True):
        notebook = nbformat.read(path, as_version=4)
        about = entry(path.stem, notebook)
        folder = f"{about.number} {about.title}"
        source = Source(folder, about.number, notebook, exam, notes, guide)
        for kind in (predictions, mistakes_of, numbers_of, in_words, exam_of, beliefs):
            items += kind(source)
    return items


# Predictions


def predictions(source: Source) -> Iterator[Choice]:
    """Yield what a notebook lets its readers choose from."""
    for name, text, asked, answer in asked_in(source.notebook):
        notes = source.notes["predictions"].get(name, {})
        wrong = notes.get("wrong", {})
        if {*wrong, answer} != {*asked.options} or "why" not in notes:
            left = [option for option in asked.options if option != answer]
            raise ValueError(UNTOLD.format(id=name, options=left))
        says = {**wrong, answer: notes["why"]}
        options = tuple(
            Option(plain(option), plain(says[option]), option == answer)
            for option in asked.options
        )
        where = (source.folder, "Predictions")
        yield Choice(name, where, plain(notes.get("text", text)), options)


def asked_in(notebook: NotebookNode) -> Iterator[tuple[str, str, Asked, str]]:
    """Yield each choice of an executed notebook: id, question, options and answer."""
    for cell in notebook.cells:
        if asks := re.search(r'predictions\.choose\(\s*"([^"]+)"', cell.source):
            name = asks[1]
            question = _page(cell, "ul")
            text = "".join(question.find("p").itertext())
            options = ("".join(each.itertext()) for each in question.iter("li"))
            asked = Asked(tuple(options))
            said = "".join(_page(_reveals(notebook, name), "p").itertext())
            (answer,) = (
                option
                for option in asked.options
                if said.endswith(asked.result({"option": option}))
            )
            yield name, text.removeprefix("Predict first. "), asked, answer


def _reveals(notebook: NotebookNode, name: str) -> NotebookNode:
    reveal = re.compile(rf'predictions\.reveal\(\s*"{name}"')
    return next(cell for cell in notebook.cells if reveal.search(cell.source))


def _page(cell: NotebookNode, element: str) -> ElementTree.Element:
    """Return what a cell shows as a page, with such an element in it."""
    pages = (
        output.data["text/html"]
        for output in cell.outputs
        if "text/html" in output.get("data", {})
    )
    found = (ElementTree.fromstring(f"<div>{page}</div>") for page in pages)
    return next(page for page in found if page.find(element) is not None)


# Exercises


def mistakes_of(source: Source) -> Iterator[Choice]:
    """Yield a question for each wrong solution that the shown cases give away."""
    for exercise in source.exam.exercises:
        cell = cell_of(source.notebook, exercise.grade_id)
        yield from mistakes(
            exercise.grade_id,
            to_html(task_of(source.notebook, exercise.grade_id)),
            parameters_of(cell.source, exercise.function),
            (source.folder, "Mistakes"),
        )


def in_words(source: Source) -> Iterator[Essay]:
    """Yield the written questions, with model answer and rubric for the marker."""
    for question in source.exam.questions:
        model = cell_of(source.notebook, question.grade_id).source
        rubric = "\n".join(
            f"- {points}: {what}" for what, points in question.rubric.items()
        )
        yield Essay(
            question.grade_id,
            (source.folder, "In words"),
            to_html(task_of(source.notebook, question.grade_id)),
            question.points,
            to_html(f"{model}\n\n**Points**\n\n{rubric}"),
        )


def parameters_of(source: str, function: str) -> list[str]:
    """Return the names of a function's parameters.

    Examples
    --------
    >>> parameters_of("def double(x): return 2 * x", "double")
    ['x']
    """
    found = (
        [argument.arg for argument in node.args.args]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name == function
    )
    return next(found)


def cell_of(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return the cell of an nbgrader id."""
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def task_of(notebook: NotebookNode, name: str) -> str:
    """Return the text of an exercise, which stands above its cell."""
    above = notebook.cells[: notebook.cells.index(cell_of(notebook, name))]
    text = next(c.source for c in reversed(above) if c.cell_type == "markdown")
    *_, task = re.split(r"^(?=###? |\*\*Question)", text, flags=re.MULTILINE)
    heading = r"^(?:#+ |\*\*)(Exercise|Open project)[^:\n]*: ([^*\n]*)(?:\*\*)?"
    return re.sub(heading, r"**\1: \2**", task)


# The guide's exam, and what students believe


def numbers_of(source: Source) -> Iterator[Number]:
    """Yield the exam questions whose answer is a number."""
    for one in source.notes["numbers"]:
        if one["notebook"] == source.number:
            wrong = (Known(w["answer"], to_html(w["say"])) for w in one["wrong"])
            yield Number(
                one["id"],
                (source.folder, "Numbers"),
                to_html(one["text"]),
                one["answer"],
                one["tolerance"],
                to_html(one["why"]),
                tuple(wrong),
            )


def exam_of(source: Source) -> Iterator[Essay]:
    """Yield the guide's exam questions as a whole, to be marked by hand."""
    question = rf"^\*\*Question (\d+) \({source.number}\)\.\*\* ((?:.+\n)+)"
    answer = r"\n> \*\*Answer \1\.\*\* ((?:.+\n?)+)"
    asked = re.findall(question + answer, source.guide, re.MULTILINE)
    for number, question, answer in asked:
        name = f"exam-{int(number):02}"
        text = to_html(re.sub(r"^> ?", "", answer, flags=re.MULTILINE))
        where = (source.folder, "Exam")
        yield Essay(name, where, to_html(question), EXAM_POINTS, text)


def beliefs(source: Source) -> Iterator[Essay]:
    """Yield what students believe at first, and what is to be said to it."""
    _, _, section = source.guide.partition("\n### Misconceptions\n")
    paragraph = rf"^\*\*{source.number}\.\*\* ((?:.+\n)+)"
    found = re.search(paragraph, section, re.MULTILINE)
    words = found[1] if found else ""
    pairs = re.findall(r'\*"(.+?)"\*\s+(.+?)(?=\s\*"|\Z)', words, re.DOTALL)
    for at, (belief, reply) in enumerate(pairs, start=1):
        yield Essay(
            f"{source.number}-belief-{at}",
            (source.folder, "Beliefs"),
            to_html(f"A student says: “{belief}” What would you say, or show?"),
            BELIEF_POINTS,
            to_html(reply),
        )
