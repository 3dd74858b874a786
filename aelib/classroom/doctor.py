"""The command ``python -m aelib doctor``: what is wrong here, and what to do about it.

Each check looks at one thing and gives a `Finding`; none changes anything.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from aelib.exercises.checkout import checkout

PYTHONS = (3, 11), (3, 14)
GIGABYTES_NEEDED = 1.0
SET_UP_ANEW = "run `python make.py setup`, which makes .venv anew"
READS_ANY_PTH = (3, 12, 4)  # https://github.com/python/cpython/issues/117793
ELSEWHERE = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX")


@dataclass(frozen=True)
class Finding:
    """What a check has found.

    Attributes
    ----------
    words
        What was found, in one sentence.
    remedy
        What to do about it; empty if nothing is wrong.
    """

    words: str
    remedy: str = ""

    @property
    def is_well(self) -> bool:
        """Whether there is nothing to be done."""
        return not self.remedy


def check_python() -> Finding:
    """Look at the version of Python."""
    oldest, newest = (".".join(map(str, pair)) for pair in PYTHONS)
    words = f"Python {platform.python_version()} at {sys.executable}"
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return Finding(words)
    return Finding(words, f"the course needs Python {oldest} to {newest}: install one")


def check_paths(folder: Path | None = None) -> Finding:
    """Look for a path that keeps Python from starting under some locales."""
    folder = folder or Path(sysconfig.get_path("purelib"))
    files = sorted(folder.glob("*.pth"))
    unread = [path.name for path in files if not path.read_bytes().isascii()]
    if sys.version_info < READS_ANY_PTH and unread:
        return Finding(
            f"{_some(unread)} in {folder} names a folder with letters that this Python "
            "cannot read under every locale: under LC_ALL=C it does not start",
            SET_UP_ANEW,
        )
    return Finding(f"Python can read the {len(files)} paths that it starts with")


def check_variables() -> Finding:
    """Look for variables that lead Python or pip away from this environment."""
    found = [name for name in ELSEWHERE if os.environ.get(name)]
    if not found:
        return Finding("no variable leads Python or pip elsewhere")
    return Finding(
        f"{' and '.join(found)} may lead Python or pip away from {sys.prefix}",
        f"unset {' and '.join(found)}; `python make.py` passes no such thing on",
    )


def check_packages(lock: Path | None = None) -> Finding:
    """Compare the installed packages with those that the course was validated with."""
    lock = lock or _course() / "requirements.lock"
    if not lock.exists():
        return Finding("no requirements.lock here to compare the packages with")
    wanted = read_lock(lock)
    missing, other = [], []
    for name, pinned in wanted.items():
        found = _installed(name)
        if found is None:
            missing.append(name)
        elif found != pinned:
            other.append(f"{name} {found} (validated: {pinned})")
    if not missing and not other:
        return Finding(f"all {len(wanted)} packages are those of requirements.lock")
    parts = []
    if missing:
        parts.append(f"not installed: {_some(missing)}")
    if other:
        parts.append(f"other versions: {_some(other)}")
    return Finding("; ".join(parts), SET_UP_ANEW)


def read_lock(lock: Path) -> dict[str, str]:
    r"""Read which version of each package is wanted on this machine.

    Parameters
    ----------
    lock
        A file of lines ``name==version ; marker``.

    Returns
    -------
    dict of str to str
        Package to version, without those whose marker is false here.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "lock")
    ...     size = path.write_text("# why\na==1\nb==2 ; python_version < '3'\n")
    ...     read_lock(path)
    {'a': '1'}
    """
    from packaging.requirements import Requirement

    wanted = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        if "==" not in line or line.lstrip().startswith("#"):
            continue
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate():
            wanted[requirement.name] = str(requirement.specifier).removeprefix("==")
    return wanted


def check_torch() -> Finding:
    """Import torch, multiply with it, and name what it will compute on."""
    try:
        import torch

        torch.eye(2) @ torch.eye(2)
    except (ImportError, OSError, RuntimeError) as error:
        return Finding(f"torch does not work: {error}", SET_UP_ANEW)
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "the CPU"
    return Finding(f"torch {torch.__version__} computes on {device}")


def check_threads() -> Finding:
    """Count the processors, and the threads that training would use."""
    from aelib.compute import asked_threads, choose_threads

    asked = os.environ.get("OMP_NUM_THREADS")
    if asked is not None and asked_threads() is None:
        return Finding(
            f"OMP_NUM_THREADS is {asked!r}", "set it to a whole number, or unset it"
        )
    with choose_threads() as threads:
        words = f"training uses {threads} of {os.cpu_count()} processors"
    reason = f"OMP_NUM_THREADS={asked}" if asked else "our own choice"
    return Finding(f"{words} ({reason})")


def check_data() -> Finding:
    """Load some of the digits that the notebooks would load."""
    from aelib import load_data

    name = os.environ.get("AELIB_DATASET") or "drawn"
    remedy = "unset AELIB_DATASET for the drawn digits, which need no download"
    try:
        images = load_data(name, n_train=10, n_test=10).train.images
    except (ValueError, OSError) as error:
        return Finding(f"the data set {name!r} cannot be loaded: {error}", remedy)
    return Finding(f"the data set {name!r} has images of shape {images.shape[1:]}")


def check_disk(needed: float = GIGABYTES_NEEDED) -> Finding:
    """Measure the free space beside the course, and ask whether one may write there."""
    if not os.access(_course(), os.W_OK):
        return Finding(
            f"{_course()} cannot be written", "copy the course to a folder of your own"
        )
    free = shutil.disk_usage(_course()).free / 1e9
    words = f"{free:.1f} GB of disk are free"
    if free >= needed:
        return Finding(words)
    return Finding(words, f"make room: {needed:g} GB are needed")


def check_kernel() -> Finding:
    """Start a kernel as JupyterLab does, and have it compute a sum."""
    try:
        from nbformat.v4 import new_code_cell, new_notebook

        from aelib.classroom.notebooks import execute

        notebook = new_notebook(cells=[new_code_cell("1 + 1")])
        execute(notebook, folder=_course())
        answer = notebook.cells[0].outputs[0].data["text/plain"]
    except Exception as error:  # whatever it is, the reader is to be told
        return Finding(f"no notebook kernel starts: {error!r}", SET_UP_ANEW)
    return Finding(f"a notebook kernel starts, and says that 1 + 1 is {answer}")


CHECKS: tuple[Callable[[], Finding], ...] = (
    check_python,
    check_paths,
    check_variables,
    check_packages,
    check_torch,
    check_threads,
    check_data,
    check_disk,
    check_kernel,
)


def look(check: Callable[[], Finding]) -> Finding:
    """Return what a check finds, also where it can't even be done.

    Examples
    --------
    >>> def check_sky():
    ...     "Look at the sky."
    ...     import telescope
    >>> look(check_sky).words
    "could not look at the sky: No module named 'telescope'"
    """
    try:
        return check()
    except (Exception, SystemExit) as error:  # what is broken can fail in any way
        task = (check.__doc__ or check.__name__).splitlines()[0].rstrip(".")
        words = f"could not {task[0].lower()}{task[1:]}: {error or repr(error)}"
        return Finding(words, SET_UP_ANEW)


def run(checks: Sequence[Callable[[], Finding]] = CHECKS) -> int:
    """Print what each check finds.

    Parameters
    ----------
    checks
        The checks, in order.

    Returns
    -------
    int
        0 if all is well, else 1.

    Examples
    --------
    >>> run([lambda: Finding("the sky is blue"), lambda: Finding("rain", "go in")])
    ok       the sky is blue
    PROBLEM  rain
             what to do: go in
    1 of 2 checks found a problem.
    1
    """
    problems = 0
    for check in checks:
        finding = look(check)
        print(f"{'ok' if finding.is_well else 'PROBLEM':8} {finding.words}", flush=True)
        if not finding.is_well:
            problems += 1
            print(f"{'':8} what to do: {finding.remedy}")
    found = f"{problems} of {len(checks)} checks" if problems else "No check"
    print(f"{found} found a problem.")
    return int(problems > 0)


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add ``doctor`` to the commands of ``python -m aelib``.

    Parameters
    ----------
    commands
        What the command joins.
    """
    parser = commands.add_parser(
        "doctor", help="find out what is wrong here", description=__doc__
    )
    parser.set_defaults(run=lambda options: run())


def _course() -> Path:
    """Return the folder of the course; where there is none, the current one."""
    try:
        return checkout()
    except FileNotFoundError:
        return Path.cwd()


def _installed(name: str) -> str | None:
    """Return the public version of an installed package: torch's has a +cpu."""
    try:
        return version(name).split("+")[0]
    except PackageNotFoundError:
        return None


def _some(names: Sequence[str], most: int = 5) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
