"""Explorer of one weight: cost and slope are the network's, and no weight is bent."""

from __future__ import annotations

import numpy as np
import pytest

from aelib.backprop import Network
from aelib.explore import one_weight

X, Y = np.array([0.3, -0.4]), np.array([1.0])


def network(weight: float) -> Network:
    return Network.from_parameters(
        [[[0.5, -1.0]], [[weight]]], [[0.1], [0.0]], "tanh", output="linear"
    )


@pytest.mark.parametrize("value", [-6.0, 0.0, 2.5])
def test_cost_and_slope_are_those_by_hand(value: float) -> None:
    explorer = one_weight(network(value), X, Y)
    h = np.tanh(0.5 * 0.3 + 0.4 + 0.1)
    error = value * h - 1.0
    assert f"cost is {error**2 / 2:.4f} and its slope {error * h:+.4f}" in explorer.alt


def test_a_weight_beyond_the_slider_is_refused_not_bent() -> None:
    message = r"net.weights\[1\]\[0, 0\]=7.0 is out of range: choose from -6 to 6"
    with pytest.raises(ValueError, match=message):
        one_weight(network(7.0), X, Y)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ((2, 0, 0), "layer=2 is out of range: choose from 0 to 1"),
        ((1, 1, 0), "i=1 is out of range: choose from 0 to 0"),
        ((0, 0, -1), "j=-1 is out of range: choose from 0 to 1"),
    ],
)
def test_a_weight_that_is_not_there_is_refused(
    weight: tuple[int, int, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        one_weight(network(1.0), X, Y, weight)
