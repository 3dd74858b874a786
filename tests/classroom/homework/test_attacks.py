"""Hostile submissions: each gets its fair score, and the host stays untouched.

Every attack stands in the first of three exercises; the other two are answered
rightly and must earn all their points, whatever the first one does. An attack that
looks for something answers rightly only if it found nothing, so that its points prove
both that it ran and that it failed.
"""

from __future__ import annotations

import io
import json
import os
import socket
import stat
import textwrap
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest

from aelib.classroom.homework import grade_class as grade_module
from aelib.classroom.homework.files import LARGEST
from aelib.classroom.homework.grade_class import grade_class
from aelib.classroom.homework.grade_one import Plan, grade_one, make_plan
from aelib.classroom.sandbox import wire
from aelib.classroom.sandbox.bubblewrap import Limits
from aelib.exercises.cases import load_exams
from aelib.exercises.cells import grade_id, read_cells
from aelib.exercises.checkout import exams_folder, source_notebook

pytestmark = pytest.mark.sandbox

FIRST, SECOND, THIRD = (
    "ex00-1-output-delta",
    "ex00-4-deep-deltas",
    "ex00-3-online-step",
)
LIMITS = Limits(seconds=3.0, submission=60.0)
RIGHT = """
def output_delta(y, s):
    y_hat = np.tanh(s)
    return (y - y_hat) * (1 - y_hat**2)
"""
ANSWER = "(y - np.tanh(s)) * (1 - np.tanh(s) ** 2)"


@pytest.fixture(scope="module")
def plan() -> Plan:
    (assignment,) = load_exams(exams_folder(), numbers=["00"])
    return make_plan(assignment)


@pytest.fixture(autouse=True)
def host(tmp_path: Path) -> Iterator[SimpleNamespace]:
    """Keep secrets here, and see to it that they are as they were."""
    secrets = {name: f"secret of the {name}" for name in ("gradebook.db", "ada.ipynb")}
    for name, text in secrets.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o666)
    tmp_path.chmod(0o777)
    before = set(os.listdir("/tmp"))
    yield SimpleNamespace(folder=tmp_path, secrets=secrets)
    for name, text in secrets.items():
        assert (tmp_path / name).read_text(encoding="utf-8") == text
    assert not {n for n in set(os.listdir("/tmp")) - before if n.startswith("attack")}
    assert not Path(tmp_path, "attack").exists()
    left = [p for p in psutil.process_iter(["cmdline"]) if _is_mine(p)]
    assert not psutil.wait_procs(left, timeout=5)[1]


def _is_mine(process: psutil.Process) -> bool:
    words = " ".join(process.info["cmdline"] or [])
    mine = psutil.Process().pid in [p.pid for p in _parents(process)]
    return mine and ("worker.py" in words or "bwrap" in words)


def _parents(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.parents()
    except psutil.NoSuchProcess:
        return []


def hand_in(answers: dict[str, str]) -> nbformat.NotebookNode:
    """Return the instructor's notebook with some of its answers replaced."""
    notebook = source_notebook("00")
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    return notebook


def as_bytes(notebook: nbformat.NotebookNode) -> bytes:
    return nbformat.writes(notebook).encode()


def first(plan: Plan, source: str) -> tuple[float, str]:
    """Grade an attack; return its points, and why it got no more."""
    result = grade_one(as_bytes(hand_in({FIRST: source})), plan, LIMITS)
    attacked, *others = result.exercises
    assert [(each.points, each.status) for each in others] == [
        (3.0, "passed"),
        (4.0, "passed"),
    ]
    return attacked.points, attacked.status


# Nothing, and everything


def test_blank_earns_nothing(plan: Plan) -> None:
    stub = "def {}(*_):\n    raise NotImplementedError"
    answers = {e.grade_id: stub.format(e.function) for e in plan.exam.exercises}
    result = grade_one(as_bytes(hand_in(answers)), plan, LIMITS)
    assert [(e.points, e.status) for e in result.exercises] == [(0.0, "blank")] * 3


def test_full_earns_everything(plan: Plan) -> None:
    assert first(plan, RIGHT) == (2.0, "passed")


# Ends, loops, and takes everything


ENDS = {
    "a missing module": ("import no_such_module", "error"),
    "an error": ("1 / 0", "error"),
    "no Python": ("def output_delta(y, s:", "error"),
    "sys.exit": ("import sys; sys.exit(0)", "error"),
    "os._exit": ("import os; os._exit(0)", "crash"),
    "a broken pointer": ("import ctypes; ctypes.string_at(0)", "crash"),
    "an endless loop": ("while True: pass", "timeout"),
    "an endless loop in __del__": (
        "class A:\n    def __del__(self):\n        while True: pass\nA()",
        "timeout",
    ),
    "an endless loop that catches all": (
        "while True:\n    try:\n        while True: pass\n"
        "    except BaseException: pass",
        "timeout",
    ),
}


@pytest.mark.parametrize("attack", ENDS)
def test_a_cell_that_does_not_end_well_earns_nothing(plan: Plan, attack: str) -> None:
    source, status = ENDS[attack]
    assert first(plan, RIGHT + source) == (0.0, status)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("while True: pass", "timeout"),
        ("import os; os._exit(0)", "crash"),
        ("import sys; sys.exit(0)", "error"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "crash"),
        ("return output_delta(y, s)", "error"),
    ],
)
def test_a_function_that_does_not_end_well_earns_nothing(
    plan: Plan, body: str, status: str
) -> None:
    source = f"def output_delta(y, s):\n    {body}"
    assert first(plan, source) == (0.0, status)


def test_a_del_that_would_loop_at_the_end_costs_a_right_answer_nothing(
    plan: Plan,
) -> None:
    source = "class A:\n    def __del__(self):\n        while True: pass\na = A()"
    assert first(plan, RIGHT + source) == (2.0, "passed")


TAKES = {
    "a fork bomb": "import os\n    while True: os.fork()",
    "a bomb of threads": "import threading, time\n"
    "    while True: threading.Thread(target=time.sleep, args=(99,)).start()",
    "50 GB": "return np.ones(50 * 2**30 // 8)",
    "50 GB of bytes": "return bytearray(50 * 2**30)",
    "memory in endless steps": "kept = []\n    while True: kept.append(np.ones(2**24))",
    "memory in many processes": "import os, time\n"
    "    for _ in range(4): os.fork()\n"
    "    kept = np.ones(2**26)\n"
    "    time.sleep(2)",
    "a file of 10 GB": "file = open('/tmp/attack', 'wb')\n"
    "    while True: file.write(bytes(2**20)); file.flush()",
    "many files": "for k in range(10**6): open(f'/tmp/attack{k}', 'wb')"
    ".write(bytes(2**23))",
}


@pytest.mark.parametrize("attack", TAKES)
def test_what_takes_everything_earns_nothing(plan: Plan, attack: str) -> None:
    points, status = first(plan, f"def output_delta(y, s):\n    {TAKES[attack]}")
    assert points == 0
    assert status in ("error", "timeout", "crash")


def test_10_gb_of_output_go_nowhere(plan: Plan) -> None:
    noise = """
import os
for _ in range(10_000):
    os.write(1, bytes(2**20))
    os.write(2, b"!")
"""
    assert first(plan, noise + RIGHT) == (2.0, "passed")


# The tests


def test_deleted_edited_and_reordered_test_cells_change_nothing(plan: Plan) -> None:
    wrong = "def output_delta(y, s):\n    return 0 * y"
    deceived = hand_in({FIRST: wrong, f"{FIRST}-tests": "assert True"})
    without = hand_in({})
    without.cells = [c for c in without.cells if not grade_id(c).endswith("-tests")]
    reordered = hand_in({})
    reordered.cells = reordered.cells[::-1]
    earned = [
        [e.points for e in grade_one(as_bytes(n), plan, LIMITS).exercises]
        for n in (deceived, without, reordered)
    ]
    assert earned == [[0.0, 3.0, 4.0], [2.0, 3.0, 4.0], [2.0, 3.0, 4.0]]


PATCHES = """
import builtins, json, os, struct, sys
import numpy.testing
np.allclose = np.isclose = np.array_equal = lambda *_, **__: True
np.testing.assert_allclose = np.testing.assert_equal = lambda *_, **__: None
builtins.all = builtins.any = builtins.isinstance = lambda *_: True
builtins.AssertionError = builtins.Exception = BaseException
sys.exit = os._exit = lambda *_: None
sys.modules.exercises = sys.modules["aelib.exercises.cases"] = sys
"""


@pytest.mark.parametrize("more", ["", "import torch\ntorch.allclose = np.allclose\n"])
def test_patched_builtins_and_libraries_fool_nobody(plan: Plan, more: str) -> None:
    wrong = "def output_delta(y, s):\n    return 0 * y"
    assert first(plan, PATCHES + more + wrong)[0] == 0


# What comes back


EVERYTHING = """
class Equal(float):
    def __eq__(self, other): return True
    __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __eq__
    def __abs__(self): return 0.0
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __array__(self, *_, **__): return np.zeros(3)
    def __array_ufunc__(self, *_, **__): return True
    def __array_function__(self, *_, **__): return True
    def __len__(self): return 3
    def __reduce__(self):
        import os
        return os.system, ("touch attack",)
"""

RETURNS = {
    "an object that equals everything": "Equal()",
    "objects that equal everything": "np.array([Equal()] * 3, dtype=object)",
    "a generator": f"(v for v in {ANSWER})",
    "10 GB": "np.broadcast_to(0.0, (10**10 // 8,))",
    "a list of 10 GB": "[np.broadcast_to(0.0, (10**6,))] * 1250",
    "NaN": "np.full(np.shape(y), np.nan)",
    "infinity": "np.full(np.shape(y), np.inf)",
    "nothing": "None",
    "a text": "'0.0'",
    "complex numbers": f"1j * {ANSWER}",
    "itself": "output_delta",
    "a list in itself": "(k := []).append(k) or k",
    "too many axes": "np.zeros((1,) * 30)",
    "a negative size": "np.lib.stride_tricks.as_strided(y, (2**40,), (0,))",
}


@pytest.mark.parametrize("attack", RETURNS)
def test_what_is_no_right_number_earns_nothing(plan: Plan, attack: str) -> None:
    source = f"{EVERYTHING}\ndef output_delta(y, s):\n    return {RETURNS[attack]}"
    points, status = first(plan, source)
    assert points == 0
    assert status in ("failed", "error")


FORMS = {
    "a list": f"({ANSWER}).tolist()",
    "a tuple of lists": f"tuple(({ANSWER}).tolist())",
    "float32": f"({ANSWER}).astype(np.float32)",
    "big-endian": f"({ANSWER}).astype('>f8')",
    "not contiguous": f"np.repeat({ANSWER}, 2, axis=-1)[..., ::2]",
    "objects that are numbers": f"({ANSWER}).astype(object)",
}
TENSORS = {
    "a tensor with a gradient": "answer.requires_grad_()",
    "a list of tensors": "list(answer)",
    "a list of single precision": "answer.float().tolist()",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_right_numbers_count_in_any_form(plan: Plan, form: str) -> None:
    source = f"def output_delta(y, s):\n    return {FORMS[form]}"
    assert first(plan, source) == (2.0, "passed")


@pytest.mark.parametrize("form", TENSORS)
def test_the_right_tensor_counts(plan: Plan, form: str) -> None:
    source = f"""
import torch

def output_delta(y, s):
    y, s = torch.tensor(y), torch.tensor(s)
    answer = (y - torch.tanh(s)) * (1 - torch.tanh(s) ** 2)
    return {TENSORS[form]}
"""
    assert first(plan, source) == (2.0, "passed")


# What is looked for


def looks(body: str, setup: str = "") -> str:
    """Return an attack that answers rightly only if `body` found nothing."""
    lines = "\n    ".join(body.strip().splitlines())
    return f"{setup}\ndef output_delta(y, s):\n    {lines}\n    return {ANSWER}"


def fails_to(*attempts: str) -> str:
    """Return an attack of several attempts, of which each must fail."""
    tried = "\n".join(
        f"try:\n    {attempt}\nexcept Exception:\n    pass\nelse:\n    return 0 * y"
        for attempt in attempts
    )
    return looks(tried, "import ctypes, os, socket, subprocess")


# 16 MB is the largest file; so it takes many to fill the machine.
HIDDEN_MEMORY = {
    "files in memory": """
for _ in range(100):
    file = os.memfd_create("attack")
    os.write(file, bytes(2**24))
""",
    "files in memory, mapped and let go": """
for _ in range(100):
    file = os.memfd_create("attack")
    os.ftruncate(file, 2**24)
    with mmap.mmap(file, 2**24) as part:
        part[:] = bytes(2**24)
""",
    "segments of System V": """
libc = ctypes.CDLL(None)
libc.shmat.restype = ctypes.c_void_p
for _ in range(100):
    key = libc.shmget(0, 2**24, 0o1600)
    assert key >= 0
    place = ctypes.c_void_p(libc.shmat(key, None, 0))
    ctypes.memset(place, 1, 2**24)
    libc.shmdt(place)
""",
}


@pytest.mark.parametrize("attack", HIDDEN_MEMORY)
def test_no_memory_can_be_had_that_no_process_shows(plan: Plan, attack: str) -> None:
    source = f"""
import ctypes, mmap, os
def fill():
{textwrap.indent(HIDDEN_MEMORY[attack], "    ")}
{fails_to("fill()")}
"""
    assert first(plan, source) == (2.0, "passed")


def test_the_harness_notices_an_attempt_that_succeeds(plan: Plan) -> None:
    assert first(plan, fails_to("open('/tmp/scratch', 'w')"))[0] == 0


def test_frames_objects_and_memory_hold_no_hidden_answer(plan: Plan) -> None:
    case = plan.exam.exercises[0].cases[0]
    disguised = bytes(b ^ 0x55 for b in case.expected.tobytes())
    setup = "import gc, sys"
    body = f"""
wanted = bytes(b ^ 0x55 for b in {disguised!r})
right = np.frombuffer(wanted)
found = [o for o in gc.get_objects() if type(o).__name__ in ("Case", "Exercise")]
frame = sys._getframe()
while frame is not None:
    for value in [*frame.f_locals.values(), *frame.f_globals.values()]:
        if isinstance(value, np.ndarray) and value.shape == right.shape:
            if value is not right and np.array_equal(value, right):
                found.append(value)
        if isinstance(value, dict) and "expected" in value:
            found.append(value)
    frame = frame.f_back
if found:
    return 0 * y
"""
    assert first(plan, looks(body, setup)) == (2.0, "passed")


def test_no_file_holds_a_hidden_case(plan: Plan) -> None:
    body = """
for place, folders, files in os.walk("/"):
    folders[:] = [f for f in folders if f not in SYSTEM]
    if "hidden" in folders or any(name.endswith(".ipynb") for name in files):
        return 0 * y
    if any(name[:2].isdigit() and name.endswith(".py") for name in files):
        return 0 * y
"""
    setup = "import os\nSYSTEM = ('proc', 'usr', 'dev', 'lib', 'lib64')"
    assert first(plan, looks(body, setup)) == (2.0, "passed")


def test_nothing_of_the_host_can_be_read(plan: Plan, host: SimpleNamespace) -> None:
    paths = [host.folder / name for name in host.secrets]
    here = Path(__file__).resolve()
    paths += [here, exams_folder() / "00.py", Path("/etc/passwd")]
    paths += [Path("/etc/shadow"), Path("/root/.ssh"), Path("/proc/1/environ")]
    attempts = [f"os.stat({str(p)!r})" for p in paths[:-1]]
    attempts += [f"open({str(p)!r}).read()" for p in paths]
    attempts += [f"open({str(host.folder / 'attack')!r}, 'w')"]
    attempts += ["open('/proc/1/mem', 'rb')", "open('/dev/mem', 'rb')"]
    attempts += ["os.listdir('/proc/1/fd')", "open('/proc/1/fd/1', 'wb')"]
    assert first(plan, fails_to(*attempts)) == (2.0, "passed")


def test_the_environment_is_empty_and_other_processes_are_out_of_sight(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AELIB_SECRET", "of the host")
    body = """
if "AELIB_SECRET" in os.environ or os.getuid() == 0:
    return 0 * y
if max(int(name) for name in os.listdir("/proc") if name.isdigit()) > 500:
    return 0 * y
"""
    assert first(plan, looks(body, "import os")) == (2.0, "passed")


def test_the_system_is_read_only_and_rights_cannot_be_had(plan: Plan) -> None:
    attempts = [
        f"open({path!r}, 'w')"
        for path in ("/attack", "/usr/bin/attack", "/dev/shm/attack", "/etc/attack")
    ]
    attempts += [f"open({wire.__file__!r}, 'a')", "os.setuid(0)", "os.chroot('/')"]
    attempts += ["os.nice(-5)", "os.mkdir('/home')"]
    user_namespace = 0x10000000
    attempts += [f"assert not ctypes.CDLL(None).unshare({user_namespace})"]
    attempts += ["assert not ctypes.CDLL(None).mount(b'n', b'/tmp', b'tmpfs', 0, 0)"]
    attempts += ["assert not ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)"]
    attempts += ["import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))"]
    assert first(plan, fails_to(*attempts)) == (2.0, "passed")


def test_there_is_no_network(plan: Plan) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        port = server.getsockname()[1]
        attempts = [
            f"socket.create_connection(('127.0.0.1', {port}), 1)",
            "socket.create_connection(('1.1.1.1', 53), 1)",
            "socket.getaddrinfo('example.org', 80)",
        ]
        assert first(plan, fails_to(*attempts)) == (2.0, "passed")
        with pytest.raises(TimeoutError):
            server.accept()


# The channel and the worker


def test_a_cell_of_many_megabytes_costs_only_its_own_points(plan: Plan) -> None:
    assert first(plan, RIGHT + "#" * 2**23)[0] == 0


@pytest.mark.parametrize("line", ["import torch.no_such", "from sympy import *; 1/0"])
def test_what_is_loaded_beforehand_is_not_the_student_s_choice(
    plan: Plan, line: str
) -> None:
    assert first(plan, f"# {line}\n" + RIGHT) == (2.0, "passed")


def test_noise_in_the_channel_costs_only_who_makes_it(plan: Plan) -> None:
    source = """
def output_delta(y, s):
    import os
    for fd in range(256):
        try:
            os.write(fd, b"full marks" * 1000)
        except OSError:
            pass
"""
    assert first(plan, source) == (0.0, "crash")


@pytest.mark.parametrize(
    "forged",
    [
        {"kind": "passed", "points": 2},
        {"kind": "value", "value": True},
        {"kind": "ready"},
        (False, False, {"kind": "passed"}),
    ],
)
def test_a_forged_reply_is_no_answer(plan: Plan, forged: object) -> None:
    source = f"""
def output_delta(y, s):
    import os
    for fd in range(3, 256):
        try:
            os.write(fd, {wire.pack(forged)!r})
        except OSError:
            pass
    os._exit(0)
"""
    assert first(plan, source)[0] == 0


def test_a_reply_of_10_gb_is_not_kept(plan: Plan) -> None:
    source = """
def output_delta(y, s):
    import os
    for fd in range(3, 256):
        try:
            while True:
                os.write(fd, bytes(2**20))
        except OSError:
            pass
"""
    assert first(plan, source)[0] == 0


SIGNALS = {
    "kill the worker": "os.kill(os.getppid(), 9)",
    "stop the worker": "os.kill(os.getppid(), 19)",
    "kill everybody": "try: os.kill(-1, 9)\nexcept ProcessLookupError: pass",
}


@pytest.mark.parametrize("attack", SIGNALS)
def test_the_worker_cannot_be_killed_or_stopped(plan: Plan, attack: str) -> None:
    source = looks(SIGNALS[attack], "import os")
    assert first(plan, source) == (2.0, "passed")


def test_who_ends_his_own_group_loses_his_points(plan: Plan) -> None:
    assert first(plan, looks("os.killpg(0, 9)", "import os")) == (0.0, "crash")


def test_what_is_left_running_ends_and_harms_nobody(plan: Plan) -> None:
    left = """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            try:
                os.kill(-1, 9)
            except OSError:
                time.sleep(0.01)
    os._exit(0)
"""
    assert first(plan, "import os\nif os.fork() == 0: os._exit(0)\n" + RIGHT)[0] == 2
    assert first(plan, left + RIGHT)[0] in (0.0, 1.0, 2.0)


def test_visible_tests_say_nothing_of_hidden_arguments(plan: Plan) -> None:
    case = plan.exam.exercises[0].cases[0]
    leak = """
def output_delta(y, s):
    raise ValueError(f"{list(y)} {list(s)}")
"""
    told = " ".join(str(list(argument)) for argument in case.arguments)
    result = grade_one(as_bytes(hand_in({FIRST: leak})), plan, LIMITS)
    exercise = replace(result.exercises[0], source="")
    assert told not in str(exercise)
    assert exercise.cases[0].words == "raised ValueError"


def test_an_exception_s_name_carries_nothing_out(plan: Plan) -> None:
    leak = "def output_delta(y, s):\n    raise type(str(y), (Exception,), {})"
    result = grade_one(as_bytes(hand_in({FIRST: leak})), plan, LIMITS)
    assert result.exercises[0].cases[0].words == "raised an error"


# Files


def honest() -> bytes:
    return as_bytes(hand_in({}))


def format_3() -> bytes:
    notebook = json.loads(honest())
    cells = notebook.pop("cells")
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["input"] = cell.pop("source")
            cell["language"], cell["prompt_number"] = "python", 1
    return json.dumps(
        {**notebook, "nbformat": 3, "worksheets": [{"cells": cells, "metadata": {}}]}
    ).encode()


def wrong_kernel() -> bytes:
    notebook = hand_in({})
    notebook.metadata.kernelspec = {"name": "../../bin/sh", "display_name": "R"}
    return as_bytes(notebook)


READABLE = {
    "format 3": format_3,
    "a wrong kernel": wrong_kernel,
    "Windows line ends": lambda: (
        honest().replace(b"\n", b"\r\n").replace(b"\\n", b"\\r\\n")
    ),
    "a byte-order mark": lambda: b"\xef\xbb\xbf" + honest(),
    "UTF-16": lambda: honest().decode().encode("utf-16"),
}


@pytest.mark.parametrize("kind", READABLE)
def test_an_odd_file_of_right_answers_earns_everything(plan: Plan, kind: str) -> None:
    result = grade_one(READABLE[kind](), plan, LIMITS)
    assert [e.status for e in result.exercises] == ["passed"] * 3


def test_a_notebook_in_an_old_encoding_is_not_called_no_json() -> None:
    source = "print('Übung')"
    honest = json.dumps({"cells": [{"source": source}]}, ensure_ascii=False)
    assert read_cells(honest.encode())[0].source == source
    with pytest.raises(ValueError, match=r"not in UTF-8 \(its byte 31 is 0xdc\)"):
        read_cells(honest.encode("cp1252"))
    with pytest.raises(ValueError, match="not JSON"):
        read_cells(source.encode("cp1252"))


def archive(**entries: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in entries.items():
            file.writestr(name, data)
    return buffer.getvalue()


def linked_archive(target: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        entry = zipfile.ZipInfo("00-backpropagation.ipynb")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        file.writestr(entry, str(target))
    return buffer.getvalue()


def test_hostile_files_get_nothing_and_stop_nobody(
    host: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grade_module, "_write_gradebook", lambda *_: None)
    name, to = "00-backpropagation.ipynb", host.folder / "graded"
    inbox = host.folder / "inbox"
    contents: dict[str, bytes] = {
        "honest": honest(),
        "not-json": b"print('hello')",
        "nested": b"[" * 100_000,
        "number": b'{"cells": [{"source": ' + b"9" * 10_000 + b"}]}",
        "empty": b"",
        "binary": bytes(range(256)),
        "strange": b'{"cells": [null, 7, {"source": [null], "metadata": []}]}',
    }
    for student, data in contents.items():
        (inbox / student).mkdir(parents=True)
        (inbox / student / name).write_bytes(data)
    (inbox / "huge").mkdir()
    with (inbox / "huge" / name).open("wb") as file:
        file.truncate(200 * 2**20)
    (inbox / "linked").mkdir()
    (inbox / "linked" / name).symlink_to(inbox / "honest" / name)
    (inbox / "piped").mkdir()
    os.mkfifo(inbox / "piped" / name)
    zips = {
        "bomb": archive(**{name: bytes(10 * LARGEST)}),
        "broken": b"PK\x03\x04" + bytes(99),
        "climbing": archive(**{f"../../climbed/{name}": honest(), name: honest()}),
        "absolute": archive(**{f"/tmp/attack/{name}": honest()}),
        "linking": linked_archive(inbox / "honest" / name),
    }
    for student, data in zips.items():
        (inbox / f"{student}_00-backpropagation.zip").write_bytes(data)
    results = grade_class(inbox, to=to, numbers=["00"], limits=LIMITS, report=print)
    points = {each.student: sum(e.points for e in each.exercises) for each in results}
    assert {name: got for name, got in points.items() if got} == {
        **dict.fromkeys(["honest", "climbing"], 9.0),
        **({"tmp": 9.0} if "tmp" in points else {"absolute": 9.0}),
    }
    assert set(contents) | {"huge", "linked", "piped", "bomb", "broken"} <= set(points)
    problems = {each.student for each in results if each.problem}
    assert problems == set(points) - {
        "honest",
        "climbing",
        "absolute",
        "tmp",
        "strange",
    }
    assert {p.name for p in host.folder.iterdir()} == {*host.secrets, "inbox", "graded"}
