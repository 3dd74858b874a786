"""Explorers of hidden units: what is displayed is what the networks compute."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import DIGITS, activities
from sent import numbers

from aelib import explore
from aelib.autoencoders import Autoencoder


@pytest.mark.parametrize(("name", "unit"), [("a", 3), ("b", 3), ("b", 0)])
def test_hidden_units_tell_mean_and_largest_activities(name: str, unit: int) -> None:
    models = {name: Autoencoder([784, 5], seed=ord(name))}
    explorer = explore.hidden_units(models, DIGITS, {"a": 0.1}, unit=unit)
    h = np.sort(activities(models[name])[:, unit])
    assert f"Unit {unit} of {name}: mean activity {h.mean():.3f}" in explorer.alt
    assert f"at {h[-1]:.2f} to {h[-9]:.2f}." in explorer.alt


def test_what_is_sent_of_each_unit_is_the_networks() -> None:
    models = {name: Autoencoder([784, 5], seed=ord(name)) for name in "ab"}
    sent = numbers(explore.hidden_units(models, DIGITS, {"a": 0.1}))
    for name, model in models.items():
        h, found = activities(model), sent["networks"][name]
        np.testing.assert_allclose(found["means"], h.mean(axis=0), atol=1e-4)
        assert np.sum(found["counts"], axis=1).tolist() == [30] * 5
        for unit in range(5):
            nine = sent["digits"][found["best"][unit]]
            order = np.argsort(-h[:, unit], kind="stable")[:9]
            np.testing.assert_allclose(nine, DIGITS[order], atol=0.06)
        feature = model.features()[2]
        alike = np.corrcoef(found["features"][2], feature)[0, 1]
        assert alike > 0.99
    assert (sent["networks"]["a"]["rho_bar"], sent["networks"]["b"]["rho_bar"]) == (
        0.1,
        None,
    )


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
