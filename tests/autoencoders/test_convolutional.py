"""The convolutional autoencoder: shapes, transposes, overlaps, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from aelib.autoencoders import ConvAutoencoder
from aelib.autoencoders.convolutional import (
    _enlarge,
    blur_alike,
    checkerboard,
    paint_flat,
)
from aelib.corruption import Corruption
from aelib.training import evaluate, fit

SIZES = st.integers(1, 13)
COLOURS = st.sampled_from([None, 1, 3])


def shape_of(colours: int | None, height: int, width: int) -> tuple[int, ...]:
    return (height, width) if colours is None else (colours, height, width)


def matrix_of(linear, shape: tuple[int, ...]) -> torch.Tensor:
    """Columns are what a linear function makes of each unit vector of its input."""
    unit_vectors = torch.eye(math.prod(shape)).double().reshape(-1, *shape)
    return linear(unit_vectors).flatten(start_dim=1).T


def enlarge(model: ConvAutoencoder, index: int, size: tuple[int, ...]):
    """The linear part of one layer of the decoder, upsampling included."""
    layer = model.deconvolutions[index]
    nn.init.zeros_(layer.bias)
    return lambda h: _enlarge(layer, h, size)


# --------------------------------------------------------------------------- shapes


@settings(max_examples=50)
@given(
    colours=COLOURS,
    height=SIZES,
    width=SIZES,
    depth=st.integers(1, 3),
    kernel=st.sampled_from([3, 5]),
    downsampling=st.sampled_from(["stride", "pool"]),
    upsampling=st.sampled_from(["transposed", "resize"]),
    code_size=st.sampled_from([5, None]),
    n=st.integers(0, 3),
)
def test_what_comes_back_has_the_shape_that_went_in(
    colours: int | None,
    height: int,
    width: int,
    depth: int,
    kernel: int,
    downsampling: str,
    upsampling: str,
    code_size: int | None,
    n: int,
) -> None:
    shape = shape_of(colours, height, width)
    model = ConvAutoencoder(
        shape,
        channels=(2, 3, 4)[:depth],
        code_size=code_size,
        kernel=kernel,
        downsampling=downsampling,
        upsampling=upsampling,
    )
    x = torch.rand(n, *shape)
    expected = code_size or math.prod(model.map_shapes[-1])
    assert model.encode(x).shape == (n, model.code_size) == (n, expected)
    assert model.decode(model.encode(x)).shape == model(x).shape == x.shape
    maps = model.feature_maps(x)
    assert [tuple(m.shape[1:]) for m in maps] == model.map_shapes[1:]
    for before, after in zip(model.map_shapes, maps, strict=False):
        assert tuple(after.shape[2:]) == tuple(math.ceil(s / 2) for s in before[1:])


@given(
    height=st.integers(4, 15), width=st.integers(4, 15), kernel=st.sampled_from([2, 4])
)
def test_even_kernels_keep_shapes_too(height: int, width: int, kernel: int) -> None:
    model = ConvAutoencoder((height, width), channels=(2, 3), kernel=kernel)
    assert model(torch.rand(2, height, width)).shape == (2, height, width)


@pytest.mark.parametrize("shape", [(5, 7), (1, 5, 7), (3, 5, 7)])
def test_flat_input_and_arrays_are_the_same_images(shape: tuple[int, ...]) -> None:
    model, x = ConvAutoencoder(shape), torch.rand(4, *shape)
    flat = x.reshape(4, -1)
    assert torch.equal(model(flat), model(x).reshape(4, -1))
    array = x.numpy().astype(np.float64)
    assert torch.equal(model(array), model(x))
    assert torch.equal(model.encode(flat), model.encode(x))


def test_grey_images_may_name_their_one_channel() -> None:
    model, x = ConvAutoencoder((6, 6)), torch.rand(2, 6, 6)
    assert torch.equal(model(x[:, None]), model(x)[:, None])


def test_output_stays_within_the_range_of_pixels() -> None:
    images = 100 * torch.randn(3, 9, 9)
    output = ConvAutoencoder((9, 9))(images)
    assert 0 <= output.min() <= output.max() <= 1


# ------------------------------------------------- convolutions and their transposes


@pytest.mark.parametrize("kernel", [2, 3, 4, 5])
@pytest.mark.parametrize("shape", [(8, 8), (7, 9), (2, 7, 9)])
def test_transposed_convolution_is_the_transpose_of_the_convolution(
    kernel: int, shape: tuple[int, ...]
) -> None:
    """As matrices, for the same filters: what the decoder's layer is named for."""
    model = ConvAutoencoder(shape, channels=(3,), kernel=kernel).double()
    convolution, deconvolution = model.convolutions[0], model.deconvolutions[0]
    with torch.no_grad():
        convolution.bias.zero_()
        deconvolution.weight.copy_(convolution.weight)
        down = matrix_of(convolution, model.map_shapes[0])
        up = matrix_of(enlarge(model, 0, shape[-2:]), model.map_shapes[1])
    assert down.shape == (math.prod(model.map_shapes[1]), math.prod(shape))
    torch.testing.assert_close(up, down.T, rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [(7, 9), (2, 7, 9)])
def test_bias_of_a_transposed_convolution_is_added_to_every_pixel(
    shape: tuple[int, ...],
) -> None:
    model = ConvAutoencoder(shape, channels=(3,), output="linear")
    bias = model.deconvolutions[0].bias
    with torch.no_grad():
        before = model.decode(torch.zeros(4, 32))
        bias.copy_(torch.arange(1.0, 1 + len(bias)))
        after = model.decode(torch.zeros(4, 32))
    shift = bias.reshape(-1, 1, 1) if len(shape) == 3 else bias.reshape(1, 1)
    torch.testing.assert_close(after - before, shift.expand(4, *shape))


def share_of_input(model: ConvAutoencoder, size: tuple[int, int]) -> torch.Tensor:
    """Filter entries that reach each pixel: what a decoder of ones makes of ones."""
    with torch.no_grad():
        model.deconvolutions[0].weight.fill_(1.0)
        return enlarge(model, 0, size)(torch.ones(1, *model.map_shapes[1]))[0, 0]


@pytest.mark.parametrize(
    ("upsampling", "kernel", "even"),
    [
        ("transposed", 2, True),
        ("transposed", 3, False),
        ("transposed", 4, True),
        ("transposed", 5, False),
        ("resize", 3, True),
        ("resize", 5, True),
    ],
)
def test_strides_overlap_evenly_or_draw_a_checkerboard(
    upsampling: str, kernel: int, even: bool
) -> None:
    """Away from the border, and by hand: 1, 2 or 4 entries for a 3 x 3 filter."""
    model = ConvAutoencoder(
        (16, 16), channels=(1,), kernel=kernel, upsampling=upsampling
    )
    inside = share_of_input(model, (16, 16))[4:-4, 4:-4]
    assert (inside.unique().numel() == 1) == even
    if (upsampling, kernel) == ("transposed", 3):
        block = inside[:2, :2].flatten().tolist()
        assert sorted(block) == [1, 2, 2, 4]
        assert torch.equal(inside, inside[:2, :2].repeat(4, 4))


def test_a_code_without_dense_layers_is_the_last_maps() -> None:
    model = ConvAutoencoder((9, 9), channels=(3, 2), code_size=None)
    x = torch.rand(4, 9, 9)
    code = model.encode(x)
    assert torch.equal(code, model.feature_maps(x)[-1].flatten(1))
    assert (code < 0).any()  # the code's activation is linear
    assert model.code_size == 2 * 3 * 3
    assert not any(isinstance(part, nn.Linear) for part in model.modules())


def test_a_code_of_maps_moves_with_the_image_and_so_does_its_copy() -> None:
    """By the product of the strides, on an empty ground."""
    model = ConvAutoencoder((40, 40), channels=(4, 2), code_size=None)
    x = torch.zeros(1, 40, 40)
    x[..., 16:22, 16:22] = torch.rand(6, 6)
    torch.testing.assert_close(model(x).roll(4, dims=2), model(x.roll(4, dims=2)))


def test_pooling_keeps_the_largest_of_what_the_convolution_finds() -> None:
    pooled = ConvAutoencoder((8, 8), channels=(3,), downsampling="pool", seed=1)
    x = torch.rand(2, 1, 8, 8)
    convolution = pooled.convolutions[0]
    assert convolution.stride == (1, 1)
    found = convolution(x).relu().unflatten(3, (4, 2)).unflatten(2, (4, 2))
    largest = found.amax(dim=(3, 5))
    torch.testing.assert_close(pooled.feature_maps(x)[0], largest)


def test_resizing_repeats_pixels() -> None:
    model = ConvAutoencoder((6, 5), channels=(1,), upsampling="resize")
    small = torch.arange(9.0).reshape(1, 1, 3, 3)
    with torch.no_grad():  # a filter that passes its middle on
        model.deconvolutions[0].weight.zero_()
        model.deconvolutions[0].weight[..., 1, 1] = 1.0
        large = enlarge(model, 0, (6, 5))(small)
    repeated = small.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    assert torch.equal(large, repeated[..., :5])


def test_checkerboard_is_the_energy_at_the_stride_s_three_frequencies() -> None:
    images = np.random.default_rng(0).random((5, 8, 6))
    energy = np.square(np.abs(np.fft.fft2(images))).sum(axis=0)
    alternating = energy[4, 0] + energy[0, 3] + energy[4, 3]
    assert checkerboard(images) == pytest.approx(alternating / energy.sum())
    assert checkerboard(np.ones((2, 8, 6))) == pytest.approx(0, abs=1e-12)


def test_a_checkerboard_shows_more_the_fainter_the_picture_beneath() -> None:
    picture, board = np.ones((1, 8, 8)), np.indices((1, 8, 8)).sum(axis=0) % 2
    shares = [checkerboard(picture + contrast * board) for contrast in (0.1, 0.5, 2)]
    assert shares == sorted(shares)
    for contrast, share in zip((0.1, 0.5, 2), shares, strict=True):
        mean, half = 1 + contrast / 2, contrast / 2
        assert share == pytest.approx(half**2 / (mean**2 + half**2))


@pytest.mark.parametrize("images", [np.ones((8, 8)), np.zeros((2, 8, 8))])
def test_checkerboard_of_nothing_is_refused(images: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"\(n, height, width\)"):
        checkerboard(images)


def smooth(width: float) -> np.ndarray:
    """Blobs in the middle of 28 x 28 pixels."""
    row, column = np.indices((28, 28)) - 13.5
    blob = np.exp(-(row**2 + 2 * column**2) / (2 * width**2))
    return blob[None]


@pytest.mark.parametrize("width", [1.5, 2.0, 3.0])
def test_a_blurred_copy_is_recognized_as_one(width: float) -> None:
    """Gaussians blurred by Gaussians are wider ones: their widths add in squares."""
    sharp = np.random.default_rng(0).random((3, 28, 28))
    row, column = np.meshgrid(*2 * [np.fft.fftfreq(28)], indexing="ij")
    kernel = np.exp(-2 * (np.pi * width) ** 2 * (row**2 + column**2))
    blurred = np.fft.ifft2(np.fft.fft2(sharp) * kernel).real
    np.testing.assert_allclose(blur_alike(sharp, blurred), blurred, atol=1e-6)


def test_a_checkerboard_is_not_taken_for_sharpness() -> None:
    board = np.indices((28, 28)).sum(axis=0) % 2
    alike = blur_alike(smooth(1.0), smooth(3.0) + 0.5 * board)
    assert checkerboard(alike) < 1e-6
    assert alike.max() < 0.8


def test_images_that_are_as_blurred_as_the_outputs_stay_as_they_are() -> None:
    np.testing.assert_array_equal(blur_alike(smooth(3.0), smooth(1.0)), smooth(3.0))


def test_blurring_alike_needs_images_of_one_size() -> None:
    with pytest.raises(ValueError, match="same height and width"):
        blur_alike(np.ones((1, 8, 8)), np.ones((1, 8, 7)))


@pytest.mark.parametrize(
    ("upsampling", "kernel", "even"),
    [("transposed", 3, False), ("transposed", 4, False), ("resize", 3, True)],
)
def test_with_any_weights_a_resized_flat_map_stays_flat(
    upsampling: str, kernel: int, even: bool
) -> None:
    """Stamps of 4 x 4 are even by count; with weights that differ they are not."""
    model = ConvAutoencoder(upsampling=upsampling, kernel=kernel, seed=3)
    inside = paint_flat(model, torch.rand(5, 28, 28))[8:-8, 8:-8]
    assert (inside.std() < 1e-5) == even
    np.testing.assert_allclose(inside, np.tile(inside[:4, :4], (3, 3)), atol=1e-5)


def test_flat_maps_in_colour_are_painted_in_colour() -> None:
    model = ConvAutoencoder((3, 9, 8), channels=(4,), code_size=None)
    assert paint_flat(model, torch.rand(2, 3, 9, 8)).shape == (3, 9, 8)


@given(shift=st.sampled_from([-4, 4]), axis=st.sampled_from([2, 3]))
def test_feature_maps_move_with_the_image(shift: int, axis: int) -> None:
    """By a multiple of the strides, on an empty ground: equivariance."""
    model = ConvAutoencoder((28, 28), channels=(4, 8))
    x = torch.zeros(1, 1, 28, 28)
    x[..., 11:17, 11:17] = torch.rand(6, 6)
    moved = x.roll(shift, dims=axis)
    for depth, (here, there) in enumerate(
        zip(model.feature_maps(x), model.feature_maps(moved), strict=True), start=1
    ):
        torch.testing.assert_close(here.roll(shift // 2**depth, dims=axis), there)


# ------------------------------------------------------------- seeds, counts, training


def test_parameters_are_counted_by_hand() -> None:
    model = ConvAutoencoder((28, 28), channels=(16, 32), code_size=32)
    filters = (9 * 16 + 16) + (9 * 16 * 32 + 32)
    codes = (32 * 49 * 32 + 32) + (32 * 32 * 49 + 32 * 49)
    back = (9 * 32 * 16 + 16) + (9 * 16 + 1)
    assert sum(p.numel() for p in model.parameters()) == filters + codes + back


def test_both_decoders_have_as_many_parameters() -> None:
    counts = [
        sum(p.numel() for p in ConvAutoencoder(upsampling=name).parameters())
        for name in ("transposed", "resize")
    ]
    assert counts[0] == counts[1]


def test_seed_decides_the_weights_and_leaves_torch_alone() -> None:
    state = torch.random.get_rng_state()
    x = torch.ones(1, 9, 9)
    first, same, other = (
        ConvAutoencoder((9, 9), seed=seed).encode(x) for seed in (1, 1, 2)
    )
    assert torch.equal(state, torch.random.get_rng_state())
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_features_are_a_copy_of_the_first_filters() -> None:
    model = ConvAutoencoder((3, 8, 8), channels=(5,), kernel=3)
    features = model.features()
    assert features.shape == (5, 3, 3, 3)
    features[:] = 0
    assert model.convolutions[0].weight.abs().min() > 0


@pytest.fixture
def bars() -> torch.Tensor:
    """One bar per image, horizontal or vertical, anywhere."""
    images = torch.zeros(16, 8, 8)
    for place in range(8):
        images[place, place] = images[8 + place, :, place] = 1.0
    return images


def error(model: ConvAutoencoder, x: torch.Tensor, target: torch.Tensor) -> float:
    with torch.no_grad():
        return float((model(x) - target).square().sum(dim=(1, 2)).mean())


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("upsampling", ["transposed", "resize"])
def test_learns(bars: torch.Tensor, upsampling: str, precision: str) -> None:
    model = ConvAutoencoder((8, 8), channels=(8,), code_size=6, upsampling=upsampling)
    fit(model, bars, epochs=150, batch_size=16, learning_rate=0.01, precision=precision)
    variance = float((bars - bars.mean(dim=0)).square().sum(dim=(1, 2)).mean())
    assert error(model, bars, bars) < 0.2 * variance


def test_learns_to_denoise_and_repeats_with_its_seed(bars: torch.Tensor) -> None:
    noise = Corruption("gaussian", 0.5)
    models = [ConvAutoencoder((8, 8), channels=(8,), code_size=8) for _ in range(2)]
    for model in models:
        fit(model, bars, corrupt=noise, epochs=150, batch_size=16, learning_rate=0.01)
    spoilt = noise(bars, seed=9)
    assert torch.equal(models[0](spoilt), models[1](spoilt))
    before = float((spoilt - bars).square().sum(dim=(1, 2)).mean())
    assert error(models[0], spoilt, bars) < 0.7 * before


# --------------------------------------------------------------------------- errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"image_shape": (28,)}, r"must be \(height, width\)"),
        ({"image_shape": (1, 3, 28, 28)}, r"must be \(height, width\)"),
        ({"image_shape": (28, 28, 1)}, r"channels last.*pass \(1, 28, 28\)"),
        ({"image_shape": (32, 32, 3)}, r"channels last.*pass \(3, 32, 32\)"),
        ({"image_shape": (28, 0)}, "image_shape must consist of positive"),
        ({"image_shape": (28, 28.5)}, "image_shape must consist of positive"),
        ({"channels": ()}, "channels must consist of positive"),
        ({"channels": (8, -1)}, "channels must consist of positive"),
        ({"code_size": 0}, "code_size=0 must be a whole number"),
        ({"kernel": 1}, "at least 2, the stride"),
        ({"kernel": 4, "upsampling": "resize"}, "also odd"),
        ({"kernel": 4, "downsampling": "pool"}, "also odd"),
        ({"downsampling": "mean"}, "'mean' is unknown; choose from"),
        ({"upsampling": "bicubic"}, "'bicubic' is unknown; choose from"),
        ({"activation": "swish"}, "'swish' is unknown; choose from"),
        ({"code": "swish"}, "'swish' is unknown; choose from"),
        ({"output": "swish"}, "'swish' is unknown; choose from"),
        (
            {"image_shape": (3, 28), "channels": (2, 2), "kernel": 2},
            "3 x 28.*too small",
        ),
    ],
)
def test_what_cannot_be_built_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ConvAutoencoder(**arguments)


@pytest.mark.parametrize("shape", [(5, 27, 28), (5, 3, 28, 28), (5, 783), (784,)])
def test_images_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"do not fit.*\(n, 28, 28\), or \(n, 784\)"):
        ConvAutoencoder((28, 28)).encode(torch.zeros(*shape))


def test_codes_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match=r"\(n, 32\)"):
        ConvAutoencoder(code_size=32).decode(torch.zeros(5, 31))


def test_grey_images_may_have_a_channel_axis_at_the_end() -> None:
    model = ConvAutoencoder((28, 28), channels=(2,), code_size=3)
    images = torch.rand(5, 28, 28)
    last = images[..., None]
    assert torch.equal(model.encode(last), model.encode(images))
    assert model(last).shape == (5, 28, 28, 1)
    assert evaluate(model, last) == evaluate(model, images)


def test_colours_at_the_end_are_refused_with_the_way_to_the_front() -> None:
    model = ConvAutoencoder((3, 8, 6), channels=(2,), code_size=3)
    images = torch.rand(5, 8, 6, 3)
    with pytest.raises(ValueError, match=r"transpose\(0, 3, 1, 2\)"):
        model(images)
    model(images.numpy().transpose(0, 3, 1, 2))
