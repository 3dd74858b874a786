"""Explorer of code sizes: the networks are sent whole, and under their own names."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pictures import DIGITS
from sent import numbers

from aelib import explore
from aelib.autoencoders import Autoencoder

MODELS = {k: Autoencoder([784, k], code="linear", seed=0) for k in (8, 2)}


@pytest.mark.parametrize("place", [0, 1])
def test_the_layers_that_are_sent_give_the_networks_outputs(place: int) -> None:
    sent = numbers(explore.code_sizes(MODELS, DIGITS))
    assert sent["sizes"] == [2, 8]
    x = h = DIGITS.reshape(30, -1)
    for half in ("encoder", "decoder"):
        for layer in sent["networks"][place][half]:
            s = h @ layer["weight"].T + layer["bias"]
            h = {"linear": s, "sigmoid": 1 / (1 + np.exp(-s))}[layer["activation"]]
    with torch.no_grad():
        expected = MODELS[sent["sizes"][place]](torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(h, expected, atol=1e-3)


def test_a_network_that_is_not_there_or_under_another_name_is_refused() -> None:
    with pytest.raises(ValueError, match="one code size at least"):
        explore.code_sizes({}, DIGITS)
    with pytest.raises(ValueError, match="called 3 has a code of 2 numbers"):
        explore.code_sizes({3: MODELS[2]}, DIGITS)
