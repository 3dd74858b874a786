"""The command ``python -m aelib bank``: the course's questions for a learning platform.

Predictions, mistakes, numbers and written questions become Moodle XML and a package of
QTI 2.1, with a word on each wrong answer. The files are for instructors only: they hold
every answer, the rubrics and the model answers. No hidden case is in them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add ``bank`` to the commands of ``python -m aelib``."""
    parser = commands.add_parser(
        "bank",
        help="write a question bank for Moodle and others (for instructors only)",
        description=__doc__,
    )
    parser.add_argument(
        "numbers",
        nargs="*",
        metavar="NN",
        help="which notebooks: 00 01; all by default",
    )
    parser.add_argument(
        "--to", type=Path, required=True, metavar="FOLDER", help="where the files go"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # Here, so that the doctor can look at a machine without numpy.
    from aelib.classroom.bank.collect import collect
    from aelib.classroom.bank.moodle import moodle_xml
    from aelib.classroom.bank.qti import qti_package

    files = {"moodle.xml": moodle_xml, "qti.zip": qti_package}
    try:
        items = collect(options.numbers)
    except (FileNotFoundError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    options.to.mkdir(parents=True, exist_ok=True)
    for name, write in files.items():
        (options.to / name).write_bytes(write(items))
    kinds = Counter(item.folder[1].lower() for item in items)
    print(f"{len(items)} questions in {' and '.join(files)}, in {options.to}:")
    print(", ".join(f"{count} {kind}" for kind, count in kinds.items()))
    return 0
