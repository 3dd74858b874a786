"""What is installed is said once: pyproject.toml, and everything else agrees."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]
EXTRAS = PROJECT["optional-dependencies"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

CONDA_NAMES = {
    "lazy-loader": "lazy_loader",
    "matplotlib": "matplotlib-base",
    "nbconvert": "nbconvert-core",
    "torch": "pytorch",
}


def requirements(lines: list[str]) -> dict[str, SpecifierSet]:
    parsed = map(Requirement, lines)
    return {item.name: item.specifier for item in parsed}


def locked() -> list[Requirement]:
    lines = [line for line in LOCK.splitlines() if line and not line.startswith("#")]
    return [Requirement(line) for line in lines]


def test_environment_yml_asks_for_what_pyproject_asks_for() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *conda, pip = environment["dependencies"]
    asked = requirements([line for line in conda if line != "pip"])
    assert asked.pop("python") == SpecifierSet(PROJECT["requires-python"])
    project = PROJECT["dependencies"] + EXTRAS["course"] + EXTRAS["test"]
    expected = requirements(project)
    assert asked == {CONDA_NAMES.get(name, name): expected[name] for name in expected}
    assert pip == {"pip": ["-e ."]}
    assert "pip" in conda
    assert environment["channels"][0] == "conda-forge"


def test_lock_pins_public_versions_only() -> None:
    for pin in locked():
        (specifier,) = pin.specifier
        assert specifier.operator == "==", pin
        assert "+" not in specifier.version, f"{pin}: the public index has no such file"
        assert pin.url is None, pin
    assert not re.search(r"^-|://", LOCK, re.MULTILINE)
    assert not re.search(r"^(nvidia|cuda|triton)", LOCK, re.MULTILINE)


def test_lock_names_the_validated_torch_and_admits_its_cpu_build() -> None:
    (torch,) = [pin for pin in locked() if pin.name == "torch"]
    assert str(torch) == "torch==2.13.0"
    builds = [Version("2.13.0"), Version("2.13.0+cpu")]
    assert max(torch.specifier.filter(builds)) == Version("2.13.0+cpu")


def test_lock_satisfies_every_bound_of_pyproject() -> None:
    pins = {canonicalize_name(pin.name): pin.specifier for pin in locked()}
    everything = [*PROJECT["dependencies"], *chain(*EXTRAS.values())]
    for name, bounds in requirements(everything).items():
        (pin,) = pins[canonicalize_name(name)]
        assert pin.version in bounds, f"requirements.lock has {name} {pin.version}"


def test_make_py_and_the_workflow_know_the_same_pythons_as_pyproject() -> None:
    sys.path.insert(0, str(ROOT))
    try:
        import make
    finally:
        sys.path.remove(str(ROOT))
    allowed = SpecifierSet(PROJECT["requires-python"])
    minors = [minor for minor in range(30) if f"3.{minor}" in allowed]
    assert ((3, minors[0]), (3, minors[-1])) == (make.OLDEST, make.NEWEST)
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    matrix = yaml.safe_load(workflow)["jobs"]["test"]["strategy"]["matrix"]
    assert matrix["python"] == [f"3.{minors[0]}", f"3.{minors[-1]}"]
    assert len(matrix["os"]) == 3


def test_the_neighbours_are_the_oldest_and_the_newest_that_pyproject_allows() -> None:
    path = ROOT / ".github" / "workflows" / "neighbours.yml"
    job = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]["test"]
    matrix = {one["neighbours"]: one for one in job["strategy"]["matrix"]["include"]}
    oldest, newest = matrix["oldest"], matrix["newest"]
    assert (oldest["resolution"], newest["resolution"]) == ("lowest-direct", "highest")
    allowed = SpecifierSet(PROJECT["requires-python"])
    minors = [minor for minor in range(30) if f"3.{minor}" in allowed]
    assert [oldest["python"], newest["python"]] == [f"3.{minors[0]}", f"3.{minors[-1]}"]
    words = "\n".join(step.get("run", "") for step in job["steps"])
    (extras,) = re.findall(r"\.\[([a-z,]+)\]", words)
    assert sorted(extras.split(",")) == sorted(EXTRAS)


PUBLISHING = {"book": {"id-token", "pages"}, "readers": {"contents"}}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_pin_actions_to_a_commit_and_name_its_version(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    actions = [line for line in lines if re.match(r"[ -]*uses:", line)]
    assert actions
    for line in actions:
        assert re.search(r"@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_may_only_read_and_keep_no_credentials(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        allowed = PUBLISHING.get(path.stem, set()) if name == "publish" else set()
        assert set(job.get("permissions", ())) == allowed
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_pre_commit_runs_the_locked_ruff() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    hooks = {item["repo"]: item["rev"] for item in yaml.safe_load(text)["repos"]}
    (ruff,) = [pin for pin in locked() if pin.name == "ruff"]
    pin = f"v{next(iter(ruff.specifier)).version}"
    assert hooks["https://github.com/astral-sh/ruff-pre-commit"] == pin


def test_license_says_what_pyproject_says() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "BSD-3-Clause AND CC-BY-4.0"
    assert "BSD 3-Clause" in text
    assert "the aelib developers" in text
    assert "https://creativecommons.org/licenses/by/4.0/" in text


def test_style_and_layout_of_all_code() -> None:
    for check in (["check"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *check, "--no-cache", str(ROOT)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
        assert done.returncode == 0, f"\n{done.stdout}\n{done.stderr}"
