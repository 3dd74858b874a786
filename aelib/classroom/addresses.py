"""Where a reader can open the course without installing anything: in the cloud.

One setting names the public repository, in pyproject.toml::

    [project.urls]
    Repository = "https://github.com/OWNER/NAME"

Where it is set, each notebook's page in the book has a line of links. They open the
reader's copies, exercises empty, which stand on a branch of their own: `readers` makes
what is on it. Where it isn't set, there is no link.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from nbformat import NotebookNode

BRANCH = "readers"
"""The branch that the reader's copies stand on."""

ON_GITHUB = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")
ELSEWHERE = (
    "Repository in pyproject.toml is {!r}, which Colab and Codespaces cannot open: "
    "write https://github.com/OWNER/NAME, or leave the line out and have no links."
)


@dataclass(frozen=True)
class Repository:
    """A public repository on GitHub."""

    owner: str
    name: str

    @property
    def address(self) -> str:
        """The repository's own page."""
        return f"https://github.com/{self.owner}/{self.name}"

    def launchers(self, notebook: str) -> dict[str, str]:
        """Return where to open a notebook of the branch, by the place's name.

        Examples
        --------
        >>> Repository("who", "what").launchers("00-a.ipynb")["Colab"]
        'https://colab.research.google.com/github/who/what/blob/readers/00-a.ipynb'
        """
        where, file = f"{self.owner}/{self.name}", quote(notebook)
        return {
            "Colab": "https://colab.research.google.com/github/"
            f"{where}/blob/{BRANCH}/{file}",
            "Binder": f"https://mybinder.org/v2/gh/{where}/{BRANCH}?labpath={file}",
            "Codespaces": f"https://codespaces.new/{where}/tree/{BRANCH}",
        }

    def raw(self, file: str) -> str:
        """Return the address of a file of the branch, as pip can install it."""
        where = f"{self.owner}/{self.name}/{BRANCH}"
        return f"https://raw.githubusercontent.com/{where}/{quote(file)}"


def public_repository(root: Path) -> Repository | None:
    """Read from the course at `root` where it is public; None if it says nothing.

    Raises
    ------
    ValueError
        If the address is none on GitHub.
    """
    path = root / "pyproject.toml"
    project = tomllib.loads(path.read_text("utf-8"))["project"] if path.exists() else {}
    address = project.get("urls", {}).get("Repository")
    if address is None:
        return None
    if (found := ON_GITHUB.fullmatch(address)) is None:
        raise ValueError(ELSEWHERE.format(address))
    return Repository(*found.groups())


def add_launchers(notebook: NotebookNode, name: str, repository: Repository) -> None:
    r"""Put under a notebook's title, in place, a line of links that open a copy of it.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> notebook = new_notebook(cells=[new_markdown_cell("# 00 · A\n\nWhy?")])
    >>> add_launchers(notebook, "00-a.ipynb", Repository("who", "what"))
    >>> notebook.cells[0].source.count("</a>"), notebook.cells[0].source[-6:]
    (3, '\n\nWhy?')
    """
    links = " ".join(
        f'<a href="{address}">{place}</a>'
        for place, address in repository.launchers(name).items()
    )
    line = f'<p class="launch">Your own copy, exercises empty: {links}</p>'
    title, _, rest = notebook.cells[0].source.partition("\n")
    notebook.cells[0].source = f"{title}\n\n{line}\n{rest}"
