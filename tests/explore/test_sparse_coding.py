"""Explorer of the sparsity penalty: prices and forces are those of the formulas."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelib import explore


@given(
    st.integers(1, 50).map(lambda k: k / 100),
    st.integers(1, 50).map(lambda k: k / 10),
    st.lists(st.floats(0.01, 0.99), min_size=1, max_size=9),
)
def test_force_pays_the_divergence_and_pushes_towards_the_desired_activity(
    rho_bar: float, gamma: float, units: list[float]
) -> None:
    rho = np.array(units)
    explorer = explore.sparsity_force({"all": rho}, rho_bar=rho_bar, gamma=gamma)
    divergence = rho_bar * np.log(rho_bar / rho)
    divergence += (1 - rho_bar) * np.log((1 - rho_bar) / (1 - rho))
    price, up, down = re.search(
        r"pay ([\d.]+); (\d+) \w+ pushed up, (\d+) down", explorer.alt
    ).groups()
    assert float(price) == pytest.approx(gamma * divergence.sum(), abs=0.0051)
    assert int(up) == (rho < rho_bar - 1e-9).sum()
    assert int(down) == (rho > rho_bar + 1e-9).sum()


def test_force_without_strength_pushes_nobody() -> None:
    explorer = explore.sparsity_force({"a": np.array([0.2, 0.9])}, gamma=0.0)
    assert "pay 0.00; 0 are pushed up, 0 down" in explorer.alt


def test_force_on_what_is_no_mean_activity_is_refused() -> None:
    with pytest.raises(ValueError, match="one network at least"):
        explore.sparsity_force({})
    with pytest.raises(ValueError, match="those of a have shape"):
        explore.sparsity_force({"a": np.array([0.2, 1.0])})
    with pytest.raises(ValueError, match=r"shape \(2, 2\)"):
        explore.sparsity_force({"a": np.full((2, 2), 0.5)})


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({"gamma": 7.0}, "gamma=7.0 is out of range: choose from 0 to 5"),
        ({"gamma": -0.1}, "gamma=-0.1 is out of range"),
        ({"gamma": float("nan")}, "gamma=nan is out of range"),
        ({"rho_bar": 0.9}, "rho_bar=0.9 is out of range: choose from 0.01 to 0.5"),
    ],
)
def test_force_refuses_a_start_beyond_its_sliders(
    start: dict[str, float], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        explore.sparsity_force({"a": np.array([0.2])}, **start)
