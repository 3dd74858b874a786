"""Is a gradient right?  Ask the cost itself, by central differences.

Central differences need nothing but the function, so they share no mistake with a
derivation on paper.  (For torch modules, `torch.autograd.gradcheck` does the same.)
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aelib import inputs
from aelib.backprop import Network

Array = NDArray[np.float64]

# (f(x+h) - f(x-h)) / 2h errs by about h²·f'''/6 (the parabola that it fits) and by
# about eps·f/h (the digits that cancel); the two meet near the cube root of eps, 6e-6.
EPS = float(np.finfo(float).eps)
STEP = float(np.cbrt(EPS))


def numerical_gradient(
    f: Callable[[Array], float], x: ArrayLike, step: float = STEP
) -> Array:
    """Gradient of `f` at `x` by central differences, one entry at a time.

    Parameters
    ----------
    f
        Function of one array (any shape) that returns one number.
    x
        Point at which to differentiate; not changed.
    step
        Distance h to either side, relative to entries larger than 1.  The default
        balances the two errors of the method, see `STEP`; at costs and curvatures near
        1 about ten digits remain.

    Returns
    -------
    Array
        df/dx, shape of `x`, float64.

    Raises
    ------
    ValueError
        If `step` is too small to be seen beside 1, or `x` is not finite.

    Examples
    --------
    >>> numerical_gradient(lambda x: (x**3).sum(), [1.0, 2.0]).round(6).tolist()
    [3.0, 12.0]
    """
    x = inputs.array("x", x)
    if not EPS < inputs.number("step", step) < np.inf:
        raise ValueError(f"step must be larger than {EPS:.1g}, and finite; got {step}.")
    gradient = np.empty_like(x)
    for k in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[k] += step * max(1, abs(x[k]))
        down[k] -= step * max(1, abs(x[k]))
        # The distance as stored: x ± h is rounded too.
        distance = up[k] - down[k]
        rise = _single_number("f(x)", f(up)) - _single_number("f(x)", f(down))
        gradient[k] = rise / distance
    return gradient


def _single_number(name: str, value: Any) -> float:
    """Return the one number that a function is differentiated for."""
    found = inputs.array(name, value, finite=False)
    if found.size != 1:
        raise ValueError(
            f"{name} has shape {found.shape}; a gradient belongs to a function that "
            "returns one number: differentiate one output at a time, or their sum."
        )
    return float(found.item())


def relative_error(a: ArrayLike, b: ArrayLike, floor: float = 1e-2) -> float:
    """Distance of two arrays as a fraction of their norm.

    ‖a - b‖ / max(‖a‖, ‖b‖, floor): symmetric, and independent of the units.  Below the
    floor the distance counts absolutely (divided by the floor): there, central
    differences of a cost near 1 are rounding noise, and no measure of the gradient.

    Parameters
    ----------
    a, b
        Arrays of the same shape.
    floor
        Smallest norm that is trusted as a scale, > 0.

    Returns
    -------
    float
        0 for equal arrays; up to 2 for unequal ones, and 2 for `b = -a`.

    Raises
    ------
    ValueError
        If the shapes differ (nothing is broadcast), or `floor` is not positive.

    Examples
    --------
    >>> round(relative_error([3.0, 4.0], [3.0, 4.05]), 5)  # .05 / ‖b‖
    0.00992
    >>> relative_error([3.0, 4.0], [-3.0, -4.0])  # a sign error
    2.0
    """
    a, b = (inputs.array("a gradient", g, finite=False) for g in (a, b))
    if a.shape != b.shape:
        raise ValueError(f"Shapes differ: {a.shape} and {b.shape}.")
    inputs.positive("floor", floor)
    scale = max(np.linalg.norm(a), np.linalg.norm(b), floor)
    return float(np.linalg.norm(a - b) / scale)


def check(claim: str, ours: ArrayLike, theirs: ArrayLike, bound: float = 1e-7) -> None:
    """Stop unless two ways to a result agree, and else say that they do.

    Parameters
    ----------
    claim
        What is compared, in words.
    ours, theirs
        The two results, of the same shape.
    bound
        Largest `relative_error` that still counts as agreement.

    Raises
    ------
    AssertionError
        If they differ by more than that, or one of them is not a number.
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> check("d/dx x² = 2x at 3", 6.0, numerical_gradient(np.square, 3.0))
    d/dx x² = 2x at 3: agrees
    """
    error = relative_error(ours, theirs)
    if not error < bound:
        raise AssertionError(
            f"{claim}: the two differ by {error:.1e} of their norm, "
            f"which is not below {bound:.0e}."
        )
    print(f"{claim}: agrees")


def check_gradients(
    net: Network, x: ArrayLike, y: ArrayLike, **penalties: Any
) -> dict[str, float]:
    """Compare `net.gradients` with central differences of `net.cost`, block by block.

    Parameters
    ----------
    net
        The network; its parameters are the same afterwards.
    x, y
        Inputs and targets, as for `net.cost`.
    **penalties
        Passed on to both `net.cost` and `net.gradients`.

    Returns
    -------
    dict of str to float
        `relative_error` of each parameter block: "W1", "b1", "W2", …  Correct
        gradients stay below 1e-7 (ReLU: except within a step of a kink, where the
        cost has no derivative); a wrong sign gives 2, a forgotten factor .1 to 1.  The
        floor is 1e-2, or 1e-2 of the cost where that exceeds 1: so does its rounding.

    Examples
    --------
    >>> net = Network([3, 2, 1], "tanh", seed=1)
    >>> errors = check_gradients(net, np.eye(3), np.zeros((3, 1)))
    >>> list(errors), max(errors.values()) < 1e-7
    (['W1', 'b1', 'W2', 'b2'], True)
    """
    by_hand = net.gradients(x, y, **penalties)
    floor = 1e-2 * max(1, net.cost(x, y, **penalties))
    errors = {}
    for layer, pair in enumerate(zip(net.weights, net.biases, strict=True)):
        for block, letter, slopes in zip(pair, "Wb", by_hand, strict=True):
            numerical = numerical_gradient(
                _cost_of(block, lambda: net.cost(x, y, **penalties)), block
            )
            error = relative_error(slopes[layer], numerical, floor)
            errors[f"{letter}{layer + 1}"] = error
    return errors


def _cost_of(block: Array, cost: Callable[[], float]) -> Callable[[Array], float]:
    """Cost as a function of one parameter block; puts the block back each time."""

    def with_block(values: Array) -> float:
        kept = block.copy()
        block[...] = values
        try:
            return cost()
        finally:
            block[...] = kept

    return with_block
