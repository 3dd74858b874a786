"""A pen on paper: points along the ink become a grey picture of 28×28 pixels.

A Gaussian bell stands on every point, as heavy as the piece of ink it stands for.
Along a straight stroke the bells add up to exp(−d²/2σ²) at distance d from the
ink, so the logarithm of the sum is a soft distance to the ink, and what lies nearer
than half the pen's width is its trace, with a ramp of grey at the edge.
"""

import numpy as np

SIZE = 28
BELL = 0.85
"""Standard deviation σ of the bells, px: about the points' distance."""


def ink_per_point(points: np.ndarray, same_stroke: np.ndarray) -> np.ndarray:
    """Length of ink that each point stands for.

    Parameters
    ----------
    points
        Positions x, y along the ink; (n, 2, k).
    same_stroke
        Whether a point and its successor belong to one stroke; bool (n, k - 1).

    Returns
    -------
    (n, k) array
        The mean distance to the neighbours on the same stroke.

    Examples
    --------
    >>> straight = np.array([[[0.0, 1.0, 3.0], [0.0, 0.0, 0.0]]])
    >>> ink_per_point(straight, np.array([[True, True]]))
    array([[1. , 1.5, 2. ]])
    """
    step = np.diff(points, axis=2)
    total, neighbours = np.zeros((2, len(points), points.shape[2]), points.dtype)
    length = np.hypot(step[:, 0], step[:, 1]) * same_stroke
    for side in (np.s_[:, :-1], np.s_[:, 1:]):
        total[side] += length
        neighbours[side] += same_stroke
    return total / neighbours


def press(pen: np.ndarray, share: np.ndarray) -> np.ndarray:
    """How many times heavier the bells are where the pen is pressed.

    Parameters
    ----------
    pen
        Width of the pen, px; (n,).
    share
        By which share of its width the trace is wider at each point; (n, k).

    Returns
    -------
    (n, k) array

    Examples
    --------
    >>> press(np.array([3.0]), np.array([[0.0]]))
    array([[1.]])
    """
    half = pen[:, None] / 2
    return np.exp(((half * (1 + share)) ** 2 - half**2) / (2 * BELL**2))


def distance_to_ink(
    points: np.ndarray, ink: np.ndarray, free_end: np.ndarray
) -> np.ndarray:
    """Soft distance from every pixel to the ink, px.

    Bells are separable, so all pictures are one batched product of matrices,
    (n, 28, k) times (n, k, 28).

    Parameters
    ----------
    points
        Positions x, y in px, (n, 2, k); pixel (row, column) is centred at
        (column, row).
    ink
        Length of ink at each point, px; a larger number widens the trace there; (n, k).
    free_end
        Where a stroke begins or ends freely, bool (n, k): there the half bell that a
        continuation would have given is added, so that the trace ends round.

    Returns
    -------
    (n, 28, 28) array
    """
    whole_bell = np.float32(BELL * np.sqrt(2 * np.pi))
    heavy = ink / whole_bell + free_end * np.float32(0.5)
    away = points[..., None] - np.arange(SIZE, dtype=np.float32)
    np.multiply(away, away, out=away)
    away *= np.float32(-0.5 / BELL**2)
    bells = np.exp(away, out=away)
    down = bells[:, 1] * heavy[:, :, None]
    heap = down.transpose(0, 2, 1) @ bells[:, 0]
    squared = np.float32(-2 * BELL**2) * np.log(np.maximum(heap, np.float32(1e-30)))
    return np.sqrt(np.maximum(squared, 0))


def trace(distance: np.ndarray, pen: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Blacken the paper within half a pen's width of the ink.

    Parameters
    ----------
    distance
        From `distance_to_ink`, px; (n, 28, 28).
    pen
        Width of the pen, px; (n,).
    edge
        Width of the ramp from ink to paper, px; (n,).

    Returns
    -------
    (n, 28, 28) array of uint8
        0 is paper, 255 is ink.

    Examples
    --------
    >>> distance = np.array([[[0.0, 1.0, 2.0]]])
    >>> trace(distance, pen=np.array([2.0]), edge=np.array([1.0])).tolist()
    [[[255, 128, 0]]]
    """
    inside = pen[:, None, None] / 2 - distance
    grey = np.clip(inside / edge[:, None, None] + 0.5, 0, 1)
    return np.rint(255 * grey).astype(np.uint8)
