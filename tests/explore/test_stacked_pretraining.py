"""Explorer of a stack: the error is that of the layers, one after the other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from pictures import picture

from aelib import explore
from aelib.autoencoders import Autoencoder

DIGITS = np.random.default_rng(0).random((5, 28, 28), dtype=np.float32)
MODELS = {
    name: Autoencoder([784, 12, 7, 4], code="linear", seed=k)
    for k, name in enumerate(("greedy", "tuned"))
}


def by_hand(model: Autoencoder, x: np.ndarray, depth: int) -> np.ndarray:
    """Go up `depth` layers and down again by the weights alone."""
    up = [part for part in model.encoder if isinstance(part, torch.nn.Linear)]
    down = [part for part in model.decoder if isinstance(part, torch.nn.Linear)]
    h = torch.from_numpy(x)
    with torch.no_grad():
        for k, layer in enumerate([*up[:depth], *down[len(down) - depth :]]):
            s = h @ layer.weight.T + layer.bias
            h = s if k == 2 and depth == 3 else torch.sigmoid(s)  # a linear code
    return h.numpy()


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("network", MODELS)
def test_error_is_that_of_the_way_up_and_down(network: str, depth: int) -> None:
    explorer = explore.through_the_stack(MODELS, DIGITS)
    explorer.set(network=network, digit=3, depth=depth)
    x = DIGITS[3].ravel()
    error = np.square(x - by_hand(MODELS[network], x, depth)).sum()
    width = (784, 12, 7, 4)[depth]
    assert f"Digit 3 up to depth {depth} of {network}, {width} act" in explorer.alt
    assert explorer.alt.endswith(f"error is {error:.1f}.")


def test_begins_at_the_code_and_shows_another_picture_elsewhere() -> None:
    explorer = explore.through_the_stack(MODELS, DIGITS)
    assert explorer.values == {"network": "greedy", "digit": 0, "depth": 3}
    before = picture(explorer)
    explorer.set(depth=1)
    assert np.abs(picture(explorer) - before).max() > 0.5


def test_what_is_no_stack_digit_or_depth_is_refused() -> None:
    other = {**MODELS, "wide": Autoencoder([784, 12, 8, 4])}
    with pytest.raises(ValueError, match=r"of the same widths; got .*8, 4"):
        explore.through_the_stack(other, DIGITS)
    with pytest.raises(ValueError, match="of the same widths"):
        explore.through_the_stack({}, DIGITS)
    with pytest.raises(ValueError, match="digit=5 is out of range: choose from 0 to 4"):
        explore.through_the_stack(MODELS, DIGITS, digit=5)
    with pytest.raises(ValueError, match="depth=4 is out of range: choose from 1 to 3"):
        explore.through_the_stack(MODELS, DIGITS, depth=4)
