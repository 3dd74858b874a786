"""The judge of gradients: exact where it must be, and not to be fooled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from aelib.backprop import Network
from aelib.gradcheck import (
    STEP,
    check,
    check_gradients,
    numerical_gradient,
    relative_error,
)

FINITE = st.floats(-10, 10)


@given(arrays(float, array_shapes(max_dims=3, max_side=4), elements=FINITE))
def test_exact_for_quadratics_in_every_shape(x):
    rng = np.random.default_rng(0)
    a, c = rng.normal(size=x.shape), rng.normal(size=x.shape)
    gradient = numerical_gradient(lambda x: (a * x**2 + c * x).sum(), x)
    assert gradient.shape == x.shape
    assert relative_error(gradient, 2 * a * x + c) < 1e-7


@given(arrays(float, (3, 2), elements=st.floats(-3, 3)))
def test_known_derivatives(x):
    gradient = numerical_gradient(lambda x: np.sin(x).sum() + np.prod(x), x)
    others = [np.prod(np.delete(x.ravel(), k)) for k in range(x.size)]
    assert relative_error(gradient, np.cos(x) + np.reshape(others, x.shape)) < 1e-7


def test_the_default_step_is_near_the_best():
    def error(step):
        points = np.linspace(0.3, 0.9, 40)
        return np.abs(
            numerical_gradient(lambda x: np.exp(x).sum(), points, step) - np.exp(points)
        ).max()

    best = min(error(step) for step in np.logspace(-12, -1, 45))
    assert error(STEP) < 30 * best
    assert error(1e-12) > 1000 * error(STEP)
    assert error(1e-1) > 1000 * error(STEP)


def test_the_point_is_left_alone():
    x = np.array([1.0, 2.0])

    def f(values):
        values[...] = 0
        return 0.0

    numerical_gradient(f, x)
    assert x.tolist() == [1.0, 2.0]


@given(
    arrays(float, 5, elements=FINITE),
    arrays(float, 5, elements=FINITE),
    st.floats(0.1, 10),
)
def test_relative_error_is_symmetric_and_free_of_units(a, b, scale):
    error = relative_error(a, b, floor=1e-12)
    assert 0 <= error <= 2 + 1e-12
    assert error == relative_error(b, a, floor=1e-12)
    scaled = relative_error(scale * a, scale * b, floor=scale * 1e-12)
    assert scaled == pytest.approx(error)


def test_relative_error_at_its_landmarks():
    a = np.array([3.0, 4.0])
    assert relative_error(a, a) == 0
    assert relative_error(a, -a) == 2
    assert relative_error(a, 2 * a) == 0.5
    assert relative_error(1e-9 * a, 0 * a, floor=1e-2) == pytest.approx(5e-7)


def test_nothing_is_broadcast():
    with pytest.raises(ValueError, match="Shapes differ"):
        relative_error(np.ones((3, 1)), np.ones((1, 3)))


class Mistaken(Network):
    """A network whose gradients are spoilt by `spoil(weights, biases)`."""

    def __init__(self, spoil):
        super().__init__([3, 4, 2], "tanh", seed=0)
        self.spoil = spoil

    def gradients(self, x, y):
        return self.spoil(*super().gradients(x, y))


MISTAKES = {
    "W1": lambda w, b: ([-w[0], w[1]], b),  # sign
    "b1": lambda w, b: (w, [2 * b[0], b[1]]),  # a factor
    "W2": lambda w, b: ([w[0], w[1][::-1]], b),  # rows exchanged
    "b2": lambda w, b: (w, [b[0], b[1] + 1e-4]),  # a small constant
}


@pytest.mark.parametrize("block", MISTAKES)
def test_a_mistake_is_found_in_its_block_only(block):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))
    errors = check_gradients(Mistaken(MISTAKES[block]), x, y)
    assert errors.pop(block) > 1e-5
    assert max(errors.values()) < 1e-7


def test_the_check_leaves_the_network_as_it_was():
    net, twin = Network([3, 4, 2], seed=0), Network([3, 4, 2], seed=0)
    check_gradients(net, np.eye(3), np.ones((3, 2)))
    for a, b in zip(net.weights + net.biases, twin.weights + twin.biases, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("step", [0.0, -1e-6, 1e-17, np.nan, np.inf])
def test_the_step_can_be_seen(step):
    with pytest.raises(ValueError, match="step must be larger"):
        numerical_gradient(np.sum, [1.0], step)


@pytest.mark.parametrize("floor", [0.0, -1.0, np.nan])
def test_the_floor_is_positive(floor):
    with pytest.raises(ValueError, match="floor must be a positive number"):
        relative_error([1.0], [1.0], floor)


def test_the_point_is_finite():
    with pytest.raises(ValueError, match="NaN"):
        numerical_gradient(np.sum, [1.0, np.nan])


def test_a_check_that_holds_says_so(capsys):
    check("a third", 1 / 3, 0.33333334, bound=1e-6)
    assert capsys.readouterr().out == "a third: agrees\n"


@pytest.mark.parametrize("theirs", [[1.0, 2.001], [-1.0, -2.0], [1.0, np.nan]])
def test_a_check_that_fails_stops_and_says_by_how_much(theirs, capsys):
    with pytest.raises(AssertionError, match=r"two numbers: .* differ by"):
        check("two numbers", [1.0, 2.0], theirs)
    assert capsys.readouterr().out == ""


def test_a_check_of_unlike_shapes_is_no_check():
    with pytest.raises(ValueError, match="Shapes differ"):
        check("shapes", np.zeros(3), 0.0)
