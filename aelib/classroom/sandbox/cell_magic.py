"""Jupyter's own lines in a cell, such as ``%%time``, ``x = !ls`` and ``np.mean?``.

They cost nobody points: where they are in the way, they count as `pass`. Nothing is
imported here but `re`, for the worker imports it inside the sandbox.
"""

import re

LINE = re.compile(
    r"""
    ^([ \t]*)
    (?: [%!?] (?: .* \\\n )* .*                     # %matplotlib inline, !ls, ?np.mean
      | [\w., \t]+ = [ \t]* [%!] (?: .* \\\n )* .*  # files = !ls \ and its next line
      | [\w. \t]+ \?{1,2} [ \t]*                    # np.mean?
    )$
    """,
    re.MULTILINE | re.VERBOSE,
)


def without_magic(source: str) -> str:
    r"""Return a cell's source with `pass` in place of Jupyter's own lines.

    Examples
    --------
    >>> without_magic("%%time\nfiles = !ls\nx = 5 % 2\nnp.mean?\n    ?x")
    'pass\npass\nx = 5 % 2\npass\n    pass'
    """
    return LINE.sub(r"\1pass", source)
