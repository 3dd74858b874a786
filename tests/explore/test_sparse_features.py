"""Explorers of hidden units: what is displayed is what the networks compute."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import DIGITS, activities, picture

from aelib import explore
from aelib.autoencoders import Autoencoder


def test_hidden_units_tell_mean_and_largest_activities() -> None:
    models = {name: Autoencoder([784, 5], seed=k) for k, name in enumerate("ab")}
    explorer = explore.hidden_units(models, DIGITS, {"a": 0.1}, unit=3)
    assert explorer.values == {"network": "a", "unit": 3}
    for name, unit in (("a", 3), ("b", 3), ("b", 0)):
        explorer.set(network=name, unit=unit)
        h = np.sort(activities(models[name])[:, unit])
        assert f"Unit {unit} of {name}: mean activity {h.mean():.3f}" in explorer.alt
        assert f"at {h[-1]:.2f} to {h[-9]:.2f}." in explorer.alt


def test_hidden_units_show_another_picture_of_another_unit() -> None:
    explorer = explore.hidden_units({"a": Autoencoder([784, 5])}, DIGITS)
    before = picture(explorer)
    explorer.set(unit=4)
    assert np.abs(picture(explorer) - before).max() > 0.5


@pytest.mark.parametrize(
    ("models", "unit", "n", "complaint"),
    [
        (
            {"a": Autoencoder([784, 5])},
            5,
            30,
            "unit=5 is out of range: choose from 0 to 4",
        ),
        ({"a": Autoencoder([784, 5])}, 0, 8, "at least 9 images; got 8"),
        (
            {"a": Autoencoder([784, 5]), "b": Autoencoder([784, 6])},
            *(0, 30, "same number of hidden units"),
        ),
        ({"a": Autoencoder([784, 5], code="linear")}, 0, 30, r"lie in \[0, 1\]"),
        ({}, 0, 30, "at least one network"),
    ],
)
def test_hidden_units_refuse_what_they_cannot_show(
    models: dict[str, Autoencoder], unit: int, n: int, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        explore.hidden_units(models, DIGITS[:n], unit=unit)
