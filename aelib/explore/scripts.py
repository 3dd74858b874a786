"""One script out of several: a widget takes its JavaScript as a single text.

The files are plain modules, which a browser can also load one by one; here those that a
module imports are put in front of it. Nothing is looked up or fetched by the page.
"""

from __future__ import annotations

import re
from pathlib import Path

IMPORT = re.compile(r'^import \{[^}]*\} from "(\.{1,2}/[\w./-]+\.js)";\n', re.MULTILINE)
NAME = re.compile(
    r"^(?:export )?(?:async )?(?:const|let|class|function) (\w+)", re.MULTILINE
)


def javascript(path: Path) -> str:
    r"""Return a module with everything that it imports, as the text of one module.

    Of the language's ways to import, these files use one:
    ``import { name } from "./file.js";`` without renaming.

    Parameters
    ----------
    path
        The module, whose default export is what a widget needs.

    Raises
    ------
    ValueError
        If two of the modules give the same name to something: in one text they clash.

    Examples
    --------
    >>> text = javascript(Path(__file__).with_name("pad.js"))
    >>> text.count("function link("), text.count("\nimport "), text.count("export ")
    (1, 0, 1)
    """
    sources: dict[Path, str] = {}
    _collect(path.resolve(), sources)
    owner: dict[str, str] = {}
    for file, source in sources.items():
        for name in NAME.findall(source):
            if owner.setdefault(name, file.name) != file.name:
                raise ValueError(
                    f"{owner[name]} and {file.name} both define {name}: rename one, or "
                    "move it to a module that both import."
                )
    *imported, own = sources.values()
    parts = [re.sub(r"^export ", "", source, flags=re.M) for source in imported]
    return "\n".join([*parts, own])


def as_classic_script(path: Path) -> str:
    """Return a module as a script of the old kind, which a page needs no server for.

    Its default export becomes ``aelib.scripts.NAME``, after the file's name.

    Examples
    --------
    >>> text = as_classic_script(Path(__file__).with_name("pad.js"))
    >>> text.splitlines()[-2]
    'globalThis.aelib.scripts.pad = { render };'
    """
    text, found = re.subn(
        r"^export default ",
        f"globalThis.aelib.scripts.{path.stem} = ",
        javascript(path),
        flags=re.MULTILINE,
    )
    if found != 1:
        raise ValueError(f"{path.name} has {found} default exports, not one.")
    start = "globalThis.aelib ??= { scripts: {}, states: {} };"
    text = re.sub(r"^export ", "", text, flags=re.MULTILINE)
    return f"(() => {{\n{start}\n{text.rstrip()}\n}})();\n"


def _collect(path: Path, sources: dict[Path, str]) -> None:
    """Add a module behind what it imports, each file once."""
    source = path.read_text(encoding="utf-8")
    for name in IMPORT.findall(source):
        if (file := (path.parent / name).resolve()) not in sources:
            _collect(file, sources)
    sources[path] = IMPORT.sub("", source)
