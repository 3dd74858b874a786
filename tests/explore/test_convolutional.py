"""The explorer of feature maps: what is displayed is what the filters compute."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sent import numbers
from torch.nn import functional

from aelib import explore
from aelib.autoencoders import ConvAutoencoder
from aelib.explore.convolutional import field_of_view

SHAPE = (12, 14)
DIGITS = np.random.default_rng(0).random((5, *SHAPE), dtype=np.float32)
LABELS = np.array([3, 1, 4, 1, 5])


def network(**how: object) -> ConvAutoencoder:
    return ConvAutoencoder(SHAPE, channels=(4, 6), code_size=3, seed=1, **how)


def maps_from_weights(model: ConvAutoencoder, digit: int, layer: int) -> np.ndarray:
    """Compute a layer's maps without the model's own `feature_maps`."""
    maps = torch.from_numpy(DIGITS[digit])[None, None]
    for conv in model.convolutions[:layer]:
        maps = functional.conv2d(maps, conv.weight, conv.bias, stride=2, padding=1)
        maps = maps.clamp(min=0)
    return maps[0].detach().numpy()


def largest(model: ConvAutoencoder, layer: int) -> float:
    return max(maps_from_weights(model, digit, layer).max() for digit in range(5))


@pytest.mark.parametrize("digit", [0, 4])
@pytest.mark.parametrize(("layer", "channel"), [(1, 0), (1, 3), (2, 5)])
def test_feature_maps_tell_what_the_filters_compute(
    digit: int, layer: int, channel: int
) -> None:
    model = network()
    start = {"digit": digit, "layer": layer, "channel": channel}
    explorer = explore.feature_maps(model, DIGITS, LABELS, **start)
    maps = maps_from_weights(model, digit, layer)
    n, height, width = maps.shape
    means, answer = maps.mean(axis=(1, 2)), maps[channel]
    row, column = np.argwhere(answer == answer.max())[0]
    opening = f"A {LABELS[digit]} in layer {layer}: {n} maps of {height} × {width}; "
    assert explorer.alt.startswith(opening)
    assert f"map {channel} has mean activity {means[channel]:.3f}" in explorer.alt
    assert f"{answer.max():.2f}, in row {row}, column {column};" in explorer.alt
    strongest = f"map {means.argmax()} with mean activity {means.max():.3f}."
    assert explorer.alt.endswith(strongest)
    sent = numbers(explorer)
    assert sent["start"] == start
    shades = sent["layers"][layer - 1]["maps"][digit]
    np.testing.assert_allclose(shades * largest(model, layer), maps, atol=0.01)
    view = sent["layers"][layer - 1]
    (top, left), side = field_of_view((row, column), layer, kernel=3)
    found = [view["stride"] * at + view["offset"] for at in (row, column)]
    assert (*found, view["reach"]) == (top, left, side)


def test_silent_maps_are_shown_too() -> None:
    model = network()
    with torch.no_grad():
        model.convolutions[0].bias.fill_(-100)
    explorer = explore.feature_maps(model, DIGITS, LABELS)
    assert "map 0 has mean activity 0.000" in explorer.alt


@given(
    row=st.integers(0, 2),
    column=st.integers(0, 3),
    layer=st.integers(1, 2),
    kernel=st.integers(2, 5),
)
def test_a_value_depends_on_the_pixels_in_its_field_of_view_only(
    row: int, column: int, layer: int, kernel: int
) -> None:
    # Linear, so that no unit is cut off and every pixel that is reached counts.
    model = network(kernel=kernel, activation="linear")
    pixels = torch.zeros(1, *SHAPE, requires_grad=True)
    answers = model.feature_maps(pixels)[layer - 1][0, 0]
    row, column = min(row, len(answers) - 1), min(column, len(answers[0]) - 1)
    answers[row, column].backward()
    (top, left), side = field_of_view((row, column), layer, kernel)
    seen = np.zeros(SHAPE, dtype=bool)
    seen[max(top, 0) : top + side, max(left, 0) : left + side] = True
    assert np.array_equal(pixels.grad[0].numpy() != 0, seen)


@pytest.mark.parametrize(
    ("start", "complaint"),
    [
        ({"digit": 5}, "digit=5 is out of range: choose from 0 to 4"),
        ({"digit": None}, "digit=None is no whole number"),
        ({"layer": 1.0}, "layer=1.0 is no whole number"),
        ({"channel": "a"}, "channel='a' is no whole number"),
        ({"layer": 3}, "layer=3 is out of range: choose from 1 to 2"),
        ({"layer": 0}, "layer=0 is out of range: choose from 1 to 2"),
        ({"channel": 4}, "channel=4 is out of range: choose from 0 to 3"),
        ({"layer": 2, "channel": -1}, "channel=-1 is out of range: choose from 0 to 5"),
    ],
)
def test_feature_maps_refuse_to_start_where_there_is_nothing(
    start: dict[str, int], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        explore.feature_maps(network(), DIGITS, LABELS, **start)


def test_feature_maps_refuse_images_that_do_not_fit() -> None:
    colour = ConvAutoencoder((3, *SHAPE))
    with pytest.raises(ValueError, match="3 colours; pass one of grey"):
        explore.feature_maps(colour, DIGITS, LABELS)
    with pytest.raises(ValueError, match="5 images and 4 labels"):
        explore.feature_maps(network(), DIGITS, LABELS[:4])
    with pytest.raises(ValueError, match="0 images and 0 labels"):
        explore.feature_maps(network(), DIGITS[:0], LABELS[:0])
    with pytest.raises(ValueError, match="do not fit: this model reads"):
        explore.feature_maps(network(), DIGITS[:, :9], LABELS)
