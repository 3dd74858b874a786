"""make.py: one clear sentence where it cannot go on, and no work done twice."""

from __future__ import annotations

import ast
import errno
import importlib.util
import json
import locale
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from aelib.desk.folder import USUAL_NAME

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return make.py's names with its folders in a copy of the course, and no pip."""
    import importlib.util

    spec = importlib.util.spec_from_file_location("make", ROOT / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_text(f"{name}: a==1", encoding="utf-8")
    venv = tmp_path / ".venv"
    python = venv / module.PYTHON.relative_to(module.VENV)
    packages = venv / module.PACKAGES.relative_to(module.VENV)
    places = {"ROOT": tmp_path, "VENV": venv, "STAMP": venv / "stamp", "PYTHON": python}
    places |= {"PACKAGES": packages, "BUILD": tmp_path / "build"}
    for name, place in places.items():
        monkeypatch.setattr(module, name, place)
    done: list[str] = []

    def make_venv() -> None:
        done.append("venv")
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text("", encoding="utf-8")

    def install(*what: str) -> None:
        done.append(what[0])
        lock = (tmp_path / "requirements.lock").read_text(encoding="utf-8")
        for old in packages.glob("a-*.dist-info"):
            old.rmdir()
        (packages / f"a-{lock[-1]}.dist-info").mkdir()

    monkeypatch.setattr(module, "make_venv", make_venv)
    monkeypatch.setattr(module, "install", install)
    return SimpleNamespace(module=module, done=done, root=tmp_path)


FRESH = ["venv", "--requirement"]


def test_a_second_start_does_nothing(make: SimpleNamespace) -> None:
    make.module.prepare()
    assert make.done == FRESH
    make.module.prepare()
    assert make.done == FRESH


def test_a_changed_lock_is_installed_into_the_same_venv(make: SimpleNamespace) -> None:
    make.module.prepare()
    (make.root / "requirements.lock").write_text("a==2", encoding="utf-8")
    make.module.prepare()
    assert make.done == [*FRESH, "--requirement"]


def test_a_package_exchanged_by_hand_is_exchanged_back(make: SimpleNamespace) -> None:
    make.module.prepare()
    (right,) = make.module.PACKAGES.glob("a-*.dist-info")
    wrong = right.rename(right.with_name("a-2.3.5.dist-info"))
    make.module.prepare()
    assert make.done == [*FRESH, "--requirement"]
    assert right.exists()
    assert not wrong.exists()


def test_a_package_added_by_hand_is_let_be(make: SimpleNamespace) -> None:
    make.module.prepare()
    (make.module.PACKAGES / "b-1.dist-info").mkdir()
    make.module.prepare()
    assert make.done == FRESH


def test_setup_makes_a_venv_anew_that_looks_whole(make: SimpleNamespace) -> None:
    make.module.prepare()
    damaged = make.module.PACKAGES / "a.py"
    damaged.write_text("", encoding="utf-8")
    make.module.setup([])
    assert make.done == FRESH * 2
    assert not damaged.exists()


def test_the_way_to_the_package_has_no_letter_of_the_folders_name(
    make: SimpleNamespace,
) -> None:
    old = make.module.PACKAGES / "_editable_impl_aelib.pth"
    old.parent.mkdir(parents=True)
    old.write_text("/home/zoë/Kurs Übung (1)", encoding="utf-8")
    make.module.link()
    (way,) = make.module.PACKAGES.glob("*.pth")
    line = way.read_text(encoding="ascii").strip()
    assert set(Path(line).parts) == {".."}
    assert (way.parent / line).resolve() == make.root.resolve()


def test_what_is_meant_for_another_python_or_pip_is_not_passed_on(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = (
        *("PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "PYTHONOPTIMIZE"),
        *("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"),
        *("PIP_CONSTRAINT", "PIP_NO_DEPS", "PIP_REQUIRE_HASHES", "PIP_DRY_RUN"),
    )
    for name in (*foreign, "PIP_INDEX_URL", "PIP_CERT", "AELIB_DATASET"):
        monkeypatch.setenv(name, "1")
    passed = make.module.environment(PYTHONPATH="benchmarks")
    assert passed["PYTHONPATH"] == "benchmarks"
    assert not set(foreign[1:]) & set(passed)
    assert {"PIP_INDEX_URL", "PIP_CERT", "AELIB_DATASET", "PATH"} <= set(passed)


def test_a_foreign_pythonpath_and_pip_user_do_not_reach_pip(
    make: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pip.py").write_text("raise SystemExit('foreign')", encoding="utf-8")
    names = runpy.run_path(str(ROOT / "make.py"))
    monkeypatch.setitem(names["install"].__globals__, "BUILD", tmp_path)
    monkeypatch.setitem(names["install"].__globals__, "ROOT", tmp_path / "x")
    (tmp_path / "x").mkdir()
    monkeypatch.setitem(names["install"].__globals__, "PYTHON", sys.executable)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PIP_USER", "1")
    names["install"]("--dry-run", "--no-index", "numpy")  # which is here


def test_a_foreign_pythonpath_does_not_keep_the_readers_copy_from_being_made(
    make: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[dict] = []
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setattr(subprocess, "call", lambda *_, env, **__: heard.append(env))
    make.module.desk()
    assert "PYTHONUTF8" in heard[0]
    assert not {"PYTHONPATH", "PIP_USER"} & set(heard[0])


ENCODING = "import io, sys; print(io.open(sys.argv[1], encoding='locale').encoding)"


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no such variables")
@pytest.mark.parametrize("name", ["C", "POSIX", "xx_YY.UTF-8", "C.UTF-8"])
def test_the_course_runs_in_utf8_whatever_the_locale(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = locale.setlocale(locale.LC_CTYPE)
    monkeypatch.setenv("LC_ALL", name)
    try:
        variables = make.module.environment()
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    done = subprocess.run(
        [sys.executable, "-c", ENCODING, __file__],
        env=variables,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    assert done.stdout.strip().upper() == "UTF-8"


def test_a_home_in_aelib_data_is_expanded(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Became(Exception):
        pass

    def execve(program: str, command: list[str], variables: dict[str, str]) -> None:
        raise Became(variables["AELIB_DATA"])

    monkeypatch.setattr(make.module.os, "name", "posix")
    monkeypatch.setattr(make.module.os, "chdir", lambda path: None)
    monkeypatch.setattr(make.module.os, "execve", execve)
    monkeypatch.setenv("AELIB_DATA", "~/mnist")
    with pytest.raises(Became) as caught:
        make.module.become("pytest")
    assert str(caught.value) == str((Path.home() / "mnist").resolve())


@pytest.mark.parametrize(
    ("number", "name", "sentence"),
    [
        (errno.EROFS, "a file there", "{} cannot be written: copy the course into a"),
        (errno.EACCES, "a file there", "{} cannot be written: copy the course into a"),
        (errno.EROFS, "a name alone", "{} cannot be written: copy the course into a"),
        (errno.ENOSPC, "a file there", "The disk is full"),
    ],
)
def test_what_the_system_refuses_is_told_in_one_sentence(
    make: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    name: str,
    sentence: str,
) -> None:
    file = make.root / "file"

    def refuse(arguments: list[str]) -> None:
        given = str(file) if name == "a file there" else "x.json"
        raise OSError(number, os.strerror(number), given)

    monkeypatch.setitem(make.module.COMMANDS, "lab", refuse)
    monkeypatch.setattr(sys, "argv", ["make.py", "lab"])
    with pytest.raises(SystemExit) as caught:
        make.module.main()
    place = file if name == "a file there" else make.root
    assert str(caught.value).startswith(sentence.format(place))


@pytest.mark.parametrize("broken", ["no .venv", "no start"])
def test_doctor_says_what_to_do_where_the_python_of_the_venv_does_not_start(
    make: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    broken: str,
) -> None:
    if broken == "no start":  # as Python 3.11 dies of a path that it can't decode
        failing = (sys.executable, "-c", "import aelib_is_not_here")
        run = subprocess.run
        monkeypatch.setattr(
            make.module.subprocess, "run", lambda _, **options: run(failing, **options)
        )
    with pytest.raises(SystemExit, match=r"run `python make\.py setup`"):
        make.module.doctor([])
    assert "PROBLEM" in capsys.readouterr().out


@pytest.mark.parametrize("moved", ["folder", "python"])
def test_a_venv_of_another_place_or_python_is_made_anew(
    make: SimpleNamespace, moved: str
) -> None:
    make.module.prepare()
    stamp = make.module.STAMP.read_text(encoding="utf-8")
    other = {
        "folder": stamp.replace(str(make.root), "/elsewhere"),
        "python": stamp.replace("Python 3.", "Python 4."),
    }
    make.module.STAMP.write_text(other[moved], encoding="utf-8")
    make.module.prepare()
    assert make.done == FRESH * 2


def test_a_venv_whose_making_was_interrupted_is_made_anew(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*what: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(make.module, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            make.module.prepare()
    make.module.prepare()
    assert make.done == ["venv", *FRESH]


def test_a_venv_survives_an_update_that_cannot_be_downloaded(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*what: str) -> None:
        raise SystemExit("The package index cannot be reached.")

    make.module.prepare()
    lock = make.root / "requirements.lock"
    before = lock.read_text(encoding="utf-8")
    lock.write_text("a==2", encoding="utf-8")
    with monkeypatch.context() as context:
        context.setattr(make.module, "install", unreachable)
        with pytest.raises(SystemExit):
            make.module.prepare()
    lock.write_text(before, encoding="utf-8")
    make.module.prepare()
    assert make.done == FRESH


def test_a_venv_that_lost_its_python_is_made_anew(make: SimpleNamespace) -> None:
    make.module.prepare()
    make.module.PYTHON.unlink()
    make.module.prepare()
    assert make.done == FRESH * 2


def run_as(version: tuple[int, int], path: str = "") -> subprocess.CompletedProcess:
    pretend = (
        "import runpy, sys; sys.version_info = ({}, {}, 0); sys.argv[1:] = ['lab'];"
        "runpy.run_path('make.py', run_name='__main__')"
    )
    return subprocess.run(
        [sys.executable, "-c", pretend.format(*version)],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )


@pytest.mark.parametrize("version", [(3, 6), (3, 10), (3, 15), (4, 0)])
def test_a_python_too_old_or_too_new_is_told_so_in_one_sentence(
    version: tuple[int, int],
) -> None:
    done = run_as(version)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("The course needs Python 3.11 to 3.14 and this is ")
    assert len(done.stderr.splitlines()) == 1


def test_an_old_python_can_read_make_py() -> None:
    source = (ROOT / "make.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 6))


@pytest.mark.parametrize(
    ("errors", "sentence"),
    [
        (
            "WARNING: Retrying (Retry(total=1)) after connection broken by\n"
            "ERROR: Could not find a version that satisfies the requirement a==1",
            "The package index cannot be reached",
        ),
        ("ERROR: Could not install: No space left on device", "The disk is full"),
        (
            "ERROR: Could not install packages due to an OSError: Could not find a "
            "suitable TLS CA certificate bundle, invalid path: /nowhere",
            "The package index's certificate cannot be checked",
        ),
        (
            "WARNING: Retrying (Retry(total=1)) after connection broken by 'SSLError("
            "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]",
            "The package index's certificate cannot be checked",
        ),
        (
            "ERROR: Could not find a version\nERROR: No matching distribution for a==1",
            "The packages could not be installed: ERROR: No matching distribution for",
        ),
        ("", "The packages could not be installed"),
    ],
)
def test_pips_failure_is_told_in_one_sentence(
    make: SimpleNamespace, errors: str, sentence: str
) -> None:
    told = make.module.explain(errors)
    assert told.startswith(sentence)
    assert len(told.splitlines()) == 1


def test_an_index_that_cannot_be_reached_ends_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    names = runpy.run_path(str(ROOT / "make.py"))
    monkeypatch.setitem(names["install"].__globals__, "BUILD", tmp_path)
    monkeypatch.setitem(names["install"].__globals__, "ROOT", tmp_path)
    monkeypatch.setitem(names["install"].__globals__, "PYTHON", sys.executable)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9")
    with pytest.raises(SystemExit, match="The package index cannot be reached"):
        names["install"]("--dry-run", "--ignore-installed", "numpy")
    assert capfd.readouterr().err == ""


def test_a_python_that_cannot_make_venvs_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import importlib.util

    make_venv: Callable[[], None] = runpy.run_path(str(ROOT / "make.py"))["make_venv"]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"apt install python3\.\d+-venv"):
        make_venv()


@pytest.mark.parametrize(
    ("variables", "platform", "shown"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ":0", "SSH_CONNECTION": "a b"}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_CONNECTION": "a b"}, "darwin", False),
        ({}, "win32", True),
    ],
)
def test_a_browser_is_opened_only_where_somebody_sees_it(
    make: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    platform: str,
    shown: bool,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert make.module.has_display() is shown


def test_homework_runs_the_whole_loop_with_what_follows(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(make.module, "become", lambda *words: ran.append(words))
    make.module.COMMANDS["homework"](["05", "--jobs=2"])
    assert ran == [("aelib", "homework", "sample", "05", "--jobs=2")]
    assert make.done == FRESH


@pytest.fixture
def lab(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[str]]:
    """Return what runs `make lab` up to the command that JupyterLab starts with."""
    monkeypatch.setattr(make.module, "desk", lambda: make.done.append("desk"))

    def run(*arguments: str) -> list[str]:
        started: list[str] = []
        monkeypatch.setattr(
            make.module, "become", lambda *words, **_: started.extend(words)
        )
        make.module.lab(list(arguments))
        return started

    return run


def settings(make: SimpleNamespace, folder: str) -> tuple[dict, dict]:
    config = make.module.VENV / folder / "config"
    server = json.loads((config / "jupyter_server_config.json").read_text())
    page = json.loads((config / "labconfig" / "page_config.json").read_text())
    return server["ServerApp"]["jpserver_extensions"], page["disabledExtensions"]


def test_lab_opens_the_readers_copy_without_the_teachers_menus(
    make: SimpleNamespace, lab: Callable[..., list[str]]
) -> None:
    command = lab("--port=1")
    assert make.done == [*FRESH, "desk"]
    assert f"--LabApp.default_url=/lab/tree/{USUAL_NAME}/README.md" in command
    assert command[-1] == "--port=1"
    served, off = settings(make, "jupyter")
    assert off["@jupyter/nbgrader"] is True
    assert not any(served.values())
    for name in make.module.TEACHERS:
        assert importlib.util.find_spec(f"nbgrader.server_extensions.{name}")


def test_lab_for_authors_opens_the_originals_with_all_menus(
    make: SimpleNamespace, lab: Callable[..., list[str]]
) -> None:
    command = lab("--author")
    assert "desk" not in make.done
    assert "--LabApp.default_url=/lab/tree/notebooks/README.md" in command
    assert "--author" not in command
    served, off = settings(make, "jupyter-author")
    assert off["@jupyter/nbgrader"] is False
    assert served["nbgrader.server_extensions.formgrader"] is True


def test_git_ignores_the_readers_copy_and_clean_leaves_it(
    make: SimpleNamespace,
) -> None:
    assert make.module.COPY == USUAL_NAME
    assert f"/{USUAL_NAME}/" in (ROOT / ".gitignore").read_text().splitlines()
    answer = make.root / USUAL_NAME / "answer"
    answer.parent.mkdir()
    answer.write_text("mine")
    make.module.clean([])
    assert answer.read_text() == "mine"


def update_runs(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, git: int
) -> list[str]:
    """Return what `make update` does, in order, where git ends with a status."""
    (make.root / ".git").mkdir()
    monkeypatch.setattr(make.module, "prepare", lambda: make.done.append("prepare"))
    monkeypatch.setattr(make.module, "desk", lambda: make.done.append("desk"))

    def call(command: list[str], **_: object) -> int:
        make.done.append(" ".join(Path(word).name for word in command[-3:]))
        return git

    monkeypatch.setattr(subprocess, "call", call)
    with pytest.raises(SystemExit) as stop:
        make.module.update([])
    make.done.append(str(stop.value))
    return make.done


def test_update_saves_what_was_written_before_it_fetches_and_the_new_make_goes_on(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = update_runs(make, monkeypatch, git=0)
    again = "make.py update --fetched"
    assert done == ["prepare", "desk", "git pull --ff-only", again, "0"]


def test_an_update_that_git_refuses_says_what_to_do(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    *done, sentence = update_runs(make, monkeypatch, git=1)
    assert done == ["prepare", "desk", "git pull --ff-only"]
    assert "`git checkout notebooks`" in sentence


def test_without_git_an_update_is_unpacked_by_hand(make: SimpleNamespace) -> None:
    with pytest.raises(SystemExit, match="unpack the new version over it"):
        make.module.update([])


def test_an_unknown_command_is_answered_with_the_commands() -> None:
    done = subprocess.run(
        [sys.executable, "make.py", "lap"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert "lab" in done.stderr


def test_the_makefile_has_every_command_of_make_py_and_no_other() -> None:
    commands = runpy.run_path(str(ROOT / "make.py"))["COMMANDS"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (targets,) = re.findall(r"^([\w -]+):$", makefile, re.MULTILINE)
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert targets.split() == phony.split() == list(commands)


@pytest.mark.parametrize(
    ("typed", "run"),
    [
        ([], ["published"]),
        (["--only", "pca"], ["published", "--only", "pca"]),
        (["speed", "--rounds", "3"], ["speed", "--rounds", "3"]),
    ],
)
def test_bench_reproduces_the_published_numbers_unless_another_is_named(
    make: SimpleNamespace,
    monkeypatch: pytest.MonkeyPatch,
    typed: list[str],
    run: list[str],
) -> None:
    monkeypatch.setattr(make.module, "ROOT", ROOT)
    monkeypatch.setattr(make.module, "prepare", lambda: None)
    started: list[str] = []
    monkeypatch.setattr(make.module, "become", lambda *what, **_: started.extend(what))
    make.module.bench(typed)
    assert started == run


def test_an_unknown_benchmark_is_answered_with_the_known_ones(
    make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make.module, "ROOT", ROOT)
    with pytest.raises(SystemExit, match=r"published.*speed"):
        make.module.bench(["publshed"])


def test_jupyterlab_is_told_where_the_courses_extension_lies(
    make: SimpleNamespace, tmp_path: Path
) -> None:
    make.module.jupyterlab_settings(tmp_path, author=False)
    settings = json.loads((tmp_path / "jupyter_server_config.json").read_text("utf-8"))
    (folder,) = map(Path, settings["LabApp"]["extra_labextensions_path"])
    package = json.loads((folder / "aelib" / "package.json").read_text("utf-8"))
    assert (folder / package["name"] / package["jupyterlab"]["_build"]["load"]).exists()
