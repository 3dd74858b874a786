"""Explorer of labels on a graph: what is sent and said is what a dense graph gives."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sent import numbers
from sklearn.datasets import make_moons

from aelib import explore

X, MOON = make_moons(60, noise=0.08, shuffle=False, random_state=0)
APART = {gap: X - gap * np.outer(MOON, [0, 1]) for gap in (0.0, 0.5, 0.2)}
SENTENCE = re.compile(
    r"(\d+) points joined to their (\d+) nearest neighbours, (\d+) labels and (\d+) "
    r"steps?: ([\d.]+) % of the points reached; ([\d.]+) % read rightly, ([\d.]+) % by "
    r"the nearest label alone\."
)


def by_hand(
    x: np.ndarray, k: int, known: dict[int, int], steps: int
) -> tuple[float, float, float]:
    """Return the percentages reached, read rightly, and that by the nearest label."""
    far = np.linalg.norm(x[:, None] - x, axis=2)
    order = np.argsort(far + np.diag(np.full(len(x), np.inf)), axis=1)[:, :k]
    chosen = np.take_along_axis(far, order, axis=1)
    w = np.zeros_like(far)
    for row, (places, distances) in enumerate(zip(order, chosen, strict=True)):
        w[row, places] = np.exp(-4 * (distances / distances[-1]) ** 2)
    w = w + w.T
    s = w / np.sqrt(np.outer(w.sum(axis=0), w.sum(axis=0)))
    y = np.zeros((len(x), 2))
    y[list(known), list(known.values())] = 1
    held = y
    for _ in range(steps):
        held = 0.99 * s @ held + 0.01 * y
    held = held / held.sum(axis=0)
    reached = held.sum(axis=1) > 0
    right = reached & ((held[:, 1] > held[:, 0]) == MOON)
    nearest = np.array(list(known.values()))[far[:, list(known)].argmin(axis=1)]
    found = (reached, right, nearest == MOON)
    return tuple(100 * float(part.mean()) for part in found)


@pytest.mark.parametrize(
    ("gap", "k", "known", "steps"),
    [
        (0.5, 7, {3: 0, 33: 1}, 5),
        (0.0, 4, {3: 0, 33: 1, 50: 1}, 100),
        (0.0, 15, {0: 0, 30: 1}, 1),
    ],
)
def test_the_sentence_says_what_a_dense_graph_gives(
    gap: float, k: int, known: dict[int, int], steps: int
) -> None:
    explorer = explore.label_spreading(
        APART[gap], MOON, k=k, known=list(known), steps=steps
    )
    said = SENTENCE.fullmatch(explorer.alt)
    assert said is not None, explorer.alt
    assert [int(n) for n in said.groups()[:4]] == [60, k, len(known), steps]
    expected = by_hand(APART[gap], k, known, steps)
    np.testing.assert_allclose(
        [float(n) for n in said.groups()[4:]], expected, atol=0.1
    )


def test_the_page_gets_the_points_as_the_still_joins_them() -> None:
    sent = numbers(explore.label_spreading(APART, MOON))
    assert sent["gaps"] == [0.0, 0.2, 0.5]
    for gap, cloud in zip(sent["gaps"], sent["clouds"], strict=True):
        np.testing.assert_array_equal(cloud, APART[gap])
    assert sent["classes"] == MOON.tolist()
    every = np.concatenate(list(APART.values()))
    assert sent["box"] == [every.min(axis=0).tolist(), every.max(axis=0).tolist()]


def test_it_begins_with_the_middle_of_each_moon_far_apart() -> None:
    explorer = explore.label_spreading(APART, MOON)
    assert explorer.alt == explore.label_spreading(APART[0.5], MOON).alt
    upper, lower = numbers(explorer)["known"]
    assert (MOON[upper], MOON[lower]) == (0, 1)
    for row in (upper, lower):
        here = APART[0.5][MOON[row] == MOON]
        far = np.linalg.norm(here - here.mean(axis=0), axis=1)
        own = np.linalg.norm(APART[0.5][row] - here.mean(axis=0))
        assert own == pytest.approx(far.min())


def test_it_weighs_little_with_as_many_points_as_it_takes() -> None:
    x, moon = make_moons(500, noise=0.1, random_state=0)
    apart = {gap: x - gap * np.outer(moon, [0, 1]) for gap in (0.0, 0.2, 0.4)}
    assert len(explore.label_spreading(apart, moon).state) < 100_000


def test_few_points_have_few_neighbours() -> None:
    sent = numbers(explore.label_spreading(X[::12], MOON[::12], k=4))
    assert sent["most"]["k"] == 4
    with pytest.raises(ValueError, match="k=5 is out of range: choose from 1 to 4"):
        explore.label_spreading(X[::12], MOON[::12], k=5)


@pytest.mark.parametrize(
    ("points", "classes", "options", "message"),
    [
        (np.ones((60, 3)), MOON, {}, r"in the plane, \(n, 2\).*\(60, 3\)"),
        ({0.0: X, 0.5: X[:30]}, MOON, {}, "equally many"),
        ({}, MOON, {}, "in the plane"),
        (X * np.nan, MOON, {}, "points"),
        (np.ones((1, 2)), [0], {}, "From 2 to 500.*got 1: pass more"),
        (np.ones((501, 2)), MOON, {}, r"From 2 to 500.*points\[::2\]"),
        (X, MOON[:30], {}, r"one for each of 60 points.*\(30,\)"),
        (X, MOON + 1, {}, r"0 or 1.*\[1\.0, 2\.0\]"),
        (X, np.zeros(60), {}, "both are there"),
        (X, MOON, {"k": 0}, "k=0 is out of range"),
        (X, MOON, {"k": 16}, "from 1 to 15"),
        (X, MOON, {"steps": 0}, "steps=0 is out of range"),
        (X, MOON, {"known": [3, 60]}, "known=60 is out of range"),
        (X, MOON, {"known": [3, 4]}, "one of each class"),
        (X, MOON, {"known": [3, 3, 40]}, "different points"),
        (X, MOON, {"known": []}, "one of each class"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    points: object, classes: object, options: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        explore.label_spreading(points, classes, **options)
