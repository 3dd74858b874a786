"""Explorers of a code space: what they say of a point is what the decoder makes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sent import numbers

from aelib import explore
from aelib.autoencoders import Autoencoder, VariationalAutoencoder
from aelib.training import fit

ROOT = Path(__file__).resolve().parents[2]
RNG = np.random.default_rng(0)
DIGITS = RNG.random((60, 28, 28), dtype=np.float32)
LABELS = np.arange(60) % 3
PLANE = VariationalAutoencoder([784, 2], seed=0)


def by_hand(z: np.ndarray) -> np.ndarray:
    """Decode by the weights alone: ŷ = 1 / (1 + exp(-(W z + b)))."""
    (layer,) = (part for part in PLANE.decoder if hasattr(part, "weight"))
    with torch.no_grad():
        s = z @ layer.weight.numpy().T + layer.bias.numpy()
    return 1 / (1 + np.exp(-s))


@pytest.mark.parametrize("z", [(0.0, 0.0), (0.6, 0.8), (-3.0, 2.5)])
def test_plane_says_how_far_out_a_point_is_and_what_is_decoded_there(
    z: tuple[float, float],
) -> None:
    explorer = explore.latent_plane(PLANE, DIGITS, LABELS, start=z)
    r = float(np.hypot(*z))
    draws = np.linalg.norm(np.random.default_rng(0).normal(size=(100_000, 2)), axis=1)
    assert f"The point ({z[0]:.1f}, {z[1]:.1f}) is {r:.1f} from" in explorer.alt
    share, ink = re.search(
        r"than (\d+) % of the prior\. .* ([\d.]+) pixels", explorer.alt
    ).groups()
    assert float(share) == pytest.approx(100 * (draws < r).mean(), abs=1)
    assert float(ink) == pytest.approx(by_hand(np.array(z)).sum(), abs=0.06)


def test_plane_counts_the_classes_of_the_nearest_codes() -> None:
    explorer = explore.latent_plane(PLANE, DIGITS, LABELS, start=(0.5, 0.5))
    codes = PLANE.encode(DIGITS).detach().numpy()
    far = np.linalg.norm(codes - 0.5, axis=1)
    nearest = LABELS[far <= np.sort(far)[19]].tolist()
    shares = explorer.alt.split("nearest to it, ")[1]
    said = re.findall(r"(\d+) (?:are|is an?) (\d)", shares)
    assert {int(digit): int(n) for n, digit in said} == {
        digit: nearest.count(digit) for digit in set(nearest)
    }
    assert sum(int(n) for n, _ in said) == 20
    assert [int(n) for n, _ in said] == sorted((int(n) for n, _ in said), reverse=True)


def test_what_is_sent_of_the_plane_decodes_as_the_model_does() -> None:
    sent = numbers(explore.latent_plane(PLANE, DIGITS, LABELS))
    (layer,), kept = sent["decoder"], sent["kept"]
    z = np.array([0.6, -1.2])
    s = layer["weight"] @ z + layer["bias"]
    np.testing.assert_allclose(1 / (1 + np.exp(-s)), by_hand(z)[kept], atol=1e-3)
    others = np.setdiff1d(np.arange(784), kept)
    assert (by_hand(z)[others] < 0.02).all()
    mean, log_var = (part.detach().numpy() for part in PLANE.posterior(DIGITS))
    np.testing.assert_allclose(sent["codes"], mean, atol=1e-3)
    np.testing.assert_allclose(sent["spreads"], np.exp(log_var / 2), atol=1e-3)


@pytest.mark.parametrize("step", [0, 6, 20])
def test_way_between_digits_goes_straight_through_the_code_space(step: int) -> None:
    explorer = explore.between_digits(PLANE, DIGITS[:9], LABELS[:9])
    one, other = PLANE.encode(DIGITS[[4, 7]]).detach().numpy()
    image = by_hand(one + step / 20 * (other - one)).reshape(28, 28)
    sent = numbers(explorer)["ways"][4, 7, step]
    np.testing.assert_allclose(sent, image, atol=0.003)


def test_half_way_is_told_with_its_errors() -> None:
    explorer = explore.between_digits(PLANE, DIGITS[:9], LABELS[:9], start=(4, 2))
    one, other = PLANE.encode(DIGITS[[4, 2]]).detach().numpy()
    image = by_hand((one + other) / 2).reshape(28, 28)
    errors = [np.square(DIGITS[i] - image).sum() for i in (4, 2)]
    assert "50 % of the way from a 1 to a 2" in explorer.alt
    said = re.search(r"error ([\d.]+) to the first and ([\d.]+) to", explorer.alt)
    assert np.allclose(np.array(said.groups(), float), errors, atol=0.06)


def test_a_replay_of_the_plane_shows_the_means_after_each_epoch() -> None:
    unfolding = explore.Recording(lambda model: model.encode(DIGITS))
    model = VariationalAutoencoder([784, 2], seed=0)
    before = model.encode(DIGITS).detach().numpy()
    fit(model, DIGITS, epochs=3, watch=unfolding, progress=False)
    ends = {"x": (-5, 5, "code unit 1"), "y": (-4, 4, "code unit 2")}
    explorer = explore.replay("unfolding", unfolding, "Means", labels=LABELS, **ends)
    sent = numbers(explorer)
    assert sent["points"].shape == (4, 60, 2)
    np.testing.assert_allclose(sent["points"][0], before, atol=1e-3)
    after = model.encode(DIGITS).detach().numpy()
    np.testing.assert_allclose(sent["points"][-1], after, atol=1e-3)
    assert sent["axes"]["x"] == {"range": [-5, 5], "label": "code unit 1"}
    assert sent["axes"]["labels"] == LABELS.tolist()
    assert explorer.alt == "Means, after 3 epochs."


def test_the_plane_that_the_book_replays_is_small() -> None:
    (path,) = (ROOT / "docs" / "explorers").glob("plane-unfolding.json")
    assert path.stat().st_size < 250_000
    frames = json.loads(path.read_text(encoding="utf-8"))["numbers"]["steps"]
    assert frames == list(range(21))


def test_what_is_no_plane_or_no_digit_is_refused() -> None:
    with pytest.raises(ValueError, match="has 3 units; a plane has two"):
        explore.latent_plane(Autoencoder([784, 3]), DIGITS, LABELS)
    with pytest.raises(
        ValueError, match="is no point of the plane: pass two numbers from -3 to 3"
    ):
        explore.latent_plane(PLANE, DIGITS, LABELS, start=(0.0, 3.5))
    with pytest.raises(ValueError, match="60 images and 59 labels"):
        explore.latent_plane(PLANE, DIGITS, LABELS[1:])
    with pytest.raises(ValueError, match="60 images and 61 labels"):
        explore.between_digits(PLANE, DIGITS, np.arange(61))
    with pytest.raises(ValueError, match="whole numbers from 0 to 59"):
        explore.between_digits(PLANE, DIGITS, LABELS, start=(0, 60))


@pytest.mark.parametrize("start", [None, 3, "ab", ("a", "b"), (0.5, 1.5, 2), (None, 0)])
def test_a_start_that_is_no_pair_of_numbers_is_refused_in_words(start: Any) -> None:
    with pytest.raises(ValueError, match="is no point of the plane: pass two numbers"):
        explore.latent_plane(PLANE, DIGITS, LABELS, start=start)
    with pytest.raises(ValueError, match="pass two whole numbers from 0 to 59"):
        explore.between_digits(PLANE, DIGITS, LABELS, start=start)


@pytest.mark.parametrize(
    ("labels", "got"),
    [(LABELS + 9, "1[01]"), (LABELS - 1, "-1"), (LABELS.astype(str), "np.str_")],
)
def test_a_label_that_names_no_digit_has_no_place_in_the_plane(
    labels: np.ndarray, got: str
) -> None:
    with pytest.raises(ValueError, match=f"whole numbers from 0 to 9.*got {got}"):
        explore.latent_plane(PLANE, DIGITS, labels)
