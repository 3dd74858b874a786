"""The ladder network: its rungs, its passes, and that few labels are enough."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from aelib.ladder import Ladder, Rung
from aelib.training import fit


def blobs(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return two long clouds in ten dimensions, and which is which."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    along = rng.normal(size=(n, 1)) * 2
    x = 0.3 * rng.normal(size=(n, 10)) + along * np.ones(10) / 3
    x[:, :5] += 1.2 * (2 * y - 1)[:, None]
    return x.astype(np.float32), y


def small(**settings: object) -> Ladder:
    x, y = blobs(10)
    return Ladder([10, 8, 2], x, y, batch=10, **settings)


def test_a_rung_learns_the_share_that_noise_leaves() -> None:
    # z with variance 1, noise with variance 0.25: the best share is 1 / 1.25.
    random = torch.Generator().manual_seed(0)
    z = torch.randn(4_000, 3, generator=random)
    noisy = z + 0.5 * torch.randn(4_000, 3, generator=random)
    rung, above = Rung(3), torch.zeros(4_000, 3)
    optimizer = torch.optim.Adam(rung.parameters(), lr=0.05)
    for _ in range(300):
        optimizer.zero_grad()
        (rung(noisy, above) - z).square().mean().backward()
        optimizer.step()
    guess = rung(torch.tensor([[1.0] * 3, [0.0] * 3]), torch.zeros(2, 3))
    torch.testing.assert_close(
        guess[0] - guess[1], torch.full((3,), 0.8), atol=0.03, rtol=0
    )


def test_a_rung_takes_the_mean_from_above() -> None:
    rung = Rung(1)
    with torch.no_grad():
        rung.mean[:, 0] = torch.tensor([0.0, 1.0, 0.0, 1.0, 0.0])  # mu(u) = u
        rung.share[:, 0] = torch.tensor([0.0, 1.0, 0.0, 0.0, 0.25])
    guess = rung(torch.tensor([[2.0]]), torch.tensor([[10.0]]))
    assert guess.item() == pytest.approx(10 + 0.25 * (2 - 10))


def test_every_layer_is_normalized_over_its_batch() -> None:
    ladder = small()
    x = torch.tensor(blobs(64)[0])
    _, layers = ladder._climb(x, 0.0)
    assert torch.equal(layers[0].z, x)
    for layer in layers[1:]:
        torch.testing.assert_close(
            layer.z.mean(dim=0), torch.zeros(layer.z.shape[1]), atol=1e-5, rtol=0
        )
        torch.testing.assert_close(
            layer.z.var(dim=0, correction=0),
            torch.ones(layer.z.shape[1]),
            atol=1e-2,
            rtol=0,
        )


def test_the_cost_reaches_every_weight() -> None:
    ladder = small()
    ladder.train()
    optimizer = torch.optim.Adam(ladder.parameters(), lr=1e-3)
    x = torch.tensor(blobs(64)[0])
    for _ in range(3):  # in the first step the rungs say nothing yet
        optimizer.zero_grad()
        ladder.cost(x).backward()
        optimizer.step()
    unmoved = [n for n, p in ladder.named_parameters() if p.grad.abs().sum() == 0]
    # No shift of the layers below matters to a rung's own normalized values alone.
    assert unmoved == []


def test_after_training_images_are_read_one_by_one_as_in_a_batch() -> None:
    x, _ = blobs(400)
    ladder = small()
    fit(ladder, x, epochs=2, batch_size=40, progress=False)
    together = ladder(x[:5])
    apart = torch.cat([ladder(x[[row]]) for row in range(5)])
    torch.testing.assert_close(together, apart)


def test_ten_labels_and_many_points_are_enough_for_two_clouds() -> None:
    x, y = blobs(2_000, seed=1)
    ladder = small(noise=0.2, weights=(1.0, 0.1, 0.1))
    fit(ladder, x, epochs=15, batch_size=50, learning_rate=5e-3, progress=False)
    assert (ladder(x).argmax(dim=1).numpy() == y).mean() > 0.97


def test_the_same_seed_gives_the_same_ladder() -> None:
    x, _ = blobs(200)
    found = []
    for _ in range(2):
        ladder = small(seed=3)
        fit(ladder, x, epochs=1, batch_size=50, progress=False)
        found.append(ladder(x[:3]))
    assert torch.equal(*found)


def test_what_cannot_be_is_refused_in_a_sentence() -> None:
    x, y = blobs(10)
    with pytest.raises(ValueError, match="10 images and 9 labels"):
        Ladder([10, 2], x, y[:9])
    with pytest.raises(ValueError, match="from 0 to 1"):
        Ladder([10, 2], x, y + 1)
