"""Explorer of notebook 00: one weight of a small network, and what moves with it."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from aelib.backprop import Network
from aelib.diagrams import BACKWARD, draw_network
from aelib.explore.base import Explorer, as_laid_out, slider
from aelib.explore.checks import check_index

REACH = 6  # the weight is moved from -6 to 6


def one_weight(
    net: Network,
    x: np.ndarray,
    y: np.ndarray,
    weight: tuple[int, int, int] = (1, 0, 0),
) -> Explorer:
    """Notebook 00: one weight of a small network, and what moves with it.

    Parameters
    ----------
    net
        The network, small enough to draw; it stays as it is.
    x, y
        One input (d,) and its target (outputs,).
    weight
        Which weight the slider moves: layer, i and j of ``net.weights[layer][i, j]``.
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
    control = slider(
        f"net.weights[{layer}][{i}, {j}]", start, -REACH, REACH, 0.1, sign="weight"
    )
    reach = np.linspace(-REACH, REACH, 121)

    def with_weight(value: float) -> Network:
        weights = [w.copy() for w in net.weights]
        weights[layer][i, j] = value
        return Network.from_parameters(weights, net.biases, net.activations)

    def cost_and_slope(value: float) -> tuple[float, float]:
        model = with_weight(value)
        return model.cost(x, y), float(model.gradients(x, y)[0][layer][i, j])

    costs = [cost_and_slope(value)[0] for value in reach]

    # All but the network, the tangent and a number stays, and is drawn up only once.
    figure = Figure(figsize=(9.5, 3.3), layout="none")
    left, right = figure.subplots(1, 2, width_ratios=(5, 3))
    figure.subplots_adjust(0, 0.16, 0.98, 0.9, wspace=0.1)
    right.plot(reach, costs, label="cost")
    tangent = right.axline((0, 0), slope=0, color=BACKWARD, label="tangent")
    (point,) = right.plot([], [], "o", color=BACKWARD)
    margin = 0.15 * np.ptp(costs)
    right.set(ylim=(min(costs) - margin, max(costs) + margin))
    right.set(xlabel="the weight", ylabel="cost J")
    right.locator_params(nbins=5)
    title = right.set_title("", y=1)
    right.legend(loc="upper center")

    def draw(value: float) -> Figure:
        cost, slope = cost_and_slope(value)
        for artist in (*left.lines, *left.patches, *left.texts):
            artist.remove()
        draw_network(with_weight(value), x, y, mark=weight, ax=left)
        tangent.set(xy1=(value, cost), slope=slope)
        point.set_data([value], [cost])
        title.set_text(f"∂J/∂w = {slope:+.4f}")
        return as_laid_out(figure)

    def describe(value: float) -> str:
        cost, slope = cost_and_slope(value)
        return (
            f"With the weight at {value:.1f} the cost is {cost:.4f} "
            f"and its slope {slope:+.4f}."
        )

    return Explorer("one weight", {"value": control}, draw, describe)


def _check_place(net: Network, layer: int, i: int, j: int) -> None:
    check_index("layer", layer, 0, len(net.weights) - 1)
    above, below = net.weights[layer].shape
    check_index("i", i, 0, above - 1)
    check_index("j", j, 0, below - 1)
