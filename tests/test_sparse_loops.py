"""The loop that can be got wrong: by default it does what `Network` does."""

from __future__ import annotations

import numpy as np
import pytest

from aelib.backprop import Network
from aelib.penalties import kl_divergence, kl_gradient
from aelib.results import load_table
from aelib.sparse_loops import (
    HEADINGS,
    MEMORY,
    STUDIES,
    USUAL,
    SparseRun,
    kl_force,
    show_study,
    shrink,
    train_by_hand,
)

X = np.random.default_rng(0).random((40, 6))
SHORT = {"units": 3, "epochs": 2, "batch_size": 10, "eta": 0.3, "seed": 1}


def by_network(mean: str | int, *, lam: float = 0.0, bias: float = 0.0) -> Network:
    """Train in the same order with `Network.step`."""
    net, rng = Network([6, 3, 6], seed=1), np.random.default_rng(1)
    net.biases[0] += bias
    rho, t = net.mean_activity(X)[0], 0
    for _ in range(2):
        for rows in rng.permutation(40).reshape(4, 10):
            now = net.mean_activity(X[rows])[0]
            if mean == "batch":
                rho = now
            elif mean == "running":
                rho = rho + 10 / MEMORY * (now - rho)
            elif t % mean == 0:
                rho = net.mean_activity(X)[0]
            net.step(X[rows], X[rows], 0.3, lam=lam, rho_bar=0.1, gamma=2.0, rho=rho)
            t += 1
    return net


@pytest.mark.parametrize("mean", ["running", "batch", 1, 3])
@pytest.mark.parametrize("start", [{}, {"lam": 0.01, "bias": -2.0}])
def test_the_right_loop_is_that_of_the_network(
    mean: str | int, start: dict[str, float]
) -> None:
    run = train_by_hand(X, kl_force(2.0, 0.1), mean, **SHORT, **start)
    expected = by_network(mean, **start)
    for found, wanted in zip(
        run.net.weights + run.net.biases,
        expected.weights + expected.biases,
        strict=True,
    ):
        np.testing.assert_allclose(found, wanted, atol=1e-12)


def test_a_run_records_the_true_means_four_times_an_epoch() -> None:
    run = train_by_hand(X, kl_force(2.0, 0.1), **SHORT)
    assert run.epoch.tolist() == [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]
    assert run.rho.shape == (9, 3)
    start = Network([6, 3, 6], seed=1)
    np.testing.assert_allclose(run.rho[0], start.mean_activity(X)[0])
    np.testing.assert_allclose(run.rho[-1], run.code(X).mean(axis=0))


def test_a_force_is_given_the_batch_and_the_mean_and_acts_on_the_sums() -> None:
    seen = []

    def force(h: np.ndarray, rho: np.ndarray) -> np.ndarray:
        seen.append((h, rho))
        return -kl_gradient(0.1, h)

    run = train_by_hand(X, force, "batch", **SHORT | {"epochs": 1})
    assert [h.shape for h, _ in seen] == [(10, 3)] * 4
    for h, rho in seen:
        np.testing.assert_allclose(rho, h.mean(axis=0))
    assert isinstance(run, SparseRun)


@pytest.mark.parametrize("rho", [0.02, 0.1, 0.4])
def test_the_force_is_the_downhill_slope_of_the_price(rho: float) -> None:
    pull, step = kl_force(3.0, 0.1)(np.zeros(1), np.array([rho])), 1e-6
    up, down = (3 * kl_divergence(0.1, np.array([rho + d])) for d in (step, -step))
    np.testing.assert_allclose(pull, -(up - down) / (2 * step), rtol=1e-6, atol=1e-9)


def test_what_cannot_be_trained_is_refused() -> None:
    force = kl_force(1.0, 0.1)
    with pytest.raises(ValueError, match="mean"):
        train_by_hand(X, force, "median")
    with pytest.raises(ValueError, match="mean"):
        train_by_hand(X, force, 0)
    with pytest.raises(ValueError, match="batch_size"):
        train_by_hand(X, force, batch_size=41)
    with pytest.raises(ValueError, match="eta"):
        train_by_hand(X, force, eta=-1.0)
    with pytest.raises(ValueError, match="sigmoid"):
        train_by_hand(X * 255, force)


def test_shrunken_images_keep_their_ink_and_odd_ones_are_refused() -> None:
    images = np.random.default_rng(0).random((3, 6, 4))
    small = shrink(images)
    assert small.shape == (3, 6)
    np.testing.assert_allclose(4 * small.sum(axis=1), images.sum(axis=(1, 2)))
    with pytest.raises(ValueError, match="even"):
        shrink(images[:, :5])


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_shows_what_the_table_has(
    name: str, capsys: pytest.CaptureFixture
) -> None:
    show_study(name, *HEADINGS)
    _, *lines = capsys.readouterr().out.splitlines()
    settings = STUDIES[name]()
    assert len(lines) == 2 * len(settings)
    title, setting = list(settings.items())[-1]
    rows = load_table("sparse_loops").where(data="mnist", **USUAL | setting)
    assert rows["seed"].tolist() == [0, 1, 2]
    assert lines[-1].startswith(f"mnist  {title}")
    assert f"{rows['error'].mean():.3f} ± " in lines[-1]


def test_a_study_that_was_not_made_is_refused() -> None:
    with pytest.raises(ValueError, match="square"):
        show_study("cubes", "error")
    with pytest.raises(ValueError, match="median"):
        show_study("square", "mean")
