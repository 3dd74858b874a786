"""Notebooks: executed by this Python, stored alike every time, shown as HTML."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from aelib.__main__ import main
from aelib.classroom import course, notebooks
from aelib.exercises.checkout import find_notebooks

MakeCourse = Callable[..., Path]


@pytest.fixture
def make_course(tmp_path: Path) -> MakeCourse:
    """Return a function that makes a folder with one notebook for each cell list."""

    def make(**cells: list[nbformat.NotebookNode]) -> Path:
        (tmp_path / "notebooks").mkdir(exist_ok=True)
        for name, content in cells.items():
            path = tmp_path / "notebooks" / f"{name[1:].replace('_', '-')}.ipynb"
            nbformat.write(new_notebook(cells=content), path)
        return tmp_path

    return make


def printed(cell: nbformat.NotebookNode) -> str:
    return "".join(output.text for output in cell.outputs)


def test_notebooks_run_in_this_python_quietly_and_in_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A kernel of the same name, installed elsewhere for a Python that does not exist.
    spec = tmp_path / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text('{"argv": ["/no/such/python"], "display_name": "", "language": ""}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    names = ["CI", "AELIB_PROGRESS", "OMP_NUM_THREADS", "AELIB_DATASET"]
    notebook = new_notebook(
        cells=[
            new_code_cell("import os, sys; print(sys.executable)"),
            new_code_cell("print(os.getcwd())"),
            new_code_cell(f"print(*(os.environ[name] for name in {names}))"),
        ]
    )
    notebooks.execute(notebook, folder=tmp_path, variables={"AELIB_DATASET": "mnist"})
    executable, folder, variables = map(printed, notebook.cells)
    assert executable.strip() == sys.executable
    assert Path(folder.strip()) == tmp_path.resolve()
    assert variables.split() == ["true", "0", "1", "mnist"]


def test_a_failure_is_named_in_one_line_and_the_others_still_run(
    make_course: MakeCourse, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_course(
        _00_wrong=[new_code_cell("# divide\n1 / 0"), new_code_cell("print('after')")],
        _01_right=[new_markdown_cell("# Right & good"), new_code_cell("print('seen')")],
    )
    assert course.run(root=root) == 1
    wrong, problem, right, verdict = capsys.readouterr().out.splitlines()
    assert wrong.startswith("00-wrong")
    assert wrong.endswith("failed")
    assert problem.strip() == (
        "cell [1], which begins “# divide”: ZeroDivisionError: division by zero"
    )
    assert right.startswith("01-right")
    assert right.endswith("ok")
    assert verdict.startswith("1 of 2 notebooks succeeded")
    pages = root / "build" / "course"
    assert "seen" in (pages / "01-right.html").read_text(encoding="utf-8")
    index = (pages / "index.html").read_text(encoding="utf-8")
    assert '<a href="00-wrong.html">00-wrong</a>' in index
    assert '<a href="01-right.html">Right &amp; good</a>' in index


def test_notebooks_run_side_by_side_with_the_same_outcome(
    make_course: MakeCourse, capsys: pytest.CaptureFixture[str]
) -> None:
    # Each waits until the other has begun: one after the other they would fail.
    meet = (
        "import pathlib, time\n"
        "pathlib.Path('here-{}').touch()\n"
        "for _ in range(600):\n"
        "    if pathlib.Path('here-{}').exists(): break\n"
        "    time.sleep(0.1)\n"
        "else:\n"
        "    raise TimeoutError\n"
    )
    root = make_course(
        _00_one=[new_code_cell(meet.format("one", "two")), new_code_cell("1 / 0")],
        _01_two=[new_code_cell(meet.format("two", "one")), new_code_cell("'seen'")],
    )
    assert course.run(jobs=2, store=True, root=root) == 1
    lines = capsys.readouterr().out.splitlines()
    verdicts = {
        line[:6]: line.split()[-1] for line in lines if line[:2] in ("00", "01")
    }
    assert verdicts == {"00-one": "failed", "01-two": "ok"}
    assert any("ZeroDivisionError" in line for line in lines)
    assert "1 of 2 notebooks succeeded" in "\n".join(lines)
    kept = nbformat.read(root / "notebooks" / "01-two.ipynb", as_version=4)
    assert kept.cells[1].outputs[0].data["text/plain"] == "'seen'"


def test_numbers_select_and_an_unknown_one_is_refused_before_any_work(
    make_course: MakeCourse, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_course(_00_first=[], _01_second=[], _11_last=[])
    names = [path.stem for path in find_notebooks(["11", "00"], root=root)]
    assert names == ["00-first", "11-last"]
    assert len(find_notebooks(root=root)) == 3
    assert course.run(["00", "07"], root=root) == 1
    assert "no notebook 07" in capsys.readouterr().out
    assert not (root / "build").exists()


def test_storing_gives_the_same_bytes_again_and_the_text_of_the_notebook(
    make_course: MakeCourse,
) -> None:
    explorer = (
        "import ipywidgets\nfrom IPython.display import display\n"
        "display(ipywidgets.IntSlider())"
    )
    root = make_course(
        _00_words=[
            new_markdown_cell("# Words\n\nand $x_1$"),
            new_code_cell("1 + 1", metadata={"tags": ["a"], "collapsed": True}),
            new_code_cell(
                explorer, metadata={"mystnb": {"image": {"alt": "a slider"}}}
            ),
            new_code_cell("1 + 1"),
        ]
    )
    path = root / "notebooks" / "00-words.ipynb"
    assert course.run(store=True, root=root) == 0
    first = path.read_bytes()
    assert course.run(store=True, root=root) == 0
    assert path.read_bytes() == first
    assert b"widget-view" not in first
    assert b"collapsed" not in first
    text = course.text_path(path)
    made = first, text.read_bytes()
    path.unlink()
    assert course.run(anew=True, store=True, root=root) == 0
    assert (path.read_bytes(), text.read_bytes()) == made


def test_a_failing_notebook_is_not_stored(make_course: MakeCourse) -> None:
    root = make_course(_00_wrong=[new_code_cell("1 / 0")])
    path = root / "notebooks" / "00-wrong.ipynb"
    before = path.read_bytes()
    assert course.run(store=True, root=root) == 1
    assert path.read_bytes() == before
    assert not course.text_path(path).exists()


def test_only_outputs_of_the_drawn_digits_are_stored(
    make_course: MakeCourse,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AELIB_DATASET", "mnist")
    assert course.run(store=True, root=make_course(_00_any=[])) == 1
    assert "unset AELIB_DATASET" in capsys.readouterr().out


sources = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1
)
cells = st.builds(
    lambda kind, source, tags: kind(source, metadata={"tags": tags} if tags else {}),
    st.sampled_from([new_code_cell, new_markdown_cell]),
    sources,
    st.lists(st.from_regex("[a-z-]+", fullmatch=True), max_size=2, unique=True),
)


@given(st.lists(cells, min_size=1, max_size=6))
def test_a_notebook_comes_back_from_its_text(
    content: list[nbformat.NotebookNode],
) -> None:
    notebook = new_notebook(cells=content)
    notebooks.tidy(notebook)
    again = notebooks.from_text(notebooks.to_text(notebook))
    assert again.cells == notebook.cells
    assert len({cell.id for cell in again.cells}) == len(content)
    nbformat.validate(again)


def test_the_way_a_stream_arrived_in_pieces_is_forgotten() -> None:
    def stream(name: str, text: str) -> nbformat.NotebookNode:
        return new_output("stream", name=name, text=text)

    pieces = [stream("stdout", "a"), stream("stdout", "b"), stream("stderr", "c")]
    notebook = new_notebook(cells=[new_code_cell("…", outputs=pieces)])
    notebooks.tidy(notebook)
    assert notebook.cells[0].outputs == [stream("stdout", "ab"), stream("stderr", "c")]


def test_a_page_gives_each_picture_its_alternative_text() -> None:
    picture = new_output("display_data", data={"image/png": "AAAA"})
    cell = new_code_cell("…", outputs=[picture])
    cell.metadata = nbformat.from_dict({"mystnb": {"image": {"alt": "not > much"}}})
    notebook = new_notebook(cells=[cell])
    notebooks.tidy(notebook)
    assert 'alt="not &gt; much" src="data:image/png;base64,AAAA"' in (
        notebooks.to_html(notebook)
    )


def test_the_command_line_names_its_commands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    assert "course" in capsys.readouterr().out


def test_saving_keeps_stills_and_drops_what_dies_with_its_kernel() -> None:
    """What JupyterLab saves is what `course --store` would have stored."""
    explorer = new_output(
        "display_data",
        data={notebooks.WIDGET: {}, "image/png": "AAAA", "text/plain": "Explorer(x)"},
    )
    bar = new_output(
        "display_data", data={notebooks.WIDGET: {}, "text/plain": "  0%|  | 0/9"}
    )
    cell = new_code_cell("fit()", outputs=[bar, explorer], metadata={"trusted": True})
    content = dict(new_notebook(cells=[cell], metadata={"widgets": {"state": {}}}))
    model = {"type": "notebook", "content": content}
    notebooks.on_save(model, path="notebooks/00-x.ipynb")
    (saved,) = model["content"].cells
    assert [set(output.data) for output in saved.outputs] == [
        {"image/png", "text/plain"}
    ]
    assert "widgets" not in model["content"].metadata
    other = {"type": "notebook", "content": content}
    notebooks.on_save(other, path="somewhere/else.ipynb")
    assert other["content"] is content


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_course_that_cannot_be_written_is_said_to_be_so(
    number: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> int:
        raise OSError(number, os.strerror(number), "/srv/course/build")

    monkeypatch.setattr("aelib.classroom.doctor.run", refuse)
    assert main(["doctor"]) == 1
    assert capsys.readouterr().err.startswith("/srv/course/build cannot be written")
