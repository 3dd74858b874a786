"""The slides of a notebook: what of its marked cells comes to the screen, and when.

Of a text come its headings, first sentences, lists and formulas; of code, the pictures
and what it printed. The rest of a text is what the speaker says.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aelib.classroom.live_pages import explorer_places

if TYPE_CHECKING:
    from nbformat import NotebookNode

MOST_LINES = 8  # of what a cell printed: more cannot be read from the last row
QUESTION, ANSWER = "Predict first", "The answer"
# A link within the course leads to no page of the decks; its words stay.
WORDS, TARGET = r"(?:[^\[\]]|\[[^\[\]]*\])+", r"(?:[^()]|\([^()]*\))*"
LINK = re.compile(rf"(?<!!)\[({WORDS})\]\((?!https?:){TARGET}\)")


@dataclass
class Slide:
    """A title, what comes to the screen click by click, and what the speaker says."""

    title: str
    parts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    asks: str = ""  # a prediction's id
    answers: str = ""

    @property
    def shows(self) -> bool:
        """Say whether anything comes to the screen but a sentence or two."""
        return any(part.startswith((":::", "```")) for part in self.parts)

    def as_markdown(self) -> str:
        """Write the slide in MyST Markdown, for Sphinx."""
        text = [f"## {self.title}", *self.parts]
        if self.notes:
            text.append("::::{revealjs-notes}\n" + "\n\n".join(self.notes) + "\n::::")
        return "\n\n".join(text) + "\n"


def is_slide(cell: NotebookNode) -> bool:
    """Say whether a cell is marked as a slide."""
    return cell.metadata.get("slideshow", {}).get("slide_type") == "slide"


def slides(notebook: NotebookNode, pictures: Path, states: Path) -> list[Slide]:
    r"""Return the slides of a notebook, whose pictures are written into a folder.

    `states` is the folder of the explorers' stored states.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> text = "## A price (C1)\n\nWeights cost. A lot.\n\n$$J=x$$"
    >>> cell = new_markdown_cell(text, metadata={"slideshow": {"slide_type": "slide"}})
    >>> found = slides(new_notebook(cells=[cell]), Path("pictures"), Path("states"))
    >>> print(found[0].as_markdown())
    ## A price (C1)
    <BLANKLINE>
    Weights cost.
    <BLANKLINE>
    :::{revealjs-fragments}
    $$J=x$$
    :::
    <BLANKLINE>
    ::::{revealjs-notes}
    Weights cost. A lot.
    ::::
    <BLANKLINE>
    """
    found: list[Slide] = []
    section = ""
    for number, cell in enumerate(notebook.cells):
        if cell.source.startswith("# ") and is_slide(cell):
            found += opening(cell.source, notebook, pictures)
        elif cell.cell_type == "markdown":
            for heading, blocks in sections(cell.source):
                section = heading or section
                if not is_slide(cell):
                    continue
                slide = of_text(section, blocks)
                if found and not heading and not slide.shows:
                    found[-1].notes += slide.notes  # it reads the picture before it
                else:
                    found.append(slide)
        elif is_slide(cell):
            found.append(of_code(cell, section, pictures / str(number), states))
    return answers_behind_questions(slide for slide in found if slide.parts)


def answers_behind_questions(found: Iterable[Slide]) -> list[Slide]:
    """Return the slides, each answer right behind its question."""
    slides = list(found)
    answers = {slide.answers: slide for slide in slides if slide.answers}
    ordered: list[Slide] = []
    for slide in slides:
        if not slide.answers:
            ordered.append(slide)
        if answer := answers.pop(slide.asks, None):
            ordered.append(answer)
    return ordered


def opening(first_cell: str, notebook: NotebookNode, pictures: Path) -> list[Slide]:
    """Make two slides of a first cell: title, question and cover; what one will do."""
    title, question, *rest = LINK.sub(r"\1", first_cell).split("\n\n")
    start = Slide(title.removeprefix("# "), [question])
    plan = Slide("You will", [block for block in rest if block.startswith("- ")], rest)
    for cell in notebook.cells:
        if "cover" in cell.metadata.get("tags", []):
            start.parts += pictures_of(cell, pictures / "cover")[-1:]
    return [start, plan]


def sections(source: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each heading of a text with the blocks below it; first those above one."""
    heading, blocks = "", []
    for block in re.split(r"\n\s*\n", source.strip()):
        first, _, rest = block.partition("\n")
        if title := re.fullmatch(r"#{1,4} (.+)", first):
            if heading or blocks:
                yield heading, blocks
            heading, blocks = title[1], [rest] if rest.strip() else []
        else:
            blocks.append(block)
    yield heading, blocks


def of_text(title: str, blocks: list[str]) -> Slide:
    """Make a slide of a text: its lead, lists, formulas; all of it is in the notes."""
    slide = Slide(title)
    for block in (LINK.sub(r"\1", block).strip() for block in blocks):
        if block.startswith("$$"):
            slide.parts += [fragment(line) for line in lines_of(block)]
        elif block.startswith(("|", "> ")):
            slide.parts.append(fragment(block))
        elif re.match(r"[-*] |\d+\. ", block):
            slide.notes.append(block)
            slide.parts.append(fragment(items_of(block)))
        else:
            slide.notes.append(block)
            if lead := lead_of(block, first=not slide.parts):
                slide.parts.append(lead)
    return slide


def lead_of(block: str, *, first: bool) -> str:
    """Return what of a paragraph is shown: its bold beginning, or a first sentence.

    Examples
    --------
    >>> lead_of("**Line 1: one term.** All weights are independent.", first=False)
    '**Line 1: one term.**'
    >>> lead_of("Weights cost. A lot.", first=True)
    'Weights cost.'
    """
    if bold := re.match(r"\*\*[^*]+[.:?!]\*\*", block):
        return bold[0]
    return first_sentence(block) if first else ""


def items_of(block: str) -> str:
    r"""Return a list with the first sentence of each item.

    Examples
    --------
    >>> print(items_of("- A price. It grows.\n- A size: so\n  it is."))
    - A price.
    - A size: so it is.
    """
    items = re.findall(r"^([-*]|\d+\.) ((?:.+\n?(?![-*] |\d+\. ))*)", block, re.M)
    return "\n".join(
        f"{mark} {first_sentence(' '.join(text.split()))}" for mark, text in items
    )


def first_sentence(text: str) -> str:
    """Return a text's first sentence; a dot within a formula ends none."""
    return re.match(r"(?:\$[^$]+\$|`[^`]+`|[^.?!$`]|[.?!](?!\s|$))*[.?!]?", text)[
        0
    ].strip()


def lines_of(formula: str) -> list[str]:
    r"""Take the lines of an aligned formula apart, for one click each.

    What stands to the left of the first ``&`` keeps its room on later lines.

    Examples
    --------
    >>> lines_of(r"$$\begin{aligned}J&=a\\&=b\end{aligned}$$")
    ['$$J=a$$', '$$\\phantom{J}=b$$']
    """
    body = re.fullmatch(
        r"\$\$\s*\\begin\{aligned\}(.+)\\end\{aligned\}\s*\$\$", formula, re.S
    )
    if not body:
        return [formula]
    left, lines = "", []
    for line in re.split(r"\\\\(?:\[[^\]]*\])?", body[1]):
        before, _, after = line.strip().partition("&")
        left = before.strip() or left
        shown = before.strip() or rf"\phantom{{{left}}}"
        lines.append(f"$${shown}{after.replace('&', '')}$$")
    return lines


def fragment(block: str) -> str:
    """Let a block wait for a click."""
    return f":::{{revealjs-fragments}}\n{block}\n:::"


def of_code(cell: NotebookNode, section: str, picture: Path, states: Path) -> Slide:
    """Make a slide of what a cell showed: question, answer, pictures, an explorer."""
    kinds = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    shown = dict(re.findall(r"^(Prediction|Answer)\((.+)\)$", "\n".join(kinds), re.M))
    asks, answers = shown.get("Prediction", ""), shown.get("Answer", "")
    title = QUESTION if asks else ANSWER if answers else section
    slide = Slide(title, asks=asks, answers=answers)
    for output in cell.outputs:
        html = output.get("data", {}).get("text/html", "")
        printed = output.get("text", "").strip()
        if html and (asks or answers):
            slide.parts.append(raw(html.replace(f"{QUESTION}.", "")))
        elif printed and printed.count("\n") < MOST_LINES:
            slide.parts.append(f"```text\n{printed}\n```")
    places = [raw(place) for place in explorer_places(cell, states)]
    slide.parts += places or pictures_of(cell, picture)
    return slide


def pictures_of(cell: NotebookNode, path: Path) -> list[str]:
    """Write the pictures that a cell shows, and return what shows them on a slide."""
    alt = cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")
    stored = [output.get("data", {}).get("image/png") for output in cell.outputs]
    shown = []
    for nth, png in enumerate(filter(None, stored)):
        file = path.with_name(f"{path.name}-{nth}.png")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(png))
        shown.append(f":::{{image}} {file.parent.name}/{file.name}\n:alt: {alt}\n:::")
    return shown


def raw(html: str) -> str:
    """Pass HTML on as it is."""
    return f"```{{raw}} html\n{html.strip()}\n```"
