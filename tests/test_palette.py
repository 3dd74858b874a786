"""The palette: everybody can tell its colours apart, and each stands out from paper.

What readers without red, green or blue cones see is computed by the matrices of
Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color
vision deficiency", IEEE TVCG 15 (2009), severity 1.0, on linear sRGB.  Distances are
those of CIE 1976 L*a*b*: 2.3 is just noticeable, grey and green of the former palette
were 9 apart.
"""

from __future__ import annotations

import colorsys
import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from aelib.diagrams import BACKWARD, NEGATIVE, POSITIVE
from aelib.plots import CLASS_COLOURS, COLOURS

EYES = {
    "every cone": np.eye(3),
    "no red cones": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green cones": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no blue cones": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# sRGB's primaries in CIE XYZ, and its white (IEC 61966-2-1).
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
PAPER, DARK = "#ffffff", "#111111"


def light(colour: str) -> np.ndarray:
    """Return the linear red, green and blue of a colour."""
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return L*, a* and b* of a linear colour."""
    t = XYZ @ rgb / XYZ.sum(axis=1)
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def seen(colour: str, eye: str) -> np.ndarray:
    return lab(np.clip(EYES[eye] @ light(colour), 0, 1))


def least_distance(colours: list[str], eye: str) -> float:
    pairs = itertools.combinations([seen(colour, eye) for colour in colours], 2)
    return min(np.linalg.norm(a - b) for a, b in pairs)


def contrast(a: str, b: str) -> float:
    """Return the contrast of WCAG 2.2, from 1 to 21."""
    low, high = sorted(XYZ[1] @ light(colour) for colour in (a, b))
    return (high + 0.05) / (low + 0.05)


def test_distance_and_contrast_are_measured_rightly() -> None:
    np.testing.assert_allclose(seen("#ffffff", "every cone"), [100, 0, 0], atol=1e-3)
    red = [53.24, 80.09, 67.20]  # Lindbloom's calculator
    np.testing.assert_allclose(seen("#ff0000", "every cone"), red, atol=0.02)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    former = ["#009E73", "#CC79A7", "#888888"]
    assert least_distance(former, "no green cones") == pytest.approx(9.3, abs=0.1)
    assert least_distance(former, "every cone") > 40


@pytest.mark.parametrize("eye", EYES)
def test_everybody_can_tell_the_ten_classes_apart(eye: str) -> None:
    assert len(CLASS_COLOURS) == 10
    assert least_distance(CLASS_COLOURS, eye) > 21


@pytest.mark.parametrize("eye", EYES)
def test_everybody_can_tell_lines_apart(eye: str) -> None:
    assert least_distance(list(COLOURS.values()), eye) > 16
    # Hardly a picture has more than six, and these are further apart.
    assert least_distance(list(COLOURS.values())[:6], eye) > 17.5


@pytest.mark.parametrize("eye", EYES)
def test_everybody_sees_signs_and_what_flows_backward_in_drawings(eye: str) -> None:
    assert least_distance([POSITIVE, NEGATIVE, BACKWARD], eye) > 21


@pytest.mark.parametrize("colour", [*COLOURS.values(), *CLASS_COLOURS, BACKWARD])
def test_a_colour_stands_out_from_paper(colour: str) -> None:
    # WCAG 2.2, 1.4.11: graphical objects. Figures are on white paper in a dark theme,
    # too: there, black would have 1.1.
    assert contrast(colour, PAPER) >= 3


def test_only_paper_makes_all_colours_visible_in_the_dark() -> None:
    on_dark = [contrast(colour, DARK) for colour in [*COLOURS.values(), *CLASS_COLOURS]]
    assert min(on_dark) < 3
    assert contrast(PAPER, DARK) > 15


@pytest.mark.parametrize(
    ("name", "hues"),
    [
        ("blue", (195, 225)),
        ("orange", (20, 40)),
        ("vermilion", (12, 25)),
        ("green", (140, 170)),
        ("purple", (290, 335)),
        ("sky", (195, 215)),
    ],
)
def test_a_colour_is_what_it_is_called(name: str, hues: tuple[int, int]) -> None:
    hue, _, saturation = colorsys.rgb_to_hls(*to_rgb(COLOURS[name]))
    assert hues[0] <= 360 * hue <= hues[1]
    assert saturation > 0.2


def test_blue_comes_first_and_orange_second_as_texts_say() -> None:
    assert list(COLOURS)[:2] == ["blue", "orange"]
