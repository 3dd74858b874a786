"""Explorers of models that were trained elsewhere, such as on a GPU.

No GPU is needed: `Elsewhere` is a tensor that NumPy cannot read until it is asked to
come to the CPU, and so is whatever is computed with it.
"""

from __future__ import annotations

from typing import NoReturn, TypeVar

import numpy as np
import pytest
import torch
from sklearn.dummy import DummyClassifier
from torch import nn

from aelib import explore
from aelib.autoencoders import Autoencoder, ConvAutoencoder, VariationalAutoencoder

DIGITS = np.random.default_rng(0).random((12, 28, 28), dtype=np.float32)
LABELS = np.arange(12) % 3
Model = TypeVar("Model", bound=nn.Module)


class Elsewhere(torch.Tensor):
    def cpu(self) -> torch.Tensor:
        return self.as_subclass(torch.Tensor)

    def numpy(self, **_: object) -> NoReturn:
        raise TypeError("can't convert a tensor that is elsewhere to numpy")

    __array__ = numpy


def moved(model: Model) -> Model:
    """Move a model's parameters, and so all that it computes."""
    for module in model.modules():
        for name, parameter in list(module.named_parameters(recurse=False)):
            setattr(module, name, nn.Parameter(parameter.data.as_subclass(Elsewhere)))
    return model


def test_what_is_elsewhere_cannot_be_read_before_it_is_fetched() -> None:
    code = moved(Autoencoder([784, 4])).encode(DIGITS)
    with pytest.raises(TypeError, match="elsewhere"):
        code.detach().numpy()
    with pytest.raises(TypeError, match="elsewhere"):
        np.asarray(code.detach())
    assert code.detach().cpu().numpy().shape == (12, 4)


EXPLORERS = {
    "factors": lambda here: explore.factors(here(Autoencoder([784, 4], seed=0))),
    "weight_prices": lambda here: explore.weight_prices(
        {0.1: here(Autoencoder([784, 4], seed=0))}, DIGITS, DIGITS
    ),
    "hidden_units": lambda here: explore.hidden_units(
        {"a": here(Autoencoder([784, 4], seed=0))}, DIGITS
    ),
    "killed_units": lambda here: explore.killed_units(
        {"a": here(Autoencoder([784, 4], seed=0))}, DIGITS
    ),
    "code_sizes": lambda here: explore.code_sizes(
        {4: here(Autoencoder([784, 4], seed=0))}, DIGITS
    ),
    "through_the_stack": lambda here: explore.through_the_stack(
        {"a": here(Autoencoder([784, 9, 4], seed=0))}, DIGITS
    ),
    "clean_noise": lambda here: explore.clean_noise(
        DIGITS, {"masking": here(Autoencoder([784, 4], seed=0))}
    ),
    "draw_your_own": lambda here: explore.draw_your_own(
        DIGITS[0],
        {"masking": here(Autoencoder([784, 4], seed=0))},
        {"masking": DummyClassifier().fit(np.zeros((3, 4)), [7, 7, 7])},
    ),
    "feature_maps": lambda here: explore.feature_maps(
        here(ConvAutoencoder((28, 28), channels=(4, 6), seed=0)), DIGITS, LABELS
    ),
    "latent_plane": lambda here: explore.latent_plane(
        here(VariationalAutoencoder([784, 2], seed=0)), DIGITS, LABELS
    ),
    "between_digits": lambda here: explore.between_digits(
        here(VariationalAutoencoder([784, 2], seed=0)), DIGITS, LABELS
    ),
}


@pytest.mark.parametrize("name", EXPLORERS)
def test_a_model_from_elsewhere_is_explored_as_one_from_here(name: str) -> None:
    from_elsewhere = EXPLORERS[name](moved)
    assert from_elsewhere.alt == EXPLORERS[name](lambda model: model).alt
