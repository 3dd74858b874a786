"""Three steps add a notebook: its text, its exam, its row in the lecture map.

It is tried on a copy of the course, whose own tests must then pass for the new one; and
with any step left out, one of them must fail and name it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("aelib", "data", "docs", "notebooks", "tests", "conftest.py", "make.py")
COPIED += ("LICENSE", "pyproject.toml", "CITATION.cff")
COPIED += ("README.md", "CONTRIBUTING.md", "SECURITY.md")


def graded(name: str, **flags: bool) -> str:
    """Return nbgrader's metadata as they stand behind ``# %%``."""
    usual = {"grade": False, "locked": False, "solution": False, "task": False}
    grader = {"grade_id": f"ex15-{name}", "schema_version": 3, **usual, **flags}
    return f"nbgrader={json.dumps(grader, sort_keys=True)}"


def exercise(number: int, name: str) -> str:
    return f'''\
# %% {graded(f"{number}-{name}", solution=True)}
def {name}(x):
    """Return {number} x."""
    ### BEGIN SOLUTION
    return {number} * x
    ### END SOLUTION


# %% {graded(f"{number}-{name}-tests", grade=True, locked=True)}
assert {name}(1) == {number}
'''


ALT = json.dumps({"image": {"alt": "a straight line that rises to the right"}})
TEXT = f"""\
# %% [markdown] tags=["no-explorer"]
# # 15 · Play
#
# **Does a new notebook need three steps and no more?**
#
# **You will** see.
#
# **Time:** a minute; runs at once. **Lecture:** after it.

# %%
1 + 1

# %% mystnb={ALT} tags=["cover"]
import matplotlib.pyplot as plt

plt.plot([0, 1]);

# %% [markdown]
# ## Where it fails

{exercise(2, "double")}
{exercise(3, "treble")}
# %% [markdown] {graded("w-why", grade=True, solution=True)}
# Because its text is what a reader sees of a notebook, its exam what a student sees,
# and its row in the map what the lecture sees; and everything else that lists notebooks
# can be made from these three.

# %% [markdown]
# ## Summary
#
# ## Further reading
#
# [A paper](https://doi.org/10.1126/science.1127647).
"""
EXAM = '''\
"""Hidden cases of notebook 15."""

from aelib.exercises.cases import Case, Exercise, Question


def exercise(number, name):
    return Exercise(
        grade_id=f"ex15-{number}-{name}",
        function=name,
        points=3,
        cases=tuple(Case(f"of {x}", (x,), number * x) for x in (1.0, 2.0, -3.0)),
        wrong={f"times {k}": f"def {name}(x): return {k} * x" for k in (0, -1, 7)},
    )


EXERCISES = (exercise(2, "double"), exercise(3, "treble"))
QUESTIONS = (Question("ex15-w-why", 1, {"All else is made from these.": 1}),)
'''
ROW = """
| after the lecture | section | function | test |
| --- | --- | --- | --- |
| three steps | [Where it fails](../notebooks/15-play.ipynb#Where-it-fails) | | |
"""
LISTS = ("tests/test_lecture_map.py", "tests/test_links.py")
LISTS += ("tests/classroom/test_overview.py",)
RULES = ("tests/notebooks/test_anatomy.py", "tests/exercises/test_exercises.py")


def python(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run this Python with the copy's package and in its folder."""
    kept = {key: value for key, value in os.environ.items() if "PYTEST" not in key}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=course,
        env={**kept, "PYTHONPATH": str(course), "AELIB_REQUIRE": ""},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def run_tests(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pyproject.toml")
    return python(course, *command, *arguments)


def course_with_a_new_notebook(place: Path) -> Path:
    """Copy the course, and take the three steps."""
    generated = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=generated)
        else:
            shutil.copy(ROOT / name, place)
    (place / "docs" / "text" / "15-play.py").write_text(TEXT, encoding="utf-8")
    exam = place / "aelib" / "classroom" / "exams" / "15.py"
    exam.write_text(EXAM, encoding="utf-8")
    with (place / "docs" / "lecture-map.md").open("a", encoding="utf-8") as map_:
        map_.write(ROW)
    stored = python(place, "-m", "aelib", "course", "--from-text", "15")
    assert stored.returncode == 0, stored.stdout + stored.stderr
    return place


@pytest.mark.slow
def test_three_steps_add_a_notebook_and_none_may_be_left_out(tmp_path: Path) -> None:
    course = course_with_a_new_notebook(tmp_path)
    for arguments in (
        (*LISTS,),
        (*RULES, "-k", "15 or every_notebook"),
        ("notebooks/15-play.ipynb",),
    ):
        passed = run_tests(course, *arguments)
        assert passed.returncode == 0, passed.stdout[-5_000:] + passed.stderr
    assert "15-play.ipynb" in (course / "README.md").read_text(encoding="utf-8")

    steps = {
        "docs/text/15-play.py": "test_text_of_the_notebook_is_the_notebook[15-play]",
        "aelib/classroom/exams/15.py": "test_every_notebook_has_its_exam",
        "docs/lecture-map.md": "test_every_notebook_has_a_row[15-play]",
    }
    for step, name in steps.items():
        file = course / step
        before = file.read_text(encoding="utf-8")
        if before.endswith(ROW):
            file.write_text(before.removesuffix(ROW), encoding="utf-8")
        else:
            file.unlink()
        failed = run_tests(course, *LISTS, *RULES, "-k", "15 or every_notebook")
        assert "1 failed" in failed.stdout, step
        assert name in failed.stdout
        file.write_text(before, encoding="utf-8")
