"""Whether what a student wrote answers a question, as far as that can be told."""

from __future__ import annotations

import html
import re
import unicodedata
from enum import Enum

UNWRITTEN = "YOUR ANSWER HERE"  # what nbgrader puts in place of a model answer
FEWEST_WORDS = 5  # different ones, in an answer that check takes for one


class Kind(Enum):
    """What was written into the cell of a question."""

    EMPTY = "nothing, or marks such as ? and … alone"
    PLACEHOLDER = "only what stood there from the start"
    SHORT = "fewer different words than an answer needs"
    FORMULA = "few words, but a formula, a number or code"
    WORDS = "enough words to be an answer"


def kind_of(answer: str) -> Kind:
    r"""Say what an answer is, as far as that can be said without understanding it.

    What is written counts, not its markup. Pictures, addresses and formulas are
    something, but no words; characters of scripts without spaces count as words each.

    Parameters
    ----------
    answer
        Markdown, as the student wrote it.

    Returns
    -------
    Kind
        Short answers are for a person to judge: "No, because $f'\to0$." may be right.

    Examples
    --------
    >>> kind_of(" ... ").name, kind_of("**Your answer here**").name
    ('EMPTY', 'PLACEHOLDER')
    >>> kind_of("dunno").name, kind_of("$w=0$, so no").name
    ('SHORT', 'FORMULA')
    >>> kind_of("The deltas are all zero at first.").name
    'WORDS'
    """
    plain = _without_markup(answer)
    if not any(map(_says_something, plain)):
        return Kind.EMPTY
    rest = PLACEHOLDER.sub(" ", plain)
    if not any(map(_says_something, rest)):
        return Kind.PLACEHOLDER
    prose, formula = _without_formulas(rest)
    if len(set(_words(prose.casefold()))) >= FEWEST_WORDS:
        return Kind.WORDS
    return Kind.FORMULA if formula else Kind.SHORT


def is_blank(answer: str) -> bool:
    """Say whether an answer earns nothing without a person's having read it.

    Parameters
    ----------
    answer
        Markdown, as the student wrote it.

    Returns
    -------
    bool
        True for nothing, for punctuation alone, and for the placeholder, in any case
        and markup; False for anything else, a picture or a single word included.

    Examples
    --------
    >>> is_blank("<b>Your  answer here</b>"), is_blank("?"), is_blank("dunno")
    (True, True, False)
    """
    return kind_of(answer) in (Kind.EMPTY, Kind.PLACEHOLDER)


def count_words(answer: str) -> int:
    r"""Count the words of an answer, without its markup and its formulas.

    Parameters
    ----------
    answer
        Markdown, as the student wrote it.

    Returns
    -------
    int
        How many words.

    Examples
    --------
    >>> count_words("# Why?\n\n*Because* $x=1$, see [this page](https://example.org).")
    5
    """
    rest = PLACEHOLDER.sub(" ", _without_markup(answer))
    return len(_words(_without_formulas(rest)[0]))


# Each pattern is linear in time, or bounded: an answer may be long and hostile.
SOMETHING = "\ufffc"  # stands for a picture, an address, a formula
ADDRESS = re.compile(r"\b[a-zA-Z][\w+.-]{0,20}://[^\s<>()\[\]\"']+|\bwww\.[^\s<>()]+")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
LINK = re.compile(r"!?\[([^\[\]]*)\]\(([^()]*)\)")
FENCE = re.compile(
    r"^[ \t>]{0,12}(?:`{3,}|~{3,})[ \t]*"
    r"(?:python|py|text|txt|plaintext|none|latex|tex|math|markdown|md|html)?[ \t]*$",
    re.MULTILINE,
)
PLACEHOLDER = re.compile(
    r"(?<![^\W_])" + r"[\W_]{1,20}".join(UNWRITTEN.split()) + r"(?![^\W_])",
    re.IGNORECASE,
)
FORMULA = re.compile(
    r"\$\$[^$]+\$\$|\$(?!\s)[^$]+(?<!\s)\$(?!\d)"
    r"|\\\(.{0,500}?\\\)|\\\[.{0,500}?\\\]"
    r"|\\begin\{(\w{1,20}\*?)\}.{0,2000}?\\end\{\1\}",
    re.DOTALL,
)
FORMULA_SIGNS = re.compile(
    r"\d"
    r"|\\[a-zA-Z]{2}"  # a command of LaTeX
    r"|[\w)\]}'′] ?(?:[=<>+^]|->|=>) ?[({\[\\−-]{0,3}\w"  # w = 0
    r"|[\w)] \* [\w(]|\w['′]?\(\w"  # a * b, f(x)
)
UNSPACED = re.compile(  # Thai to Khmer, Japanese, Chinese
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)


def _without_markup(answer: str) -> str:
    """Return an answer without marks; what is no text becomes :data:`SOMETHING`."""
    text = ADDRESS.sub(SOMETHING, answer)
    text = TAG.sub(lambda tag: SOMETHING if "=" in tag[0] else " ", text)
    text = LINK.sub(lambda link: f"{link[1]} {SOMETHING}" if link[2] else link[1], text)
    return html.unescape(FENCE.sub(" ", text))


def _says_something(sign: str) -> bool:
    """Say whether a character is a letter, a digit or a symbol, and no punctuation."""
    if sign.isascii():
        return sign.isalnum()
    category = unicodedata.category(sign)
    return category[:1] in "LN" or category in ("Sm", "Sc", "So")


def _without_formulas(text: str) -> tuple[str, bool]:
    """Return text without the formulas in it, and whether it holds something of one."""
    prose = FORMULA.sub(f" {SOMETHING} ", text)
    return prose, (
        any(any(map(_says_something, match[0])) for match in FORMULA.finditer(text))
        or bool(FORMULA_SIGNS.search(prose))
        or any(unicodedata.category(sign) == "Sm" for sign in prose if sign > "\x7f")
    )


def _words(prose: str) -> list[str]:
    """Return what stands between spaces and holds a letter; of Chinese, each sign."""
    apart = UNSPACED.sub(lambda sign: f" {sign[0]} ", prose)
    return [word for word in apart.split() if any(map(str.isalpha, word))]
