"""Records: what few labels, and draws, come to; the page docs/records.md.

    python benchmarks/records.py

writes the page from stored tables, which other scripts of this folder make. Nothing is
trained here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from aelib.results import Table, load_table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "records.md"
INTRODUCTION = """\
# Records

Written by `python benchmarks/records.py` from stored tables; do not edit. Numbers are
mean ± standard deviation, over draws of the labels or seeds; **CPU seconds** are those
of one run, and vary with what else the machine did. Beside each stands what a sceptic
would try. No setting was chosen on MNIST's test digits. Further records, with all
labels, of a code of thirty numbers and of log p(x) of binary digits, stand among the
[published numbers, reproduced](results.md)."""
LABELS = """\
## A hundred labels

Test error on 10,000 digits, in percent; 60,000 training images, ten labels per class.
Notebook [12](../notebooks/12-hundred-labels.ipynb) explains all rows. Settings
are those that served on drawn digits; the kernel machine's were chosen by
cross-validation among the hundred labels.

Published, on MNIST: 12.03 (manifold tangent classifier), 3.33 ± 0.14 (variational
autoencoders, M1 + M2), 1.06 ± 0.37 (ladder network): the table in A. Rasmus et al.,
"Semi-supervised learning with ladder networks" (2015),
[arXiv:1507.02672](https://arxiv.org/abs/1507.02672), whose ladder is
784-1000-500-250-250-250-10 and trains for 150 epochs.

We aimed at 4.2 % within 60 CPU seconds, and at 2.2 % within 15 CPU minutes. The first
is reached and the second is not. Our ladder is 784-500-250-250-250-10 with noise of 0.3
in every layer, denoising weighted by 1,000 at the pixels, 10 above and 0.1 further up,
100 images and 50 labelled ones a step, and Adam at 0.005 with a cosine schedule. Which
rungs matter was tried with a smaller ladder (notebook 12); of this one no other setting
was, nor more epochs, for some of which there would have been time."""
DRAWS = """\
## New digits

2,000 draws against 2,000 test digits. Fréchet distance in a classifier's features, as a
share of their variance; how often a draw is read as the class that was ordered; and how
often it is nearer to a training digit than to a test digit (½: not memorized). Three
seeds. Notebook [13](../notebooks/13-from-denoiser-to-sampler.ipynb) explains all rows.
Copies of test digits show what the decoder allows; the copy machine adds a little noise
to training codes, which the Fréchet distance does not notice.

We aimed at a Fréchet distance of 1 % by order."""


def spread(values: np.ndarray, digits: int = 2) -> str:
    """Write mean ± standard deviation.

    Examples
    --------
    >>> spread(np.array([1.0, 2.0, 3.0]), 1)
    '2.0 ± 1.0'
    """
    return f"{values.mean():.{digits}f} ± {values.std(ddof=1):.{digits}f}"


def labels(table: Table) -> list[str]:
    """Return the lines about a hundred labels."""
    ways = {
        "graph on components and a variational code": ("graph on both", 0),
        "graph on a variational code": ("graph on VAE", 0),
        "graph on 50 components": ("graph on PCA", 0),
        "ladder, after 12 of 36 epochs": ("ladder, 36 epochs", 12),
        "ladder, after 24": ("ladder, 36 epochs", 24),
        "ladder, after 36": ("ladder, 36 epochs", 36),
        "the ladder's network on the labels alone": ("labels only", 0),
        "kernel machine on the labels alone": ("SVM on PCA", 0),
    }
    lines = [
        "| | MNIST | drawn digits | draws | CPU seconds |",
        "|---|---|---|---|---|",
    ]
    for what, (method, epoch) in ways.items():
        mnist, drawn = (
            table.where(data=name, method=method, epoch=epoch)
            for name in ("mnist", "drawn")
        )
        errors = f"{spread(mnist['error'])} | {spread(drawn['error'])}"
        seconds = f"{np.mean(mnist['seconds']):,.0f}"
        lines.append(f"| {what} | {errors} | {len(mnist['error'])} | {seconds} |")
    return lines


def draws(table: Table) -> list[str]:
    """Return the lines about new digits."""
    ways = (
        "20 Gaussians per class",
        "diffusion, fresh noise",
        "diffusion, guidance 1",
        "diffusion, guidance 2.5",
        "50 Gaussians",
        "variational, prior",
        "one Gaussian",
        "copies of test digits",
        "copy machine",
    )
    head = "| MNIST | Fréchet distance, % | right class | nearer | CPU seconds |"
    lines = [head, "|---|---|---|---|---|"]
    for method in ways:
        found = table.where(data="mnist", method=method)
        right = found["right"].mean()
        cells = [
            spread(100 * found["frechet"]),
            "" if np.isnan(right) else f"{right:.3f}",
            f"{found['near'].mean():.3f}",
            f"{found['seconds'].mean():.0f}",
        ]
        lines.append(f"| {method} | {' | '.join(cells)} |")
    return lines


def page() -> str:
    """Return the page."""
    first, second = load_table("hundred_labels"), load_table("diffusion_digits")
    parts = [
        INTRODUCTION,
        LABELS,
        "\n".join(labels(first)),
        DRAWS,
        "\n".join(draws(second)),
    ]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
