"""The doctor finds what is wrong, names a remedy, and changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import namedtuple
from importlib.metadata import version
from pathlib import Path

import pytest

from aelib import load_data
from aelib.classroom import doctor
from aelib.classroom.doctor import Finding


def test_a_course_set_up_by_its_own_command_is_healthy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in doctor.ELSEWHERE:
        monkeypatch.delenv(name, raising=False)
    assert doctor.run() == 0, capsys.readouterr().out
    assert "No check found a problem" in capsys.readouterr().out


def test_a_python_that_is_too_old_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert "3.11 to 3.14" in doctor.check_python().remedy


def test_packages_that_are_missing_or_of_another_version_are_named(
    tmp_path: Path,
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(
        f"numpy=={version('numpy')}\nno-such-thing==1.0\npooch==0.0.1\n"
        "only-elsewhere==1 ; sys_platform == 'nowhere'\n"
    )
    finding = doctor.check_packages(lock)
    assert "not installed: no-such-thing" in finding.words
    assert "(validated: 0.0.1)" in finding.words
    assert "numpy" not in finding.words
    assert "only-elsewhere" not in finding.words
    assert "make.py" in finding.remedy


def test_a_build_of_the_validated_version_is_no_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("torch==2.13.0\n")
    monkeypatch.setattr(doctor, "version", lambda name: "2.13.0+cpu")
    assert doctor.check_packages(lock).is_well


def test_without_a_lock_there_is_nothing_to_compare(tmp_path: Path) -> None:
    assert doctor.check_packages(tmp_path / "requirements.lock").is_well


def test_a_torch_that_does_not_import_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    finding = doctor.check_torch()
    assert "torch does not work" in finding.words
    assert not finding.is_well


def test_a_path_that_some_locales_cannot_read_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain.pth").write_text("../../../..", encoding="ascii")
    assert doctor.check_paths(tmp_path).is_well
    (tmp_path / "_x.pth").write_text("/home/zoë/Kurs Übung (1)", encoding="utf-8")
    monkeypatch.setattr(sys, "version_info", (3, 11, 9))
    finding = doctor.check_paths(tmp_path)
    assert "_x.pth" in finding.words
    assert "plain.pth" not in finding.words
    assert "make.py setup" in finding.remedy
    monkeypatch.setattr(sys, "version_info", (3, 13, 0))
    assert doctor.check_paths(tmp_path).is_well


@pytest.mark.parametrize("name", ["PYTHONPATH", "PIP_USER", "PIP_TARGET"])
def test_a_variable_that_leads_elsewhere_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "1")
    assert f"unset {name}" in doctor.check_variables().remedy


def test_a_folder_that_cannot_be_written_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: False)
    finding = doctor.check_disk()
    assert "cannot be written" in finding.words
    assert "copy" in finding.remedy


WITHOUT = """
import runpy, sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {missing!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
sys.argv[1:] = ["doctor"]
runpy.run_module("aelib", run_name="__main__")
"""


@pytest.mark.parametrize(
    "missing", [("numpy",), ("packaging",), ("torch", "numpy", "packaging", "nbformat")]
)
def test_the_doctor_survives_what_is_missing_and_looks_at_the_rest(
    missing: tuple[str, ...],
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(missing=missing)],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert f"of {len(doctor.CHECKS)} checks found a problem." in done.stdout
    assert f"No module named '{missing[0]}" in done.stdout
    assert "run `python make.py setup`" in done.stdout


def test_the_doctor_survives_a_foreign_numpy(tmp_path: Path) -> None:
    foreign = tmp_path / "numpy.py"
    foreign.write_text("raise SystemExit('not yours')", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "aelib", "doctor"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert "unset PYTHONPATH" in done.stdout
    assert "checks found a problem." in done.stdout


@pytest.mark.parametrize("number", ["many", "0", "-2", ""])
def test_a_senseless_number_of_threads_is_found(
    number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", number)
    assert "unset" in doctor.check_threads().remedy


def test_an_unknown_data_set_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AELIB_DATASET", "mnsit")
    finding = doctor.check_data()
    assert "mnsit" in finding.words
    assert "drawn" in finding.remedy


def test_mnist_in_an_empty_folder_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AELIB_DATASET", "mnist")
    monkeypatch.setenv("AELIB_DATA", str(tmp_path))
    assert str(tmp_path) in doctor.check_data().words
    with pytest.raises(FileNotFoundError):  # the doctor has put nothing there
        load_data("mnist", n_train=1, n_test=1)


def test_a_full_disk_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")(10**12, 10**12 - 10**8, 10**8)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: usage)
    finding = doctor.check_disk()
    assert "0.1 GB" in finding.words
    assert "make room" in finding.remedy


def test_a_kernel_that_does_not_start_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError("Kernel died")

    monkeypatch.setattr("aelib.classroom.notebooks.execute", fail)
    finding = doctor.check_kernel()
    assert "Kernel died" in finding.words
    assert not finding.is_well


def test_every_problem_has_a_remedy_and_counts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ill = Finding("the pen is dry", "fill it")
    assert doctor.run([lambda: ill, lambda: Finding("fine"), lambda: ill]) == 1
    shown = capsys.readouterr().out
    assert shown.count("what to do: fill it") == 2
    assert "2 of 3 checks" in shown
