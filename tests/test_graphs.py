"""Labels on graphs: exact cases, and what must hold on any of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import make_moons
from sklearn.semi_supervised import LabelSpreading

from aelib import graphs


def graph_of(weights: np.ndarray) -> graphs.Graph:
    return graphs.Graph(sparse.csr_array(weights.astype(float)), k=1, search=None)


def path(n: int) -> graphs.Graph:
    step = np.eye(n, k=1)
    return graph_of(step + step.T)


points = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).normal(size=(30, 3))
)


@given(st.integers(3, 40))
def test_on_a_path_harmonic_values_are_a_straight_line(n: int) -> None:
    values = graphs.harmonic(path(n), [0, n - 1], [0, 1])
    np.testing.assert_allclose(values[:, 1], np.linspace(0, 1, n), atol=1e-9)


@given(points)
def test_every_unknown_point_is_its_neighbours_mean(x: np.ndarray) -> None:
    graph = graphs.join(x, k=4)
    rows = np.arange(0, 30, 3)
    values = graphs.harmonic(graph, rows, rows % 2)
    mean = graph.walk() @ values
    unknown = np.setdiff1d(np.arange(30), rows)
    reached = unknown[values[unknown].sum(axis=1) > 0]
    np.testing.assert_allclose(values[reached], mean[reached], atol=1e-8)
    np.testing.assert_allclose(values[reached].sum(axis=1), 1, atol=1e-8)


def test_harmonic_values_are_chances_of_a_random_walk() -> None:
    # Gambler's ruin on a path of 6, and a walk simulated with its own steps.
    graph, rng = path(6), np.random.default_rng(0)
    walk = graph.walk().toarray()
    won = 0
    for _ in range(4_000):
        place = 2
        while place not in (0, 5):
            place = rng.choice(6, p=walk[place])
        won += place == 5
    exact = graphs.harmonic(graph, [0, 5], [0, 1])[2, 1]
    assert exact == pytest.approx(0.4, abs=1e-9)
    assert won / 4_000 == pytest.approx(exact, abs=0.04)


def test_what_no_walk_joins_to_a_label_gets_none() -> None:
    weights = np.zeros((5, 5))
    weights[0, 1] = weights[1, 0] = weights[3, 4] = weights[4, 3] = 1
    weights[1, 2] = weights[2, 1] = 1
    values = graphs.harmonic(graph_of(weights), [0, 2], [0, 1])
    np.testing.assert_allclose(values[1], [0.5, 0.5])
    np.testing.assert_allclose(values[3:], 0)


@given(points, st.sampled_from([0.5, 0.9, 0.99]))
def test_spreading_comes_to_rest_at_its_fixed_point(
    x: np.ndarray, alpha: float
) -> None:
    graph, rows = graphs.join(x, k=4), np.arange(6)
    half = np.diag(graph.degrees**-0.5)
    passed = half @ graph.weights.toarray() @ half
    known = np.zeros((30, 2))
    known[rows, rows % 2] = 1
    rest = np.linalg.solve(np.eye(30) - alpha * passed, (1 - alpha) * known)
    rest = graphs.shares(rest / rest.sum(axis=0))
    found = graphs.spread_labels(graph, rows, rows % 2, alpha=alpha, steps=5_000)
    np.testing.assert_allclose(found, rest, atol=1e-8)


def test_spreading_agrees_with_scikit_learn_where_both_do_the_same() -> None:
    x, y = make_moons(200, noise=0.05, random_state=0)
    rows = np.array([0, 1, 2, 3])
    hidden = np.full(200, -1)
    hidden[rows] = y[rows]
    theirs = LabelSpreading("knn", n_neighbors=10, alpha=0.99, max_iter=3000)
    theirs = theirs.fit(x, hidden).transduction_
    ours = graphs.spread_labels(graphs.join(x, k=10), rows, y[rows], steps=2000)
    assert np.mean(ours.argmax(axis=1) == theirs) > 0.9
    assert np.mean(ours.argmax(axis=1) == y) > 0.95


@given(points, st.integers(1, 6))
def test_weights_are_symmetric_and_count_the_nearest_most(
    x: np.ndarray, k: int
) -> None:
    graph = graphs.join(x, k=k)
    dense = graph.weights.toarray()
    np.testing.assert_allclose(dense, dense.T)
    assert np.all(np.diag(dense) == 0)
    assert dense.min() >= 0
    assert dense.max() <= 2
    np.testing.assert_allclose(graph.walk().sum(axis=1), 1)


def test_a_new_point_that_is_an_old_one_says_what_that_one_says() -> None:
    x = np.array([[0.0], [1.0], [10.0], [11.0]])
    graph = graphs.join(x, k=1)
    scores = np.array([[1.0, 0], [1, 0], [0, 1], [0, 1]])
    assert graph.vote([[0.1], [10.6]], scores).argmax(axis=1).tolist() == [0, 1]


def test_equal_points_are_joined_and_divide_nothing_by_zero() -> None:
    graph = graphs.join(np.zeros((5, 2)), k=2)
    assert np.isfinite(graph.weights.data).all()
    assert graph.weights.max() > 0


def test_what_cannot_be_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="take at least 4 points; got 3"):
        graphs.join(np.zeros((3, 1)), k=3)
    with pytest.raises(ValueError, match="got 2 points and 1 labels"):
        graphs.spread_labels(path(4), [0, 1], [0])
    with pytest.raises(ValueError, match="less than 1"):
        graphs.spread_labels(path(4), [0], [0], alpha=1.0)
