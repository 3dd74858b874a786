"""Explorers of notebook 09: what they say is what the network does to that noise."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from sent import numbers
from sklearn.linear_model import LogisticRegression
from torch import nn

from aelib import explore, load_data
from aelib.autoencoders import Autoencoder
from aelib.corruption import KINDS, Corruption

DATA = load_data(n_train=300, n_test=5)
MODELS = {kind: Autoencoder([784, 120], seed=i) for i, kind in enumerate(KINDS)}
IMAGES = DATA.test.images
KINDS_IN_ORDER = list(KINDS)
CODES = {k: m.encode(DATA.train.images).detach().numpy() for k, m in MODELS.items()}
READERS = {
    kind: LogisticRegression(C=0.1, max_iter=1_000).fit(CODES[kind], DATA.train.labels)
    for kind in ("gaussian", "masking")
}


def decibels(clean: np.ndarray, images: np.ndarray) -> float:
    """PSNR from its definition, averaged over images."""
    error = np.square(clean.astype(float) - images).mean(axis=(1, 2))
    return float(np.mean(10 * np.log10(1 / error)))


@torch.no_grad()
def outputs(kind: str, images: np.ndarray) -> np.ndarray:
    return MODELS[kind](torch.from_numpy(images)).numpy()


@pytest.mark.parametrize("noise", KINDS)
@pytest.mark.parametrize("network", KINDS)
def test_clean_noise_sends_what_the_network_makes_of_it(
    noise: str, network: str
) -> None:
    sent = numbers(explore.clean_noise(IMAGES, MODELS, seed=3))
    kind, other, step = KINDS_IN_ORDER.index(noise), KINDS_IN_ORDER.index(network), 6
    noisy = Corruption(noise, sent["levels"][step])(IMAGES, seed=3)
    cleaned = outputs(network, noisy)
    np.testing.assert_allclose(sent["noisy"][kind, step], noisy.clip(0, 1), atol=0.003)
    np.testing.assert_allclose(sent["cleaned"][kind, step, other], cleaned, atol=0.003)
    before, after = sent["gains"][kind, step, [0, 1 + other], 0]
    assert before == pytest.approx(decibels(IMAGES, noisy), abs=0.01)
    assert after == pytest.approx(decibels(IMAGES, cleaned), abs=0.01)


def test_clean_noise_names_the_ratio_before_and_after() -> None:
    explorer = explore.clean_noise(IMAGES, MODELS, seed=3)
    noisy = Corruption("gaussian", 0.25)(IMAGES, seed=3)
    pair = decibels(IMAGES, noisy), decibels(IMAGES, outputs("gaussian", noisy))
    found = re.findall(r"([\d.]+) dB", explorer.alt)
    assert found == [f"{ratio:.1f}" for ratio in pair]
    assert "_" not in explorer.alt


def test_without_noise_the_ratio_is_infinite_and_99_stands_for_it() -> None:
    sent = numbers(explore.clean_noise(IMAGES, MODELS))
    assert sent["levels"][0] == 0
    np.testing.assert_allclose(sent["gains"][:, 0, 0, 0], 99, atol=0.01)


def test_a_drawing_is_read_from_its_code_clean_and_noisy() -> None:
    explorer = explore.draw_your_own(IMAGES[0], MODELS, READERS, seed=5)
    corner = np.zeros((28, 28), np.float32)
    corner[2:17, 3:5] = 1  # an upright stroke, far from the middle
    explorer.set(pad=(255 * corner).astype(int).ravel().tolist(), network="masking")
    # Its mass lies at row 9, column 3.5; the middle is at 14, 14.
    middle = np.roll(corner, (5, 10), axis=(0, 1))
    noisy = Corruption("gaussian", 0.5)(middle, seed=5)
    pair = np.stack([middle, noisy])
    codes = MODELS["masking"].encode(pair).detach().numpy()
    for row in READERS["masking"].predict_proba(codes):
        assert f"read as {row.argmax()} ({row.max():.0%}".replace("%", " %)") in (
            explorer.alt.replace("that of the noisy digit as", "read as")
        )
    cleaned = outputs("masking", pair[1:])
    for ratio in (decibels(pair[:1], pair[1:]), decibels(pair[:1], cleaned)):
        assert f"{ratio:.1f} dB" in explorer.alt


def test_an_empty_pad_is_drawn_too() -> None:
    explorer = explore.draw_your_own(IMAGES[0], MODELS, READERS)
    before = explorer.picture.png
    explorer.set(pad=[0] * 784)
    assert explorer.alt == "The pad is empty: draw a digit on it."
    assert explorer.picture.png != before


def test_only_networks_with_a_reader_are_offered() -> None:
    explorer = explore.draw_your_own(IMAGES[0], MODELS, READERS)
    offered = [value for _, value in explorer.controls["network"].options]
    assert offered == ["gaussian", "masking"]


def test_what_cannot_be_explored_is_refused() -> None:
    with pytest.raises(ValueError, match="got none"):
        explore.clean_noise(IMAGES, {})
    with pytest.raises(ValueError, match="got snow"):
        explore.clean_noise(IMAGES, {"snow": nn.Identity()})
    with pytest.raises(ValueError, match="got none"):
        explore.draw_your_own(IMAGES[0], MODELS, {})
