"""Digits drawn with a pen: pictures like MNIST's whose every factor is known.

`write` takes someone's way of writing a digit from `skeletons.toml`, blends it with a
related one and lets an unsteady hand displace it; `lay_out` stretches, turns and leans
the ink and scales it into MNIST's box; `ink_in` puts it into its place and traces it
with a pen.  `Settings` and `PER_DIGIT` say how far each factor ranges.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng
from numpy.typing import NDArray

from aelib import inputs
from aelib.digits.pen import distance_to_ink, ink_per_point, press, trace
from aelib.digits.shaping import (
    centre,
    fit_box,
    onto_grid,
    pressure,
    shear,
    slant_of,
    stretch,
    turn,
)
from aelib.digits.skeletons import load_skeletons

CHUNK = 250
"""Digits drawn at a time, each chunk from its own stream of random numbers."""

MIDDLE = 14.0
"""Where MNIST has the centre of mass, px: the middle of row 14 and column 14."""

PER_DIGIT = {
    name: np.array(values, np.float32)
    for name, values in {
        "slant": (0.22, 0.25, 0.16, 0.07, 0.07, 0.20, 0.01, 0.03, 0.18, 0.00),
        "sd_slant": (0.22, 0.27, 0.27, 0.27, 0.30, 0.29, 0.19, 0.22, 0.25, 0.25),
        "stretch": (-0.01, 0.02, 0.10, 0.06, -0.04, 0.14, 0.06, 0.12, -0.04, -0.03),
        "sd_stretch": (0.23, 0.23, 0.22, 0.18, 0.18, 0.18, 0.24, 0.20, 0.21, 0.19),
        "log_pen": (1.00, 1.00, 0.86, 0.86, 0.77, 0.78, 0.82, 0.89, 0.74, 0.70),
        "widest": (5.0, 5.0, 4.5, 4.3, 4.3, 4.3, 4.2, 4.3, 4.0, 4.0),
        "unsteadiness": (1.00, 0.75, 1.15, 1.10, 0.80, 1.05, 0.85, 1.00, 1.05, 0.95),
    }.items()
}
"""What differs between the digits 0 to 9, chosen on MNIST's training images.

Slant is sideways per height, with its standard deviation; stretch is the logarithm of
what multiplies the skeleton's width; the pen's median width is exp(`log_pen`) px, and
`widest` keeps thick pens from filling loops; unsteadiness multiplies `Settings.jitter`.
"""


@dataclass(frozen=True)
class Settings:
    """How far each factor ranges, for all digits alike.

    Attributes
    ----------
    blend
        Largest share that a related allograph has in the skeleton; uniform from 0.
    jitter
        How far the hand strays, in heights of the digit, standard deviation; twice
        as far at free ends.
    sloppiness
        Neatest and sloppiest writer, as multiples of `jitter`; uniform between.
    rotation
        Angle by which the paper is turned, rad, standard deviation.
    pen
        Logarithm of the pen's width, standard deviation.
    finest
        Width of the finest pen, px.
    pressure
        How much wider the trace gets where the pen is pressed, as a share of the
        pen's width, standard deviation of each of two waves along the ink.
    edge
        Sharpest and softest edge from ink to paper, px; uniform between.
    grain
        Roughness of the paper, px: the edge moves by up to half of it at each pixel.
    clip
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
    n
        How many, at least 1.  The first k of a larger n are the same k.
    style
        ``"drawn"``, or ``"drawn-clean"``: paper never turned, hand half as unsteady,
        so that slant and the pen's width account for more of what distinguishes the
        pictures of one digit.
    seed
        Which digits, 0 or larger; the same seed draws the same bytes.
    split
        Which of two independent streams: ``"train"`` or ``"test"``.

    Returns
    -------
    images
        0 is paper, 255 is ink; uint8 (n, 28, 28).
    labels
        What is written, 0 to 9, each equally likely; int64 (n,).
    factors
        How it was drawn, as realised in the picture, name to array (n,);
        `data/README.md` has the table.

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
    inputs.choice("style", style, STYLES)
    inputs.choice("split", split, SPLITS)
    if seed < 0:
        raise ValueError(f"seed = {seed}; a seed is a whole number from 0 on.")


@dataclass(frozen=True)
class Chance:
    """Random numbers for the digits of one chunk, one per digit.

    Parameters
    ----------
    rng
        Where they come from.
    clip
        Normal numbers stay within so many standard deviations; 0: their mean.

    Examples
    --------
    >>> Chance(default_rng(0), clip=0.0).normal(2.4, 1.0)[:2]
    array([2.4, 2.4], dtype=float32)
    """

    rng: Generator
    clip: float

    def normal(self, mean: NDArray | float, sd: NDArray | float) -> NDArray:
        """Draw normal numbers, none further than `clip` standard deviations."""
        z = self.rng.standard_normal(CHUNK, dtype=np.float32)
        return mean + sd * np.clip(z, -self.clip, self.clip)

    def uniform(self, low: float, high: float) -> NDArray:
        """Draw numbers between low and high, all equally likely."""
        return (low + (high - low) * self.rng.random(CHUNK)).astype(np.float32)


def draw_chunk(
    rng: Generator, settings: Settings
) -> tuple[NDArray[np.uint8], NDArray[np.int64], Factors]:
    """Draw `CHUNK` digits: images, labels and factors as `draw_digits` returns them."""
    chance = Chance(rng, settings.clip)
    labels = rng.integers(10, size=CHUNK)
    ink, hand = write(chance, settings, labels)
    ink, paper = lay_out(chance, settings, labels, ink, hand["allograph"])
    images, pen = ink_in(
        chance, settings, ink, paper["stroke_width"], hand["allograph"]
    )
    return images, labels, hand | paper | pen | measure(images)


def write(
    chance: Chance, settings: Settings, labels: NDArray
) -> tuple[NDArray[np.float32], Factors]:
    """Write each digit in somebody's way, with an unsteady hand.

    Returns
    -------
    ink
        Positions x, y of points along the ink, in heights of the digit;
        (n, 2, N_POINTS).
    factors
        How it was drawn, name to array (n,).
    """
    skeletons = load_skeletons()
    allograph = choose(chance.rng, skeletons.odds[labels])
    relative = choose(chance.rng, skeletons.blend_odds[allograph])
    blend = chance.uniform(0, settings.blend) * (relative != allograph)
    ink = mix(skeletons.points[allograph], skeletons.points[relative], blend)

    waves = chance.rng.standard_normal(ink.shape, dtype=np.float32)
    sloppiness = chance.uniform(*settings.sloppiness)
    amplitude = settings.jitter * PER_DIGIT["unsteadiness"][labels] * sloppiness
    stray = amplitude[:, None, None] * (waves @ skeletons.sway[allograph])
    return ink + stray, {
        "allograph": allograph,
        "relative": relative,
        "blend": blend,
        "jitter": stray.std(axis=2).mean(axis=1),
    }


def lay_out(
    chance: Chance,
    settings: Settings,
    labels: NDArray,
    ink: NDArray[np.float32],
    allograph: NDArray,
) -> tuple[NDArray[np.float32], Factors]:
    """Stretch, turn and lean the ink, and scale it into MNIST's box.

    Returns
    -------
    ink
        In px, not yet in its place; (n, 2, N_POINTS).
    factors
        How it was drawn, name to array (n,).
    """
    skeletons = load_skeletons()
    same_stroke = skeletons.same_stroke[allograph]
    ways = {name: values[labels] for name, values in PER_DIGIT.items()}

    ink = stretch(ink, np.exp(chance.normal(ways["stretch"], ways["sd_stretch"])))
    angle = chance.normal(0.0, settings.rotation)
    ink = turn(ink, angle)
    slant = ways["slant"] + skeletons.own_slant[allograph]
    slant = chance.normal(slant, ways["sd_slant"])
    lean = slant - slant_of(ink, ink_per_point(ink, same_stroke))
    ink = shear(ink, lean)
    pen = np.exp(chance.normal(ways["log_pen"], settings.pen))
    pen = np.clip(pen, settings.finest, ways["widest"])
    ink = fit_box(ink, pen)
    return ink, {
        "slant": slant_of(ink, ink_per_point(ink, same_stroke)),
        "rotation": np.arctan2(np.sin(angle), np.cos(angle) - lean * np.sin(angle)),
        "stroke_width": pen,
    }


def ink_in(
    chance: Chance,
    settings: Settings,
    ink: NDArray[np.float32],
    pen: NDArray[np.float32],
    allograph: NDArray,
) -> tuple[NDArray[np.uint8], Factors]:
    """Put the ink into its place in the picture and trace it with the pen.

    Parameters
    ----------
    chance, settings
        Random numbers, and how much of the pen's ways is left to them.
    ink
        Positions (n, 2, N_POINTS), px, not yet in their place; n is `CHUNK`.
    pen
        Width of the pen (n,), px.
    allograph
        Which of `load_skeletons` each digit is written in (n,).

    Returns
    -------
    images
        0 is paper, 255 is ink; uint8 (n, 28, 28).
    factors
        How it was traced, name to array (n,).

    Examples
    --------
    >>> first, chance = np.zeros(CHUNK, int), Chance(default_rng(0), clip=0.0)
    >>> ink = 18 * load_skeletons().points[first]
    >>> pen = np.full(CHUNK, 2, np.float32)
    >>> images, _ = ink_in(chance, STYLES["drawn-clean"], ink, pen, first)
    >>> images.shape == (CHUNK, 28, 28), int(images.max())
    (True, 255)
    """
    skeletons = load_skeletons()
    length = ink_per_point(ink, skeletons.same_stroke[allograph])
    fading = chance.normal(0.0, settings.pressure)
    swelling = chance.normal(0.0, settings.pressure)
    edge = chance.uniform(*settings.edge)
    wider = pressure(length, fading, swelling)

    ink = onto_grid(MIDDLE + centre(ink, length * (1 + wider)), pen)
    bells = length * press(pen, wider)
    distance = distance_to_ink(ink, bells, skeletons.free_end[allograph])
    grain = chance.rng.random(distance.shape, dtype=np.float32) - np.float32(0.5)
    images = trace(distance + np.float32(settings.grain) * grain, pen, edge)
    return images, {"pressure": fading, "swelling": swelling, "edge": edge}


def choose(rng: Generator, odds: NDArray) -> NDArray[np.int64]:
    """Choose one column per row, with the probabilities in that row.

    Examples
    --------
    >>> choose(default_rng(0), np.array([[0.0, 1.0], [1.0, 0.0]]))
    array([1, 0])
    """
    rising = odds.cumsum(axis=1)
    return (rising <= rng.random((len(odds), 1)) * rising[:, -1:]).sum(axis=1)


def mix(a: NDArray, b: NDArray, share: NDArray) -> NDArray:
    """Blend the shapes (n, 2, k) of a and b, with `share` (n,) of b.

    Examples
    --------
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
