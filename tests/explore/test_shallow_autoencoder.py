"""Explorer of code sizes: it shows the outputs of the size that was chosen."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import picture

from aelib import explore

RNG = np.random.default_rng(0)


def test_code_sizes_shows_the_reconstruction_of_the_chosen_size() -> None:
    images = RNG.random((4, 28, 28))
    outputs = {8: images * 0.9, 1: np.zeros_like(images)}
    explorer = explore.code_sizes(images, outputs)
    assert explorer.controls["size"].options == (1, 8)
    alts, pictures = [], []
    for size in (1, 8):
        explorer.set(size=size)
        error = np.square(images - outputs[size]).sum(axis=(1, 2)).mean()
        assert f"{error:.1f}" in explorer.alt
        alts.append(explorer.alt)
        pictures.append(picture(explorer))
    assert "1 number each" in alts[0]
    assert "8 numbers each" in alts[1]
    # The digits rebuilt from eight numbers add ink, and take it from the difference.
    assert np.abs(pictures[0] - pictures[1]).max() > 0.5


def test_code_sizes_of_nothing_or_of_other_images_are_refused() -> None:
    images = RNG.random((4, 28, 28))
    with pytest.raises(ValueError, match="one code size at least"):
        explore.code_sizes(images, {})
    with pytest.raises(ValueError, match=r"size 8 have shape \(3, 28, 28\)"):
        explore.code_sizes(images, {8: images[1:]})
