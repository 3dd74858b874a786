"""Explorer of a stack: the error is that of the layers, one after the other."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sent import numbers

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
    models = {network: MODELS[network]}
    explorer = explore.through_the_stack(models, DIGITS, digit=3, depth=depth)
    x = DIGITS[3].ravel()
    error = np.square(x - by_hand(MODELS[network], x, depth)).sum()
    width = (784, 12, 7, 4)[depth]
    assert f"Digit 3 up to depth {depth} of {network}, {width} act" in explorer.alt
    assert explorer.alt.endswith(f"error is {error:.1f}.")


def test_begins_at_the_code_and_sends_the_way_there_and_back() -> None:
    sent = numbers(explore.through_the_stack(MODELS, DIGITS))
    assert (sent["digit"], sent["depth"], sent["widths"]) == (0, 3, [784, 12, 7, 4])
    assert [way.shape[1] for way in sent["ways"]["greedy"][2]] == [
        *(784, 12, 7),
        *(4, 7, 12, 784),
    ]
    last = by_hand(MODELS["tuned"], DIGITS[4].ravel(), 2)
    np.testing.assert_allclose(sent["ways"]["tuned"][1][-1][4], last, atol=0.003)
    error = np.square(DIGITS[4].ravel() - last).sum()
    assert sent["errors"]["tuned"][1, 4] == pytest.approx(error, rel=1e-3)


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
