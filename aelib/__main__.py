"""The commands of ``python -m aelib``: see ``python -m aelib --help``."""

from __future__ import annotations

import argparse
import errno
import sys
from collections.abc import Sequence

from aelib.classroom import book, course, doctor, pdf, readers, slides
from aelib.classroom.bank import cli as bank
from aelib.classroom.homework import cli as homework
from aelib.desk import cli as desk


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    Parameters
    ----------
    arguments
        The words after ``python -m aelib``; those of this process by default.

    Returns
    -------
    int
        0 where all went well.
    """
    parser = argparse.ArgumentParser(prog="python -m aelib", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    course.add_command(commands)
    desk.add_command(commands)
    homework.add_command(commands)
    bank.add_command(commands)
    book.add_command(commands)
    slides.add_command(commands)
    pdf.add_command(commands)
    readers.add_command(commands)
    doctor.add_command(commands)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except OSError as error:
        if error.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise
        print(
            f"{error.filename} cannot be written or read: {error.strerror}. Work in a "
            "folder of your own.",
            file=sys.stderr,
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
