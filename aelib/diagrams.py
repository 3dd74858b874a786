"""Drawings of networks: small ones with their numbers, large ones by their shapes.

Units are circles with their activity inside, weights are lines: blue where positive,
orange where negative, the thicker the larger.  What flows backward is purple.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Ellipse, Rectangle
from numpy.typing import ArrayLike

from aelib.backprop import Network
from aelib.plots import COLOURS
from aelib.plots.arrays import count

POSITIVE, NEGATIVE = COLOURS["blue"], COLOURS["vermilion"]
BACKWARD = "#882255"
MOST_UNITS = 6
RADIUS = 0.36
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
COLUMN, ROW = 3.4, 2.2
FROZEN, BAR, HEAD = "#777777", 0.24, 0.42
LARGE = 10_000


def draw_network(
    net: Network,
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    gradients: bool = False,
    mark: tuple[int, int, int] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a network; with a sample, its activities; with a target, its deltas.

    Parameters
    ----------
    net
        A network with at most six units in a layer.
    x
        One input (d,).  Units then show their activity h, and s below them.
    y
        One target (outputs,), together with `x`.  Units then show the lecture's
        delta = -dJ/ds as well.
    gradients
        Label each weight with dJ/dw = -delta x under its value; needs `x` and `y`.
    mark
        Layer, i and j of one weight `net.weights[layer][i, j]` to draw in full
        colour, the others paler.
    ax
        Axes to draw into; None: new ones.

    Returns
    -------
    Axes
        The drawing, in units of its own, without axes.

    Raises
    ------
    ValueError
        If a layer has more than six units, something needed is not given, or `mark`
        is none of the weights.

    Examples
    --------
    >>> ax = draw_network(Network([2, 2, 1]), [0.5, 1.0], [1.0])
    >>> [t.get_text() for t in ax.texts if "ŷ" in t.get_text()]
    ['ŷ₁']
    """
    if max(net.sizes) > MOST_UNITS:
        raise ValueError(
            f"A drawing holds at most {MOST_UNITS} units per layer; got {net.sizes}."
        )
    if (gradients and y is None) or (y is not None and x is None):
        raise ValueError("Deltas and gradients need both x and y.")
    if x is not None and np.ndim(x) != 1:
        raise ValueError(f"Give one sample (d,), not shape {np.shape(x)}.")
    weights = [
        (layer, i, j)
        for layer, w in enumerate(net.weights)
        for i, j in np.ndindex(w.shape)
    ]
    if mark is not None and tuple(mark) not in weights:
        raise ValueError(f"There is no weight {mark} (layer, i, j) in {net.sizes}.")
    ax = ax or _new_axes(net.sizes)
    places = _places(net.sizes)
    slopes = net.gradients(x, y)[0] if gradients else None
    for layer, i, j in weights:
        ends = (places[layer][j], places[layer + 1][i])
        slope = None if slopes is None else slopes[layer][i, j]
        is_faint = mark is not None and tuple(mark) != (layer, i, j)
        _draw_weight(ax, *ends, net.weights[layer][i, j], slope, is_faint)
    for unit in _units(net, x, y):
        _draw_unit(ax, places[unit.layer][unit.index], unit)
    _frame(ax, net.sizes)
    # All texts lie within the frame; measuring them would double the time of drawing.
    for text in ax.texts:
        text.set_in_layout(False)
    return ax


def draw_shapes(
    shapes: Sequence[tuple[int, int, int]], code_size: int, *, ax: Axes | None = None
) -> Axes:
    """Draw an image's way through a convolutional autoencoder, sizes to scale.

    Parameters
    ----------
    shapes
        ``(channels, height, width)`` of the image and after each convolution:
        `aelib.autoencoders.ConvAutoencoder.map_shapes`.  The way back mirrors them.
    code_size
        Numbers in the code, in the middle.
    ax
        Axes to draw into; None: new ones.

    Returns
    -------
    Axes
        The drawing, in pixels of the image.  Of many channels, six sheets are drawn.

    Raises
    ------
    ValueError
        If there is no shape, one has not three sizes, or a size is below 1.

    Examples
    --------
    >>> ax = draw_shapes([(1, 28, 28), (8, 14, 14)], code_size=32)
    >>> [text.get_text() for text in ax.texts]
    ['1 × 28 × 28', '8 × 14 × 14', '32', '8 × 14 × 14', '1 × 28 × 28']
    """
    if not shapes or any(len(shape) != 3 or min(shape) < 1 for shape in shapes):
        raise ValueError(
            "Give shapes (channels, height, width), each of them 1 or more; got "
            f"{shapes!r}."
        )
    code_size = count("code_size", code_size)
    unit = max(max(shape[1:]) for shape in shapes)
    if ax is None:
        ax = plt.subplots(figsize=(2 + 2 * len(shapes), 2), layout="constrained")[1]
    names = [" × ".join(map(str, shape)) for shape in shapes]
    stacks = [*shapes, (1, unit, unit / 14), *reversed(shapes)]
    left = 0.0
    for stack, name in zip(
        stacks, [*names, str(code_size), *reversed(names)], strict=True
    ):
        right = _draw_sheets(ax, left, *stack, step=unit / 20)
        _write(ax, ((left + right) / 2, -0.75 * unit), name)
        left = right + 0.7 * unit
        if len(ax.texts) < len(stacks):
            ax.arrow(
                right + unit / 6, 0, unit / 4, 0, color=BACKWARD, head_width=unit / 20
            )
    ax.set_xlim(-0.3 * unit, right + 0.3 * unit)
    ax.set_ylim(-0.9 * unit, 0.85 * unit)
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def draw_layers(
    sizes: Sequence[int],
    names: Sequence[str],
    arrows: Sequence[str] | None = None,
    *,
    learned: Sequence[bool] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw a large network by its layers: bars, the taller the more units.

    Parameters
    ----------
    sizes
        Units of each layer, the input first.
    names
        What each layer is called, such as ``"x"`` or ``"code"``.
    arrows
        What stands between neighbours, such as ``"W₁"``; None: nothing.
    learned
        For each arrow, whether its weights are being learned: blue; others are grey.
        None: all of them are.
    ax
        Axes to draw into; None: new ones.

    Returns
    -------
    Axes
        The drawing, without axes.  Heights are logarithmic, from 1 to 1,000 units.

    Raises
    ------
    ValueError
        If there are fewer than two layers, a size is below 1, or names, arrows and
        layers don't match in number.

    Examples
    --------
    >>> ax = draw_layers([784, 200, 10], ["x", "h", "p"], ["W", "V"])
    >>> [text.get_text() for text in ax.texts if text.get_text()]
    ['x', '784', 'h', '200', 'p', '10', 'W', 'V']
    """
    gaps = len(sizes) - 1
    arrows = [""] * gaps if arrows is None else arrows
    learned = [True] * gaps if learned is None else learned
    if gaps < 1 or min(sizes) < 1:
        raise ValueError(f"Give two or more layers of 1 unit or more; got {sizes!r}.")
    if len(names) != gaps + 1 or len(arrows) != gaps or len(learned) != gaps:
        raise ValueError(
            f"{gaps + 1} layers need {gaps + 1} names and {gaps} arrows; got "
            f"{len(names)} names, {len(arrows)} arrows and {len(learned)} of `learned`."
        )
    if ax is None:
        size = (1.3 * len(sizes), 2.4)
        ax = plt.subplots(figsize=size, layout="constrained")[1]
    for place, (size, name) in enumerate(zip(sizes, names, strict=True)):
        _draw_bar(ax, (place, 0), size, name)
    for place, (text, is_learned) in enumerate(zip(arrows, learned, strict=True)):
        colour = POSITIVE if is_learned else FROZEN
        _draw_arrow(ax, (place + BAR, 0), (place + 1 - BAR, 0), colour)
        if text:
            _write(ax, (place + 0.5, 0), text, up=9, colour=colour)
    ax.set(xlim=(-0.5, gaps + 0.5), ylim=(-0.75, 0.75))
    ax.axis("off")
    return ax


def draw_thinned(
    sizes: Sequence[int], dropped: Sequence[Sequence[int]], *, ax: Axes | None = None
) -> Axes:
    """Draw a small network, and in dashes the hidden units that dropout has taken.

    Parameters
    ----------
    sizes
        Units per layer, input first: at most ten each.
    dropped
        For each hidden layer the numbers of its dropped units, the topmost 0.
    ax
        Axes to draw into; None: new ones.

    Returns
    -------
    Axes
        The drawing, without axes.  No line leads to or from a dropped unit.

    Raises
    ------
    ValueError
        If there is no hidden layer, a layer has more than ten units or none, there is
        not one list for each hidden layer, or a number is none of the layer's units.

    Examples
    --------
    >>> ax = draw_thinned([2, 3, 2], [[1]])
    >>> len(ax.lines)  # 2 units are left, each with 2 inputs and 2 outputs
    8
    """
    if len(sizes) < 3 or not all(1 <= size <= 10 for size in sizes):
        raise ValueError(f"Give three or more layers of 1 to 10 units; got {sizes!r}.")
    lost = [set(), *map(set, dropped), set()]
    if len(lost) != len(sizes) or not all(
        units <= set(range(size)) for units, size in zip(lost, sizes, strict=True)
    ):
        raise ValueError(
            f"Give the dropped units of each hidden layer of {sizes!r}, one list for "
            f"each; got {dropped!r}."
        )
    if ax is None:
        size = (1.1 * len(sizes), 0.42 * max(sizes))
        ax = plt.subplots(figsize=size, layout="constrained")[1]
    places = [
        [(1.6 * layer, (size - 1) / 2 - k) for k in range(size)]
        for layer, size in enumerate(sizes)
    ]
    for layer in range(len(sizes) - 1):
        for j, i in np.ndindex(sizes[layer], sizes[layer + 1]):
            if j in lost[layer] or i in lost[layer + 1]:
                continue
            ends = zip(places[layer][j], places[layer + 1][i], strict=True)
            ax.plot(*ends, color=POSITIVE, linewidth=0.8, alpha=0.6, zorder=1)
    for layer, units in enumerate(places):
        for k, place in enumerate(units):
            is_lost = k in lost[layer]
            edge, dash = (FROZEN, ":") if is_lost else ("black", "-")
            ax.add_patch(Circle(place, 0.3, fc="white", ec=edge, ls=dash, zorder=3))
            if is_lost:
                _write(ax, place, "×", size=12, colour=NEGATIVE)
    reach = (max(sizes) - 1) / 2 + 0.5
    ax.set(xlim=(-0.5, 1.6 * (len(sizes) - 1) + 0.5), ylim=(-reach, reach))
    ax.set_aspect("equal")
    ax.axis("off")
    return ax


def draw_computation(
    values: Sequence[str],
    steps: Sequence[str],
    slopes: Sequence[str],
    parameters: Mapping[int, tuple[str, str]],
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw a computation as a graph: values in boxes, forward in blue, back in purple.

    Parameters
    ----------
    values
        What stands in the boxes, from the input to the cost.
    steps
        What leads from each box to the next: one less than `values`.
    slopes
        What each step multiplies by on the way back; "": nothing goes back there.
    parameters
        For the number of a box, what comes into it from below, and what goes back
        there: ``{1: ("W, b", "−δ x")}``.
    ax
        Axes to draw into; None: new ones.

    Returns
    -------
    Axes
        The drawing, without axes.

    Raises
    ------
    ValueError
        If `values`, `steps` and `slopes` don't match in number, or a parameter belongs
        to no box.

    Examples
    --------
    >>> steps, slopes = ["w x", "½(y − s)²"], ["", "y − s"]
    >>> ax = draw_computation(["x", "s", "J"], steps, slopes, {1: ("w", "−δ x")})
    >>> [text.get_text() for text in ax.texts if text.get_text()][:3]
    ['x', 's', 'J']
    """
    gaps = len(values) - 1
    if gaps < 1 or len(steps) != gaps or len(slopes) != gaps:
        raise ValueError(
            f"{len(values)} values need one step and one slope less; got {len(steps)} "
            f"and {len(slopes)}."
        )
    if not set(parameters) <= set(range(len(values))):
        raise ValueError(f"There are boxes 0 to {gaps}; got {sorted(parameters)}.")
    if ax is None:
        size = (1.75 * len(values), 2.7)
        ax = plt.subplots(figsize=size, layout="constrained")[1]
    wide, high = 0.17, 0.22
    for place, value in enumerate(values):
        corner = (place - wide, -high)
        ax.add_patch(Rectangle(corner, 2 * wide, 2 * high, fc="white", ec="black"))
        _write(ax, (place, 0), value, size=11)
    for place, (step, slope) in enumerate(zip(steps, slopes, strict=True)):
        left, right = place + wide, place + 1 - wide
        _draw_arrow(ax, (left, 0.1), (right, 0.1))
        _write(ax, (place + 0.5, 0.1), step, up=10, colour=POSITIVE)
        if slope:
            _draw_arrow(ax, (right, -0.1), (left, -0.1), BACKWARD)
            _write(ax, (place + 0.5, -0.1), slope, up=-11, colour=BACKWARD)
    for place, (parameter, gradient) in parameters.items():
        _draw_arrow(ax, (place - 0.06, -0.8), (place - 0.06, -high))
        _draw_arrow(ax, (place + 0.06, -high), (place + 0.06, -0.8), BACKWARD)
        _write(ax, (place - 0.08, -0.62), parameter, up=-24, colour=POSITIVE)
        _write(ax, (place + 0.08, -0.62), gradient, up=-38, colour=BACKWARD)
    ax.set(xlim=(-0.35, gaps + 0.35), ylim=(-1.35, 0.5))
    ax.axis("off")
    return ax


def draw_ladder(layers: Sequence[str], *, ax: Axes | None = None) -> Axes:
    """Draw a ladder network: a noisy way up, a way down that cleans, a clean way up.

    Parameters
    ----------
    layers
        What the layers are called, the lowest first.
    ax
        Axes to draw into; None: new ones.

    Returns
    -------
    Axes
        The drawing, without axes.

    Raises
    ------
    ValueError
        If there are fewer than two layers.

    Examples
    --------
    >>> ax = draw_ladder(["pixels", "units", "classes"])
    >>> [text.get_text() for text in ax.texts if "cost" in text.get_text()]
    ['cost', 'cost', 'cost']
    """
    if len(layers) < 2:
        raise ValueError(f"A ladder has two layers or more; got {list(layers)!r}.")
    if ax is None:
        size = (5.5, 0.9 * len(layers) + 0.6)
        ax = plt.subplots(figsize=size, layout="constrained")[1]
    wide, high, top = 0.2, 0.22, len(layers) - 1
    for row, layer in enumerate(layers):
        for column, symbol in enumerate(("z̃", "ẑ", "z")):
            corner = (column - wide, row - high)
            ax.add_patch(Rectangle(corner, 2 * wide, 2 * high, fc="white", ec="black"))
            _write(ax, (column, row), symbol, size=11)
        _write(ax, (-0.62, row), layer)
        _draw_arrow(ax, (wide, row), (1 - wide, row))  # the rung
        ax.plot([1 + wide, 2 - wide], [row, row], ":", color=BACKWARD)
        _write(ax, (1.5, row), "cost", up=7, colour=BACKWARD)
        if row < top:
            for column in (0, 2):
                _draw_arrow(ax, (column, row + high), (column, row + 1 - high))
            _draw_arrow(ax, (1, row + 1 - high), (1, row + high))
    for column, name in enumerate(("up, with noise", "down", "up, clean")):
        _write(ax, (column, top + high), name, up=10)
    ax.set(xlim=(-0.95, 2.35), ylim=(-0.4, top + 0.65))
    ax.axis("off")
    return ax


def draw_variational(sizes: Sequence[int], *, ax: Axes | None = None) -> Axes:
    """Draw a variational autoencoder: two answers of the encoder, a draw, a decoder.

    Parameters
    ----------
    sizes
        Units of the layers from the input to the code; the decoder mirrors them.
    ax
        Axes to draw into; None: new ones.

    Returns
    -------
    Axes
        The drawing, without axes.  Heights of layers are logarithmic; the ellipse is
        q(z|x), the point in it a draw.

    Raises
    ------
    ValueError
        If there are fewer than two layers, or a size is below 1.

    Examples
    --------
    >>> ax = draw_variational([784, 256, 2])
    >>> [text.get_text() for text in ax.texts if text.get_text().isdigit()]
    ['784', '784', '256', '256', '2', '2']
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"Give two or more layers of 1 unit or more; got {sizes!r}.")
    if ax is None:
        size = (2.3 * len(sizes) + 1.5, 2.6)
        ax = plt.subplots(figsize=size, layout="constrained")[1]
    heads = len(sizes) - 1  # where the encoder answers; the draw is one place further
    last = 2 * heads + 1
    for layer, size in enumerate(sizes[:-1]):
        _draw_bar(ax, (layer, 0), size, "x" if layer == 0 else "")
        _draw_bar(ax, (last - layer, 0), size, "ŷ" if layer == 0 else "")
        if layer + 1 < heads:
            _draw_arrow(ax, (layer + BAR, 0), (layer + 1 - BAR, 0))
            _draw_arrow(ax, (last - layer - 1 + BAR, 0), (last - layer - BAR, 0))
    for name, up in (("μ", HEAD), ("log σ²", -HEAD)):
        _draw_bar(ax, (heads, up), sizes[-1], name)
        _draw_arrow(ax, (heads - 1 + BAR, 0), (heads - BAR, up))
        _draw_arrow(ax, (heads + BAR, up), (heads + 0.68, 0.3 * up))
    ellipse = Ellipse((heads + 1, 0), 0.55, 0.42, angle=20, alpha=0.25, color=POSITIVE)
    ax.add_patch(ellipse)
    ax.plot(heads + 1.1, 0.05, "o", ms=5, color=NEGATIVE)
    _draw_arrow(ax, (heads + 1.32, 0.02), (heads + 2 - BAR, 0))
    _write(ax, (heads + 1, 0.36), "q(z|x)", up=4, colour=POSITIVE)
    _draw_arrow(ax, (heads + 1.05, -0.5), (heads + 1.1, -0.02), colour=NEGATIVE)
    _write(
        ax, (heads + 1.05, -0.5), "z = μ + σ ε,  ε ~ N(0, 1)", up=-9, colour=NEGATIVE
    )
    _write(ax, ((heads - 1) / 2, 0.5), "encoder", up=26)
    _write(ax, (last - (heads - 1) / 2, 0.5), "decoder", up=26)
    ax.set(xlim=(-0.5, last + 0.5), ylim=(-0.8, 0.95))
    ax.axis("off")
    return ax


def _draw_bar(ax: Axes, place: tuple[float, float], size: int, name: str) -> None:
    """Draw a layer, the taller the more units, with its name above and size below."""
    across, up = place
    height = 0.15 + 0.85 * min(1, np.log10(size) / 3)
    corner = (across - BAR / 2, up - height / 2)
    ax.add_patch(Rectangle(corner, BAR, height, facecolor="white", edgecolor="black"))
    _write(ax, (across, up + height / 2), name, up=9)
    _write(ax, (across, up - height / 2), f"{size:,}", up=-9, size=8)


def _draw_arrow(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str = POSITIVE,
) -> None:
    style = {"arrowstyle": "-|>", "color": colour}
    ax.annotate("", xy=end, xytext=start, arrowprops=style)


def _draw_sheets(
    ax: Axes, left: float, channels: int, height: float, width: float, *, step: float
) -> float:
    """Draw maps behind one another, centred on height 0; return their right end."""
    sheets = min(channels, MOST_UNITS)
    low = -height / 2 - (sheets - 1) * step / 2
    for number in reversed(range(sheets)):
        corner = (left + number * step, low + number * step)
        ax.add_patch(
            Rectangle(corner, width, height, facecolor="white", edgecolor=POSITIVE)
        )
    return left + width + (sheets - 1) * step


@dataclass(frozen=True)
class _Unit:
    """What is written at one unit; None is not written."""

    layer: int
    index: int
    name: str
    h: float | None = None
    s: float | None = None
    b: float | None = None
    delta: float | None = None
    target: float | None = None


def _units(net: Network, x: ArrayLike | None, y: ArrayLike | None) -> list[_Unit]:
    last = len(net.sizes) - 1
    s, h = net.forward(x) if x is not None else (None, None)
    deltas = net.deltas(x, y) if y is not None else None
    units = []
    for layer, size in enumerate(net.sizes):
        for k in range(size):
            letter = "x" if layer == 0 else "ŷ" if layer == last else "h"
            units.append(
                _Unit(
                    layer,
                    k,
                    letter + str(k + 1).translate(SUBSCRIPTS),
                    h=h[layer][k] if h else None,
                    s=s[layer - 1][k] if s and layer else None,
                    b=net.biases[layer - 1][k] if layer else None,
                    delta=deltas[layer - 1][k] if deltas and layer else None,
                    target=np.ravel(y)[k] if y is not None and layer == last else None,
                )
            )
    return units


def _draw_unit(ax: Axes, place: tuple[float, float], unit: _Unit) -> None:
    ax.add_patch(Circle(place, RADIUS, facecolor="white", edgecolor="black", zorder=3))
    if unit.h is None:
        _write(ax, place, unit.name)
    else:
        digits = ".3g" if unit.layer == 0 else ".3f"
        _write(ax, place, _number(unit.h, digits))
        _write(ax, (place[0], place[1] + RADIUS), unit.name, up=8)
    foot = (place[0], place[1] - RADIUS)
    if unit.b is not None:
        _write(ax, foot, f"b = {_number(unit.b, '.3f')}", up=-9, size=8)
    if unit.s is not None:
        _write(ax, foot, f"s = {_number(unit.s, '.3f')}", up=-20, size=8)
    if unit.delta is not None:
        _write(ax, foot, f"δ = {_number(unit.delta, '+.4f')}", up=-32, colour=BACKWARD)
    if unit.target is not None:
        _write(
            ax,
            (place[0] + RADIUS + 0.6, place[1]),
            f"y = {_number(unit.target, '.3g')}",
        )


def _draw_weight(
    ax: Axes,
    start: tuple[float, float],
    end: tuple[float, float],
    weight: float,
    slope: float | None,
    faint: bool,
) -> None:
    colour = POSITIVE if weight >= 0 else NEGATIVE
    (x0, y0), (x1, y1) = start, end
    width = 0.6 + 2.4 * min(1, abs(weight))
    alpha = 0.25 if faint else 1
    ax.plot([x0, x1], [y0, y1], color=colour, linewidth=width, alpha=alpha, zorder=1)
    # Nearer the start than the middle, where lines cross.
    place = (x0 + 0.3 * (x1 - x0), y0 + 0.3 * (y1 - y0))
    lift = 0 if slope is None else 4.8
    _write(ax, place, _number(weight, ".2f"), up=lift, colour=colour, on_line=True)
    if slope is not None:
        text = _number(slope, "+.4f")
        _write(ax, place, text, up=-lift, colour=BACKWARD, on_line=True)


def _write(
    ax: Axes,
    place: tuple[float, float],
    text: str,
    *,
    up: float = 0,
    size: float = 9,
    colour: str = "black",
    on_line: bool = False,
) -> None:
    """Write centred on a place, or some points above it."""
    ax.annotate(
        text,
        place,
        xytext=(0, up),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=size,
        color=colour,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1} if on_line else None,
        zorder=2 if on_line else 4,
    )


def _places(sizes: list[int]) -> list[list[tuple[float, float]]]:
    """Centre of each unit: layers from left to right, unit 1 at the top."""
    return [
        [(layer * COLUMN, ROW * ((size - 1) / 2 - k)) for k in range(size)]
        for layer, size in enumerate(sizes)
    ]


def _new_axes(sizes: list[int]) -> Axes:
    size = (2.7 * len(sizes), 1.6 * max(sizes))
    return plt.subplots(figsize=size, layout="constrained")[1]


def _frame(ax: Axes, sizes: list[int]) -> None:
    """Leave room for what is written around the outermost units."""
    reach = ROW * (max(sizes) - 1) / 2
    ax.set_xlim(-0.8, (len(sizes) - 1) * COLUMN + 1.5)
    ax.set_ylim(-reach - RADIUS - 0.85, reach + RADIUS + 0.4)
    ax.set_aspect("equal")
    ax.axis("off")


def _number(value: float, digits: str) -> str:
    """Write a number as plain text: a formula takes ten times as long to set.

    A large one is written short, 1e+06, or it would cover its neighbours.
    """
    if abs(value) >= LARGE:
        digits = "+.1g" if "+" in digits else ".1g"
    return f"{value:{digits}}".replace("-", "−")
