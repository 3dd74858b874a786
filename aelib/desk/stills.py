"""What stands in for a prediction where widgets don't run: a page, a PDF, GitHub.

Words are words there, so that they can be searched and read aloud; only axes are a
picture.
"""

from __future__ import annotations

import html
import io
from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from aelib.desk.curves import Curve
from aelib.desk.questions import Question
from aelib.plots import COLOURS, STYLE


def question_as_html(question: Question, text: str, said: str | None) -> str:
    """Return the question as HTML, with what one has committed to."""
    setup = question.setup()
    items = setup.get("options") or setup.get("items") or []
    choices = "".join(f"<li>{html.escape(item)}</li>" for item in items)
    parts = [
        f"<p><strong>Predict first.</strong> {html.escape(text)}</p>",
        f"<ul>{choices}</ul>" if choices else "",
        f"<p>Committed: {html.escape(said)}.</p>" if said else "",
    ]
    return "".join(parts)


def answer_as_html(text: str, line: str) -> str:
    """Return the question with the line on its answer as HTML."""
    return f"<p>{html.escape(text)} <strong>{html.escape(line)}</strong></p>"


def as_png(
    question: Curve, text: str, answer: list[float] | None, found: dict[str, Any] | None
) -> bytes:
    """Draw the axes of a curve, and on them what is known so far."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6, 3))
        title = text if found else f"Predict first. {text}"
        ax = figure.add_subplot(title=fill(title, 70), xlabel=question.x_label)
        ax.set_ylabel(question.y_label)
        ax.set_xscale("log" if question.x_log else "linear")
        ax.set_yscale("log" if question.y_log else "linear")
        ax.set(xlim=(question.x[0], question.x[-1]), ylim=question.y_range)
        if answer is not None:
            ax.plot(question.x, answer, "o--", color=COLOURS["blue"], label="predicted")
        if found is not None:
            colour = COLOURS["vermilion"]
            ax.plot(found["x"], found["y"], color=colour, label="measured")
            figure.legend(loc="outside lower center", ncols=2)
        png = io.BytesIO()
        figure.savefig(png, format="png")
    return png.getvalue()
