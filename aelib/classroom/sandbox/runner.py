"""Ask a worker in a sandbox one thing at a time, and survive whatever it does."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from aelib.classroom.sandbox import bubblewrap, wire
from aelib.classroom.sandbox.bubblewrap import Limits

WORKER = Path(__file__).with_name("worker.py")
STARTING = 120.0  # seconds for a worker to import what is needed, on a busy machine
GRACE = 2.0  # seconds for a worker to report that a child took too long
KINDS = ("value", "no value", "error", "missing", "said", "timeout", "crash")

Reply = dict[str, Any]


class Runner:
    """A sandboxed worker for one submission, started anew whenever it dies.

    Parameters
    ----------
    imports
        Import statements that the worker runs before any of the student's code.
    limits
        What the submission may use.
    unsafe
        Do without the sandbox.

    Raises
    ------
    RuntimeError
        If there is no sandbox here, or no worker starts in it.

    Examples
    --------
    >>> from aelib.classroom.sandbox.runner import Runner
    >>> with Runner(["import numpy as np"], unsafe=True) as runner:
    ...     reply = runner.call(["def f(x): return 2.5 * np.sum(x)"], "f", ([1, 2],), 9)
    >>> reply["kind"], float(reply["value"])
    ('value', 7.5)
    """

    def __init__(
        self,
        imports: list[str] | tuple[str, ...] = (),
        limits: Limits | None = None,
        *,
        unsafe: bool = False,
    ) -> None:
        if not unsafe and (why := bubblewrap.missing()):
            raise RuntimeError(why)
        self.imports = tuple(imports)
        self.limits = limits or Limits()
        self.unsafe = unsafe
        self.spent = 0.0  # seconds by the clock on the student's code so far
        self._process: subprocess.Popen | None = None
        self._pool = ThreadPoolExecutor(1)

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        self._pool.shutdown()

    def call(
        self, cells: list[str], function: str, arguments: tuple, seconds: float
    ) -> Reply:
        """Run cells, call one function, and return what came back.

        Parameters
        ----------
        cells
            The student's cells; the last is the exercise's own.
        function
            The function's name.
        arguments
            Numbers and arrays.
        seconds
            CPU time for it.

        Returns
        -------
        dict
            Its `kind` is one of :data:`KINDS`; a ``"value"`` has a `value` of plain
            numbers, an ``"error"`` the `type` of the exception. It is what the
            sandbox says: a value may be wrong, never dangerous.
        """
        what = {"do": "call", "function": function, "arguments": arguments}
        return self._ask({**what, "cells": cells}, seconds)

    def test(self, cells: list[str], tests: str, seconds: float) -> Reply:
        """Run cells and the visible tests after them.

        Parameters
        ----------
        cells
            The student's cells; the last is the exercise's own.
        tests
            The tests' source.
        seconds
            CPU time for it.

        Returns
        -------
        dict
            A ``"said"`` has a `text`, empty where the tests pass.
        """
        return self._ask({"do": "test", "tests": tests, "cells": cells}, seconds)

    def _ask(self, task: dict[str, Any], seconds: float) -> Reply:
        """Exchange one request for a reply; a worker that cannot reply has crashed."""
        left = self.limits.submission - self.spent
        if left <= 0:
            return {"kind": "timeout"}
        seconds, clock = min(seconds, left), min(seconds * self.limits.patience, left)
        if self._process is None or self._process.poll() is not None:
            self._start()
        start = time.monotonic()
        memory = sys.maxsize if self.unsafe else self.limits.memory
        task |= {"seconds": seconds, "clock": clock, "memory": memory}
        task |= {"most": self.limits.answer}
        reply = self._exchange(task, clock + GRACE)
        self.spent += time.monotonic() - start
        match reply:
            case (bool(late), bool(last), np.ndarray() as data):
                if last:
                    self._stop()
                return {"kind": "timeout"} if late else check_reply(data.tobytes())
        self._stop()
        late = time.monotonic() - start > clock
        return {"kind": "timeout" if late else "crash"}

    def _start(self) -> None:
        self._stop()
        words = [sys.executable, "-I", "-X", "utf8", str(WORKER)]
        self._process = subprocess.Popen(
            bubblewrap.command(words, self.limits, unsafe=self.unsafe),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=bubblewrap.environment(unsafe=self.unsafe),
            start_new_session=True,
        )
        task = {"do": "prepare", "imports": self.imports, "confined": not self.unsafe}
        ready = self._exchange(task, STARTING)
        if ready != "ready":
            self._stop()
            raise RuntimeError("no worker starts here, before any student's code ran")

    def _exchange(self, task: dict[str, Any], seconds: float) -> Any:
        """Write a request and read the reply, in a thread that may be left hanging."""
        try:
            message = wire.pack(task)  # refused if a cell has megabytes of source
            reply = self._pool.submit(self._write_and_read, message).result(seconds)
        except (TimeoutError, OSError, wire.WireError):
            self._stop()
            return None
        return reply

    def _write_and_read(self, message: bytes) -> Any:
        process = self._process
        process.stdin.write(message)
        process.stdin.flush()
        answer = wire.read(process.stdout, self.limits.answer + 2 * wire.LARGEST_HEADER)
        return None if answer is None else wire.unpack(answer)

    def _stop(self) -> None:
        """Kill the sandbox; what hangs on its pipes wakes up."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            try:
                pipe.close()
            except OSError:  # an unwritten request
                continue


def check_reply(data: bytes) -> Reply:
    """Read what the student's side sent, and replace what is no reply.

    Parameters
    ----------
    data
        Anything at all.

    Returns
    -------
    dict
        As :meth:`Runner.call` and :meth:`Runner.test` say; a ``"crash"`` for nonsense.

    Examples
    --------
    >>> check_reply(wire.pack({"kind": "value", "value": 3.0}))
    {'kind': 'value', 'value': 3.0}
    >>> check_reply(wire.pack({"kind": "full marks"}))
    {'kind': 'crash'}
    >>> check_reply(wire.pack({"kind": "value", "value": "3.0"}))
    {'kind': 'crash'}
    """
    try:
        reply = wire.unpack(data)
    except wire.WireError:
        return {"kind": "crash"}
    match reply:
        case {"kind": "value", "value": value} if _is_numbers(value):
            return {"kind": "value", "value": value}
        case {"kind": "error", "type": str(name)}:
            return {"kind": "error", "type": name}
        case {"kind": "said", "text": str(text)}:
            return {"kind": "said", "text": text}
        case {"kind": "no value" | "missing" as kind}:
            return {"kind": kind}
    return {"kind": "crash"}


def _is_numbers(value: Any) -> bool:
    """Say whether a value is a number, an array, or a tuple of them.

    A long text among many numbers would become an array of as many long texts.
    """
    if isinstance(value, tuple):
        return all(map(_is_numbers, value))
    return isinstance(value, (bool, int, float, np.generic, np.ndarray))
