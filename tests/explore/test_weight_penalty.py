"""Explorer of the weight penalty: prices and errors are those of the networks."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from sent import numbers

from aelib import explore
from aelib.autoencoders import Autoencoder

RNG = np.random.default_rng(0)
KNOWN, NEW = RNG.random((2, 8, 28, 28), dtype=np.float32)
MODELS = {lam: Autoencoder([784, 16], seed=k) for k, lam in enumerate((0.0, 1e-3))}


def error(model: Autoencoder, images: np.ndarray) -> float:
    with torch.no_grad():
        output = model(torch.from_numpy(images)).reshape(images.shape).numpy()
    return float(np.square(images - output).sum(axis=(1, 2)).mean())


@pytest.mark.parametrize("lam", MODELS)
def test_prices_tell_weights_and_both_errors(lam: float) -> None:
    explorer = explore.weight_prices(MODELS, KNOWN, NEW, lam=lam)
    model = MODELS[lam]
    layers = (part for part in model.modules() if isinstance(part, torch.nn.Linear))
    total = sum(float(layer.weight.detach().square().sum()) for layer in layers)
    said = re.search(
        r"λ = (\S+), .* sum to (\d+): squared error ([\d.]+) on .*, ([\d.]+) on new",
        explorer.alt,
    )
    expected = [lam, total, error(model, KNOWN), error(model, NEW)]
    np.testing.assert_allclose(np.array(said.groups(), float), expected, atol=0.51)
    np.testing.assert_allclose(float(said[3]), expected[2], atol=0.051)
    np.testing.assert_allclose(float(said[4]), expected[3], atol=0.051)


def test_prices_begin_with_the_network_that_is_best_on_new_digits() -> None:
    best = min(MODELS, key=lambda lam: error(MODELS[lam], NEW))
    (other,) = set(MODELS) - {best}
    start = sorted(MODELS).index
    assert numbers(explore.weight_prices(MODELS, KNOWN, NEW))["start"] == start(best)
    sent = numbers(explore.weight_prices(MODELS, KNOWN, NEW, lam=other))
    assert sent["start"] == start(other)
    with torch.no_grad():
        copies = MODELS[best](torch.from_numpy(NEW[:6])).numpy()
    np.testing.assert_allclose(sent["copies"][start(best), 1], copies, atol=0.003)


def test_prices_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="no network at all"):
        explore.weight_prices({}, KNOWN, NEW)
    with pytest.raises(ValueError, match=r"of strength 0\.5; got \[0\.0, 0\.001\]"):
        explore.weight_prices(MODELS, KNOWN, NEW, lam=0.5)
    with pytest.raises(ValueError, match="got 8 known and 2 new"):
        explore.weight_prices(MODELS, KNOWN, NEW[:2])
