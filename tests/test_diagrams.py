"""Drawings of networks: every number is there, and can be read."""

import itertools

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from aelib.backprop import Network
from aelib.diagrams import (
    BACKWARD,
    FROZEN,
    NEGATIVE,
    POSITIVE,
    draw_computation,
    draw_ladder,
    draw_layers,
    draw_network,
    draw_shapes,
    draw_thinned,
    draw_variational,
)
from aelib.explore import one_weight

NET = Network.from_parameters(
    [[[0.41, -0.62], [-0.83, 0.44]], [[1.05, -0.56], [-0.47, 0.88]]],
    [[0.1, 0.2], [0.3, -0.4]],
)
X, Y = np.array([1.0, 0.5]), np.array([1.0, 0.0])


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    plt.close("all")


def rectangles(ax):
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def words(ax):
    return [text.get_text().replace("−", "-") for text in ax.texts]


def test_a_bare_network_shows_its_parameters():
    shown = words(draw_network(NET))
    for w in NET.weights:
        assert all(f"{value:.2f}" in shown for value in w.ravel())
    for b in NET.biases:
        assert all(f"b = {value:.3f}" in shown for value in b)


def test_a_sample_shows_activities_deltas_and_gradients():
    shown = words(draw_network(NET, X, Y, gradients=True))
    s, h = NET.forward(X)
    for values, form in (
        (np.concatenate(s), "s = {:.3f}"),
        (np.concatenate(h[1:]), "{:.3f}"),
        (np.concatenate(NET.deltas(X, Y)), "δ = {:+.4f}"),
        (np.concatenate([g.ravel() for g in NET.gradients(X, Y)[0]]), "{:+.4f}"),
        (Y, "y = {:g}"),
        (X, "{:g}"),
    ):
        assert {form.format(value) for value in values} <= set(shown)


def test_colour_tells_the_sign_and_width_the_size():
    net = Network.from_parameters([[[0.9, -0.3]]], [[0.0]])
    strong, weak = draw_network(net).lines
    assert strong.get_color() == POSITIVE
    assert weak.get_color() == NEGATIVE
    assert strong.get_linewidth() > weak.get_linewidth()


def test_a_marked_weight_stands_out():
    lines = draw_network(NET, X, mark=(1, 0, 1)).lines
    assert [line.get_alpha() == 1 for line in lines] == [k == 5 for k in range(8)]


@pytest.mark.parametrize("sizes", [[2, 2, 2], [3, 1], [1, 2, 1]])
@pytest.mark.parametrize(
    ("activity", "factor"), [(1.0, 1.0), (-1 / 3, 1.0), (123456.7, 1e6)]
)
def test_no_label_covers_another(sizes, activity, factor):
    net = Network(sizes, output="linear", seed=0)
    for parameters in (*net.weights, *net.biases):
        parameters *= factor
    x, y = np.full(sizes[0], activity), np.ones(sizes[-1])
    ax = draw_network(net, x, y, gradients=True)
    ax.figure.canvas.draw()
    inside = ax.figure.bbox
    boxes = [text.get_window_extent() for text in ax.texts]
    assert all(inside.x0 <= box.x0 and box.x1 <= inside.x1 for box in boxes)
    assert all(inside.y0 <= box.y0 and box.y1 <= inside.y1 for box in boxes)
    for a, b in itertools.combinations(boxes, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        high = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert wide <= 0 or high <= 3  # lines of one label may touch


def test_it_draws_where_it_is_told():
    _, ax = plt.subplots()
    assert draw_network(NET, ax=ax) is ax


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"y": Y}, "both x and y"),
        ({"x": X, "gradients": True}, "both x and y"),
        ({"x": np.ones((1, 2))}, "one sample"),
        ({"x": [1.0, np.nan]}, "NaN"),
        ({"x": X, "y": [1.0, 0.0, 0.0]}, "shape"),
        ({"mark": (0, 2, 0)}, r"no weight \(0, 2, 0\)"),
        ({"mark": (-1, 0, 0)}, r"no weight \(-1, 0, 0\)"),
    ],
)
def test_what_is_missing_is_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        draw_network(NET, **arguments)


def test_large_networks_are_refused():
    with pytest.raises(ValueError, match="at most 6 units"):
        draw_network(Network([7, 2]))


def test_the_explorer_of_one_weight_tells_its_cost_and_leaves_no_figure():
    explorer = one_weight(NET, X, Y)
    assert f"the cost is {NET.cost(X, Y):.4f}" in explorer.alt
    assert f"its slope {NET.gradients(X, Y)[0][1][0, 0]:+.4f}" in explorer.alt
    assert NET.weights[1][0, 0] == 1.05
    assert not plt.get_fignums()


def test_shapes_are_drawn_to_scale_one_sheet_per_channel_up_to_six():
    ax = draw_shapes([(1, 28, 20), (3, 14, 10), (16, 7, 5)], code_size=32)
    sizes = [(sheet.get_height(), sheet.get_width()) for sheet in rectangles(ax)]
    for size, sheets in {(28, 20): 1, (14, 10): 3, (7, 5): 6}.items():
        assert sizes.count(size) == 2 * sheets  # there and back
    assert len(sizes) == 2 * (1 + 3 + 6) + 1  # and the code
    assert words(ax)[2:5] == ["16 × 7 × 5", "32", "16 × 7 × 5"]


def test_stacks_of_shapes_do_not_overlap():
    sheets = rectangles(draw_shapes([(1, 9, 9), (4, 5, 5)], code_size=2))
    stacks = [
        list(group) for _, group in itertools.groupby(sheets, Rectangle.get_height)
    ]
    assert len(stacks) == 5
    for here, there in itertools.pairwise(stacks):
        end = max(sheet.get_x() + sheet.get_width() for sheet in here)
        assert end < min(sheet.get_x() for sheet in there)


@pytest.mark.parametrize("shapes", [[], [(28, 28)], [(0, 28, 28)], [(1, 28, -1)]])
def test_shapes_that_are_none_are_refused(shapes):
    with pytest.raises(ValueError, match="channels, height, width"):
        draw_shapes(shapes, code_size=2)


@pytest.mark.parametrize("code_size", [0, 2.5])
def test_a_code_of_no_size_is_refused(code_size):
    with pytest.raises(ValueError, match="code_size must be a whole number"):
        draw_shapes([(1, 28, 28)], code_size)


def test_a_layer_is_the_taller_the_more_units_it_has():
    ax = draw_layers([784, 200, 10], ["x", "h", "p"], learned=[False, True])
    heights = [bar.get_height() for bar in rectangles(ax)]
    assert heights == sorted(heights, reverse=True)
    arrows = [text.arrow_patch for text in ax.texts if text.arrow_patch]
    colours = [to_hex(arrow.get_edgecolor()) for arrow in arrows]
    assert colours == [FROZEN.lower(), POSITIVE.lower()]


@pytest.mark.parametrize(
    ("sizes", "names", "arrows"),
    [([3], ["x"], []), ([3, 0], ["x", "h"], [""]), ([3, 2], ["x"], [""])],
)
def test_layers_that_do_not_fit_their_names_are_refused(sizes, names, arrows):
    with pytest.raises(ValueError, match="layers"):
        draw_layers(sizes, names, arrows)


def test_the_encoder_of_a_variational_autoencoder_answers_twice():
    ax = draw_variational([784, 64, 2])
    words = [text.get_text() for text in ax.texts]
    assert [word for word in words if word.isdigit()].count("2") == 2
    assert {"x", "ŷ", "μ", "log σ²", "q(z|x)", "encoder", "decoder"} <= set(words)
    places = [bar.get_x() for bar in rectangles(ax)]
    assert len(places) == 6
    assert len(set(places)) == 5  # the two answers stand above one another


@pytest.mark.parametrize("sizes", [[784], [784, 0]])
def test_a_variational_autoencoder_without_a_code_is_refused(sizes):
    with pytest.raises(ValueError, match="two or more layers"):
        draw_variational(sizes)


def test_nothing_leads_to_or_from_a_dropped_unit():
    ax = draw_thinned([3, 4, 3, 2], [[0, 3], [1]])
    assert len(ax.lines) == 3 * 2 + 2 * 2 + 2 * 2
    assert words(ax).count("×") == 3
    assert len(ax.patches) == 12


@pytest.mark.parametrize(
    ("sizes", "dropped"),
    [
        ([2, 2], []),
        ([2, 11, 2], [[]]),
        ([2, 0, 2], [[]]),
        ([2, 3, 2], [[3]]),
        ([2, 3, 2], []),
        ([2, 3, 2], [[0], [0]]),
        ([2, 3, 2], [[-1]]),
    ],
)
def test_only_hidden_units_that_are_there_can_be_dropped(sizes, dropped):
    with pytest.raises(ValueError, match="Give"):
        draw_thinned(sizes, dropped)


def test_a_computation_has_a_way_forward_and_a_way_back():
    ax = draw_computation("xsJ", ["w", "c"], ["", "d"], {1: ("w, b", "-δ x")})
    assert len(rectangles(ax)) == 3
    assert [word for word in words(ax) if word] == [*"xsJwcd", "w, b", "-δ x"]
    arrows = [text.arrow_patch for text in ax.texts if text.arrow_patch]
    colours = [to_hex(arrow.get_edgecolor()) for arrow in arrows]
    assert len(colours) == 5  # two forward, one back, and two for the parameter
    assert colours.count(BACKWARD) == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("x", [], [], {}),
        ("xs", [], [""], {}),
        ("xs", ["a"], [], {}),
        ("xs", ["a"], [""], {2: ("w", "g")}),
    ],
)
def test_a_computation_needs_a_step_between_boxes(arguments):
    with pytest.raises(ValueError, match=r"step|boxes"):
        draw_computation(*arguments)


def test_a_ladder_has_three_boxes_a_layer_and_a_cost_for_each_rung():
    ax = draw_ladder(["pixels", "units", "classes"])
    assert len(rectangles(ax)) == 9
    assert [words(ax).count(word) for word in ("z̃", "ẑ", "z", "cost")] == [3, 3, 3, 3]
    assert words(ax).index("pixels") < words(ax).index("classes")


def test_a_ladder_of_one_layer_is_refused():
    with pytest.raises(ValueError, match="two layers or more"):
        draw_ladder(["pixels"])
