"""Pictures, tested through the data that they show."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from aelib import plots
from aelib.training import History

RNG = np.random.default_rng(0)
DIGITS = RNG.random((7, 28, 28))

drawn = settings(max_examples=15, deadline=None)  # a figure each
numbers = st.floats(-1e100, 1e100, allow_subnormal=False)
names = st.text("abcdefgh", min_size=1, max_size=3)
shapes = st.tuples(st.integers(1, 7), st.integers(2, 6), st.integers(2, 6))
small_images = arrays(float, shapes, elements=numbers)


def new_axes() -> Axes:
    """Return Axes that pyplot does not keep."""
    return Figure(figsize=(5, 3.2)).subplots()


@pytest.fixture(autouse=True)
def _close_figures():
    with mpl.rc_context():
        yield
    plt.close("all")


def shown(ax: Axes) -> np.ndarray:
    """Return the picture in the Axes, gaps as NaN."""
    return np.ma.filled(ax.get_images()[0].get_array().astype(float), np.nan)


def test_tile_puts_every_image_in_its_place() -> None:
    sheet = plots.tile(DIGITS, columns=3, gap=2)
    assert sheet.shape == (3 * 30 - 2, 3 * 30 - 2)
    for i, image in enumerate(DIGITS):
        row, column = divmod(i, 3)
        place = sheet[row * 30 : row * 30 + 28, column * 30 : column * 30 + 28]
        np.testing.assert_array_equal(place, image)
    assert np.isnan(sheet[60:, 30:]).all()
    assert np.isnan(sheet[28:30]).all()


@given(small_images, st.integers(1, 9), st.integers(0, 3))
def test_a_sheet_holds_every_pixel_once_and_nothing_else(
    images: np.ndarray, columns: int, gap: int
) -> None:
    n, height, width = images.shape
    sheet = plots.tile(images, columns, gap=gap)
    rows = -(-n // columns)
    assert sheet.shape == (
        rows * (height + gap) - gap,
        columns * (width + gap) - gap,
    )
    np.testing.assert_array_equal(
        np.sort(sheet[~np.isnan(sheet)]), np.sort(images.ravel())
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"columns": 0}, "columns must be a whole number from 1 on; got 0"),
        ({"columns": 2.5}, "columns must be a whole number"),
        ({"columns": 3, "gap": -1}, "gap must be a whole number from 0 on"),
    ],
)
def test_a_sheet_that_cannot_be_laid_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plots.tile(DIGITS, **arguments)


DRESSES = {
    "flat": lambda x: x.reshape(len(x), -1),
    "list": lambda x: x.tolist(),
    "channel last": lambda x: x[..., None],
    "channel first": lambda x: x[:, None],
    "bool": lambda x: x.astype(bool),
    "uint8": lambda x: x.astype("uint8"),
    "big-endian": lambda x: x.astype(">i4"),
    "float16": lambda x: x.astype("float16"),
    "Fortran": np.asfortranarray,
    "reversed twice": lambda x: x[::-1].copy()[::-1],
    "tensor with a graph": lambda x: torch.tensor(x, requires_grad=True),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_an_odd_dress_gives_the_same_picture(dress: str) -> None:
    images = (DIGITS[:3, :4, :4] > 0.5).astype(float)
    dressed = DRESSES[dress](images)
    for draw in (
        lambda x: plots.show_images(x, columns=2, ax=new_axes()),
        lambda x: plots.show_rows({"a": x, "b": x}, ax=new_axes()),
        lambda x: plots.show_features(x, columns=2, ax=new_axes()),
    ):
        np.testing.assert_array_equal(shown(draw(dressed)), shown(draw(images)))


def test_flat_images_are_shown_as_squares() -> None:
    flat = plots.show_images(DIGITS.reshape(7, 784), columns=4)
    square = plots.show_images(DIGITS, columns=4)
    np.testing.assert_array_equal(shown(flat), shown(square))


@pytest.mark.parametrize(
    "shape", [(5, 783), (784,), (2, 3, 4, 5), (28, 28), (28, 28, 1), ()]
)
def test_what_is_no_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="is not that of images"):
        plots.show_images(np.zeros(shape))


SHOWS = {
    "show_images": plots.show_images,
    "show_rows": lambda x: plots.show_rows({"digits": x}),
}


@pytest.mark.parametrize("show", SHOWS)
@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.uint8(255) * (DIGITS > 0.5), "from 0 to 255, but .* divide by 255"),
        (255 * DIGITS, "divide by 255"),
        (1e30 * DIGITS, r"e\+\d\d, but 0 is drawn white"),
        (2.0 * (DIGITS > 0.5) - 1, r"from -1 to 1, but .* \(x \+ 1\) / 2"),
        (np.where(DIGITS > 0.99, np.nan, DIGITS), "NaN or infinite"),
        (np.where(DIGITS > 0.99, np.inf, DIGITS), "NaN or infinite"),
        (DIGITS[:0], "empty"),
    ],
)
def test_pixels_that_would_be_drawn_as_others_are_refused(
    show: str, images: np.ndarray, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        SHOWS[show](images)


@pytest.mark.parametrize("values", [["a"], [None], [1j]])
def test_what_is_no_number_is_refused(values: list) -> None:
    with pytest.raises(TypeError, match="must be numbers"):
        plots.show_images([[values * 4] * 4])


@pytest.mark.parametrize("show", SHOWS)
def test_noise_around_white_and_black_is_shown(show: str) -> None:
    noisy = DIGITS + RNG.normal(size=DIGITS.shape)
    assert np.nanmin(shown(SHOWS[show](noisy))) == noisy.min() < -1


@pytest.mark.parametrize("limits", [3, (0,), (0, 1, 2), (1, 0), (0, 0)])
def test_limits_that_are_not_two_which_ascend_are_refused(limits: Any) -> None:
    with pytest.raises(ValueError, match="must ascend"):
        plots.show_images(np.zeros((1, 2, 2)), limits=limits)


def test_tensors_that_numpy_does_not_take_are_drawn_or_refused_in_words() -> None:
    images = torch.eye(4).reshape(1, 4, 4)
    for show in (plots.show_images, plots.show_features):
        (drawn,), (coarse,) = show(images).images, show(images.bfloat16()).images
        np.testing.assert_array_equal(drawn.get_array(), coarse.get_array())
        with pytest.raises(TypeError, match="must be dense"):
            show(images.to_sparse())


def test_other_limits_show_other_pixels() -> None:
    whole = np.round(255 * DIGITS)
    assert (
        plots.show_images(whole, limits=(0, 255)).get_images()[0].get_clim()[1] == 255
    )
    plots.show_rows({"a": 2 * DIGITS - 1}, limits=(-1, 1))
    with pytest.raises(ValueError, match="must ascend"):
        plots.show_images(DIGITS, limits=(1, 1))


def test_rows_lie_under_each_other_with_their_labels() -> None:
    ax = plots.show_rows({"input": DIGITS, "output": 1 - DIGITS}, title="t")
    np.testing.assert_array_equal(shown(ax)[30:58, :28], 1 - DIGITS[0])
    labels = {t.get_text(): y for t, y in zip(ax.get_yticklabels(), ax.get_yticks())}  # noqa: B905
    assert 0 < labels["input"] < 28 < 30 < labels["output"] < 58
    assert ax.get_title() == "t"


def test_rows_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="'a': 7, 'b': 3"):
        plots.show_rows({"a": DIGITS, "b": DIGITS[:3]})


def test_rows_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="images of one size"):
        plots.show_rows({"a": DIGITS, "b": DIGITS[:, 1:]})
    with pytest.raises(ValueError, match="no row"):
        plots.show_rows({})


@drawn
@given(small_images)
def test_a_feature_fills_the_scale_or_is_zero(weights: np.ndarray) -> None:
    sheet = shown(plots.show_features(weights, columns=1, ax=new_axes()))
    step = weights.shape[1] + 2
    for i, w in enumerate(weights):
        feature = sheet[i * step : i * step + weights.shape[1]]
        assert np.abs(feature).max() == (1 if w.any() else 0)
        assert (np.sign(feature) * np.sign(w) >= 0).all()


def test_features_share_one_grey_for_zero_and_fill_the_scale() -> None:
    weights = np.zeros((3, 784))
    weights[0, 0], weights[1, 0] = 5.0, -0.1
    ax = plots.show_features(weights, columns=3)
    sheet = shown(ax)
    assert (sheet[0, 0], sheet[0, 30], sheet[0, 60]) == (1, -1, 0)
    assert ax.get_images()[0].get_clim() == (-1, 1)


def test_history_shows_both_losses_and_the_best_epoch() -> None:
    history = History([3, 2, 1], [4, 2.5, 3], best_epoch=2)
    ax = plots.plot_history(history)
    training, validation, best = ax.get_lines()
    np.testing.assert_array_equal(training.get_ydata(), [3, 2, 1])
    np.testing.assert_array_equal(validation.get_ydata(), [4, 2.5, 3])
    assert best.get_xdata()[0] == 2


def test_a_history_that_shows_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no epoch"):
        plots.plot_history(History())
    with pytest.raises(ValueError, match="losses of training contain NaN"):
        plots.plot_history(History([1.0, float("nan")]))


def test_a_single_epoch_is_a_dot() -> None:
    (line,) = plots.plot_history(History([2.0])).get_lines()
    assert line.get_marker() == "o"


@pytest.mark.parametrize(
    ("code", "labels", "message"),
    [
        (np.zeros((3, 2)), [0, 1], r"shape \(2,\) don't fit 3 codes"),
        (np.zeros((2, 2)), [0, -1], "digits from 0 to 9"),
        (np.zeros((2, 2)), [0, 10], "digits from 0 to 9"),
        (np.zeros((2, 2)), [0.5, 1], "digits from 0 to 9"),
        (np.full((2, 2), np.nan), [0, 1], "NaN"),
        (np.zeros((0, 2)), [], "can't be drawn"),
    ],
)
def test_codes_that_would_be_misplaced_are_refused(
    code: np.ndarray, labels: list, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        plots.plot_codes(code, labels)


def test_a_class_has_its_colour_whatever_other_classes_there_are() -> None:
    _, (one, other) = plt.subplots(1, 2)
    plots.plot_codes([[0, 0], [1, 1]], [3, 7], ax=one)
    plots.plot_codes([[1, 1]], [7.0], ax=other)
    first, second = (ax.collections[-1].get_facecolor() for ax in (one, other))
    np.testing.assert_array_equal(first, second)


def test_codes_name_each_class_at_its_median() -> None:
    code, labels = RNG.normal(size=(60, 2)), np.repeat([1, 4, 7], 20)
    ax = plots.plot_codes(code, labels)
    assert [text.get_text() for text in ax.texts] == ["1", "4", "7"]
    np.testing.assert_allclose(
        ax.texts[1].get_position(), np.median(code[20:40], axis=0)
    )
    with pytest.raises(ValueError, match=r"\(60, 3\)"):
        plots.plot_codes(np.zeros((60, 3)), labels)


def test_errors_are_drawn_on_two_logarithmic_axes() -> None:
    ax = plots.plot_errors({"a": ([1, 30, 64], [40, 14, 7]), "b": ([2], [30])})
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert [line.get_label() for line in ax.get_lines()] == ["a", "b"]
    assert [t.get_text() for t in ax.get_xticklabels()] == ["1", "2", "64"]
    figure = ax.figure
    figure.canvas.draw()
    ticks = [t.get_text() for t in ax.get_yticklabels()]
    assert {"10", "20", "50"} <= set(ticks)


points = st.lists(
    st.tuples(st.integers(1, 10**6), st.floats(1e-12, 1e12)), min_size=1, max_size=40
)


@drawn
@given(st.dictionaries(names, points, min_size=1, max_size=3))
def test_both_axes_of_errors_are_named_whatever_the_sizes(curves: dict) -> None:
    pairs = {name: tuple(zip(*curve, strict=True)) for name, curve in curves.items()}
    ax = plots.plot_errors(pairs, ax=new_axes())
    ax.figure.canvas.draw()
    sizes = {size for points in curves.values() for size, _ in points}
    named = [float(text.get_text()) for text in ax.get_xticklabels()]
    assert set(named) <= sizes
    assert min(2, len(sizes)) <= len(named) <= 13
    low, high = ax.get_ylim()
    assert any(low <= tick <= high for tick in ax.get_yticks())


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        ({}, "nothing to draw"),
        ({"PCA": ([1, 2], [3.0])}, "'PCA' has sizes of shape"),
        ({"PCA": ([], [])}, "'PCA' has sizes of shape"),
        ({"PCA": ([0, 2], [3.0, 1.0])}, "no place for it"),
        ({"PCA": ([1, 2], [3.0, 0.0])}, "no place for it"),
        ({"PCA": ([1, 2], [3.0, np.nan])}, "The errors of 'PCA' contain NaN"),
    ],
)
def test_errors_without_a_place_are_refused(errors: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plots.plot_errors(errors)


def test_runs_are_drawn_as_their_mean_with_bars_to_the_ends() -> None:
    x, y = [3, 1, 3, 1, 3], [2.0, 5.0, 4.0, 1.0, 9.0]
    (container,) = plots.plot_seeds(x, y, label="a", style="x").containers
    line, _, (bars,) = container.lines
    assert (line.get_marker(), line.get_linestyle()) == ("x", "None")
    np.testing.assert_array_equal(line.get_xydata(), [[1, 3], [3, 5]])
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [[1, 5], [2, 9]]


def test_runs_need_a_place_for_each_value() -> None:
    with pytest.raises(ValueError, match="one error per size"):
        plots.plot_seeds([1, 2], [3.0])


def test_functions_draw_where_they_are_told_to() -> None:
    _, ax = plt.subplots()
    assert plots.show_images(DIGITS, ax=ax) is ax
    assert plots.plot_history(History([1.0]), ax=ax) is ax
    assert plots.plot_errors({"a": ([1], [1])}, ax=ax) is ax
    assert plots.plot_seeds([1], [1], ax=ax) is ax


def test_code_images_have_a_square_for_every_unit() -> None:
    code = RNG.random((2, 49))
    code[0, 0], code[1, 48] = 0, 1
    images = plots.code_images(code)
    assert images.shape == (2, 28, 28)
    np.testing.assert_allclose(images[:, ::4, ::4].reshape(2, 49), code)
    np.testing.assert_array_equal(images[:, 3::4, 3::4], images[:, ::4, ::4])


def test_code_images_leave_squares_over_and_keep_to_their_limits() -> None:
    (image,) = plots.code_images(np.array([[-5.0, 1.0, 9.0]]), limits=(0, 2))
    np.testing.assert_array_equal(image[::14, ::14], [[0, 0.5], [1, 0]])


@given(
    arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 60)), elements=numbers)
)
def test_code_images_span_white_to_black(code: np.ndarray) -> None:
    images = plots.code_images(code)
    assert 0 <= images.min() <= images.max() <= 1
    if np.ptp(code):
        assert images.max() == 1
    else:
        assert images.max() == 0


def test_a_tiny_difference_is_a_difference() -> None:
    assert plots.code_images([[1e-15, 3e-15]]).max() == 1


@pytest.mark.parametrize("shape", [(784,), (2, 785), (0, 4), (4, 0), (2, 2, 2)])
def test_codes_that_are_no_images_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="up to 784 units"):
        plots.code_images(np.zeros(shape))


def test_letters_that_the_font_lacks_are_refused() -> None:
    with pytest.raises(ValueError, match=r"no sign for \['漢'\]"):
        plots.text_images("A漢")
    with pytest.raises(ValueError, match="pass letters"):
        plots.text_images("")


@given(st.characters(min_codepoint=33, max_codepoint=126))
def test_no_letter_touches_the_border(letter: str) -> None:
    (image,) = plots.text_images(letter)
    border = [*image[[0, -1]].ravel(), *image[:, [0, -1]].ravel()]
    assert max(border) == 0 < image.max()


def test_letters_differ_and_are_ink_on_paper() -> None:
    letters = plots.text_images("AKW")
    assert letters.dtype == np.float32
    assert letters.min() >= 0
    assert letters.max() <= 1
    assert (letters[:, 0] == 0).all()
    assert np.square(letters[0] - letters[1]).sum() > 10


def test_style_is_not_imposed_by_importing() -> None:
    before = dict(mpl.rcParams)
    plots.use_style()
    assert mpl.rcParams["image.cmap"] == "gray_r"
    assert before["image.cmap"] != "gray_r"


def test_bars_have_the_length_of_their_values_and_say_it() -> None:
    panels = {"size": {"a": 3.0, "b": 1.0}, "share": {"a": 0.25, "b": None}}
    size, share = plots.show_bars(panels)
    assert [bar.get_width() for bar in size.patches] == [3, 1]
    assert [text.get_text() for text in share.texts] == ["0.25", "not defined"]
    assert (size.get_title(), share.get_title()) == ("size", "share")


values = st.one_of(st.none(), numbers)


@drawn
@given(
    st.lists(names, min_size=1, max_size=4, unique=True).flatmap(
        lambda bars: st.dictionaries(
            names, st.fixed_dictionaries(dict.fromkeys(bars, values)), min_size=1
        )
    )
)
def test_every_bar_and_its_number_is_inside_its_panel(panels: dict) -> None:
    for ax, values in zip(plots.show_bars(panels), panels.values(), strict=True):
        assert [bar.get_width() for bar in ax.patches] == [
            value or 0 for value in values.values()
        ]
        low, high = ax.get_xlim()
        ends = [bar.get_x() + bar.get_width() for bar in ax.patches]
        assert low <= min(0, *ends) <= max(0, *ends) < high
        assert low < min(ends) or min(ends) >= 0
    plt.close("all")


def test_bars_below_zero_go_to_the_left_and_their_numbers_fit() -> None:
    panels = {"gain": {"a": -3.25, "b": 1.5}, "loss": {"a": -1.0, "b": -20.5}}
    for ax in plots.show_bars(panels):
        ax.figure.canvas.draw()
        frame = ax.get_window_extent()
        for text in ax.texts:
            box = text.get_window_extent()
            assert frame.x0 <= box.x0 < box.x1 <= frame.x1, text.get_text()


@pytest.mark.parametrize(
    ("panels", "message"),
    [
        ({}, "no bar"),
        ({"size": {}}, "no bar"),
        ({"size": {"a": 1}, "share": {"b": 1}}, r"'share' has \['b'\]"),
        ({"size": {"a": float("nan")}}, "The values of 'size' contain NaN"),
    ],
)
def test_bars_that_are_none_are_refused(panels: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plots.show_bars(panels)


# Gaussians of the plane


def test_an_ellipse_reaches_one_standard_deviation_along_each_axis() -> None:
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    covariance = turn @ np.diag([9.0, 0.25]) @ turn.T
    (shape,) = plots.plot_gaussians([[1, 2]], [covariance]).patches
    edge = shape.get_patch_transform().transform(shape.get_path().vertices) - [1, 2]
    distance = np.einsum("ni,ij,nj->n", edge, np.linalg.inv(covariance), edge)
    # The path's vertices include the control points of its curves, just outside.
    assert 1 <= distance.max() < 1.2
    assert distance.min() == pytest.approx(1)


@pytest.mark.parametrize(
    ("means", "covariances", "labels"),
    [
        (np.zeros((2, 3)), np.ones((2, 3)), None),
        (np.zeros((2, 2)), np.ones((3, 2)), None),
        (np.zeros((2, 2)), np.ones((2, 2)), [1]),
        (np.zeros((2, 2)), np.ones((2, 2)), [1, 10]),
        (np.zeros((1, 2)), np.zeros((1, 2)), None),
    ],
)
def test_what_is_no_ellipse_is_refused(
    means: np.ndarray, covariances: np.ndarray, labels: Any
) -> None:
    with pytest.raises(ValueError, match=r"ellipses|variance"):
        plots.plot_gaussians(means, covariances, labels)


def test_posteriors_that_add_up_to_the_prior_differ_from_it_nowhere() -> None:
    axes = plots.show_aggregate(np.zeros((5, 2)), np.ones((5, 2)), [0, 1, 2, 3, 4])
    assert len(axes[0].patches) == 5
    total, prior, difference = (ax.images[0].get_array() for ax in axes[1:])
    assert total.max() == pytest.approx(1 / (2 * np.pi))
    np.testing.assert_allclose(total - prior, difference, atol=1e-12)
    assert np.abs(difference).max() < 1e-12
