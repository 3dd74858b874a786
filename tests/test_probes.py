"""Probes: identities of information, geometry of subspaces, and honest read-outs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import mutual_info_score

from aelib import load_data, probes

RNG = np.random.default_rng(2)
SEEDS = st.integers(0, 10_000)
COUNTS = hnp.arrays(
    int, hnp.array_shapes(min_dims=2, max_dims=2), elements=st.integers(0, 50)
).filter(np.any)


def random_mixture(seed: int) -> np.ndarray:
    """Return P(h, x, y) = P(h) P(x|h) P(y|h) of random shape and probabilities."""
    rng = np.random.default_rng(seed)
    h, x, y = rng.integers(1, 6, size=3)
    p_h, p_x, p_y = (
        rng.dirichlet(np.ones(k), size=n) for n, k in [(1, h), (h, x), (h, y)]
    )
    return p_h[0][:, None, None] * p_x[:, :, None] * p_y[:, None, :]


def entropy(p: np.ndarray) -> float:
    p = p[p > 0]
    return float(-(p * np.log2(p)).sum())


# Slant


@given(st.floats(-1.0, 1.0))
def test_a_sheared_stroke_leans_as_far_as_it_was_sheared(slant: float) -> None:
    rows, columns = np.indices((61, 61)) - 30
    ink = np.exp(-np.square((columns + slant * rows) / 2)) * (abs(rows) < 15)
    assert probes.measured_slant([ink]) == pytest.approx([slant], abs=0.01)
    assert probes.measured_slant([ink[:, ::-1]]) == pytest.approx([-slant], abs=0.01)


def test_measured_slant_of_drawn_digits_follows_the_one_on_record() -> None:
    digits = load_data("drawn", n_train=1_000, n_test=1).train
    found = probes.measured_slant(digits.images)
    assert np.corrcoef(found, digits.factors["slant"])[0, 1] > 0.95
    np.testing.assert_allclose(
        probes.measured_slant(5 * digits.images), found, atol=1e-6
    )


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.ones((3, 784)), "Shape"),
        (-np.ones((1, 2, 2)), "not negative"),
        (np.zeros((1, 2, 2)), "some of it"),
        ([[[1.0, 1.0], [0.0, 0.0]]], "one row"),
    ],
)
def test_pictures_without_a_slant_are_refused(images: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        probes.measured_slant(images)


# Dependence


@given(SEEDS)
def test_a_mixture_is_independent_given_its_latent_variable(seed: int) -> None:
    assert probes.conditional_mutual_information(random_mixture(seed)) < 1e-12


def test_dependence_by_a_common_cause_worked_by_hand() -> None:
    joint = np.array([[0.37, 0.13], [0.13, 0.37]])  # ½·.8·.9 + ½·.2·.1 = .37
    by_hand = 0.74 * np.log2(0.37 / 0.25) + 0.26 * np.log2(0.13 / 0.25)
    assert probes.mutual_information(joint) == pytest.approx(by_hand, rel=1e-12)


@given(COUNTS)
def test_mutual_information_is_scikit_learns_and_a_difference_of_entropies(
    counts: np.ndarray,
) -> None:
    found = probes.mutual_information(counts)
    x, y = np.repeat(np.argwhere(counts >= 0), counts.ravel(), axis=0).T
    assert found == pytest.approx(mutual_info_score(x, y) / np.log(2), abs=1e-9)
    p = counts / counts.sum()
    total = entropy(p.sum(axis=0)) + entropy(p.sum(axis=1)) - entropy(p)
    assert found == pytest.approx(total, abs=1e-9)
    assert probes.mutual_information(counts.T) == pytest.approx(found, abs=1e-12)


@given(SEEDS)
def test_the_chain_rule_of_information(seed: int) -> None:
    """I(x; y, h) = I(x; h) + I(x; y | h), for any table."""
    rng = np.random.default_rng(seed)
    joint = rng.dirichlet(np.full(24, 0.3)).reshape(2, 3, 4)  # h, x, y
    x_and_both = joint.transpose(1, 0, 2).reshape(3, 8)
    parts = probes.mutual_information(joint.sum(axis=2))
    parts += probes.conditional_mutual_information(joint)
    assert probes.mutual_information(x_and_both) == pytest.approx(parts, abs=1e-12)


def test_knowing_more_can_create_dependence() -> None:
    agree = np.array([[[0, 1], [1, 0]], [[1, 0], [0, 1]]]) / 4
    assert probes.mutual_information(agree.sum(axis=0)) == 0
    assert probes.conditional_mutual_information(agree) == pytest.approx(1)


@pytest.mark.parametrize(
    "table", [[0.5, 0.5], [[0.5, -0.1], [0.3, 0.3]], [[0, 0]], [[np.nan, 1]]]
)
def test_tables_that_are_no_distribution_are_refused(table: list) -> None:
    with pytest.raises(ValueError, match=r"dimensions|not negative"):
        probes.mutual_information(table)


def test_samples_come_near_the_table_they_were_drawn_from() -> None:
    leaning, upright = (
        np.outer([0.2, 0.8], [0.1, 0.9]),
        np.outer([0.8, 0.2], [0.9, 0.1]),
    )
    joint = np.stack([0.5 * leaning, 0.5 * upright])
    cells = RNG.choice(joint.size, size=100_000, p=joint.ravel())
    h, x, y = np.unravel_index(cells, joint.shape)
    exact = probes.mutual_information(joint.sum(axis=0))
    assert exact > 0.1
    assert probes.dependence(x, y) == pytest.approx(exact, abs=0.005)
    assert probes.dependence(x, y, given=h) < 0.005


def test_what_is_counted_does_not_depend_on_the_names_of_values() -> None:
    x, y, h = RNG.integers(3, size=(3, 500))
    names = np.array(["a", "b", "c"])
    found = probes.dependence(names[x], -1.5 * y, 7 - h)
    assert found == pytest.approx(probes.dependence(x, y, h), abs=1e-12)


def test_shuffling_measures_the_bias_of_fine_bins() -> None:
    """Independent samples: counted information is what chance makes of it."""
    x, y = RNG.random((2, 20_000)) < 0.5
    h = RNG.integers(100, size=20_000)
    chance = probes.dependence_by_chance(x, y, h, repeats=50)
    # Of N samples in bins of two by two, chance makes bins / (2 N ln 2) bits.
    assert chance.mean() == pytest.approx(100 / (2 * 20_000 * np.log(2)), rel=0.1)
    assert abs(probes.dependence(x, y, h) - chance.mean()) < 5 * chance.std()


def test_shuffling_keeps_what_each_variable_owes_to_h() -> None:
    """Where x and y are functions of h alone, a shuffle within h changes nothing."""
    h = RNG.integers(4, size=400)
    found = probes.dependence_by_chance(h % 2, h // 2, h, repeats=3)
    assert found == pytest.approx(0, abs=1e-12)
    x = RNG.integers(2, size=400)
    merged = probes.dependence_by_chance(x, x, np.arange(400), repeats=3)
    assert merged == pytest.approx(0, abs=1e-12)  # one sample per bin: none moves


def test_shuffles_differ_and_repeat() -> None:
    x, y = RNG.integers(3, size=(2, 300))
    first = probes.dependence_by_chance(x, y, seed=1, repeats=5)
    assert len(set(first)) > 1
    assert np.array_equal(first, probes.dependence_by_chance(x, y, seed=1, repeats=5))


def test_dependence_refuses_what_is_no_sample() -> None:
    with pytest.raises(ValueError, match="One value per sample"):
        probes.dependence([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="One value per sample"):
        probes.dependence([], [])
    with pytest.raises(ValueError, match="at least 1"):
        probes.dependence_by_chance([1, 2], [1, 2], repeats=0)


@given(SEEDS, st.integers(1, 7))
def test_bins_hold_equally_many_and_keep_the_order(seed: int, number: int) -> None:
    values = np.random.default_rng(seed).normal(size=(210, 2))
    one, both = probes.bins(values[:, 0], number), probes.bins(values, number)
    assert np.ptp(np.bincount(one, minlength=number)) <= 1
    assert (np.diff(one[np.argsort(values[:, 0])]) >= 0).all()
    assert np.array_equal(both // number, one)
    assert np.array_equal(both % number, probes.bins(values[:, 1], number))


def test_bins_refuse_more_bins_than_values() -> None:
    with pytest.raises(ValueError, match="choose 1 to 3"):
        probes.bins([1.0, 2.0, 3.0], 4)


# Subspaces


@given(SEEDS)
def test_principal_angles_ignore_the_basis_and_rotate_along(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(2, 7, 3))
    mixed = a @ (rng.normal(size=(3, 3)) + 5 * np.eye(3))
    angles = probes.principal_angles(a, b)
    assert probes.principal_angles(mixed, b) == pytest.approx(angles, abs=1e-5)
    assert probes.principal_angles(a, mixed).max() < 1e-5
    turn = np.linalg.qr(rng.normal(size=(7, 7)))[0]
    assert probes.principal_angles(turn @ a, turn @ b) == pytest.approx(
        angles, abs=1e-5
    )


def test_principal_angles_of_known_planes() -> None:
    tilt = np.radians(30)
    a = np.eye(3)[:, :2]
    b = np.array([[1, 0], [0, np.cos(tilt)], [0, np.sin(tilt)]])
    assert probes.principal_angles(a, b) == pytest.approx([30, 0], abs=1e-6)
    assert probes.principal_angles(a, np.eye(3)[:, 2:]) == pytest.approx([90])


def test_principal_angles_refuse_rows_given_for_columns() -> None:
    with pytest.raises(ValueError, match="transpose"):
        probes.principal_angles(np.ones((6, 196)), np.ones((196, 6)))


# Read-outs


def test_a_linear_factor_is_read_and_an_absent_one_is_not() -> None:
    h = RNG.normal(size=(2_000, 4))
    noise = RNG.normal(size=2_000)
    train, test = slice(1_000), slice(1_000, None)
    for factor, expected in (
        (3 * h[:, 0] - h[:, 2] + 5, 1.0),
        (h[:, 1] + noise, 0.5),  # half of the variance is noise
        (noise, 0.0),
        (h[:, 0] ** 2, 0.0),  # there, but not for a linear reader
    ):
        found = probes.factor_r2(h[train], factor[train], h[test], factor[test])
        assert found == pytest.approx(expected, abs=0.08)


@given(st.floats(0.01, 100), st.floats(-100, 100))
def test_a_read_out_ignores_the_units_of_codes_and_factors(a: float, b: float) -> None:
    h = np.random.default_rng(0).normal(size=(80, 3))
    factor = h[:, 0] + 0.5 * h[:, 1] ** 2
    plain = probes.factor_r2(h[:50], factor[:50], h[50:], factor[50:])
    h, factor = a * h + b, b + a * factor
    scaled = probes.factor_r2(h[:50], factor[:50], h[50:], factor[50:])
    assert scaled == pytest.approx(plain, abs=1e-6)


def test_an_unseen_code_is_what_counts() -> None:
    """Many random units fit the training factor and know nothing of the test's."""
    h, factor = RNG.normal(size=(200, 150)), RNG.normal(size=200)
    assert probes.factor_r2(h[:100], factor[:100], h[:100], factor[:100]) > 0
    assert probes.factor_r2(h[:100], factor[:100], h[100:], factor[100:]) < 0.1


def test_correlations_are_numpys_and_dead_units_have_none() -> None:
    h = RNG.normal(size=(50, 3))
    h[:, 1] = 0.1
    factor = h[:, 0] - h[:, 2] ** 2
    found = probes.unit_correlations(h, factor)
    expected = [np.corrcoef(h[:, j], factor)[0, 1] for j in (0, 2)]
    assert found[[0, 2]] == pytest.approx(expected)
    assert found[1] == 0
    images = probes.unit_correlations(RNG.random((50, 4, 4)), factor)
    assert images.shape == (16,)


def test_factors_that_cannot_be_read_are_refused() -> None:
    h = RNG.normal(size=(10, 2))
    with pytest.raises(ValueError, match="never varies"):
        probes.unit_correlations(h, np.ones(10))
    with pytest.raises(ValueError, match=r"shape \(10,\)"):
        probes.factor_r2(h, np.arange(9.0), h, np.arange(10.0))
    with pytest.raises(ValueError, match="test factor never varies"):
        probes.factor_r2(h, np.arange(10.0), h, np.ones(10))


# What can't mean anything


def test_dependence_of_continuous_values_is_refused_before_it_fills_the_memory() -> (
    None
):
    """Counted as they are, 100,000 values on each side are 80 GB of zeros."""
    x, y = np.random.default_rng(0).normal(size=(2, 100_000))
    for measure in (probes.dependence, probes.dependence_by_chance):
        with pytest.raises(ValueError, match=r"by bins\(\) first"):
            measure(x, y)
    assert probes.dependence(probes.bins(x, 8), probes.bins(y, 8)) < 0.01


def test_a_giant_table_is_refused_even_where_values_recur() -> None:
    values = np.arange(10_000) % 4_000
    with pytest.raises(ValueError, match="discrete variables"):
        probes.dependence(values, values[::-1])


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_has_no_bin_no_correlation_and_no_dependence(value: float) -> None:
    code = np.arange(12.0).reshape(6, 2)
    code[2, 1] = value
    factor = np.arange(6.0)
    for call in (
        lambda: probes.bins(code, 2),
        lambda: probes.unit_correlations(code, factor),
        lambda: probes.unit_correlations(factor[:, None], code[:, 1]),
        lambda: probes.factor_r2(code, factor, code, factor),
        lambda: probes.dependence(code[:, 1], factor),
        lambda: probes.principal_angles(code, code),
    ):
        with pytest.raises(ValueError, match="NaN or infinite"):
            call()


def test_dependence_reads_words_and_booleans() -> None:
    words, yes = ["left", "right"] * 50, np.array([True, False] * 50)
    assert probes.dependence(words, yes) == pytest.approx(1)


# What q(z|x) add up to


def test_gaussians_of_the_plane_add_up_to_their_mean() -> None:
    mean, std = RNG.normal(size=(4, 2)), RNG.uniform(0.2, 1, (4, 2))
    line = np.linspace(-9, 9, 361)
    density = probes.aggregate_posterior(mean, std, line)
    assert density.sum() * (line[1] - line[0]) ** 2 == pytest.approx(1)
    weights = density.sum(axis=0) / density.sum()  # of unit 1, across
    assert weights @ line == pytest.approx(mean[:, 0].mean())


@pytest.mark.parametrize(
    ("mean", "std", "line"),
    [
        (np.zeros((2, 3)), np.ones((2, 3)), np.zeros(3)),
        (np.zeros((2, 2)), np.ones((3, 2)), np.zeros(3)),
        (np.zeros((2, 2)), np.zeros((2, 2)), np.zeros(3)),
        (np.zeros((2, 2)), np.ones((2, 2)), np.zeros((3, 3))),
    ],
)
def test_what_is_no_gaussian_of_the_plane_is_refused(
    mean: np.ndarray, std: np.ndarray, line: np.ndarray
) -> None:
    with pytest.raises(ValueError, match=r"plane|axis"):
        probes.aggregate_posterior(mean, std, line)
