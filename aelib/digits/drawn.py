"""Digits drawn with a pen: pictures like MNIST's whose every factor is known.

How a digit is made, from top to bottom of this file: choose how it is written (an
allograph, blended a little with a relative), let an unsteady hand displace the ink,
lean and stretch it, fit it into MNIST's box of 20×20 px, centre it by mass, draw it
with a pen.  `Settings` holds every range, `skeletons.toml` the ways of writing.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng

from .pen import distance_to_ink, ink_per_point, press, trace
from .skeletons import N_MODES, Skeletons, load_skeletons

CHUNK = 500
"""Digits drawn at a time, each chunk from its own stream of random numbers."""

BOX = 20.0
"""MNIST scales every digit into a box of 20×20 px, keeping its proportions."""

MIDDLE = 13.5
"""Centre of the picture, px: the corner that its four central pixels share."""

PER_DIGIT = np.array(
    # slant      log stretch  log pen widest  jitter,
    # mean  sd    mean   sd    mean   pen, px relative
    [
        (0.22, 0.22, -0.01, 0.23, 1.00, 5.0, 1.00),
        (0.25, 0.27, 0.02, 0.23, 1.00, 5.0, 0.75),
        (0.15, 0.28, 0.14, 0.24, 0.90, 4.5, 1.15),
        (0.07, 0.27, 0.06, 0.20, 0.88, 4.3, 1.10),
        (0.07, 0.32, -0.04, 0.18, 0.82, 4.3, 0.80),
        (0.21, 0.32, 0.14, 0.19, 0.81, 4.3, 1.05),
        (0.01, 0.23, 0.05, 0.25, 0.87, 4.2, 0.85),
        (0.03, 0.26, 0.12, 0.20, 0.91, 4.3, 1.00),
        (0.18, 0.27, -0.04, 0.21, 0.80, 4.0, 1.05),
        (0.00, 0.26, -0.05, 0.20, 0.78, 4.0, 0.95),
    ],
    dtype=np.float32,
).T
"""What differs between the digits, chosen by looking at MNIST's training images."""


@dataclass(frozen=True)
class Settings:
    """How far each factor ranges; the clean style replaces the first three.

    Attributes
    ----------
    rotation : float
        Standard deviation of the angle by which the paper was turned, rad.
    jitter : float
        Standard deviation of the hand's displacements, in heights of the digit;
        twice that at free ends.
    pressure : float
        Standard deviation of the ink's two slow waves, as a share of the ink.
    blend : float
        Largest share of a relative in the skeleton, uniform from 0.
    pen : float
        Standard deviation of the logarithm of the pen's width.
    finest : float
        Width of the finest pen, px.
    edge : tuple of float
        Softest and sharpest edge, px, uniform between.
    widest_deviation : float
        Normal factors are clipped at this many standard deviations.
    """

    rotation: float = 0.06
    jitter: float = 0.055
    sloppy: tuple = (0.3, 1.6)
    pressure: float = 0.15
    blend: float = 0.5
    pen: float = 0.27
    finest: float = 1.3
    edge: tuple[float, float] = (0.5, 0.9)
    widest_deviation: float = 2.2


WIDE = Settings()
STYLES = {
    "drawn": WIDE,
    "drawn-clean": replace(
        WIDE, rotation=0.0, jitter=WIDE.jitter / 2, pressure=WIDE.pressure / 2
    ),
}
SPLITS = ("train", "test")


def draw_digits(
    n: int, *, style: str = "drawn", seed: int = 0, split: str = "train"
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Draw handwritten-looking digits.

    Parameters
    ----------
    n : int
        How many, at least 1.  The first k of a larger n are the same k.
    style : {"drawn", "drawn-clean"}
        Clean: the paper is never turned and the hand half as unsteady, so that slant
        and pen width are what distinguishes the pictures of one allograph.
    seed : int
        Which digits, 0 or larger; the same seed draws the same bytes.
    split : {"train", "test"}
        Which of two streams that have no digit in common.

    Returns
    -------
    images : (n, 28, 28) array of uint8
        0 is paper, 255 is ink.
    labels : (n,) array of int64
        What is written, 0 to 9, each equally likely.
    factors : dict of (n,) arrays
        How it was drawn, as realised in the picture; see `data/README.md`.

    Raises
    ------
    ValueError
        If n is below 1, the seed negative, or the style or split unknown.

    Examples
    --------
    >>> images, labels, factors = draw_digits(3)
    >>> images.shape, images.dtype, labels.shape
    ((3, 28, 28), dtype('uint8'), (3,))
    >>> sorted(factors)[:3]
    ['allograph', 'aspect', 'blend']
    """
    _check(n, style, seed, split)
    streams = [
        SeedSequence(seed, spawn_key=(SPLITS.index(split), chunk))
        for chunk in range(-(-n // CHUNK))
    ]
    chunks = [draw_chunk(default_rng(stream), STYLES[style]) for stream in streams]
    images, labels, factors = zip(*chunks, strict=True)
    return (
        np.concatenate(images)[:n],
        np.concatenate(labels)[:n],
        {f: np.concatenate([c[f] for c in factors])[:n] for f in factors[0]},
    )


def _check(n: int, style: str, seed: int, split: str) -> None:
    if n < 1:
        raise ValueError(f"n = {n} digits asked for; ask for at least 1.")
    if style not in STYLES:
        raise ValueError(f"Unknown style {style!r}; choose one of {list(STYLES)}.")
    if split not in SPLITS:
        raise ValueError(f"Unknown split {split!r}; choose one of {list(SPLITS)}.")
    if seed < 0:
        raise ValueError(f"seed = {seed}; a seed is a whole number from 0 on.")


def draw_chunk(
    rng: Generator, settings: Settings
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Draw `CHUNK` digits: images, labels and factors as `draw_digits` returns them."""
    skeletons = load_skeletons()
    labels = rng.integers(10, size=CHUNK)
    slant, sd_slant, stretch, sd_stretch, log_pen, widest, _ = PER_DIGIT[:, labels]

    def normal(mean, sd):
        """Clipped normal numbers, one per digit."""
        z = rng.standard_normal(CHUNK, dtype=np.float32)
        return mean + sd * np.clip(z, -settings.widest_deviation, None).clip(
            max=settings.widest_deviation
        )

    ink, allograph, written = write(rng, skeletons, labels, settings)
    same_stroke = skeletons.same_stroke[allograph]
    rotation = normal(0, settings.rotation)
    ink = turn(ink, rotation)
    ink[:, 0] *= np.exp(normal(stretch, sd_stretch))[:, None]
    ink = lean(ink, same_stroke, normal(slant, sd_slant))
    pen = np.clip(np.exp(normal(log_pen, settings.pen)), settings.finest, widest)
    ink = fit_box(ink, pen)

    length = ink_per_point(ink, same_stroke)
    ink = MIDDLE + centre(ink, length)
    waves = normal(0, settings.pressure), normal(0, settings.pressure)
    mass = length * press(pen, pressure(length, *waves))
    edge = rng.uniform(*settings.edge, CHUNK).astype(np.float32)
    distance = distance_to_ink(ink, mass, skeletons.free_end[allograph])
    images = trace(distance, pen, edge)
    factors = written | measure(ink, length, images)
    factors |= {"rotation": rotation, "stroke_width": pen}
    factors |= {"pressure": waves[0], "edge": edge}
    return images, labels, factors


def write(
    rng: Generator, skeletons: Skeletons, labels: np.ndarray, settings: Settings
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Write each digit in some person's way, with an unsteady hand.

    Returns
    -------
    ink : (n, 2, N_POINTS) array
        Points x, y along the ink, in heights of the digit.
    allograph : (n,) array of int
    factors : dict of (n,) arrays
        Allograph, relative, blend and jitter.
    """
    allograph = choose(rng, skeletons.odds[labels])
    relative = choose(rng, skeletons.blend_odds[allograph])
    blend = rng.uniform(0, settings.blend, len(labels)).astype(np.float32)
    share = blend[:, None, None]
    ink = (1 - share) * skeletons.points[allograph] + share * skeletons.points[relative]

    amplitudes = rng.standard_normal((len(labels), 2, N_MODES), dtype=np.float32)
    sloppy = settings.jitter * rng.uniform(*settings.sloppy, len(labels)) * PER_DIGIT[6, labels]
    shift = sloppy.astype(np.float32)[:, None, None] * (amplitudes @ skeletons.modes[allograph])
    factors = {
        "allograph": allograph,
        "relative": relative,
        "blend": np.where(relative == allograph, np.float32(0), blend),
        "jitter": shift.std(axis=2).mean(axis=1),
    }
    return ink + shift, allograph, factors


def choose(rng: Generator, odds: np.ndarray) -> np.ndarray:
    """Choose one column per row with the row's probabilities.

    >>> choose(default_rng(0), np.array([[0.0, 1.0], [1.0, 0.0]]))
    array([1, 0])
    """
    rising = odds.cumsum(axis=1)
    return (rising < rng.random((len(odds), 1)) * rising[:, -1:]).sum(axis=1)


def turn(ink: np.ndarray, angle: np.ndarray) -> np.ndarray:
    """Turn the ink (n, 2, k) clockwise by the angles (n,) in rad.

    >>> turn(np.array([[[1.0], [0.0]]]), np.array([np.pi / 2])).round(6)
    array([[[0.],
            [1.]]])
    """
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    x, y = ink[:, 0], ink[:, 1]
    return np.stack([c * x - s * y, s * x + c * y], axis=1)


def lean(ink: np.ndarray, same_stroke: np.ndarray, slant: np.ndarray) -> np.ndarray:
    """Shear the ink (n, 2, k) so that it leans to the right by `slant` (n,).

    Whatever lean it has of its own is taken away: afterwards `slant_of` is `slant`.
    """
    shear = slant - slant_of(ink, ink_per_point(ink, same_stroke))
    sheared = ink.copy()
    sheared[:, 0] -= shear[:, None] * ink[:, 1]
    return sheared


def slant_of(ink: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Measure how far the ink leans to the right per height, −cov(x, y)/var(y).

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
    """Scale the ink (n, 2, k) so that its trace just fits the box, in px."""
    extent = (ink.max(axis=2) - ink.min(axis=2)).max(axis=1)
    return ink * ((BOX - pen) / extent)[:, None, None]


def pressure(length: np.ndarray, half: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """How much wider the trace is along the ink, (n, k), as a share of the pen.

    Half a wave (positive: the beginning is heavier) and a whole wave.
    """
    way = np.cumsum(length, axis=1)
    phase = np.float32(np.pi) * way / way[:, -1:]
    return half[:, None] * np.cos(phase) + whole[:, None] * np.cos(2 * phase)


def measure(
    ink: np.ndarray, length: np.ndarray, images: np.ndarray
) -> dict[str, np.ndarray]:
    """Measure what jitter, stretching and box fitting made of the ink."""
    dark = images > 127
    width = dark.any(axis=1).sum(axis=1)
    height = dark.any(axis=2).sum(axis=1)
    return {
        "slant": slant_of(ink, length),
        "aspect": (width / height).astype(np.float32),
        "box_width": width,
        "box_height": height,
        "ink": images.sum(axis=(1, 2), dtype=np.float32) / 255,
    }
