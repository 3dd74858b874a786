"""Digits drawn with a pen: pictures like MNIST's whose every factor is known.

A digit is made in the order of `draw_chunk`: someone's way of writing it
(`skeletons.toml`) is blended with a related one and displaced by an unsteady hand;
the ink is stretched, turned, leaned, fitted into MNIST's box and centred by its mass;
a pen draws it.  `Settings` and `PER_DIGIT` say how far each factor ranges.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from .pen import distance_to_ink, ink_per_point, press, trace
from .shaping import centre, fit_box, pressure, shear, slant_of, stretch, turn
from .skeletons import N_MODES, load_skeletons

CHUNK = 250
"""Digits drawn at a time, each chunk from its own stream of random numbers."""

MIDDLE = 13.5
"""Centre of the picture, px: the corner that its four central pixels share."""

PER_DIGIT = np.array(
    # slant        log stretch   log pen widest   unsteadi-
    # mean  sd     mean   sd     mean    pen, px  ness
    [
        (0.22, 0.22, -0.01, 0.23, 1.00, 5.0, 1.00),
        (0.25, 0.27, 0.02, 0.23, 1.00, 5.0, 0.75),
        (0.15, 0.28, 0.12, 0.22, 0.88, 4.5, 1.15),
        (0.07, 0.27, 0.06, 0.18, 0.86, 4.3, 1.10),
        (0.07, 0.32, -0.04, 0.18, 0.80, 4.3, 0.80),
        (0.21, 0.32, 0.14, 0.18, 0.79, 4.3, 1.05),
        (0.01, 0.23, 0.06, 0.24, 0.84, 4.2, 0.85),
        (0.03, 0.26, 0.12, 0.20, 0.89, 4.3, 1.00),
        (0.18, 0.27, -0.04, 0.21, 0.77, 4.0, 1.05),
        (0.00, 0.26, -0.03, 0.19, 0.76, 4.0, 0.95),
    ],
    dtype=np.float32,
).T
"""What differs between the digits 0 to 9, chosen on MNIST's training images.

Slant is sideways per height. Stretch multiplies the skeleton's width. The pen's
median width is the exponential of its mean, in px; thick pens would fill the loops of
some digits. Unsteadiness multiplies `Settings.jitter`.
"""


@dataclass(frozen=True)
class Settings:
    """How far each factor ranges, for all digits alike.

    Attributes
    ----------
    blend : float
        Largest share that a related allograph has in the skeleton; uniform from 0.
    jitter : float
        How far the hand strays, in heights of the digit, standard deviation; twice
        as far at free ends.
    sloppiness : (float, float)
        Neatest and sloppiest writer, as multiples of `jitter`; uniform between.
    rotation : float
        Angle by which the paper is turned, rad, standard deviation.
    pen : float
        Logarithm of the pen's width, standard deviation.
    finest : float
        Width of the finest pen, px.
    pressure : float
        How much wider the trace gets where the pen is pressed, as a share of the
        pen's width, standard deviation of each of two waves along the ink.
    edge : (float, float)
        Sharpest and softest edge from ink to paper, px; uniform between.
    grain : float
        Roughness of the paper, px: the edge moves by up to half of it at each pixel.
    clip : float
        Normally distributed factors stay within so many standard deviations.
    """

    blend: float = 0.5
    jitter: float = 0.055
    sloppiness: tuple[float, float] = (0.3, 1.6)
    rotation: float = 0.06
    pen: float = 0.27
    finest: float = 1.3
    pressure: float = 0.15
    edge: tuple[float, float] = (0.9, 1.4)
    grain: float = 0.5
    clip: float = 2.2


NATURAL = Settings()
STYLES = {
    "drawn": NATURAL,
    "drawn-clean": replace(NATURAL, rotation=0.0, jitter=NATURAL.jitter / 2),
}
SPLITS = ("train", "test")

Factors = dict[str, NDArray]


def draw_digits(
    n: int, *, style: str = "drawn", seed: int = 0, split: str = "train"
) -> tuple[NDArray[np.uint8], NDArray[np.int64], Factors]:
    """Draw digits with a pen.

    Parameters
    ----------
    n : int
        How many, at least 1.  The first k of a larger n are the same k.
    style : {"drawn", "drawn-clean"}
        Clean: paper never turned, hand half as unsteady, so that slant and the pen's
        width account for more of what distinguishes the pictures of one digit.
    seed : int
        Which digits, 0 or larger; the same seed draws the same bytes.
    split : {"train", "test"}
        Which of two independent streams.

    Returns
    -------
    images : (n, 28, 28) array of uint8
        0 is paper, 255 is ink.
    labels : (n,) array of int64
        What is written, 0 to 9, each equally likely.
    factors : dict of (n,) arrays
        How it was drawn, as realised in the picture; `data/README.md` has the table.

    Raises
    ------
    ValueError
        If n is below 1, the seed negative, or the style or split unknown.

    Examples
    --------
    >>> images, labels, factors = draw_digits(3)
    >>> images.shape, images.dtype, labels.shape
    ((3, 28, 28), dtype('uint8'), (3,))
    >>> sorted(factors)[:4]
    ['allograph', 'aspect', 'blend', 'box_height']
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
        {name: np.concatenate([f[name] for f in factors])[:n] for name in factors[0]},
    )


def _check(n: int, style: str, seed: int, split: str) -> None:
    if n < 1:
        raise ValueError(f"n = {n} digits were asked for; ask for at least 1.")
    if style not in STYLES:
        raise ValueError(f"Unknown style {style!r}; choose one of {list(STYLES)}.")
    if split not in SPLITS:
        raise ValueError(f"Unknown split {split!r}; choose one of {list(SPLITS)}.")
    if seed < 0:
        raise ValueError(f"seed = {seed}; a seed is a whole number from 0 on.")


def draw_chunk(
    rng: Generator, settings: Settings
) -> tuple[NDArray[np.uint8], NDArray[np.int64], Factors]:
    """Draw `CHUNK` digits: images, labels and factors as `draw_digits` returns them."""

    def normal(mean: NDArray | float, sd: NDArray | float) -> NDArray[np.float32]:
        z = rng.standard_normal(CHUNK, dtype=np.float32)
        return mean + sd * np.clip(z, -settings.clip, settings.clip)

    def uniform(low: float, high: float) -> NDArray[np.float32]:
        return (low + (high - low) * rng.random(CHUNK)).astype(np.float32)

    labels = rng.integers(10, size=CHUNK)
    slant, sd_slant, wide, sd_wide, log_pen, widest, unsteady = PER_DIGIT[:, labels]
    skeletons = load_skeletons()

    # The hand: somebody's way of writing the digit, blended with a related one.
    allograph = choose(rng, skeletons.odds[labels])
    relative = choose(rng, skeletons.blend_odds[allograph])
    blend = uniform(0, settings.blend) * (relative != allograph)
    ink = mix(skeletons.points[allograph], skeletons.points[relative], blend)
    waves = rng.standard_normal((CHUNK, 2, N_MODES), dtype=np.float32)
    jitter = settings.jitter * unsteady * uniform(*settings.sloppiness)
    stray = jitter[:, None, None] * (waves @ skeletons.modes[allograph])
    ink += stray

    # The paper: how the digit lies on it, and how MNIST puts it into its picture.
    same_stroke = skeletons.same_stroke[allograph]
    ink = stretch(ink, np.exp(normal(wide, sd_wide)))
    angle = normal(0.0, settings.rotation)
    ink = turn(ink, angle)
    lean = normal(slant, sd_slant) - slant_of(ink, ink_per_point(ink, same_stroke))
    ink = shear(ink, lean)
    pen = np.clip(np.exp(normal(log_pen, settings.pen)), settings.finest, widest)
    ink = fit_box(ink, pen)
    length = ink_per_point(ink, same_stroke)
    ink = MIDDLE + centre(ink, length)

    # The pen.
    fading, swelling = normal(0.0, settings.pressure), normal(0.0, settings.pressure)
    edge = uniform(*settings.edge)
    mass = length * press(pen, pressure(length, fading, swelling))
    distance = distance_to_ink(ink, mass, skeletons.free_end[allograph])
    grain = rng.random(distance.shape, dtype=np.float32) - np.float32(0.5)
    images = trace(distance + np.float32(settings.grain) * grain, pen, edge)

    tilt = np.arctan2(np.sin(angle), np.cos(angle) - lean * np.sin(angle))
    factors = {
        "allograph": allograph,
        "relative": relative,
        "blend": blend,
        "jitter": stray.std(axis=2).mean(axis=1),
        "slant": slant_of(ink, length),
        "rotation": tilt,
        "stroke_width": pen,
        "pressure": fading,
        "edge": edge,
        **measure(images),
    }
    return images, labels, factors


def choose(rng: Generator, odds: NDArray) -> NDArray[np.int64]:
    """Choose one column per row, with the probabilities in that row.

    >>> choose(default_rng(0), np.array([[0.0, 1.0], [1.0, 0.0]]))
    array([1, 0])
    """
    rising = odds.cumsum(axis=1)
    return (rising <= rng.random((len(odds), 1)) * rising[:, -1:]).sum(axis=1)


def mix(a: NDArray, b: NDArray, share: NDArray) -> NDArray:
    """Blend the shapes (n, 2, k) of a and b, with `share` (n,) of b.

    >>> mix(np.zeros((1, 2, 1)), np.ones((1, 2, 1)), np.array([0.25])).ravel()
    array([0.25, 0.25])
    """
    return a + share[:, None, None] * (b - a)


def measure(images: NDArray[np.uint8]) -> Factors:
    """Measure the box around the ink, px, and the ink's amount, in black pixels."""
    dark = images > 127
    width, height = dark.any(axis=1).sum(axis=1), dark.any(axis=2).sum(axis=1)
    return {
        "box_width": width,
        "box_height": height,
        "aspect": (width / height).astype(np.float32),
        "ink": images.sum(axis=(1, 2), dtype=np.float32) / 255,
    }
