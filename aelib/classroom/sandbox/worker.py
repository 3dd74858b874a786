"""What runs inside the sandbox: one request in, one answer out, until the pipe closes.

It is started as a script (``python -I worker.py``), so that it holds nothing but what
each request brings: the student's cells, and the arguments of one call. No right
answer ever comes here. Every request is served by a child of its own: an answer that
crashes, hangs or rewrites NumPy costs no other one anything.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import numpy as np
import wire
from cell_magic import without_magic
from hidden_memory import forbid_hidden_memory

FORKS = sys.platform.startswith("linux")  # elsewhere each request needs a new worker
LONGEST_TEXT = 500
WATCH = 0.1  # seconds between looks at what a request has used
PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 4, 36  # of Linux's prctl

Task = dict[str, Any]


# The worker itself


def main() -> None:
    """Serve requests until the grader closes the pipe."""
    requests, replies = _private_pipes()
    if FORKS:
        _harden()
    names: dict[str, Any] = {}
    while (message := wire.read(requests)) is not None:
        task = wire.unpack(message)
        if task["do"] == "prepare":
            if task["confined"]:
                forbid_hidden_memory()
            names, reply = prepare(task["imports"]), "ready"
        else:
            late, data = serve(task, names)
            # A worker whose child left something running is not asked again.
            reply = (late, not (FORKS and childless()), np.frombuffer(data, np.uint8))
        replies.write(wire.pack(reply))
        replies.flush()


def serve(task: Task, names: dict[str, Any]) -> tuple[bool, bytes]:
    """Return whether time ran out, and what the student's side sent: anything."""
    if FORKS:
        return in_child(lambda: attempt(task, names), task)
    return False, attempt(task, names)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipes to the grader away from file descriptors 0, 1 and 2."""
    pipes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    return pipes


def _harden() -> None:
    """Close this process's memory and files to its children, and adopt orphans."""
    libc = ctypes.CDLL(None)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def prepare(imports: tuple[str, ...]) -> dict[str, Any]:
    """Run import statements once, before there are children that need them."""
    names: dict[str, Any] = {"__name__": "__main__", "display": display}
    for statement in imports:
        try:
            exec(statement, names)
        except BaseException:  # the student's cell will say what is wrong with it
            continue
    return names


def display(*_: object, **__: object) -> None:
    """Show nothing: a notebook has this function, and here nobody looks."""


def in_child(work: Callable[[], bytes], task: Task) -> tuple[bool, bytes]:
    """Let a child do the work, as :func:`serve` says."""
    source, target = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setpgid(0, 0)
            _close_all_but(target)
            _send(target, work())
        finally:
            os._exit(0)
    os.close(target)
    late, data = _gather(source, pid, task)
    os.close(source)
    _end(pid)
    return late, data


def _close_all_but(kept: int) -> None:
    """Close the pipes to the grader, and whatever else is open."""
    os.closerange(3, kept)
    os.closerange(kept + 1, 256)


def _send(target: int, data: bytes) -> None:
    while data:
        data = data[os.write(target, data) :]


def _gather(source: int, pid: int, task: Task) -> tuple[bool, bytes]:
    """Read what comes until the child has ended, or has taken too much of anything."""
    os.set_blocking(source, False)
    ended = os.pidfd_open(pid)
    most = task["most"] + wire.LARGEST_HEADER
    data = bytearray()
    before, start = seconds_of_ended_children(), time.monotonic()
    stop, look = start + task["clock"], start + WATCH
    try:
        while len(data) <= most:
            ready, _, _ = select.select([source, ended], [], [], WATCH)
            if (now := time.monotonic()) >= look:
                look = now + WATCH
                seconds, memory = usage()
                seconds += seconds_of_ended_children() - before
                if now >= stop or seconds > task["seconds"]:
                    return True, b""
                if memory > task["memory"]:
                    return False, b""
            part = _read_now(source)
            data += part
            if ready and not part:
                break
    finally:
        os.close(ended)
    return False, bytes(data[:most])


def seconds_of_ended_children() -> float:
    """Return the CPU time of all that has ended below this process so far."""
    times = os.times()
    return times.children_user + times.children_system


def usage() -> tuple[float, int]:
    """Return the CPU seconds and the bytes of all processes below this one together.

    Each has limits of its own, too. Who hides the time of children that have ended
    (there are ways) is stopped by the clock.
    """
    ticks = pages = 0
    for fields in below(os.getpid()):
        ticks += sum(map(int, fields[11:15]))  # its own, and of children that ended
        pages += int(fields[21])
    return ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE")


def below(ancestor: int) -> Iterator[list[bytes]]:
    """Yield what ``/proc/PID/stat`` says, after the name, of each descendant."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    found[int(name)] = file.read().rpartition(b")")[2].split()
            except OSError:  # it has ended
                continue
    for pid in found:
        parent = pid
        while parent in found and parent != ancestor:
            parent = int(found[parent][1])
        if parent == ancestor != pid:
            yield found[pid]


def _read_now(source: int) -> bytes:
    try:
        return os.read(source, 2**20)
    except BlockingIOError:
        return b""


def _end(pid: int) -> None:
    """End a child and whatever it left in its own group."""
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    os.waitpid(pid, 0)


def childless() -> bool:
    """Say whether every process of the last child has ended."""
    for _ in range(50):
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return True
        if not pid:
            time.sleep(0.001)
    return False


# In the child: the student's code


def attempt(task: Task, names: dict[str, Any]) -> bytes:
    """Run the student's cells, then the visible tests or one call; pack the outcome."""
    try:
        outcome = {"test": test, "call": call}[task["do"]](task, dict(names))
        return wire.pack(outcome)
    except wire.WireError:  # more parts than a message may have, say
        return wire.pack({"kind": "no value"})
    except BaseException as error:
        return wire.pack({"kind": "error", "type": _name(error)})


def test(task: Task, names: dict[str, Any]) -> dict[str, Any]:
    """Run the visible tests and return what they say, an empty text if all is well."""
    try:
        run_cells(task["cells"], names)
        exec(compile(task["tests"], "<tests>", "exec"), names)
    except BaseException as error:
        text = f"{_name(error)}: {error}".removesuffix(": ")
        return {"kind": "said", "text": text[:LONGEST_TEXT]}
    return {"kind": "said", "text": ""}


def call(task: Task, names: dict[str, Any]) -> dict[str, Any]:
    """Call the student's function and return its answer as plain arrays."""
    run_cells(task["cells"], names)
    function = names.get(task["function"])
    if not callable(function):
        return {"kind": "missing"}
    answer = function(*task["arguments"])
    try:
        return {"kind": "value", "value": plain(answer, task["most"])}
    except Exception:
        return {"kind": "no value"}


def run_cells(cells: tuple[str, ...], names: dict[str, Any]) -> None:
    """Run the cells in order; only in the last one may nothing go wrong."""
    *earlier, last = cells
    for cell in earlier:
        try:
            exec(_compile(cell), names)
        except BaseException:  # it costs the exercise that it belongs to
            continue
    exec(_compile(last), names)


def _compile(cell: str) -> Any:
    """Compile a cell; where Jupyter's own lines are in the way, without them."""
    try:
        return compile(cell, "<cell>", "exec")
    except SyntaxError:
        return compile(without_magic(cell), "<cell>", "exec")


def plain(value: Any, most: int, depth: int = 0) -> Any:
    """Turn an answer into arrays of numbers, or a tuple of them.

    Lists, tensors and single precision are as good as float64 arrays; the values are
    judged elsewhere.
    """
    if isinstance(value, (list, tuple)):
        if depth > 2 or len(value) > most:
            raise TypeError("lists within lists")
        try:
            return _numbers(np.asarray(value), most)
        except Exception:  # of different shapes, or tensors
            return _join([plain(part, most, depth + 1) for part in value])
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    return _numbers(np.asarray(value), most)


def _numbers(array: np.ndarray, most: int) -> np.ndarray:
    """Return a compact copy in a type that the wire carries."""
    if array.nbytes > most:
        raise ValueError("too large")
    if array.dtype.kind not in "biufO":
        raise TypeError(f"{array.dtype} is no type of numbers")
    if array.dtype.kind == "O" or array.dtype.itemsize > 8:
        array = array.astype(float)
    return np.array(array, order="C")


def _join(parts: list[Any]) -> Any:
    """Return one array where all parts are arrays of one shape, else a tuple."""
    shapes = {part.shape if isinstance(part, np.ndarray) else None for part in parts}
    if len(shapes) == 1 and None not in shapes:
        return np.stack(parts)
    return tuple(parts)


def _name(error: BaseException) -> str:
    return type(error).__name__[:LONGEST_TEXT]


if __name__ == "__main__":
    main()
