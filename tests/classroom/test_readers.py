"""What the cloud opens: links only where there is an address, and to what is there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

from aelib.__main__ import main
from aelib.classroom import book, readers
from aelib.classroom.addresses import BRANCH, Repository, public_repository
from aelib.classroom.homework.release import build_package
from aelib.exercises.checkout import checkout, find_notebooks
from aelib.exercises.stubs import is_answer

ROOT = checkout()
SETTING = '\n[project.urls]\nRepository = "{}"\n\n[project.optional-dependencies]\n'
NAMES = [path.name for path in find_notebooks()]


def course(folder: Path, address: str | None) -> Path:
    """Copy what is published from, with the address set or not."""
    parts = ("aelib", "notebooks", "docs", "data/README.md", ".devcontainer")
    for name in (*parts, "pyproject.toml", "README.md", "LICENSE", readers.LOCK):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    settings = (folder / "pyproject.toml").read_text(encoding="utf-8")
    settings = re.sub(r"\[project\.urls\]\n(?:.+\n)*", "", settings)
    if address:
        place = "\n[project.optional-dependencies]\n"
        settings = settings.replace(place, SETTING.format(address))
    (folder / "pyproject.toml").write_text(settings, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return course(tmp_path_factory.mktemp("public"), "https://github.com/who/what.git")


@pytest.fixture(scope="module")
def branch(public: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("branch") / "readers"
    assert readers.make(folder, public) == Repository("who", "what")
    return folder


# The one setting


@pytest.mark.parametrize("end", ["", "/", ".git"])
def test_the_address_is_read_from_pyproject(tmp_path: Path, end: str) -> None:
    settings = SETTING.format(f"https://github.com/a-b/c.d{end}")
    (tmp_path / "pyproject.toml").write_text("[project]" + settings, encoding="utf-8")
    assert public_repository(tmp_path) == Repository("a-b", "c.d")


def test_an_address_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    settings = SETTING.format("https://example.org/who/what")
    (tmp_path / "pyproject.toml").write_text("[project]" + settings, encoding="utf-8")
    with pytest.raises(
        ValueError, match=r"example\.org/who/what.*write https://github"
    ):
        public_repository(tmp_path)


def test_without_an_address_nothing_is_made_and_it_is_said_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(readers, "checkout", lambda: course(tmp_path / "c", None))
    assert main(["readers", str(tmp_path / "readers")]) == 0
    assert "[project.urls]" in capsys.readouterr().out
    assert not (tmp_path / "readers").exists()


# The book


def launchers(folder: Path) -> dict[str, list[str]]:
    """Return the links under the title of each staged notebook."""
    found = {}
    for path in sorted((folder / "notebooks").glob("*.ipynb")):
        source = nbformat.read(path, as_version=4).cells[0].source
        links = BeautifulSoup(source, "html.parser").select("p.launch a")
        found[path.name] = [str(link["href"]) for link in links]
    return found


def test_without_an_address_no_page_of_the_book_has_a_link(tmp_path: Path) -> None:
    book.stage(course(tmp_path / "course", None), tmp_path / "source")
    assert not any(launchers(tmp_path / "source").values())
    assert "launch" not in (tmp_path / "source/index.md").read_text(encoding="utf-8")


def test_every_link_of_the_book_opens_a_file_of_the_branch(
    public: Path, branch: Path, tmp_path: Path
) -> None:
    book.stage(public, tmp_path / "source")
    found = launchers(tmp_path / "source")
    assert list(found) == NAMES
    for name, (colab, binder, codespaces) in found.items():
        before, _, path = urlsplit(colab).path.partition(f"/blob/{BRANCH}/")
        assert (before, path) == ("/github/who/what", name)
        assert urlsplit(binder).path == f"/v2/gh/who/what/{BRANCH}"
        assert parse_qs(urlsplit(binder).query) == {"labpath": [name]}
        assert codespaces == f"https://codespaces.new/who/what/tree/{BRANCH}"
        assert (branch / name).is_file()


def test_paper_has_no_links(public: Path, tmp_path: Path) -> None:
    book.stage(public, tmp_path / "source", alive=False)
    assert not any(launchers(tmp_path / "source").values())


def test_a_page_shows_the_links_as_links(public: Path, tmp_path: Path) -> None:
    source, site = tmp_path / "source", tmp_path / "html"
    book.stage(public, tmp_path / "all")
    source.mkdir()
    page = nbformat.read(tmp_path / "all/notebooks" / NAMES[0], as_version=4)
    page.cells = page.cells[:1]
    page.cells[0].source = re.sub(r"\]\([^)]+\)", "]", page.cells[0].source)
    nbformat.write(page, source / "index.ipynb")
    book.run_sphinx("A page", source, site, ROOT / "docs" / "book")
    html = BeautifulSoup((site / "index.html").read_text("utf-8"), "html.parser")
    links = [link.text for link in html.select("h1 ~ p.launch a")]
    assert links == ["Colab", "Binder", "Codespaces"]


# The branch


def test_the_branch_holds_what_its_own_pages_name(branch: Path) -> None:
    first = (branch / "README.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"]({name})" in first
        assert f"/blob/{BRANCH}/{name})" in first
    *_, package = (branch / "requirements.txt").read_text("utf-8").splitlines()
    file, _, extra = package.partition("[")
    assert (branch / file).is_file()
    assert extra == "course]"
    assert (branch / readers.LOCK).read_bytes() == (ROOT / readers.LOCK).read_bytes()
    container = json.loads((branch / ".devcontainer/devcontainer.json").read_text())
    assert "requirements.txt" in container["postCreateCommand"]


def test_no_solution_is_on_the_branch(branch: Path) -> None:
    stubs = ("YOUR CODE HERE", "YOUR ANSWER HERE")
    for path in branch.rglob("*.ipynb"):
        notebook = nbformat.read(path, as_version=4)
        answers = [cell.source for cell in notebook.cells if is_answer(cell)]
        assert len(answers) >= 3
        assert all(any(stub in answer for stub in stubs) for answer in answers)
        assert not any(cell.get("outputs") for cell in notebook.cells)


def test_a_folder_that_exists_is_refused(branch: Path, public: Path) -> None:
    with pytest.raises(ValueError, match="name a new folder"):
        readers.make(branch, public)


def test_each_notebooks_first_cell_installs_the_package_of_the_branch(
    branch: Path,
) -> None:
    (package,) = (path.name for path in branch.glob("*.whl"))
    for name in NAMES:
        notebook = nbformat.read(branch / name, as_version=4)
        first = next(cell for cell in notebook.cells if cell.cell_type == "code")
        assert Repository("who", "what").raw(package) in first.source
        compile(first.source, name, "exec")


def in_a_new_shell(python: Path, folder: Path, *cells: str) -> str:
    """Run cells in one process, elsewhere than in the course, and return its output."""
    ours = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PIP"))}
    ours |= {"PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "IPYTHONDIR": str(folder)}
    code = "\n".join(f"exec({cell!r})" for cell in cells)
    command = [str(python), "-c", code]
    done = subprocess.run(command, cwd=folder, env=ours, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a Python with all that is installed here, except the course."""
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder, with_pip=True)
    (packages,) = folder.glob("[Ll]ib/**/site-packages")
    here = next(p for p in sys.path if p.endswith("site-packages"))
    (packages / "here.pth").write_text(here + "\n", encoding="utf-8")
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def test_the_first_cell_installs_the_course_where_it_is_missing_and_only_there(
    elsewhere: Path, tmp_path: Path
) -> None:
    package = tmp_path / build_package(ROOT, tmp_path)
    install = readers.install_cell(package.as_uri()).source
    where = "import aelib.desk.verdicts; print('from', aelib.__file__)"
    first = in_a_new_shell(elsewhere, tmp_path, install, where)
    assert first.startswith("The course is not here"), first
    assert f"from {elsewhere.parents[1]}" in first, first
    again = in_a_new_shell(elsewhere, tmp_path, install, where)
    assert again.startswith("from"), again


def test_the_first_cell_says_what_it_has_changed_and_when_to_restart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    present = {"numpy": "1.26", "torch": "2.5", "pip": "24.0"}

    def pip(command: list[str], **_: object) -> SimpleNamespace:
        assert command[1:4] == ["-m", "pip", "install"]
        present.update({"numpy": "2.0", "aelib": "0.1"})
        return SimpleNamespace(returncode=0)

    def distributions() -> list[SimpleNamespace]:
        return [SimpleNamespace(name=n, version=v) for n, v in present.items()]

    monkeypatch.setattr("subprocess.run", pip)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("importlib.metadata.distributions", distributions)
    modules = {"numpy": ["numpy"], "torch": ["torch"]}
    monkeypatch.setattr("importlib.metadata.packages_distributions", lambda: modules)
    exec(readers.install_cell("https://example.org/aelib.whl").source, {})
    _, *said = capsys.readouterr().out.splitlines()
    assert said[:2] == ["aelib 0.1 is new", "numpy 2.0 instead of 1.26"]
    assert said[2].startswith("Restart the session now, for numpy had been loaded")


def test_a_failed_installation_stops_the_notebook_with_pips_words(
    elsewhere: Path, tmp_path: Path
) -> None:
    install = readers.install_cell((tmp_path / "aelib-9.whl").as_uri()).source
    install = install.replace('find_spec("aelib")', 'find_spec("aelib_9")')
    said = in_a_new_shell(elsewhere, tmp_path, install)
    assert "RuntimeError: The course could not be installed" in said
    assert "aelib-9.whl" in said


# The workflow


def test_the_workflow_calls_commands_that_exist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    workflow = ROOT / ".github" / "workflows" / "readers.yml"
    steps = yaml.safe_load(workflow.read_text("utf-8"))["jobs"]["publish"]["steps"]
    words = "\n".join(step.get("run", "") for step in steps)
    (command,) = re.findall(r"-m aelib (\w+) build/readers", words)
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "FOLDER" in capsys.readouterr().out
    assert f"refs/heads/{BRANCH}" in words
    assert f"build/{BRANCH}/README.md" in steps[-1]["if"]
