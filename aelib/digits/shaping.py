"""What happens to the ink between the hand and the picture.

Ink is an array (n, 2, k): for each of n digits the positions x, y of k points, x to
the right and y downwards.  `length` (n, k) is the length of ink at each point.
"""

import numpy as np

BOX = 20.0
"""MNIST scales every digit into a box of 20×20 px, keeping its proportions."""


def turn(ink: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Turn the ink (n, 2, k) clockwise by the angles (n,) in rad.

    Examples
    --------
    >>> turn(np.array([[[1.0], [0.0]]]), np.array([np.pi / 2])).round(6)
    array([[[0.],
            [1.]]])
    """
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, y = ink[:, 0], ink[:, 1]
    return np.stack([c * x - s * y, s * x + c * y], axis=1)


def stretch(ink: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """Make the ink (n, 2, k) wider by the factors (n,), its height unchanged.

    Examples
    --------
    >>> stretch(np.array([[[1.0, 2.0], [1.0, 2.0]]]), np.array([3.0]))
    array([[[3., 6.],
            [1., 2.]]])
    """
    ones = np.ones_like(factor)
    return ink * np.stack([factor, ones], axis=1)[:, :, None]


def shear(ink: np.ndarray, amount: np.ndarray) -> np.ndarray:
    """Lean the ink to the right.

    Parameters
    ----------
    ink
        Positions (n, 2, k).
    amount
        How far each digit is to lean (n,), sideways per height.

    Examples
    --------
    >>> shear(np.array([[[0.0, 0.0], [0.0, -1.0]]]), np.array([0.5]))
    array([[[ 0. ,  0.5],
            [ 0. , -1. ]]])
    """
    x, y = ink[:, 0], ink[:, 1]
    return np.stack([x - amount[:, None] * y, y], axis=1)


def slant_of(ink: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Measure how far the ink leans to the right per height, −cov(x, y)/var(y).

    Parameters
    ----------
    ink
        Positions (n, 2, k).
    length
        Length of ink at each point (n, k).

    Examples
    --------
    >>> leaning = np.array([[[1.0, 0.0], [0.0, 2.0]]])
    >>> slant_of(leaning, np.ones((1, 2)))
    array([0.5])
    """
    off = centre(ink, length)
    weighted_y = length * off[:, 1]
    return -(weighted_y * off[:, 0]).sum(axis=1) / (weighted_y * off[:, 1]).sum(axis=1)


def centre(ink: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Move the ink's centre of mass to the origin."""
    share = length / length.sum(axis=1, keepdims=True)
    return ink - ink @ share[:, :, None]


def fit_box(ink: np.ndarray, pen: np.ndarray) -> np.ndarray:
    """Scale the ink so that its trace just fits the box of 20 px.

    Parameters
    ----------
    ink
        Positions (n, 2, k).
    pen
        Width of the pen, px, (n,).

    Examples
    --------
    >>> fit_box(np.array([[[0.0, 0.5], [0.0, 1.0]]]), np.array([2.0]))
    array([[[ 0.,  9.],
            [ 0., 18.]]])
    """
    extent = (ink.max(axis=2) - ink.min(axis=2)).max(axis=1)
    return ink * ((BOX - pen) / extent)[:, None, None]


def onto_grid(ink: np.ndarray, pen: np.ndarray) -> np.ndarray:
    """Move the ink by less than a pixel so that its trace begins where a pixel does.

    MNIST's digits were scaled into a box of whole pixels and moved by whole pixels;
    so their centres of mass are up to half a pixel away from where they should be.

    Examples
    --------
    >>> onto_grid(np.array([[[3.2, 9.0], [5.9, 8.0]]]), np.array([1.0]))
    array([[[3. , 8.8],
            [6. , 8.1]]])
    """
    edge = ink.min(axis=2) - pen[:, None] / 2
    return ink + (np.rint(edge - 0.5) + 0.5 - edge)[:, :, None]


def pressure(length: np.ndarray, half: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """How much wider the trace is along the ink, (n, k), as a share of the pen.

    Half a wave (positive: the beginning is heavier) and a whole wave.
    """
    way = np.cumsum(length, axis=1)
    phase = np.float32(np.pi) * way / way[:, -1:]
    return half[:, None] * np.cos(phase) + whole[:, None] * np.cos(2 * phase)
