"""Explorers of diffusion: what is sent draws what the networks draw."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch
from sent import numbers

from aelib import explore, sampling
from aelib.autoencoders import Autoencoder
from aelib.diffusion import Denoiser, anneal, exact_denoiser, guided, hook_curve

MODEL = Autoencoder([784, 30, 5], activation="silu", code="linear", seed=0)
CODES = np.random.default_rng(0).normal(size=(200, 5)) @ np.diag([1, 2, 3, 4, 5]) + 1
WHITE, BACK = sampling.whiten(CODES)


def denoiser(seed: int = 0) -> Denoiser:
    made = Denoiser(5, (16, 16), classes=10, seed=seed)
    random = torch.Generator().manual_seed(seed)
    torch.nn.init.normal_(made.layers[-1].weight, std=0.1, generator=random)
    return made


def by_hand(sent: dict, label: int, weight: float) -> np.ndarray:
    """Anneal and decode with nothing but what was sent."""

    def answer(layers: list, h: np.ndarray) -> np.ndarray:
        for layer in layers:
            s = layer["weight"] @ h + layer["bias"]
            slopes = {"silu": s / (1 + np.exp(-s)), "sigmoid": 1 / (1 + np.exp(-s))}
            h = slopes.get(layer["activation"], s)
        return h

    def told(x: np.ndarray, sigma: float, k: int) -> np.ndarray:
        size = np.hypot(1, sigma)
        seen = np.concatenate([x / size, [np.log(sigma) / 4], np.eye(11)[k]])
        return x / size**2 + sigma / size * answer(sent["denoiser"], seen)

    def guess(x: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        free, asked = (told(x[0].numpy(), sigma.item(), k) for k in (10, label))
        return torch.tensor(free + weight * (asked - free))[None]

    start = torch.tensor(sent["starts"][:1]).double()
    ends = anneal(guess, start, sent["sigmas"])[-1][0].numpy()
    return answer(sent["decoder"], ends)


def test_what_is_sent_of_the_networks_draws_the_digit_that_is_told() -> None:
    explorer = explore.digit_to_order(MODEL, denoiser(), BACK, label=4, weight=2.0)
    ink = float(re.search(r"the 4 has ([\d.]+) pixels", explorer.alt).group(1))
    assert by_hand(numbers(explorer), 4, 2.0).sum() == pytest.approx(ink, abs=0.1)


def test_bytes_are_enough_for_what_the_networks_draw() -> None:
    sent, network = numbers(explore.digit_to_order(MODEL, denoiser(), BACK)), denoiser()
    start = torch.tensor(sent["starts"][:1])
    led = guided(network, torch.tensor([3]), 1.5)
    ends = anneal(led, start, sent["sigmas"])[-1].numpy()
    with torch.no_grad():
        image = MODEL.decode(torch.tensor(BACK(ends))).numpy().ravel()
    np.testing.assert_allclose(by_hand(sent, 3, 1.5), image[sent["kept"]], atol=0.1)


def test_pixels_that_are_left_out_are_faint_at_every_guidance() -> None:
    class Pale(Autoencoder):
        """An autoencoder that paints nothing below the tenth row."""

    pale = Pale([784, 30, 5], activation="silu", code="linear", seed=0)
    with torch.no_grad():
        pale.decoder[-1].bias[280:] = -30
    sent = numbers(explore.digit_to_order(pale, denoiser(), BACK))
    assert sent["kept"] == list(range(280))


def test_the_points_start_as_the_hook_with_noise_and_flow_onto_it() -> None:
    sent = numbers(explore.points_flowing(seed=1))
    assert sent["starts"].shape == (200, 2)
    assert sent["starts"].var(axis=0) == pytest.approx([1.24, 1.17], abs=0.35)
    led = exact_denoiser(sent["spots"], sent["spread"])
    ends = anneal(led, torch.tensor(sent["starts"]), sent["sigmas"])[-1]
    near = torch.cdist(ends, torch.tensor(sent["curve"])).amin(dim=1)
    assert float(near.mean()) < 0.05
    np.testing.assert_allclose(sent["curve"], hook_curve(120), atol=1e-3)


def test_both_weigh_little_with_the_networks_of_the_notebook() -> None:
    model = Autoencoder([784, 64, 16], activation="silu", code="linear", seed=0)
    network = Denoiser(16, (96, 96), classes=10)
    order = explore.digit_to_order(model, network, np.asarray)
    assert len(order.state) + len(explore.points_flowing().state) < 100_000


def test_networks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="knows 0 classes of 5"):
        explore.digit_to_order(MODEL, Denoiser(5, [4]), BACK)
    with pytest.raises(ValueError, match="classes of 6 numbers, the code has 5"):
        explore.digit_to_order(MODEL, Denoiser(6, [4], classes=10), BACK)
    with pytest.raises(ValueError, match=r"weight=1\.1 cannot be chosen"):
        explore.digit_to_order(MODEL, denoiser(), BACK, weight=1.1)
    with pytest.raises(ValueError, match="label"):
        explore.digit_to_order(MODEL, denoiser(), BACK, label=10)
