"""What the tests of several explorers need: the picture shown, activities by hand."""

from __future__ import annotations

import io

import numpy as np
import torch
from matplotlib import pyplot as plt

from aelib.autoencoders import Autoencoder
from aelib.explore import Explorer

DIGITS = np.random.default_rng(0).random((30, 28, 28), dtype=np.float32)


def picture(explorer: Explorer) -> np.ndarray:
    return plt.imread(io.BytesIO(explorer.picture.png))


def activities(model: Autoencoder) -> np.ndarray:
    """Compute the codes of `DIGITS` from the weights, without the model's `encode`."""
    layer = model.encoder[0]
    with torch.no_grad():
        s = DIGITS.reshape(30, -1) @ layer.weight.numpy().T + layer.bias.numpy()
    return 1 / (1 + np.exp(-s))
