"""Pictures, tested through the data that they show."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from aelib import plots
from aelib.training import History

RNG = np.random.default_rng(0)
DIGITS = RNG.random((7, 28, 28))


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


def test_flat_images_are_shown_as_squares() -> None:
    flat = plots.show_images(DIGITS.reshape(7, 784), columns=4)
    square = plots.show_images(DIGITS, columns=4)
    np.testing.assert_array_equal(shown(flat), shown(square))


@pytest.mark.parametrize("shape", [(5, 783), (784,), (2, 3, 4, 5)])
def test_what_is_no_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="is not that of images"):
        plots.show_images(np.zeros(shape))


def test_rows_lie_under_each_other_with_their_labels() -> None:
    ax = plots.show_rows({"input": DIGITS, "output": 1 - DIGITS}, title="t")
    np.testing.assert_array_equal(shown(ax)[30:58, :28], 1 - DIGITS[0])
    labels = {t.get_text(): y for t, y in zip(ax.get_yticklabels(), ax.get_yticks())}  # noqa: B905
    assert 0 < labels["input"] < 28 < 30 < labels["output"] < 58
    assert ax.get_title() == "t"


def test_rows_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="'a': 7, 'b': 3"):
        plots.show_rows({"a": DIGITS, "b": DIGITS[:3]})


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


def test_functions_draw_where_they_are_told_to() -> None:
    _, ax = plt.subplots()
    assert plots.show_images(DIGITS, ax=ax) is ax
    assert plots.plot_history(History([1.0]), ax=ax) is ax
    assert plots.plot_errors({"a": ([1], [1])}, ax=ax) is ax


def test_ten_classes_have_ten_colours() -> None:
    assert len(set(plots.CLASS_COLOURS)) == 10


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
