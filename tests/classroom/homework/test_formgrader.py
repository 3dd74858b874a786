"""Formgrader shows what students wrote as text, in which nothing works or loads.

The pages are made by nbgrader's own templates, as its server makes them. A page with a
hostile answer must differ from one with a harmless answer in its text alone.
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny import write_course

from aelib.classroom.homework.feedback import to_page, to_sheet
from aelib.classroom.homework.grade_one import Plan, make_plan
from aelib.classroom.homework.gradebook import open_gradebook, record
from aelib.classroom.homework.plain_text import visible
from aelib.classroom.homework.results import (
    AnswerResult,
    CaseResult,
    ExerciseResult,
    Result,
)
from aelib.classroom.homework.safe_names import tidy
from aelib.exercises.cases import load_exams

pytest.importorskip("nbgrader")
QUESTION, EXERCISE = "ex90-w-why", "ex90-1-double"

HOSTILE = {
    "a link that runs": "[click](javascript:alert(document.cookie))",
    "a link with a title": "[a](https://example.org 'title \"x\"')",
    "a picture": "![](https://example.org/seen.png)",
    "a picture from the course": "![](files/../gradebook.db)",
    "an attachment that is not there": "![](attachment:photo.png)",
    "an attachment by reference": "![a]\n\n[a]: attachment:photo.png",
    "links by reference": "[a][b] ![c][b] [b]\n\n[b]: javascript:alert(1) 'title'",
    "an address in brackets": "<https://example.org> <javascript:alert(1)>",
    "a bare address": "see https://example.org/a?b=c and www.example.org",
    "a letter": "<mailto:eve@example.org> eve@example.org",
    "HTML": "<img src=x onerror=alert(1)><script>alert(1)</script><b>bold</b>",
    "an SVG": "<svg/onload=alert(1)><iframe srcdoc='<script>alert(1)</script>'>",
    "an element that ends early": "</code></pre></div><script>alert(1)</script>",
    "HTML in references": "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62; &amp;",
    "a comment": "<!-- hidden --> <!-- open",
    "an instruction": "<?php x ?> <![CDATA[ x ]]> <!DOCTYPE x>",
    "a link in a formula": "$\\href{javascript:alert(1)}{x}$ and \\(x\\) \\[y\\]",
    "a long formula": "$$\n\\begin{aligned} a &< b <script>\n\\end{aligned}\n$$",
    "an environment": "\\begin{equation}\\href{javascript:alert(1)}{x}\\end{equation}",
    "half a formula": "costs $5 $$ \\begin{a} \\\\[",
    "an open fence": "```python\nprint(1)",
    "a fence that ends another": "```\n``````````````\n[a](javascript:alert(1))\n~~~",
    "tildes": "~~~~~~~~~~\n<script>\n~~~",
    "a diagram": "```mermaid\ngraph TD; a-->b; click a javascript:alert(1)\n```",
    "a heading": "# Full marks\n\nPoints: 4\n===\n\n---\n***\n___",
    "a list and a table": "- [x] a\n- b\n\n|a|b|\n|-|-|\n|[c](javascript:x)|d|",
    "a quotation": "> > a\n\n     code\n\ta tab",
    "a template": "{{ 7 * 7 }} {% include '/etc/passwd' %} {# x #} {{ nb }}",
    "a footnote": "a[^1]\n\n[^1]: b <b>\n\nterm\n: definition",
    "marks": "\\<b\\> \\[a\\](b) `a` ``b` *c* **d** ~~e~~ _f_ \\\\",
    "files": "src='files/x' href=\"files/y\" [a](files/z)",
    "spaces and empty lines": "\n\n  a\n\n\n\n   b  \n\n",
    "what nobody sees": "a\x00\x07\x1b[31mred\x1b[0m\u202eevil\u202c\u2066\x85\ufffe",
    "other scripts": "因为 ∂E/∂w → 0, naïve ﬁ 🤷\u200d♀️ \u2028 \u2424 a\u0301",
    "a long line": "because " * 2_000,
    "nothing": "",
}
CODE = {
    "HTML": "def double(x):\n    return '</pre><img src=x onerror=alert(1)>'",
    "a page of its own": "%%html\n<script>alert(1)</script><a href='javascript:x'>",
    "a script of its own": "%%javascript\nalert('</script><script>')",
    "Markdown": "# [a](javascript:alert(1)) ![](https://example.org/x.png)",
    "what nobody sees": "a = 1 \u202e# \u2066\x1b[31m",
    "no Python": "def (((: '''\"\"\" \\\n\t<b>",
    "a template": "{{ 7 * 7 }} {% raw %}",
}
NAMES = [
    "<img src=x onerror=alert(1)>",
    '"; alert(1); "',
    "'+alert(1)+'",
    "</script><script>alert(1)</script>",
    "\\x3cscript\\x3e \\",
    "{{ 7 * 7 }}",
    "../../gradebook.db",
    "a\nb\u2028c\u202e",
    "javascript:alert(1)",
]


class Page(HTMLParser):
    """What a browser would make of a page: its elements, and the text in each."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, Any]] = []
        self.inside: list[tuple[str, Any]] = []  # elements within a <pre>
        self.shown: dict[str, str] = {"pre": "", "div": "", "script": ""}
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        where = self.inside if "pre" in self._open else self.elements
        where.append((tag, tuple(attrs)))
        if tag in self.shown:
            self._open.append(tag)
            self.shown[tag] += "\f"  # another one begins

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                continue

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.shown[tag] += data

    def in_each(self, tag: str) -> list[str]:
        """Return the text in every element of a kind."""
        return self.shown[tag].split("\f")[1:]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course")
    write_course(folder)
    return folder


@pytest.fixture(scope="module")
def plan(root: Path) -> Plan:
    (exam,) = load_exams(root / "hidden")
    return make_plan(exam, root)


def result(answer: str = "x", code: str = "x", student: str = "ada") -> Result:
    """Return what the grader writes down about a submission."""
    exercise = ExerciseResult(
        EXERCISE,
        "double",
        points=2.0,
        most=4,
        status="partial",
        source=code,
        cases=(CaseResult("a row", words="gave wrong values"),),
    )
    return Result(
        student,
        "90-twice",
        file="90-twice.ipynb",
        digest="",
        problem="",
        exercises=(exercise,),
        answers=(AnswerResult(QUESTION, 2, answer),),
    )


class Formgrader:
    """A course folder, and the pages that formgrader would show of it."""

    def __init__(self, to: Path, plan: Plan, root: Path) -> None:
        from nbconvert.exporters import HTMLExporter
        from nbgrader.server_extensions.formgrader import handlers
        from traitlets.config import Config

        self.to, self.plan, self.root = to, plan, root
        config = Config()
        config.HTMLExporter.template_name = "formgrade"
        config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
        self.exporter = HTMLExporter(config=config)

    def record(self, one: Result) -> None:
        record([one], [self.plan], self.to, self.root)

    def file(self, student: str = "ada") -> Path:
        return self.to / "autograded" / student / "90-twice" / "90-twice.ipynb"

    def page(self, student: str = "ada") -> Page:
        """Render a submission as nbgrader's SubmissionHandler does."""
        resources = {
            "assignment_id": "90-twice",
            "notebook_id": "90-twice",
            "submission_id": "0" * 32,
            "index": 0,
            "total": 1,
            "base_url": "",
            "student": student,
            "last_name": None,
            "first_name": None,
            "notebook_path": f"./{self.file(student).relative_to(self.to)}",
        }
        shown, _ = self.exporter.from_filename(str(self.file(student)), resources)
        return Page(shown)


@pytest.fixture(scope="module")
def formgrader(
    tmp_path_factory: pytest.TempPathFactory, plan: Plan, root: Path
) -> Formgrader:
    return Formgrader(tmp_path_factory.mktemp("nbgrader"), plan, root)


@pytest.fixture(scope="module")
def harmless(formgrader: Formgrader) -> Page:
    formgrader.record(result())
    return formgrader.page()


# Written answers


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_answer_is_shown_as_it_was_written_and_does_nothing(
    formgrader: Formgrader, harmless: Page, kind: str
) -> None:
    formgrader.record(result(answer=HOSTILE[kind]))
    page = formgrader.page()
    assert page.elements == harmless.elements
    assert page.inside == harmless.inside
    assert page.in_each("script") == harmless.in_each("script")
    assert page.in_each("pre")[-1] == visible(HOSTILE[kind])


def test_the_harmless_page_has_no_link_and_no_picture_in_an_answer(
    formgrader: Formgrader, harmless: Page
) -> None:
    # Links and scripts of the page are formgrader's own.
    assert not {"img", "iframe", "object", "svg"} & {
        tag for tag, _ in harmless.elements
    }
    for tag, attributes in harmless.elements:
        for name, value in attributes:
            own = tag in ("script", "link") or "/formgrader/" in str(value)
            assert name not in ("href", "src") or own
    assert [text.strip() for text in harmless.in_each("pre")][-1] == "x"


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.text()
    | st.text("[]()<>!`~#*_$\\{}&;:/-=|\"' \n\tax1", max_size=40)
    | st.lists(st.sampled_from([*HOSTILE.values()]), max_size=4).map("\n".join)
)
def test_any_answer_is_shown_as_it_was_written(
    formgrader: Formgrader, harmless: Page, answer: str
) -> None:
    answer = answer.encode(errors="replace").decode()  # as submissions are read
    notebook = nbformat.read(formgrader.file(), as_version=4)
    formgrader.record(result(answer=answer))
    shown = nbformat.read(formgrader.file(), as_version=4)
    assert len(shown.cells) == len(notebook.cells)
    page = formgrader.page()
    assert page.elements == harmless.elements
    assert page.inside == harmless.inside
    assert page.in_each("pre")[-1] == visible(answer)


# Code


@pytest.mark.parametrize("kind", CODE)
def test_hostile_code_is_shown_as_it_was_written_and_does_nothing(
    formgrader: Formgrader, harmless: Page, kind: str
) -> None:
    formgrader.record(result(code=CODE[kind]))
    page = formgrader.page()
    assert page.elements == harmless.elements
    *colours, answer = page.inside
    assert answer == harmless.inside[-1]
    for tag, attributes in colours:
        assert tag == "span"
        assert dict(attributes).keys() <= {"class"}
    assert page.in_each("script") == harmless.in_each("script")
    assert page.in_each("pre")[0].rstrip("\n") == visible(CODE[kind]).rstrip("\n")


# Names


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_is_text_on_every_page_that_shows_it(
    formgrader: Formgrader, harmless: Page, name: str
) -> None:
    from jinja2 import Environment, FileSystemLoader
    from nbgrader.server_extensions.formgrader import handlers

    student = tidy(name)
    formgrader.record(result(student=student))
    assert formgrader.page(student).elements == [
        (
            tag,
            tuple((n, v and v.replace("/ada/", f"/{student}/")) for n, v in attributes),
        )
        for tag, attributes in harmless.elements
    ]
    templates = Environment(loader=FileSystemLoader([handlers.template_path]))
    for template in (
        "manage_students_assignments.tpl",
        "manage_students_notebook_submissions.tpl",
    ):
        render = templates.get_template(template).render
        about = {"base_url": "", "assignment_id": "90-twice"}
        shown = Page(render(student_id=student, **about))
        plain = Page(render(student_id="ada", **about))
        assert [tag for tag, _ in shown.elements] == [tag for tag, _ in plain.elements]
        assert shown.in_each("script") == [
            text.replace('"ada"', f'"{student}"') for text in plain.in_each("script")
        ]
        assert not set(student) & set('<>"\\\n\u2028')
    page = to_page(student, [to_sheet(result(student=student), {})])
    assert (
        Page(page).elements == Page(to_page("ada", [to_sheet(result(), {})])).elements
    )


# Marks


class Marked:
    """A student of the module's course, and the grade of the written answer."""

    def __init__(self, formgrader: Formgrader, student: str) -> None:
        self.formgrader, self.student = formgrader, student

    def hand_in(self, answer: str) -> tuple[Any, ...]:
        self.formgrader.record(result(answer=answer, student=self.student))
        return self.grade()

    def grade(self, manual: float | None = None) -> tuple[Any, ...]:
        """Return what the gradebook says, after a mark by hand if one is given."""
        with open_gradebook(self.formgrader.to / "gradebook.db") as book:
            submission = book.find_submission("90-twice", self.student)
            (grade,) = [g for g in submission.notebooks[0].grades if g.name == QUESTION]
            if manual is not None:
                grade.manual_score, grade.needs_manual_grade = manual, False
                book.db.commit()
            return grade.auto_score, grade.manual_score, grade.needs_manual_grade

    def shown(self) -> str:
        path = self.formgrader.file(self.student)
        return nbformat.read(path, as_version=4).cells[-1].source

    def show_as_before(self, answer: str) -> None:
        """Show an answer as the course's first edition did."""
        path = self.formgrader.file(self.student)
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[-1].source = answer.replace("<", "&lt;")
        nbformat.write(notebook, path)


@pytest.fixture
def student(formgrader: Formgrader, request: pytest.FixtureRequest) -> Marked:
    return Marked(formgrader, f"student {abs(hash(request.node.name))}")


BLANK = ["", "\n", "YOUR ANSWER HERE", "**your answer here**", "...", "<br>"]


@pytest.mark.parametrize("answer", BLANK)
def test_a_blank_answer_earns_nothing_and_waits_for_nobody(
    student: Marked, answer: str
) -> None:
    assert student.hand_in(answer) == (0.0, None, False)
    sheet = to_sheet(result(answer=answer), {})
    assert sheet.unmarked == 0
    assert (sheet.parts[-1].points, sheet.parts[-1].verdict) == (0.0, "not answered")


@pytest.mark.parametrize("answer", ["dunno", "0", "$0$", "![](attachment:photo.png)"])
def test_a_short_answer_waits_for_a_person(student: Marked, answer: str) -> None:
    assert student.hand_in(answer) == (None, None, True)
    assert to_sheet(result(answer=answer), {}).unmarked == 2


@pytest.mark.parametrize(
    "answer", ["Because.", "if a < b: <b>c</b> &lt; $x$", "a\n\nb"]
)
def test_a_mark_stays_if_only_the_way_of_showing_has_changed(
    student: Marked, answer: str
) -> None:
    student.hand_in(answer)
    student.grade(manual=1.5)
    student.show_as_before(answer)
    assert student.hand_in(answer) == (None, 1.5, False)
    assert student.shown().startswith("<pre>")
    assert student.hand_in(answer) == (None, 1.5, False)
    assert student.hand_in(f"{answer} And more.") == (None, 1.5, True)


def test_an_answer_that_changed_since_the_first_edition_is_open_again(
    student: Marked,
) -> None:
    student.hand_in("Because.")
    student.grade(manual=1.5)
    student.show_as_before("Because.")
    assert student.hand_in("Because it is so.") == (None, 1.5, True)


def test_an_answer_cannot_pass_for_another_by_looking_like_its_element(
    student: Marked,
) -> None:
    student.hand_in("Because.")
    student.grade(manual=1.5)
    element = student.shown()
    assert student.hand_in(element) == (None, 1.5, True)
    assert student.formgrader.page(student.student).in_each("pre")[-1] == element


def test_a_mark_that_a_blank_answer_was_given_stays(student: Marked) -> None:
    student.hand_in("dunno")
    student.grade(manual=0.5)
    assert student.hand_in("YOUR ANSWER HERE") == (0.0, 0.5, False)
