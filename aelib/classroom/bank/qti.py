"""The bank as a package of IMS QTI 2.1, for other learning platforms.

A ZIP holds a manifest and one file for each question. A choice is scored by matching,
a number within its tolerance; what is written goes to a person, with the rubric.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from aelib.classroom.bank.items import Choice, Essay, Item, Number

QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE = "http://www.imsglobal.org/xsd/imscp_v1p1"
ITEM = "imsqti_item_xmlv2p1"
ANSWER, SCORE, FEEDBACK = "RESPONSE", "SCORE", "FEEDBACK"
RIGHT, OTHER = "RIGHT", "OTHER"


def qti_package(items: Iterable[Item]) -> bytes:
    """Return the bank as a ZIP, the same bytes for the same questions."""
    files = {f"items/{item.name}.xml": as_xml(qti_item(item), QTI) for item in items}
    files = {"imsmanifest.xml": as_xml(_manifest(files), PACKAGE), **files}
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)  # undated: same bytes again
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return package.getvalue()


def as_xml(element: Element, namespace: str) -> bytes:
    """Return a file of one namespace, in which `element` and all below it are."""
    element.set("xmlns", namespace)
    return ElementTree.tostring(element, encoding="utf-8", xml_declaration=True)


def _manifest(files: Iterable[str]) -> Element:
    manifest = Element("manifest", identifier="aelib-question-bank")
    about = SubElement(manifest, "metadata")
    SubElement(about, "schema").text = "QTIv2.1 Package"
    SubElement(about, "schemaversion").text = "1.0.0"
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    for at, name in enumerate(files, start=1):
        resource = SubElement(resources, "resource", identifier=f"item-{at}", type=ITEM)
        resource.set("href", name)
        SubElement(resource, "file", href=name)
    return manifest


def qti_item(item: Item) -> Element:
    """Return one question as an assessment item."""
    title = f"{item.folder[0]}: {item.folder[1].lower()}, {item.name}"
    root = Element("assessmentItem", identifier=f"item-{item.name}", title=title)
    root.set("adaptive", "false")
    root.set("timeDependent", "false")
    kinds = {Choice: _choice, Number: _number, Essay: _essay}
    kinds[type(item)](root, item)
    return root


def _choice(root: Element, item: Choice) -> None:
    names = {f"OPTION{at}": each for at, each in enumerate(item.options, start=1)}
    (right,) = (name for name, option in names.items() if option.right)
    _declare(root, "identifier", right)
    _declare_outcomes(root)
    body = _body(root, item.text)
    asked = SubElement(body, "choiceInteraction", responseIdentifier=ANSWER)
    asked.set("shuffle", "true")
    asked.set("maxChoices", "1")
    for name, option in names.items():
        put_html(SubElement(asked, "simpleChoice", identifier=name), option.text)
    processing = SubElement(root, "responseProcessing")
    condition = SubElement(processing, "responseCondition")
    branch = SubElement(condition, "responseIf")
    _compare_with_right(SubElement(branch, "match"))
    _set(branch, SCORE, "float", "1")
    feedback = SubElement(processing, "setOutcomeValue", identifier=FEEDBACK)
    SubElement(feedback, "variable", identifier=ANSWER)
    for name, option in names.items():
        _say(root, name, option.says)


def _number(root: Element, item: Number) -> None:
    _declare(root, "float", str(item.answer))
    _declare_outcomes(root)
    asked = SubElement(_body(root, item.text), "p")
    field = SubElement(asked, "textEntryInteraction", responseIdentifier=ANSWER)
    field.set("expectedLength", "12")
    processing = SubElement(root, "responseProcessing")
    condition = SubElement(processing, "responseCondition")
    branch = SubElement(condition, "responseIf")
    _compare_with_right(_nearly(branch, item))
    _set(branch, SCORE, "float", "1")
    _set(branch, FEEDBACK, "identifier", RIGHT)
    says = {RIGHT: item.why}
    for at, known in enumerate(item.wrong, start=1):
        branch = SubElement(condition, "responseElseIf")
        equal = _nearly(branch, item)
        SubElement(equal, "variable", identifier=ANSWER)
        SubElement(equal, "baseValue", baseType="float").text = str(known.answer)
        _set(branch, FEEDBACK, "identifier", f"KNOWN{at}")
        says[f"KNOWN{at}"] = f"{known.says}\n{item.why}"
    _set(SubElement(condition, "responseElse"), FEEDBACK, "identifier", OTHER)
    for name, html in {**says, OTHER: item.why}.items():
        _say(root, name, html)


def _essay(root: Element, item: Essay) -> None:
    declared = SubElement(root, "responseDeclaration", identifier=ANSWER)
    declared.set("cardinality", "single")
    declared.set("baseType", "string")
    _declare_score(root, item.points)
    body = _body(root, item.text)
    rubric = SubElement(body, "rubricBlock", view="scorer")
    put_html(rubric, item.for_markers)
    field = SubElement(body, "extendedTextInteraction", responseIdentifier=ANSWER)
    field.set("expectedLines", "10")


# Parts of an item


def put_html(parent: Element, html: str) -> None:
    """Put HTML, which is well-formed, into an element."""
    parent.extend(ElementTree.fromstring(f"<div>{html}</div>"))


def _body(root: Element, html: str) -> Element:
    body = SubElement(root, "itemBody")
    put_html(body, html)
    return body


def _declare(root: Element, kind: str, right: str) -> None:
    declared = SubElement(root, "responseDeclaration", identifier=ANSWER)
    declared.set("cardinality", "single")
    declared.set("baseType", kind)
    SubElement(SubElement(declared, "correctResponse"), "value").text = right


def _declare_outcomes(root: Element) -> None:
    _declare_score(root, 1)
    feedback = SubElement(root, "outcomeDeclaration", identifier=FEEDBACK)
    feedback.set("cardinality", "single")
    feedback.set("baseType", "identifier")


def _declare_score(root: Element, points: int) -> None:
    score = SubElement(root, "outcomeDeclaration", identifier=SCORE)
    score.set("cardinality", "single")
    score.set("baseType", "float")
    score.set("normalMaximum", str(points))
    SubElement(SubElement(score, "defaultValue"), "value").text = "0"


def _compare_with_right(comparison: Element) -> None:
    SubElement(comparison, "variable", identifier=ANSWER)
    SubElement(comparison, "correct", identifier=ANSWER)


def _nearly(branch: Element, item: Number) -> Element:
    equal = SubElement(branch, "equal", toleranceMode="absolute")
    equal.set("tolerance", f"{item.tolerance} {item.tolerance}")
    return equal


def _set(branch: Element, outcome: str, kind: str, value: str) -> None:
    setting = SubElement(branch, "setOutcomeValue", identifier=outcome)
    SubElement(setting, "baseValue", baseType=kind).text = value


def _say(root: Element, name: str, html: str) -> None:
    said = SubElement(root, "modalFeedback", outcomeIdentifier=FEEDBACK)
    said.set("identifier", name)
    said.set("showHide", "show")
    put_html(said, html)
