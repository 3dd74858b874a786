"""What runs in the sandbox is nobody, sees nothing, and ends with its parent."""

from __future__ import annotations

import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

import aelib
from aelib.classroom.sandbox import bubblewrap, wire
from aelib.classroom.sandbox.bubblewrap import Limits
from aelib.classroom.sandbox.runner import Runner, check_reply

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the worker forks there")


def inside(code: str, limits: Limits | None = None) -> subprocess.CompletedProcess:
    return subprocess.run(
        bubblewrap.command([sys.executable, "-I", "-S", "-c", code], limits),
        env=bubblewrap.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


SIX_CHILDREN = """
import os, time
for _ in range(6):
    if not os.fork():
        time.sleep(1)
        os._exit(0)
"""


@pytest.mark.sandbox
def test_inside_is_nobody_alone() -> None:
    done = inside(
        "import os; print(os.getpid(), os.getuid() == 0, *os.listdir('/tmp'))"
    )
    process, is_root, *files = done.stdout.split()
    assert (process, is_root) == ("1", "False")
    # Only a Python that lies in /tmp itself may be seen there.
    assert all(f"/tmp/{name}/" in sys.prefix + os.sep for name in files)


@pytest.mark.sandbox
@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(memory=2**28), "bytearray(2**29)"),
        (Limits(file=2**20), "open('/tmp/a', 'wb').write(bytes(2**21))"),
        (
            Limits(scratch=2**20, file=2**20),
            "for k in range(3): open(f'/tmp/{k}', 'wb').write(bytes(2**20))",
        ),
        (Limits(processes=5), SIX_CHILDREN),
    ],
)
def test_each_limit_binds(limits: Limits, code: str) -> None:
    assert inside(code).returncode == 0
    assert inside(code, limits).returncode != 0


@pytest.mark.sandbox
def test_it_dies_with_whoever_started_it() -> None:
    starter = (
        "import subprocess, sys, time; from aelib.classroom.sandbox import bubblewrap;"
        "subprocess.Popen(bubblewrap.command([sys.executable, '-I', '-S', '-c',"
        "'import time; time.sleep(600)']), env=bubblewrap.environment());"
        "print('started', flush=True); time.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE)
    process.stdout.readline()
    time.sleep(1)
    started = psutil.Process(process.pid).children(recursive=True)
    assert len(started) >= 2
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    _, alive = psutil.wait_procs(started, timeout=10)
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]


def test_where_there_is_none_grading_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    bubblewrap.missing.cache_clear()
    try:
        assert bubblewrap.missing()
        with pytest.raises(RuntimeError, match=r"bubblewrap|Linux"):
            Runner()
    finally:
        monkeypatch.undo()
        bubblewrap.missing.cache_clear()


@pytest.mark.sandbox
def test_the_course_s_papers_are_out_of_sight() -> None:
    """Only programs and the package are shown, whatever else lies beside them."""
    code = "import os, sys; print(sorted(os.listdir(sys.argv[1])))"
    root = Path(aelib.__file__).resolve().parents[1]
    words = [sys.executable, "-I", "-S", "-c", code, str(root)]
    done = subprocess.run(
        bubblewrap.command(words),
        env=bubblewrap.environment(),
        capture_output=True,
        text=True,
    )
    assert "aelib" in done.stdout
    assert "tests" not in done.stdout
    assert "notebooks" not in done.stdout


@pytest.mark.sandbox
def test_of_the_classroom_only_the_worker_s_room_is_shown() -> None:
    """Exams lie in the package's folder, beside what students' code may import."""
    room = Path(aelib.__file__).resolve().parent / "classroom"
    assert (room / "exams" / "00.py").exists()
    code = "import os, sys; print(sorted(os.listdir(sys.argv[1])))"
    done = subprocess.run(
        bubblewrap.command([sys.executable, "-I", "-S", "-c", code, str(room)]),
        env=bubblewrap.environment(),
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "['sandbox']"


# The worker, without a sandbox too: what students run before handing in


def test_a_call_and_what_can_go_wrong_with_it() -> None:
    cells = {
        "value": "def f(x): return x + 1",
        "error": "def f(x): return x.no_such_thing",
        "missing": "def g(x): return x",
        "no value": "def f(x): return 'seven'",
        "crash": "import os\ndef f(x): os._exit(3)",
        "timeout": "def f(x):\n    while True: pass",
    }
    with Runner(["import numpy as np"], unsafe=True) as runner:
        replies = {
            kind: runner.call([cell], "f", (np.zeros(2),), 1.0)
            for kind, cell in cells.items()
        }
    assert [reply["kind"] for reply in replies.values()] == list(replies)
    assert replies["value"]["value"].tolist() == [1.0, 1.0]
    assert replies["error"]["type"] == "AttributeError"


@pytest.mark.parametrize(
    "answer",
    [
        "[[0.0] * (k % 3) for k in range(30_000)]",
        "np.zeros((0, 2**40))",
        "[np.zeros(k % 2) for k in range(30_000)]",
    ],
)
def test_an_answer_that_fits_in_no_message_is_no_value(answer: str) -> None:
    with Runner(["import numpy as np"], unsafe=True) as runner:
        reply = runner.call([f"def f(): return {answer}"], "f", (), 20.0)
        assert reply == {"kind": "no value"}
        assert runner.call(["def f(): return 2"], "f", (), 5.0)["value"] == 2


def test_a_cell_that_fits_in_no_message_is_a_crash_and_no_fault_of_the_machine() -> (
    None
):
    cell = "def f(): return 2\n#" + "x" * wire.LARGEST_HEADER
    with Runner(unsafe=True) as runner:
        assert runner.call([cell], "f", (), 5.0) == {"kind": "crash"}
        assert runner.call(["def f(): return 2"], "f", (), 5.0)["value"] == 2


def test_one_call_leaves_nothing_to_the_next() -> None:
    spoil = "np.tanh = len\nimport builtins\nbuiltins.sum = None\nx = 1"
    with Runner(["import numpy as np"], unsafe=True) as runner:
        runner.call([spoil + "\ndef f(): return 0"], "f", (), 5.0)
        reply = runner.call(["def f(): return sum([np.tanh(0.0)])"], "f", (), 5.0)
        assert reply == {"kind": "value", "value": 0.0}
        assert runner.call(["def f(): return x"], "f", (), 5.0)["type"] == "NameError"


def test_what_goes_wrong_in_an_earlier_cell_costs_the_later_nothing() -> None:
    with Runner(unsafe=True) as runner:
        reply = runner.call(
            ["def g(): return 2\n1 / 0", "def f(): return g()"], "f", (), 5
        )
    assert reply == {"kind": "value", "value": 2}


def test_lines_of_jupyter_s_own_are_skipped() -> None:
    cell = "%matplotlib inline\n!ls\ndef f(): return 7 % 4"
    with Runner(unsafe=True) as runner:
        assert runner.call([cell], "f", (), 5)["value"] == 3


BURNING = """
import os, time
def burn(seconds):
    while time.process_time() < seconds:
        pass
def f(seconds, processes):
    for _ in range(processes):
        if not os.fork():
            burn(seconds)
            os._exit(0)
    for _ in range(processes):
        os.wait()
    return 1
"""


@LINUX
@pytest.mark.parametrize(
    ("seconds", "processes", "kind"),
    [(0.1, 1, "value"), (0.1, 3, "value"), (9.0, 1, "timeout"), (0.5, 6, "timeout")],
)
def test_time_is_what_all_processes_compute_together(
    seconds: float, processes: int, kind: str
) -> None:
    with Runner(limits=Limits(patience=50), unsafe=True) as runner:
        reply = runner.call([BURNING], "f", (seconds, processes), 1.0)
        assert reply["kind"] == kind
        assert runner.spent < 20


@LINUX
def test_waiting_costs_no_time_but_has_an_end() -> None:
    cells = ["import time\ndef f(x):\n    time.sleep(x)\n    return x"]
    with Runner(limits=Limits(patience=4), unsafe=True) as runner:
        assert runner.call(cells, "f", (1.0,), 0.5)["kind"] == "value"
        assert runner.call(cells, "f", (60.0,), 0.5)["kind"] == "timeout"
        assert runner.spent < 10


NOISE = """
import os, threading, time
def noise(target):
    while True:
        os.write(target, b"x")
        time.sleep(0.01)
for target in range(3, 256):
    try:
        os.write(target, b"x")
    except OSError:
        continue
    threading.Thread(target=noise, args=(target,), daemon=True).start()
if not os.fork():
    for _ in range(3):
        os.fork()
    kept = b"1" * 2**28
time.sleep(60)
"""


@pytest.mark.sandbox
def test_who_writes_all_the_time_is_watched_all_the_same() -> None:
    with Runner(limits=Limits(memory=2**30)) as runner:
        assert runner.call([NOISE], "f", (), 10.0) == {"kind": "crash"}
        assert runner.spent < 10


@pytest.mark.sandbox
def test_a_machine_whose_kernel_is_not_known_has_no_sandbox(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "pdp11")
    assert "not this pdp11" in bubblewrap.missing.__wrapped__()


def test_the_whole_submission_has_an_end() -> None:
    with Runner(limits=Limits(submission=1.0), unsafe=True) as runner:
        kinds = [
            runner.call(["def f():\n    while True: pass"], "f", (), 0.6)["kind"]
            for _ in range(20)
        ]
        assert set(kinds) == {"timeout"}
        assert runner.spent < 3


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        {"kind": "value"},
        {"kind": "error", "type": 7},
        {"kind": "said", "text": None},
        {"kind": ("value",), "value": 1},
        {"kind": "timeout"},
    ],
)
def test_a_reply_of_another_form_is_a_crash(value: object) -> None:
    assert check_reply(wire.pack(value)) == {"kind": "crash"}
    assert check_reply(b"") == {"kind": "crash"}


def test_a_worker_that_cannot_fork_is_started_for_each_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on the systems of students who check their work before handing in."""
    elsewhere = (
        "import sys, numpy, ctypes, runpy; sys.platform = 'elsewhere';"
        "runpy.run_path(sys.argv[1], run_name='__main__')"
    )

    def command(words: list[str], *_: object, **__: object) -> list[str]:
        return [*words[:-1], "-c", elsewhere, words[-1]]

    monkeypatch.setattr(bubblewrap, "command", command)
    with Runner(["import numpy as np"], unsafe=True) as runner:
        cells = ["def f(): return np.ones(2)"]
        assert runner.call(cells, "f", (), 5)["value"].tolist() == [1.0, 1.0]
        assert runner.call(["import os; os._exit(0)"], "f", (), 5)["kind"] == "crash"
        assert runner.call(["while True: pass"], "f", (), 0.5)["kind"] == "timeout"
        assert runner.call(cells, "f", (), 5)["kind"] == "value"
