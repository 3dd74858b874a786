"""How digits are written: the table of skeletons, and smooth curves through them.

`skeletons.toml` lists the allographs, the ways in which people write each digit.
This module turns every one of them into `N_POINTS` points along its ink, and works out
the smooth displacements that an unsteady hand gives those points.
"""

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from aelib.digits.shaping import slant_of

N_POINTS = 72
"""Points along the ink of a digit; at most one pixel apart in the picture."""

TOUCH = 0.06
"""Strokes closer than this touch and move together, in heights of the digit."""

TABLE = Path(__file__).with_name("skeletons.toml")


@dataclass(frozen=True)
class Allograph:
    """One way of writing a digit.

    Attributes
    ----------
    digit
        What is written, 0 to 9.
    name, family
        Allographs of one digit and family can be blended into each other.
    weight
        How often it is used among the allographs of its digit, relative.
    strokes
        Control points; x to the right, y downwards, the digit about 1 high; each
        (k, 2).
    """

    digit: int
    name: str
    family: str
    weight: float
    strokes: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Skeletons:
    """All allographs as arrays, `a` of them, ready to be drawn in batches.

    Attributes
    ----------
    allographs
        The table that they come from.
    digit
        Which digit each allograph writes; (a,).
    odds
        Row d: how probably each allograph is used for the digit d; (10, a).
    blend_odds
        Row i: the probabilities of the allographs that i is blended with; (a, a).
    points
        The ink, x and y, at equal distances along every stroke; (a, 2, N_POINTS).
    same_stroke
        Whether point k and point k + 1 belong to one stroke; bool (a, N_POINTS - 1).
    own_slant
        How much further than the average of its digit each allograph leans to the
        right by its very shape, sideways per height; (a,).
    free_end
        Whether the pen is set down or lifted at point k; bool (a, N_POINTS).
    sway
        An unsteady hand: a row of independent standard normal numbers times this is a
        smooth displacement of standard deviation 1, twice that at free ends;
        (a, N_POINTS, N_POINTS).
    """

    allographs: tuple[Allograph, ...]
    digit: np.ndarray
    odds: np.ndarray
    blend_odds: np.ndarray
    points: np.ndarray
    same_stroke: np.ndarray
    own_slant: np.ndarray
    free_end: np.ndarray
    sway: np.ndarray


def read_allographs(path: Path = TABLE) -> tuple[Allograph, ...]:
    """Read a table of skeletons.

    Examples
    --------
    >>> allographs = read_allographs()
    >>> sorted({a.digit for a in allographs})
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    """
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["allograph"]
    return tuple(
        Allograph(
            row["digit"],
            row["name"],
            row["family"],
            float(row["weight"]),
            tuple(parse_stroke(stroke) for stroke in row["strokes"]),
        )
        for row in rows
    )


def parse_stroke(text: str) -> np.ndarray:
    """Read a stroke's control points, "x,y x,y …" in hundredths, as (k, 2).

    Examples
    --------
    >>> parse_stroke("0,0 50,100")
    array([[0. , 0. ],
           [0.5, 1. ]])
    """
    points = np.array([pair.split(",") for pair in text.split()], float) / 100
    if len(points) < 2 or not np.diff(points, axis=0).any(axis=1).all():
        raise ValueError(
            f"The stroke {text!r} needs at least 2 points, each unlike the one before; "
            "make a corner by ending the stroke and beginning another."
        )
    return points


def spline(controls: np.ndarray, per_segment: int = 32) -> np.ndarray:
    """Draw a centripetal Catmull-Rom spline through control points.

    Parameters
    ----------
    controls
        A closed curve where the last point equals the first; (k, 2).
    per_segment
        Points drawn between two control points.

    Returns
    -------
    ((k - 1) * per_segment + 1, 2) array

    Notes
    -----
    Knots are spaced by the square root of the chords, which lets the curve neither
    overshoot nor loop (Yuksel, Schaefer & Keyser, 2011, doi:10.1016/j.cad.2010.08.008).

    Examples
    --------
    >>> spline(np.array([[0.0, 0.0], [1.0, 2.0]]), per_segment=2)
    array([[0. , 0. ],
           [0.5, 1. ],
           [1. , 2. ]])
    """
    before, after = 2 * controls[0] - controls[1], 2 * controls[-1] - controls[-2]
    if np.array_equal(controls[0], controls[-1]):
        before, after = controls[-2], controls[1]
    p = np.vstack([before, controls, after])
    gap = np.sqrt(np.linalg.norm(np.diff(p, axis=0), axis=1, keepdims=True))
    velocity = np.diff(p, axis=0) / gap
    across = (p[2:] - p[:-2]) / (gap[1:] + gap[:-1])
    tangent = velocity[:-1] + velocity[1:] - across
    start, end = tangent[:-1] * gap[1:-1], tangent[1:] * gap[1:-1]

    u = (np.arange(per_segment) / per_segment)[None, :, None]
    p1, p2, m1, m2 = (a[:, None] for a in (controls[:-1], controls[1:], start, end))
    curve = (
        (1 + 2 * u) * (1 - u) ** 2 * p1
        + u * (1 - u) ** 2 * m1
        + u**2 * (3 - 2 * u) * p2
        - u**2 * (1 - u) * m2
    )
    return np.vstack([curve.reshape(-1, 2), controls[-1:]])


def arc_length(curve: np.ndarray) -> np.ndarray:
    """Length of a curve from its start to each of its points.

    Examples
    --------
    >>> arc_length(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]]))
    array([0., 5., 6.])
    """
    steps = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    return np.concatenate([[0.0], np.cumsum(steps)])


def along(curve: np.ndarray, count: int) -> np.ndarray:
    """Points at the middles of `count` equally long pieces of a curve.

    Examples
    --------
    >>> along(np.array([[0.0, 0.0], [4.0, 0.0]]), 2)
    array([[1., 0.],
           [3., 0.]])
    """
    s = arc_length(curve)
    middles = (np.arange(count) + 0.5) / count * s[-1]
    return np.column_stack([np.interp(middles, s, axis) for axis in curve.T])


def stroke_lengths(strokes: tuple[np.ndarray, ...]) -> np.ndarray:
    """Length of each stroke's spline.

    Examples
    --------
    >>> stroke_lengths((parse_stroke("0,0 300,400"), parse_stroke("0,0 0,100")))
    array([5., 1.])
    """
    return np.array([arc_length(spline(stroke))[-1] for stroke in strokes])


def along_strokes(strokes: tuple[np.ndarray, ...], counts: np.ndarray) -> np.ndarray:
    """Place the given number of points along each stroke's spline, (points, 2).

    Examples
    --------
    >>> along_strokes((parse_stroke("0,0 100,0"),), np.array([2]))
    array([[0.25, 0.  ],
           [0.75, 0.  ]])
    """
    return np.vstack(
        [along(spline(s), n) for s, n in zip(strokes, counts, strict=True)]
    )


def share_points(lengths: np.ndarray, total: int = N_POINTS) -> np.ndarray:
    """Share `total` points among strokes in proportion to their lengths.

    Examples
    --------
    >>> share_points(np.array([1.0, 3.0]), 8)
    array([2, 6])
    """
    # Rounded, lest a last bit that differs between machines moves a point.
    shares = np.round(lengths / lengths.sum() * total, 6)
    counts = np.maximum(2, np.floor(shares)).astype(int)
    counts[np.argmax(shares)] += total - counts.sum()
    return counts


def free_ends(strokes: tuple[np.ndarray, ...], counts: np.ndarray) -> np.ndarray:
    """Mark the points at those ends of strokes that no other end shares.

    Examples
    --------
    >>> corner = parse_stroke("0,0 0,1"), parse_stroke("0,1 1,1")
    >>> free_ends(corner, np.array([2, 3]))
    array([ True, False, False, False,  True])
    """
    uses = Counter(tuple(end) for s in strokes for end in (s[0], s[-1]))
    stops = np.cumsum(counts)
    free = np.zeros(stops[-1], bool)
    for stroke, first, stop in zip(strokes, stops - counts, stops, strict=True):
        free[first] = uses[tuple(stroke[0])] == 1
        free[stop - 1] = uses[tuple(stroke[-1])] == 1
    return free


def ink_distance(strokes: tuple[np.ndarray, ...], counts: np.ndarray) -> np.ndarray:
    """Distances between points as an ant on the ink walks, (points, points).

    It steps over where strokes touch or cross, and from the end of a closed stroke
    to its start, but it stays on a stroke that crosses itself.
    """
    place = np.arange(counts.sum())
    stroke = np.repeat(np.arange(len(counts)), counts)
    stops = np.cumsum(counts)
    is_end = np.isin(place, [stops - counts, stops - 1])

    step = np.repeat(stroke_lengths(strokes) / counts, counts)
    same = stroke[:, None] == stroke
    along_stroke = np.where(same, step * abs(place[:, None] - place), np.inf)

    points = along_strokes(strokes, counts)
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    may_touch = ~same | (is_end[:, None] & is_end)
    across = np.where(may_touch & (apart < TOUCH), apart, np.inf)

    walk = np.minimum(along_stroke, across)
    for via in place:  # Floyd and Warshall's shortest paths
        walk = np.minimum(walk, walk[:, via, None] + walk[via])
    return walk


def unsteadiness(strokes: tuple[np.ndarray, ...], counts: np.ndarray) -> np.ndarray:
    """Find the smooth displacements that an unsteady hand gives the ink.

    They are a Gaussian process over the distance along the ink: what is joined
    moves together, what lies far apart along the pen's way moves independently.

    Returns
    -------
    (points, points) array
        To be multiplied from the left by independent standard normal numbers.

    Notes
    -----
    The symmetric root of the covariance: unlike its eigenvectors, whose signs are
    free (and which a ring has in pairs), it is the same on every machine.
    """
    distance = ink_distance(strokes, counts)
    long_waves, short_waves = (np.exp(-((distance / s) ** 2) / 2) for s in (0.6, 0.2))
    variance, modes = np.linalg.eigh(0.8 * long_waves + 0.2 * short_waves)
    root = (modes * np.sqrt(np.maximum(variance, 0))) @ modes.T

    ends = free_ends(strokes, counts)
    nearest = distance[:, ends].min(axis=1, initial=np.inf)
    looseness = 1 + np.exp(-nearest / 0.15)
    return root * looseness


@cache
def load_skeletons() -> Skeletons:
    """Prepare the table of skeletons for drawing (once per process).

    Examples
    --------
    >>> skeletons = load_skeletons()
    >>> len(skeletons.allographs) >= 50
    True
    >>> skeletons.points.shape[1:]
    (2, 72)
    """
    allographs = read_allographs()
    digit = np.array([a.digit for a in allographs])
    weight = np.array([a.weight for a in allographs])
    family = np.array([f"{a.digit} {a.family}" for a in allographs])
    relatives = family[:, None] == family

    # Relatives share their points among their strokes alike, so that they can be mixed.
    lengths = [stroke_lengths(a.strokes) for a in allographs]
    counts = [
        share_points(np.sum([lengths[j] for j in np.flatnonzero(row)], axis=0))
        for row in relatives
    ]
    written = [(a.strokes, n) for a, n in zip(allographs, counts, strict=True)]
    points = np.array([along_strokes(*w).T for w in written], np.float32)
    strokes = np.array([np.repeat(np.arange(len(n)), n) for n in counts])
    odds = _rows_to_one((digit == np.arange(10)[:, None]) * weight)
    lean = slant_of(points, np.ones((len(points), N_POINTS)))
    return Skeletons(
        allographs=allographs,
        digit=digit,
        odds=odds,
        blend_odds=_rows_to_one(relatives * weight),
        points=points,
        same_stroke=strokes[:, 1:] == strokes[:, :-1],
        own_slant=(lean - (odds @ lean)[digit]).astype(np.float32),
        free_end=np.array([free_ends(*w) for w in written]),
        sway=np.array([unsteadiness(*w) for w in written], np.float32),
    )


def _rows_to_one(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum(axis=1, keepdims=True)
