"""The training loop that most tutorials have, to compare ours with.

It is theirs on purpose: a data set that hands out one picture at a time, a loader that
stacks them into batches, Adam as it comes, and the loss read after every step.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

StepLoss = Callable[[nn.Module, Tensor], Tensor]


class Pictures(Dataset):
    """Images as PIL pictures, turned into tensors one by one as torchvision does."""

    def __init__(self, x: np.ndarray) -> None:
        self.images = np.rint(255 * x).astype(np.uint8).reshape(-1, 28, 28)

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        """Return a picture (1, 28, 28) in [0, 1], and a label that nobody reads."""
        picture = Image.fromarray(self.images[i])
        pixels = torch.from_numpy(np.array(picture, np.uint8, copy=True))
        pixels = pixels.view(picture.size[1], picture.size[0], 1).permute(2, 0, 1)
        return pixels.contiguous().to(torch.float32).div(255), 0


def tutorial_loop(
    model: nn.Module,
    x: np.ndarray,
    loss: StepLoss,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
) -> None:
    """Train `model` to lower ``loss(model, batch)``, as tutorials do."""
    loader = DataLoader(Pictures(x), batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)
    model.train()
    total = 0.0
    for _ in range(epochs):
        for batch, _ in loader:
            optimizer.zero_grad()
            value = loss(model, batch)
            value.backward()
            total += value.item()
            optimizer.step()
    model.eval()
