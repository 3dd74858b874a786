"""A class is graded on a Dask cluster as it is here, even if a worker is lost."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import nbformat
import psutil
import pytest

from aelib.classroom.homework import grade_class as grade_module
from aelib.classroom.homework.grade_class import grade_class
from aelib.exercises.checkout import source_notebook

distributed = pytest.importorskip("distributed")

pytestmark = [
    pytest.mark.sandbox,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # Dask's own, about the worker that is lost
]
STUDENTS = [f"student-{k:02}" for k in range(12)]


def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in STUDENTS:
        (tmp_path / "in" / student).mkdir(parents=True)
        place = tmp_path / "in" / student / "00-backpropagation.ipynb"
        nbformat.write(source_notebook("00"), place)
    monkeypatch.setattr(grade_module, "_write_gradebook", lambda *_: None)
    written: Counter[str] = Counter()
    write = grade_module.write_whole

    def write_and_kill(path: Path, content: str) -> None:
        write(path, content)
        written[path.stem] += 1
        if written.total() == 3:
            os.kill(workers[0], signal.SIGKILL)

    monkeypatch.setattr(grade_module, "write_whole", write_and_kill)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        workers = [worker.pid for worker in cluster.workers.values()]
        results = grade_class(
            tmp_path / "in",
            to=tmp_path / "out",
            numbers=["00"],
            scheduler=cluster.scheduler_address,
        )
        assert not psutil.pid_exists(workers[0])
    assert written == Counter(STUDENTS)
    assert [result.student for result in results] == STUDENTS
    assert {sum(e.points for e in r.exercises) for r in results} == {9.0}
    mine = psutil.Process().children(recursive=True)
    left = [p for p in mine if "worker.py" in " ".join(p.cmdline())]
    assert not psutil.wait_procs(left, timeout=10)[1]
