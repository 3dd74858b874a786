"""Explorer of notebook 00: one weight of a small network, and what moves with it."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from aelib.backprop import Network
from aelib.diagrams import draw_network
from aelib.explore.checks import check_index, check_range
from aelib.explore.live import LiveExplorer

REACH = 6  # weights and inputs are moved from -6 to 6


def one_weight(
    net: Network,
    x: np.ndarray,
    y: np.ndarray,
    weight: tuple[int, int, int] = (1, 0, 0),
) -> LiveExplorer:
    """Notebook 00: one weight of a small network, and what moves with it.

    Parameters
    ----------
    net
        The network, small enough to draw; it stays as it is.
    x, y
        One input (d,) and its target (outputs,).
    weight
        Which weight is chosen at first: layer, i and j of ``net.weights[layer][i, j]``.
        It starts where it is, and goes from -6 to 6.

    Raises
    ------
    ValueError
        If there is no such weight, or it lies outside that range.

    Examples
    --------
    >>> net = Network.from_parameters([[[1.0]], [[2.0]]], [[0.0], [0.0]], "linear")
    >>> one_weight(net, np.array([1.0]), np.array([0.0])).alt
    'With the weight at 2.0 the cost is 2.0000 and its slope +2.0000.'
    """
    layer, i, j = weight
    _check_place(net, layer, i, j)
    start = float(net.weights[layer][i, j])
    check_range(f"net.weights[{layer}][{i}, {j}]", start, -REACH, REACH)
    numbers = {
        "weights": [w.tolist() for w in net.weights],
        "biases": [b.tolist() for b in net.biases],
        "activations": list(net.activations),
        "x": np.asarray(x, float).tolist(),
        "y": np.asarray(y, float).tolist(),
        "weight": [layer, i, j],
    }
    cost, slope = net.cost(x, y), float(net.gradients(x, y)[0][layer][i, j])
    figure = Figure(figsize=(7, 3.3), layout="none")
    ax = figure.add_axes((0, 0, 1, 1))
    draw_network(net, x, y, mark=weight, ax=ax)
    alt = (
        f"With the weight at {start:.1f} the cost is {cost:.4f} and its slope "
        f"{slope:+.4f}."
    )
    return LiveExplorer("one weight", numbers, figure, alt)


def _check_place(net: Network, layer: int, i: int, j: int) -> None:
    check_index("layer", layer, 0, len(net.weights) - 1)
    above, below = net.weights[layer].shape
    check_index("i", i, 0, above - 1)
    check_index("j", j, 0, below - 1)
