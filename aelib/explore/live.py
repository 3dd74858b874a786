"""An explorer that the browser draws: Python sends it numbers once, and no more.

What is sent is one text. The kernel gives it to the page in JupyterLab; whoever stores
a notebook also writes it into ``docs/explorers``, from where the book takes it.
"""

from __future__ import annotations

import base64
import json
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from aelib.autoencoders import Autoencoder
from aelib.explore.base import as_array, to_png, with_still
from aelib.explore.scripts import javascript
from aelib.explore.theme import palette_css

HERE = Path(__file__).parent

FOR_THE_BOOK = "AELIB_EXPLORERS"  # an environment variable: the folder to write into
MOST = {"i14": 8_191, "i8": 127, "u8": 255}  # u8 from 0, the others from minus it


class LiveExplorer(anywidget.AnyWidget):
    """An explorer that needs no kernel once it is on the page.

    Parameters
    ----------
    name
        What is explored, in a few words; no two explorers of the course share them.
    numbers
        What it draws: names to numbers, texts and lists, and to arrays that `packed`
        has made small.
    still
        The first picture, for where no script runs.
    alt
        What the still shows, in a sentence.
    script
        The module beside this file that draws it, without its ending; by default it
        has the explorer's name: ``sparsity_force``.

    Examples
    --------
    >>> still = Figure(figsize=(1, 1))
    >>> LiveExplorer("sparsity force", {"networks": {}}, still, "No network.")
    LiveExplorer(sparsity force)
    """

    _css = palette_css() + (HERE / "live.css").read_text(encoding="utf-8")

    state = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        name: str,
        numbers: Mapping[str, Any],
        still: Figure,
        alt: str,
        script: str | None = None,
    ) -> None:
        self.name, self.alt, self.png = name, alt, to_png(still)
        self.script = script or name.replace(" ", "_")
        self._esm = javascript(HERE / f"{self.script}.js")
        contents = {"name": name, "script": self.script, "numbers": numbers}
        super().__init__(state=json.dumps(contents, ensure_ascii=False))
        if folder := os.environ.get(FOR_THE_BOOK):
            self.write(Path(folder))

    def write(self, folder: Path) -> Path:
        """Write its state where the book looks for it."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name.replace(' ', '-')}.json"
        path.write_text(self.state + "\n", encoding="utf-8")
        return path

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle = super()._repr_mimebundle_(**options)
        return with_still(bundle, self.png, repr(self))

    def __repr__(self) -> str:
        return f"LiveExplorer({self.name})"


def packed(values: ArrayLike, kind: str = "u8") -> dict[str, Any]:
    """Return an array as a small text that JavaScript unpacks.

    Parameters
    ----------
    values
        Numbers of any shape.
    kind
        How each is rounded: ``"u8"``, images from 0 to 1, in 255 steps; ``"i8"`` and
        ``"i14"``, anything, in 127 or 8,191 steps from zero to the largest.

    Returns
    -------
    dict
        Whole numbers, compressed, and the `scale` to multiply them by.

    Raises
    ------
    ValueError
        If a value is not finite, or is outside [0, 1] where it has to be inside.

    Examples
    --------
    >>> small = packed([[0.0, 0.5], [1.0, 1.0]])
    >>> small["kind"], small["shape"], unpacked(small).round(2).tolist()
    ('u8', [2, 2], [[0.0, 0.5], [1.0, 1.0]])
    """
    array = np.asarray(values, dtype=np.float64)
    if not np.isfinite(array).all():
        raise ValueError("Only finite numbers can be sent; some are NaN or infinite.")
    largest = float(np.abs(array).max(initial=0.0)) or 1.0
    if kind == "u8":
        if array.size and not 0 <= array.min() <= array.max() <= 1:
            raise ValueError(
                f"Images range from 0 to 1, but these from {array.min():g} to "
                f"{array.max():g}: choose kind='i14' for other numbers."
            )
        largest = 1.0
    scale = largest / MOST[kind]
    whole = np.rint(array / scale).astype("<i2")
    # All low bytes and then all high ones: those are much alike, and get very short.
    halves = np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 2).T
    sent = halves if kind == "i14" else halves[:1]
    squeezed = base64.b64encode(zlib.compress(sent.tobytes(), 9)).decode()
    shape = list(array.shape)
    return {"squeezed": squeezed, "kind": kind, "scale": scale, "shape": shape}


def unpacked(small: Mapping[str, Any]) -> np.ndarray:
    """Return what JavaScript unpacks of `packed`, float32.

    Examples
    --------
    >>> unpacked(packed([-2.0, 1.0], "i8"))
    array([-2.      ,  1.007874], dtype=float32)
    """
    sent = zlib.decompress(base64.b64decode(small["squeezed"]))
    if small["kind"] == "i14":
        halves = np.frombuffer(sent, np.uint8).reshape(2, -1)
        whole = np.ascontiguousarray(halves.T).view("<i2").ravel()
    else:
        whole = np.frombuffer(sent, {"i8": np.int8, "u8": np.uint8}[small["kind"]])
    numbers = small["scale"] * whole.astype(np.float64)
    return numbers.reshape(small["shape"]).astype(np.float32)


def layers(
    model: Autoencoder,
    half: str,
    keep: np.ndarray | None = None,
    *,
    kind: str = "i14",
) -> list[Any]:
    """Return one half of a dense model, for `net.js` to compute.

    Parameters
    ----------
    model
        The model.
    half
        ``"encoder"`` or ``"decoder"``.
    keep
        Which outputs of the last layer are sent, (d,) booleans; all by default.
    kind
        How weights are rounded; see `packed`.

    Returns
    -------
    list of dict
        ``weight``, ``bias`` and ``activation`` of each layer.

    Raises
    ------
    ValueError
        If the model's weights are tied.

    Examples
    --------
    >>> [layer["activation"] for layer in layers(Autoencoder([9, 4, 2]), "decoder")]
    ['sigmoid', 'sigmoid']
    """
    if model.tied:
        raise ValueError("Tied weights are stored once; pass a model without tying.")
    names = getattr(model, f"{half}_activations")
    sent = []
    for layer, name in zip(getattr(model, half), names, strict=True):
        parts = {"weight": as_array(layer.weight), "bias": as_array(layer.bias)}
        if keep is not None and len(parts["bias"]) == len(keep):
            parts = {part: values[keep] for part, values in parts.items()}
        sent.append(
            {
                "weight": packed(parts["weight"], kind),
                "bias": packed(parts["bias"], "i14"),
                "activation": name,
            }
        )
    return sent
