"""Explorers on the pages of the book: alive, without Python and without a server.

Their states were written into ``docs/explorers`` when the notebooks were stored. States
and scripts become scripts of the old kind, which a browser also loads from a disk.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

FOLDER = "_static/explorers"  # on the site
SHOWN = re.compile(r"LiveExplorer\((.+)\)")  # how a stored output names its explorer

PLACE = """\
<div class="aelib-place" data-explorer="{name}"></div>
<p class="aelib-aside">Alive on this page, with what the course has stored. In
JupyterLab it shows your own run.</p>
<link rel="stylesheet" href="../{folder}/live.css">
<script defer src="../{folder}/{script}.js"></script>
<script defer src="../{folder}/{name}.state.js"></script>
"""


def bring_to_life(notebook: NotebookNode, states: Path) -> None:
    """Put the place of a live explorer behind each still that has a state, in place."""
    from nbformat.v4 import new_output

    for cell in notebook.cells:
        for name, script in list(_explorers(cell, states)):
            page = PLACE.format(name=name, script=script, folder=FOLDER)
            cell.outputs.append(new_output("display_data", {"text/html": page}))


def _explorers(cell: NotebookNode, states: Path) -> Iterator[tuple[str, str]]:
    """Yield the name and the script of each explorer of a cell that has a state."""
    for output in cell.get("outputs", []):
        found = SHOWN.fullmatch(output.get("data", {}).get("text/plain", ""))
        name = found[1].replace(" ", "-") if found else ""
        if found and (states / f"{name}.json").exists():
            state = json.loads((states / f"{name}.json").read_text(encoding="utf-8"))
            yield name, state["script"]


def write_scripts(states: Path, site: Path) -> None:
    """Write what the pages ask for: each state, each script, and their style."""
    from aelib.explore import live  # not before it is needed: it brings torch
    from aelib.explore.scripts import as_classic_script
    from aelib.explore.theme import palette_css

    folder = site / FOLDER
    folder.mkdir(parents=True)
    begin = "globalThis.aelib ??= { scripts: {}, states: {} };"
    for path in sorted(states.glob("*.json")):
        state = path.read_text(encoding="utf-8")
        text = f'{begin}\naelib.states["{path.stem}"] = {state};\n'
        (folder / f"{path.stem}.state.js").write_text(text, encoding="utf-8")
        script = live.HERE / f"{json.loads(state)['script']}.js"
        text = as_classic_script(script)
        (folder / script.name).write_text(text, encoding="utf-8")
    style = palette_css() + (live.HERE / "live.css").read_text(encoding="utf-8")
    (folder / "live.css").write_text(style, encoding="utf-8")
