"""How to show what a student wrote as mere text.

It may be shown in an instructor's browser or spreadsheet, where Markdown, HTML,
formulas of LaTeX and cells that start with ``=`` would come to life. The functions here
turn it into something that no reader of it interprets.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from aelib.classroom.homework.whole_file import write_whole

# Control characters but tab and newline, those that turn the reading direction, and
# those that are no characters.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(0x10000 * plane + 0xFFFE) for plane in range(17))
    + "".join(chr(0x10000 * plane + 0xFFFF) for plane in range(17))
    + "]"
)


def visible(text: str) -> str:
    r"""Return text without characters that nobody can see.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The same, with a visible sign for each of them.

    Examples
    --------
    >>> visible("a\x1b[2J\r\n\u202eb")
    'a�[2J\n�b'
    """
    return INVISIBLE.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


WRAPPED = 'style="white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere"'


def as_html(text: str) -> str:
    r"""Return HTML that shows text literally, wherever Markdown is rendered.

    All but letters, digits and spaces become references to characters. The result is
    one line without any mark that Markdown, LaTeX, a template or a highlighter could
    find: nothing in it can end the element, be a link, or load a picture. Readers see
    formulas as their source.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        One HTML element, whose lines are wrapped.

    Examples
    --------
    >>> as_html("a\n$b$").removeprefix(f"<pre><code {WRAPPED}>")
    'a&#10;&#36;b&#36;</code></pre>'
    """
    shown = re.sub(r"[^0-9A-Za-z ]", lambda s: f"&#{ord(s[0])};", visible(text))
    return f"<pre><code {WRAPPED}>{shown}</code></pre>"


def write_table(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file in which no cell is a formula, in any spreadsheet.

    Parameters
    ----------
    path
        The file; its folder is made if need be.
    rows
        The heading and what stands below it.
    """
    text = io.StringIO(newline="")
    csv.writer(text).writerows([map(without_formulas, row) for row in rows])
    write_whole(path, text.getvalue())


def without_formulas(value: object) -> object:
    """Return what may stand in a cell of a spreadsheet without being run there.

    Some spreadsheets take a semicolon or a tab, too, for the end of a cell, so that
    what follows one is treated as a cell's start.

    Parameters
    ----------
    value
        A number, which stays as it is, or text.

    Returns
    -------
    object
        Text with an apostrophe before each ``=``, ``+``, ``-`` or ``@`` (wide forms,
        too) that could start a formula.

    Examples
    --------
    >>> [without_formulas(cell) for cell in ("=1+1", "ada;=1+1", "Anna-Maria", -1.5)]
    ["'=1+1", "ada;'=1+1", 'Anna-Maria', -1.5]
    """
    if not isinstance(value, str):
        return value
    text = FORMULA_START.sub(r"\1'", value)
    return f"'{text}" if text.startswith(("\t", "\r", "\n")) else text


FORMULA_START = re.compile(r"((?:^|[;,|\t\r\n])[\s\"]*)(?=[=+\-@＝＋－＠])")
