"""Explorer of lost units: what is sent gives the errors that the networks make."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pictures import DIGITS, activities
from sent import numbers

from aelib import explore
from aelib.autoencoders import Autoencoder

MODEL = Autoencoder([784, 60], seed=0)


def without(units: list[int], value: float | np.ndarray = 0.0) -> np.ndarray:
    """Outputs when some units are set to `value`, by the model itself."""
    codes = torch.from_numpy(activities(MODEL)).float()
    codes[:, units] = torch.as_tensor(value, dtype=torch.float32)
    with torch.no_grad():
        return MODEL.decode(codes).numpy()


def rises() -> np.ndarray:
    x = DIGITS.reshape(30, -1)
    return np.array([np.square(without([j]) - x).sum() for j in range(60)])


@pytest.mark.parametrize("pair", [(0, 1), (7, 30)])
def test_what_is_sent_gives_the_outputs_without_two_units(
    pair: tuple[int, int],
) -> None:
    sent = numbers(explore.killed_units({"a": MODEL}, DIGITS))["networks"]["a"]
    chosen = np.sort(np.argsort(-rises(), kind="stable")[:49])
    h, w = sent["codes"][:, pair], sent["weights"][list(pair)]
    outputs = 1 / (1 + np.exp(h @ w - sent["sums"]))
    np.testing.assert_allclose(outputs, without(chosen[list(pair)].tolist()), atol=1e-3)
    means = np.array(sent["means"])[list(pair)]
    outputs = 1 / (1 + np.exp((h - means) @ w - sent["sums"]))
    expected = without(chosen[list(pair)].tolist(), means)
    np.testing.assert_allclose(outputs, expected, atol=1e-3)


def test_the_error_with_all_units_is_told() -> None:
    error = np.square(without([]) - DIGITS.reshape(30, -1)).sum(axis=1).mean()
    alt = explore.killed_units({"a": MODEL}, DIGITS).alt
    assert alt.endswith(f"the squared error is {error:.2f}.")


@pytest.mark.parametrize(
    ("models", "images", "complaint"),
    [
        ({}, DIGITS, "got 0 networks and 30 digits"),
        ({"a": MODEL}, DIGITS[:5], "got 1 networks and 5 digits"),
        ({"a": Autoencoder([784, 6, 3])}, DIGITS, "one hidden layer"),
        ({"a": Autoencoder([784, 6], output="linear")}, DIGITS, "linear outputs"),
    ],
)
def test_what_cannot_be_shown_is_refused(
    models: dict[str, Autoencoder], images: np.ndarray, complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        explore.killed_units(models, images)
