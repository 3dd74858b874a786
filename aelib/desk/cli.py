"""The command ``python -m aelib desk``: your own copy of the course.

It makes a folder with every notebook as a reader needs it, or brings such a folder up
to date: what you have written comes along. The course's own files are left as they are.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from aelib.desk.folder import find_copy


def add_command(commands: argparse._SubParsersAction) -> None:
    """Add ``desk`` to the commands of ``python -m aelib``.

    Parameters
    ----------
    commands
        What the command joins.
    """
    parser = commands.add_parser(
        "desk", help="make your own copy, or update it", description=__doc__
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the copy")
    parser.add_argument(
        "--restore",
        nargs="+",
        metavar=("NN", "EXERCISE"),
        help="put a notebook back as it was handed out, or one exercise of it, by its "
        "place, function or id; what you had written is kept beside",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Make, update or restore; errors in words."""
    from aelib.desk.copy import update
    from aelib.desk.restore import restore

    folder = options.folder.expanduser()
    here = find_copy()
    if here and here.name == folder.name and not folder.exists():
        folder = here  # typed in a terminal that JupyterLab opened within the copy
    try:
        if options.restore is None:
            update(folder)
        elif len(options.restore) > 2:
            raise ValueError("name one notebook and, at most, one exercise to restore")
        else:
            restore(folder, *options.restore)
    except (OSError, ValueError) as error:
        print(error)
        return 1
    return 0
