"""What a reader wrote is in the new version, or named as what found no place there."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from small import DOUBLE, WHY, cells

from aelib.desk.carry import Carried, carry_over
from aelib.exercises.cells import find_cell, find_solution, grade_id, read_cells
from aelib.exercises.stubs import without_solutions

Edit = Callable[[list[NotebookNode]], None]
ANSWER = "def double(x):\n    return x + x  # mine"


def handed_out() -> NotebookNode:
    return without_solutions(new_notebook(cells=cells()))


def edited(*edits: Edit) -> NotebookNode:
    notebook = handed_out()
    for edit in edits:
        edit(notebook.cells)
    return notebook


def at(name: str, given: list[NotebookNode]) -> int:
    names = [(cell.get("id"), grade_id(cell)) for cell in given]
    return next(place for place, both in enumerate(names) if name in both)


def rewrite(name: str, source: str) -> Edit:
    return lambda given: given[at(name, given)].update(source=source)


def drop(name: str) -> Edit:
    return lambda given: given.pop(at(name, given)) and None


def insert_after(name: str, cell: NotebookNode) -> Edit:
    return lambda given: given.insert(at(name, given) + 1, copy.deepcopy(cell))


def carried(mine: NotebookNode, new: NotebookNode | None = None) -> Carried:
    return carry_over(handed_out(), mine, new or edited())


def sources(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells]


NOTE = new_markdown_cell("my note", id="note")
NEW = new_code_cell("new_in_the_course", id="new")


def test_a_reader_who_wrote_nothing_has_the_new_version() -> None:
    new = edited(rewrite("text", "better text"), insert_after("lecture", NEW))
    result = carried(edited(), new)
    assert result.notebook.cells == new.cells
    assert not result.anything


@pytest.mark.parametrize("cell", [c.id for c in cells()])
def test_a_change_of_any_cell_is_carried_into_a_course_that_left_it_alone(
    cell: str,
) -> None:
    mine = edited(rewrite(cell, "mine now"))
    new = edited(
        insert_after("title", NEW), drop("lecture" if cell != "lecture" else "text")
    )
    result = carried(mine, new)
    assert find(result.notebook, cell) == "mine now"
    assert result.unplaced == ()
    assert result.anything
    assert len(result.notebook.cells) == len(new.cells)


def find(notebook: NotebookNode, name: str) -> str:
    return notebook.cells[at(name, notebook.cells)].source


def test_an_answer_keeps_its_place_though_the_exercise_was_restated() -> None:
    mine = edited(rewrite(DOUBLE, ANSWER))
    new = edited(rewrite(DOUBLE, "def double(x, y):\n    raise NotImplementedError()"))
    new.cells[at(DOUBLE, new.cells)].id = "another"  # an id follows the text
    result = carried(mine, new)
    assert find(result.notebook, DOUBLE) == ANSWER
    assert result.restated == (DOUBLE,)
    assert result.answers == 1


def test_an_answer_moves_with_its_exercise() -> None:
    mine = edited(rewrite(WHY, "since x + x"))
    new = edited()
    new.cells.insert(2, new.cells.pop(at(WHY, new.cells)))
    result = carried(mine, new)
    assert sources(result.notebook)[2] == "since x + x"


def test_where_both_changed_a_cell_of_the_lecture_the_readers_is_named() -> None:
    mine, new = edited(rewrite("text", "mine")), edited(rewrite("text", "theirs"))
    result = carried(mine, new)
    assert find(result.notebook, "text") == "theirs"
    assert [cell.source for cell in result.unplaced] == ["mine"]


@pytest.mark.parametrize("name", ["lecture", DOUBLE, WHY])
def test_a_changed_cell_that_the_course_dropped_is_named(name: str) -> None:
    result = carried(edited(rewrite(name, "mine")), edited(drop(name)))
    assert [cell.source for cell in result.unplaced] == ["mine"]
    assert "mine" not in sources(result.notebook)


def test_a_note_stands_behind_the_same_cell_as_before() -> None:
    mine = edited(insert_after("lecture", NOTE))
    new = edited(insert_after("lecture", NEW), insert_after("title", NEW))
    new.cells[1].id = "newer"
    texts = sources(carried(mine, new).notebook)
    assert texts[texts.index("my note") - 1] == "lecture = np.ones(2)\nlecture"
    assert texts.index("new_in_the_course", 3) == texts.index("my note") + 1


def test_a_note_whose_neighbour_was_dropped_stays_between_the_others() -> None:
    mine = edited(insert_after("lecture", NOTE))
    texts = sources(carried(mine, edited(drop("lecture"))).notebook)
    assert texts[texts.index("my note") + 1].startswith("**Exercise 1")


def test_a_cell_that_was_split_is_carried_in_both_halves() -> None:
    mine = edited()
    place = at(DOUBLE, mine.cells)
    second = copy.deepcopy(mine.cells[place])  # JupyterLab copies the metadata, too
    mine.cells[place].source, second.source = ANSWER, "print(double(3))"
    second.id = "half"
    mine.cells.insert(place + 1, second)
    result = carried(mine, edited(insert_after("title", NEW)))
    texts = sources(result.notebook)
    assert texts[texts.index(ANSWER) + 1] == "print(double(3))"
    assert find_solution(as_grader(result.notebook), DOUBLE, "double") == ANSWER


def as_grader(notebook: NotebookNode) -> list:
    import nbformat

    return read_cells(nbformat.writes(notebook).encode())


def test_a_copy_of_a_cell_stays_a_cell_of_its_own_with_its_own_id() -> None:
    mine = edited(rewrite(DOUBLE, ANSWER))
    place = at(DOUBLE, mine.cells)
    mine.cells.insert(place, copy.deepcopy(mine.cells[place]))
    result = carried(mine, edited(rewrite("text", "new")))
    assert sources(result.notebook).count(ANSWER) == 2
    ids = [cell.id for cell in result.notebook.cells]
    assert len(ids) == len(set(ids))


def test_a_deleted_cell_stays_deleted_until_the_course_changes_it() -> None:
    mine = edited(drop("lecture"))
    assert "lecture" not in [c.id for c in carried(mine).notebook.cells]
    result = carried(mine, edited(rewrite("lecture", "better")))
    assert find(result.notebook, "lecture") == "better"


def test_cells_that_a_reader_moved_stay_where_they_are() -> None:
    mine = edited()
    mine.cells.insert(1, mine.cells.pop(at("summary", mine.cells)))
    texts = sources(carried(mine, edited(insert_after("setup", NEW))).notebook)
    assert texts[1].startswith("## Summary")
    assert texts[3] == "new_in_the_course"


@pytest.mark.parametrize("how", ["other ids", "none"])
def test_an_editor_that_loses_cell_ids_costs_nothing(how: str) -> None:
    mine = edited(rewrite(DOUBLE, ANSWER), insert_after("text", NOTE))
    for place, cell in enumerate(mine.cells):
        del cell["id"]
        if how == "other ids":
            cell.id = f"random-{place}"
    new = edited(rewrite("summary", "## Summary"))
    texts = sources(carried(mine, new).notebook)
    assert len(texts) == len(new.cells) + 1
    assert ANSWER in texts


def test_an_answer_turned_into_a_raw_cell_is_still_the_readers() -> None:
    mine = edited(rewrite(DOUBLE, ANSWER))
    mine.cells[at(DOUBLE, mine.cells)].cell_type = "raw"
    for key in ("outputs", "execution_count"):
        mine.cells[at(DOUBLE, mine.cells)].pop(key)
    assert find(carried(mine).notebook, DOUBLE) == ANSWER


def test_what_an_unchanged_cell_printed_stays_and_what_a_changed_one_did_goes() -> None:
    mine = edited()
    for name in ("setup", "lecture"):
        cell = mine.cells[at(name, mine.cells)]
        cell.outputs, cell.execution_count = [new_output("stream", text="out")], 7
    result = carried(mine, edited(rewrite("lecture", "other = 1"))).notebook
    assert result.cells[at("setup", result.cells)].execution_count == 7
    assert result.cells[at("lecture", result.cells)].execution_count is None
    assert result.cells[at("lecture", result.cells)].outputs == []


def test_the_course_says_what_a_cell_is_also_under_an_answer() -> None:
    new = edited()
    find_cell(new, DOUBLE).metadata["tags"] = ["fresh"]
    mine = edited(rewrite(DOUBLE, ANSWER))
    cell = find_cell(carried(mine, new).notebook, DOUBLE)
    assert (cell.source, cell.metadata.tags) == (ANSWER, ["fresh"])


# Whatever one does: random edits of both sides


@st.composite
def revisions(draw: st.DrawFn, who: str) -> NotebookNode:
    """Draw a notebook that somebody has rewritten; each new line says who wrote it."""
    notebook = handed_out()
    given = notebook.cells
    for step in range(draw(st.integers(0, 8))):
        line = f"{who} {step}"
        place = draw(st.integers(0, max(len(given) - 1, 0)))
        kinds = ["add", "mark down"]
        if given:
            kinds += ["rewrite", "append", "drop", "split", "double", "move", "kind"]
        match draw(st.sampled_from(kinds)):
            case "add":
                given.insert(place, new_code_cell(line, id=f"{who}-{step}"))
            case "mark down":
                given.insert(place, new_markdown_cell(line, id=f"{who}-{step}"))
            case "rewrite":
                given[place].source = line
            case "append":
                given[place].source += f"\n{line}"
            case "drop":
                given.pop(place)
            case "split":
                half = copy.deepcopy(given[place])
                half.source = line
                half.id = draw(st.sampled_from([half.id, f"{who}-{step}"]))
                given.insert(place + draw(st.integers(0, 1)), half)
            case "double":
                given.insert(place, copy.deepcopy(given[place]))
            case "move":
                given.insert(draw(st.integers(0, len(given) - 1)), given.pop(place))
            case "kind":
                old = given[place]
                turn = new_markdown_cell if old.cell_type == "code" else new_code_cell
                given[place] = turn(old.source, metadata=old.metadata, id=old.id)
    if who == "course":  # whose tool gives no id twice
        unique = {(grade_id(cell) or cell.id): cell for cell in given}
        notebook.cells = list(unique.values())
    return notebook


def lines(cells: list[NotebookNode], who: str) -> set[str]:
    return {
        line
        for cell in cells
        for line in cell.source.splitlines()
        if line.startswith(who)
    }


@given(revisions("reader"), revisions("course"))
def test_no_line_of_a_reader_is_ever_lost_and_none_of_the_course_in_the_way(
    mine: NotebookNode, new: NotebookNode
) -> None:
    result = carried(mine, new)
    written = lines(mine.cells, "reader")
    present = lines([*result.notebook.cells, *result.unplaced], "reader")
    assert present == written
    ids = [cell.id for cell in result.notebook.cells]
    assert len(ids) == len(set(ids))
    if not written and not result.anything:
        assert lines(result.notebook.cells, "course") == lines(new.cells, "course")


@given(revisions("reader"), revisions("course"))
def test_a_second_update_to_the_same_version_changes_nothing(
    mine: NotebookNode, new: NotebookNode
) -> None:
    once = carried(mine, new).notebook
    again = carry_over(new, once, new)
    assert sources(again.notebook) == sources(once)
    assert again.unplaced == ()
