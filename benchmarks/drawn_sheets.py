"""The pictures of the data card: digits, their factors, and the table of skeletons.

    python benchmarks/drawn_sheets.py

writes `docs/img/drawn-digits.png`, `drawn-factors.png` and `drawn-skeletons.png`. Look
at the last one after adding an allograph.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from aelib.digits.drawn import draw_digits
from aelib.digits.skeletons import read_allographs, spline

FOLDER = Path(__file__).parents[1] / "docs" / "img"
FACTORS = ("slant", "stroke_width", "aspect", "rotation", "pressure", "jitter")


def tile(images: np.ndarray, columns: int) -> np.ndarray:
    """Put images (n, 28, 28) into rows of one large picture."""
    rows = images.reshape(-1, columns, 28, 28).transpose(0, 2, 1, 3)
    return rows.reshape(-1, columns * 28)


def show(picture: np.ndarray, size: tuple[float, float]) -> Figure:
    """Show a picture of ink on white paper, without axes."""
    figure, axes = plt.subplots(figsize=size, layout="constrained")
    axes.imshow(picture, cmap="gray_r", interpolation="nearest")
    axes.axis("off")
    return figure


def digits_sheet(per_row: int = 20) -> Figure:
    """Two rows of each digit, as drawn."""
    images, labels, _ = draw_digits(2000)
    chosen = [np.flatnonzero(labels == d)[: 2 * per_row] for d in range(10)]
    return show(tile(images[np.concatenate(chosen)], per_row), (10, 10))


def factors_sheet(columns: int = 14, name: str = "two bowls") -> Figure:
    """Draw one allograph along each factor's range, the others near their median."""
    images, _, factors = draw_digits(100_000)
    names = [a.name for a in read_allographs()]
    own = factors["allograph"] == names.index(name)
    values = np.column_stack([factors[f][own] for f in FACTORS])
    scaled = (values - np.median(values, axis=0)) / values.std(axis=0)
    figure, rows = plt.subplots(len(FACTORS), figsize=(9, 4.6), layout="constrained")
    for i, axes in enumerate(rows):
        low, high = np.quantile(scaled[:, i], [0.01, 0.99])
        wanted = np.linspace(low, high, columns)
        others = (np.delete(scaled, i, axis=1) ** 2).sum(axis=1)
        off = (3 * (scaled[:, i] - wanted[:, None])) ** 2 + others
        chosen = off.argmin(axis=1)
        axes.imshow(tile(images[own][chosen], columns), cmap="gray_r")
        first, last = values[chosen[[0, -1]], i]
        axes.set_ylabel(
            f"{FACTORS[i]}\n{first:.2f} … {last:.2f}",
            rotation=0,
            ha="right",
            va="center",
        )
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_visible(False)
    return figure


def skeletons_sheet(columns: int = 12) -> Figure:
    """Every allograph: its strokes in colours, its control points as dots."""
    allographs = read_allographs()
    count = -(-len(allographs) // columns)
    figure, grid = plt.subplots(
        count, columns, figsize=(columns, 1.5 * count), layout="constrained"
    )
    for axes in grid.flat:
        axes.axis("off")
    for axes, allograph in zip(grid.flat, allographs, strict=False):
        for stroke, colour in zip(
            allograph.strokes, ("C0", "C1", "C2", "k"), strict=False
        ):
            axes.plot(*spline(stroke).T, color=colour, lw=2)
            axes.plot(*stroke.T, ".", color=colour, ms=5)
        axes.set(xlim=(-0.25, 1.15), ylim=(1.1, -0.1), aspect="equal")
        axes.set_title(
            f"{allograph.digit} {fill(allograph.name, 16)}\n"
            f"({allograph.family}) {allograph.weight:g}",
            fontsize=6,
        )
    return figure


def main() -> None:
    """Draw and store the three sheets."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, sheet in (
        ("digits", digits_sheet()),
        ("factors", factors_sheet()),
        ("skeletons", skeletons_sheet()),
    ):
        path = FOLDER / f"drawn-{name}.png"
        sheet.savefig(path, dpi=110)
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
