"""Explorer of features in a plane: turned to match, and said in words."""

from __future__ import annotations

import numpy as np
import pytest
from sent import numbers

from aelib import explore

SQUARE = np.array([[1.0, 0], [0, 1], [-1, 0], [0, -1]])


def turned(angle: float) -> np.ndarray:
    cos, sin = np.cos(angle), np.sin(angle)
    return SQUARE @ np.array([[cos, -sin], [sin, cos]])


def test_the_plane_is_turned_so_that_nothing_moves_without_need() -> None:
    sent = numbers(explore.superposition({1.0: SQUARE, 0.1: turned(1.0)}))
    assert sent["chances"] == [1.0, 0.1]
    np.testing.assert_allclose(sent["directions"][0], SQUARE, atol=1e-3)
    np.testing.assert_allclose(sent["directions"][1], SQUARE, atol=1e-3)


def test_turning_keeps_what_each_feature_shares_with_each() -> None:
    directions = np.random.default_rng(0).normal(size=(5, 2))
    sent = numbers(explore.superposition({0.5: directions[::-1], 0.1: directions}))
    found = sent["directions"][1]
    np.testing.assert_allclose(found @ found.T, directions @ directions.T, atol=0.01)


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(features, 2\)"):
        explore.superposition({0.5: np.ones((3, 3))})
    with pytest.raises(ValueError, match="equally many"):
        explore.superposition({0.5: SQUARE, 0.1: SQUARE[:3]})
    with pytest.raises(ValueError, match="between 0 and 1"):
        explore.superposition({1.5: SQUARE})
