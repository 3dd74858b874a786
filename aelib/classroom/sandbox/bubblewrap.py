"""A place to run hostile code: bubblewrap and limits, on Linux.

What runs there sees the system's programs and this Python, all read-only, and a small
scratch folder that vanishes with it. It has no network, no environment, no other
process and no file of anybody's; it is nobody, also where the grader is root (a limit
on processes does not bind root); and it dies with whoever started it.
"""

from __future__ import annotations

import functools
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import aelib
from aelib.classroom.sandbox.hidden_memory import MACHINES

NOBODY = "65534"
SYSTEM = ("bin", "lib", "lib64", "lib32")
ENVIRONMENT = {
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "agg",
    "MPLCONFIGDIR": "/tmp",
    "OMP_NUM_THREADS": "1",  # a fork must not find its parent's threads gone
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PATH": "/usr/bin",
}


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    seconds
        CPU time of one exercise, shared equally by its cases: what else the machine
        does costs nobody points.
    patience
        How many times its CPU time a case may take by the clock, asleep or waiting.
    submission
        Time of the whole submission by the clock.
    memory
        Address space of each process, and memory of all together, in bytes.
    processes
        Processes and threads at a time.
    file
        Largest file, in bytes; `scratch` is the largest sum of all.
    scratch
        Size of the scratch folder, in bytes.
    answer
        Largest answer of one function, in bytes.
    """

    seconds: float = 10.0
    patience: float = 4.0
    submission: float = 300.0
    memory: int = 4 * 2**30
    processes: int = 32
    file: int = 2**24
    scratch: int = 2**26
    answer: int = 2**22


def command(
    words: Sequence[str], limits: Limits | None = None, *, unsafe: bool = False
) -> list[str]:
    """Return the command that runs `words` inside a sandbox.

    Parameters
    ----------
    words
        A command: a program and its arguments.
    limits
        What it may use; time limits are the caller's to keep.
    unsafe
        Leave out the sandbox, for machines that have none.

    Returns
    -------
    list of str
        For :class:`subprocess.Popen`, which must also get :func:`environment`.

    Examples
    --------
    >>> command(["python"], unsafe=True)
    ['python']
    """
    if unsafe:
        return list(words)
    limits = limits or Limits()
    inside = [
        *(_program("bwrap"), "--unshare-all", "--unshare-user", "--disable-userns"),
        # As process 1 what runs can be neither killed nor stopped by its children.
        *("--as-pid-1", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        # The scratch folder comes first, or it would hide a Python that lies in /tmp.
        *("--size", str(limits.scratch), "--perms", "0700", "--tmpfs", "/tmp"),
        *(*_view(), "--proc", "/proc", "--dev", "/dev"),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--"),
        *(_program("prlimit"), f"--as={limits.memory}", f"--fsize={limits.file}"),
        *(f"--nproc={limits.processes}", "--nofile=256", "--core=0"),
        f"--cpu={int(limits.submission) + 1}",
        *words,
    ]
    return [*_as_nobody(), *inside] if _is_root() else inside


def environment(*, unsafe: bool = False) -> dict[str, str]:
    """Return the environment variables for :func:`command`.

    Parameters
    ----------
    unsafe
        Keep this process's own too.

    Returns
    -------
    dict of str to str
        Nothing of anybody's, unless it is unsafe.

    Examples
    --------
    >>> environment()["OMP_NUM_THREADS"], "USER" in environment()
    ('1', False)
    """
    if unsafe:
        threads = {name: "1" for name in ENVIRONMENT if name.endswith("_THREADS")}
        return {**os.environ, **threads}
    return dict(ENVIRONMENT)


def _as_nobody() -> list[str]:
    """Return what lets root start a command as nobody.

    Nobody may be unable to reach this Python (in root's home, say). So root shows it
    the same view first, and it builds the sandbox out of that.
    """
    return [
        *(_program("bwrap"), "--die-with-parent", "--unshare-pid"),
        *(*_view(), "--dir", "/tmp"),
        *("--dev-bind", "/proc", "/proc", "--dev-bind", "/dev", "/dev", "--"),
        *(_program("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}"),
        *("--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--"),
    ]


@functools.cache
def _view() -> tuple[str, ...]:
    """Return bubblewrap's options for the system and this Python, read-only."""
    shown = sorted(set(_existing(_paths_to_show())))
    parents = {parent for path in shown for parent in path.parents}
    options: list[str] = []
    for folder in sorted(parents - {Path("/")}):
        options += ["--dir", str(folder)]
    for path in shown:
        options += ["--ro-bind", str(path), str(path)]
    for name in SYSTEM:
        link = Path("/", name)
        if link.is_symlink():
            options += ["--symlink", os.readlink(link), str(link)]
        elif link.exists():
            options += ["--ro-bind", str(link), str(link)]
    return tuple(options)


def _paths_to_show() -> Iterable[Path]:
    """Yield what a Python needs, and no folder where exams or a class's papers lie."""
    for prefix in ("/usr", sys.base_prefix, sys.prefix):
        for name in (*SYSTEM, "pyvenv.cfg"):
            yield Path(prefix, name)
    yield Path("/etc/ld.so.cache")
    yield Path("/etc/alternatives")
    package = Path(aelib.__file__).resolve().parent
    yield from (part for part in package.iterdir() if part.name != "classroom")
    yield Path(__file__).resolve().parent  # the worker, and nothing else of its room


def _existing(paths: Iterable[Path]) -> Iterable[Path]:
    return (path for path in paths if path.exists())


def _is_root() -> bool:
    return os.geteuid() == 0


def _program(name: str) -> str:
    return shutil.which(name) or name


def explain_failure(said: str) -> str:
    """Say what keeps a sandbox from starting, and what to do about it.

    Parameters
    ----------
    said
        What bubblewrap, or the Python in it, said.

    Returns
    -------
    str
        One sentence or two.

    Examples
    --------
    >>> why = explain_failure("bwrap: No permissions to create new namespace")
    >>> "namespaces are switched off" in why
    True
    >>> why = explain_failure("bwrap: execvp /root/python: Permission denied")
    >>> "chmod -R go+rX" in why
    True
    """
    if "namespace" in said or "uid map" in said:
        why = (
            ", for user namespaces are switched off here: allow them, or grade in a "
            "container"
        )
    elif "ermission denied" in said:
        why = (
            ", for it runs as nobody, who may not read this Python or this course: "
            "`chmod -R go+rX` their folders"
        )
    else:
        why = ""
    return f"The sandbox does not start{why}. ({said or 'it says nothing'})"


@functools.cache
def missing() -> str:
    """Say why there is no sandbox on this machine.

    Returns
    -------
    str
        One sentence, or an empty string where a sandbox starts.

    Examples
    --------
    >>> isinstance(missing(), str)
    True
    """
    if not sys.platform.startswith("linux"):
        return "There is no sandbox on this system: grade on Linux or in a container."
    if (machine := platform.machine()) not in MACHINES:
        return f"The sandbox knows {', '.join(MACHINES)}, not this {machine}."
    needed = ["bwrap", "prlimit", *(["setpriv"] if _is_root() else [])]
    absent = [name for name in needed if not shutil.which(name)]
    if absent:
        return (
            f"The sandbox needs {' and '.join(absent)}, which is not here: install "
            "the packages bubblewrap and util-linux."
        )
    trial = command([sys.executable, "-I", "-S", "-c", ""])
    try:
        done = subprocess.run(trial, capture_output=True, text=True, timeout=60)
    except subprocess.TimeoutExpired:
        return "The sandbox does not start within a minute."
    if done.returncode:
        return explain_failure(done.stderr.strip())
    return ""
