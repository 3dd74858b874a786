r"""The course's Markdown as HTML that a learning platform can show.

Formulas keep their LaTeX, between ``\(`` and ``\)`` or ``\[`` and ``\]``, which
MathJax sets.
Links and pictures lead nowhere there: the words of a link stay, a picture goes.
"""

from __future__ import annotations

from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


def to_html(markdown: str) -> str:
    r"""Return Markdown of the course as HTML, which is well-formed XML, too.

    Examples
    --------
    >>> print(to_html("If $a<b$, `a & b` is [there](x.md)."))
    <p>If \(a&lt;b\), <code>a &amp; b</code> is there.</p>
    """
    return _parser().render(markdown).strip()


def plain(words: str) -> str:
    """Return plain words as HTML.

    Examples
    --------
    >>> plain("ρ < 1 & so on")
    '<p>ρ &lt; 1 &amp; so on</p>'
    """
    return f"<p>{escape(words, quote=False)}</p>"


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False)
    nothing = ("link_open", "link_close", "image")
    shown = {name: lambda *_: "" for name in nothing}
    shown["math_inline"] = lambda *about: rf"\({_formula(*about)}\)"
    shown["math_block"] = lambda *about: f"<p>\\[{_formula(*about)}\\]</p>\n"
    for cell in ("th", "td"):  # whose alignment is a style, which QTI does not take
        shown[f"{cell}_open"] = lambda *_, cell=cell: f"<{cell}>"
    parser.renderer.rules.update(shown)
    return parser


def _formula(tokens: Any, at: int, *_: Any) -> str:
    return escape(tokens[at].content.strip(), quote=False)
