"""Explorer of dropout: what it says of the lost units is what the networks compute."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pictures import DIGITS, activities, picture

from aelib import explore
from aelib.autoencoders import Autoencoder


def activities_left(model: Autoencoder, lost: int) -> torch.Tensor:
    """Lose activities as training does, by the toss that all networks share."""
    toss = np.random.default_rng(0).random((len(DIGITS), model.sizes[1]))
    kept = torch.from_numpy(toss >= lost / 100)
    return torch.from_numpy(activities(model)) * kept / (1 - lost / 100)


@pytest.mark.parametrize("lost", [0, 30, 90])
@pytest.mark.parametrize("rate", [0.0, 0.5])
def test_dropout_rates_tell_the_error_without_the_lost_units(
    rate: float, lost: int
) -> None:
    models = {r: Autoencoder([784, 6], seed=k) for k, r in enumerate((0.0, 0.5))}
    explorer = explore.dropout_rates(models, DIGITS)
    explorer.set(rate=rate, lost=lost)
    with torch.no_grad():
        outputs = models[rate].decode(activities_left(models[rate], lost).float())
    error = (outputs.reshape(30, 28, 28) - torch.from_numpy(DIGITS)).square()
    assert f"Trained with dropout {rate}; with {lost} % of" in explorer.alt
    assert f"squared error {error.sum(dim=(1, 2)).mean():.1f}." in explorer.alt


def test_dropout_rates_show_another_picture_of_another_share() -> None:
    explorer = explore.dropout_rates({0.5: Autoencoder([784, 6], seed=0)}, DIGITS)
    before = picture(explorer)
    explorer.set(lost=90)
    assert np.abs(picture(explorer) - before).max() > 0.5


@pytest.mark.parametrize(
    ("models", "more", "complaint"),
    [
        ({}, {}, "No network"),
        ({0.5: Autoencoder([784, 6])}, {"rate": 0.2}, "of dropout rate 0.2"),
        ({0.5: Autoencoder([784, 6, 3])}, {}, "one hidden layer"),
        ({0.5: Autoencoder([784, 6])}, {"lost": 45}, "lost=45 must be one of"),
    ],
)
def test_dropout_rates_refuse_what_they_cannot_show(
    models: dict[float, Autoencoder], more: dict[str, float], complaint: str
) -> None:
    with pytest.raises(ValueError, match=complaint):
        explore.dropout_rates(models, DIGITS, **more)
