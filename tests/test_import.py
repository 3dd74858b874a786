"""`import aelib` is light, and everything is one attribute away."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import aelib

HEAVY = {"torch", "matplotlib", "sklearn", "ipywidgets", "pooch", "requests", "tqdm"}


def loaded_after(statement):
    """Run a statement in a fresh interpreter and list the top packages it loaded."""
    report = "; import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run(
        [sys.executable, "-c", statement + report],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import aelib",
        "import aelib; aelib.__version__; dir(aelib)",
        "from aelib import load_data",
        "import aelib; aelib.load_data(n_train=1, n_test=1)",
        "import aelib.corruption",
    ],
)
def test_what_needs_no_heavy_package_loads_none(statement):
    loaded = loaded_after(statement)
    assert "aelib" in loaded
    assert not loaded & HEAVY


def test_a_heavy_package_is_loaded_when_used():
    assert "torch" in loaded_after("import aelib; aelib.training")


@pytest.mark.parametrize("name", aelib.__all__)
def test_every_name_is_there(name):
    value = getattr(aelib, name)
    if name != "load_data":
        assert value is importlib.import_module(f"aelib.{name}")


def test_the_rooms_of_the_course_are_among_them():
    rooms = {
        "autoencoders",
        "backprop",
        "corruption",
        "denoisers",
        "diagrams",
        "digits",
        "evaluation",
        "explore",
        "gradcheck",
        "penalties",
        "plots",
        "probes",
        "sampling",
        "stacking",
        "training",
        "units",
    }
    assert rooms | {"load_data"} <= set(dir(aelib))


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_room"):
        aelib.no_such_room  # noqa: B018


def test_the_version_is_the_package_s():
    project = Path(__file__).parents[1] / "pyproject.toml"
    stated = tomllib.loads(project.read_text("utf-8"))["project"]["version"]
    assert aelib.__version__ == stated
