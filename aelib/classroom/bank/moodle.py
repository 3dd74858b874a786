"""The bank as Moodle XML, which Moodle imports into its question bank.

The form is that of Moodle's own export, https://docs.moodle.org/en/Moodle_XML_format.
It has no schema; the tests hold every question to what that page demands.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from aelib.classroom.bank.items import Choice, Essay, Item, Number

TOP = "$course$/top/Autoencoders"


def moodle_xml(items: Iterable[Item]) -> bytes:
    """Return the bank as one file; each folder becomes a category."""
    quiz = Element("quiz")
    for folder, group in groupby(items, lambda item: item.folder):
        quiz.append(_category(folder))
        quiz.extend(_question(item) for item in group)
    ElementTree.indent(quiz)
    return ElementTree.tostring(quiz, encoding="utf-8", xml_declaration=True) + b"\n"


def _category(folder: tuple[str, ...]) -> Element:
    question = Element("question", type="category")
    names = (name.replace("/", "//") for name in folder)  # one / parts two categories
    _text(SubElement(question, "category"), "/".join([TOP, *names]))
    return question


def _question(item: Item) -> Element:
    kinds = {Choice: _choice, Number: _number, Essay: _essay}
    return kinds[type(item)](item)


def _begin(kind: str, item: Item, *, points: int = 1, why: str = "") -> Element:
    question = Element("question", type=kind)
    _text(SubElement(question, "name"), item.name)
    _html(question, "questiontext", item.text)
    _html(question, "generalfeedback", why)
    SubElement(question, "defaultgrade").text = str(points)
    SubElement(question, "penalty").text = "0.3333333"
    SubElement(question, "hidden").text = "0"
    SubElement(question, "idnumber").text = item.name
    return question


def _choice(item: Choice) -> Element:
    question = _begin("multichoice", item)
    SubElement(question, "single").text = "true"
    SubElement(question, "shuffleanswers").text = "true"
    SubElement(question, "answernumbering").text = "none"
    for option in item.options:
        answer = _html(question, "answer", option.text)
        answer.set("fraction", "100" if option.right else "0")
        _html(answer, "feedback", option.says)
    return question


def _number(item: Number) -> Element:
    question = _begin("numerical", item, why=item.why)
    right = (item.answer, "100", "")
    for number, share, says in (right, *((w.answer, "0", w.says) for w in item.wrong)):
        answer = SubElement(question, "answer", fraction=share)
        answer.set("format", "moodle_auto_format")
        SubElement(answer, "text").text = str(number)
        _html(answer, "feedback", says)
        SubElement(answer, "tolerance").text = str(item.tolerance)
    return question


def _essay(item: Essay) -> Element:
    question = _begin("essay", item, points=item.points)
    SubElement(question, "responseformat").text = "editor"
    SubElement(question, "responserequired").text = "1"
    SubElement(question, "responsefieldlines").text = "10"
    SubElement(question, "attachments").text = "0"
    SubElement(question, "attachmentsrequired").text = "0"
    _html(question, "graderinfo", item.for_markers)
    _html(question, "responsetemplate", "")
    return question


def _html(parent: Element, name: str, html: str) -> Element:
    element = SubElement(parent, name, format="html")
    _text(element, html)
    return element


def _text(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = text
