"""Live explorers: small numbers there and back, and what a front end is given."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from matplotlib.figure import Figure
from sent import numbers
from torch import nn

from aelib.autoencoders import Autoencoder
from aelib.classroom import course
from aelib.evaluation import reconstruct
from aelib.explore import LiveExplorer, Recording, live, replay
from aelib.explore.live import layers, packed, unpacked
from aelib.training import fit

SHAPES = arrays.array_shapes(max_dims=3)
X = np.random.default_rng(0).random((40, 784), dtype=np.float32)


def explorer(**state: object) -> LiveExplorer:
    still = Figure(figsize=(1, 1))
    return LiveExplorer("sparsity force", state, still, "Nothing yet.")


# Numbers


@given(arrays.arrays(np.float32, SHAPES, elements=st.floats(0, 1, width=32)))
def test_images_come_back_within_half_a_step(images: np.ndarray) -> None:
    found = unpacked(packed(images))
    assert found.shape == images.shape
    np.testing.assert_allclose(found, images, atol=0.5 / 255 + 1e-6)


@given(
    arrays.arrays(np.float64, SHAPES, elements=st.floats(-1e3, 1e3)),
    st.sampled_from(["i8", "i14"]),
)
def test_any_numbers_come_back_within_half_a_step(x: np.ndarray, kind: str) -> None:
    step = max(np.abs(x).max(initial=0), 1e-9) / {"i8": 127, "i14": 8_191}[kind]
    np.testing.assert_allclose(unpacked(packed(x, kind)), x, atol=0.51 * step + 1e-4)


def test_what_cannot_be_sent_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN or infinite"):
        packed([0.5, np.nan])
    with pytest.raises(ValueError, match="from -1 to 2: choose kind='i14'"):
        packed([-1.0, 2.0])
    with pytest.raises(ValueError, match="Tied weights"):
        layers(Autoencoder([4, 2], tied=True), "encoder")


def test_only_the_outputs_that_are_kept_are_sent() -> None:
    keep = np.array([True, False, True, True])
    (layer,) = layers(Autoencoder([4, 2], seed=0), "decoder", keep)
    assert layer["weight"]["shape"] == [3, 2]
    assert layer["bias"]["shape"] == [3]


# What is displayed and stored


def test_a_front_end_gets_the_widget_a_still_and_a_text_that_is_stable() -> None:
    data = explorer(n=3)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert base64.b64decode(data["image/png"])[:4] == b"\x89PNG"
    assert data["text/plain"] == "LiveExplorer(sparsity force)"


def test_the_state_for_the_book_is_written_where_storing_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert course.FOR_THE_BOOK == live.FOR_THE_BOOK
    monkeypatch.setenv(live.FOR_THE_BOOK, str(tmp_path / "new"))
    explorer(n=3)
    state = json.loads((tmp_path / "new" / "sparsity-force.json").read_text("utf-8"))
    assert state == {
        "name": "sparsity force",
        "script": "sparsity_force",
        "numbers": {"n": 3},
    }


# Recordings


def test_a_recording_keeps_every_epoch_and_changes_nothing() -> None:
    # It draws from torch's generator, as dropout does in training.
    models = [Autoencoder([784, 4], dropout=0.3, seed=0) for _ in range(2)]
    draws = Recording(lambda model: model.encode(X) + torch.rand(1))
    histories = [
        fit(model, X, epochs=3, watch=watch)
        for model, watch in zip(models, (None, draws), strict=True)
    ]
    assert histories[0].loss == histories[1].loss
    assert (models[0].features() == models[1].features()).all()
    assert len(draws.frames) == 4
    assert np.isnan(draws.losses[0])
    assert draws.losses[1:] == histories[1].loss


def test_pictures_are_replayed_with_one_scale_for_all_frames() -> None:
    recording = Recording(lambda model: model.features())
    fit(Autoencoder([784, 4], seed=0), X, epochs=2, watch=recording)
    sent = numbers(replay("growth", recording, "Four features", columns=2))
    assert sent["signed"]
    assert (sent["columns"], sent["ratio"]) == (2, 1)
    frames = np.stack(recording.frames)
    most = np.abs(frames).max(axis=(0, 2), keepdims=True)
    np.testing.assert_allclose(sent["pictures"], frames / most, atol=0.04)


def test_copies_are_replayed_beside_what_they_copy() -> None:
    recording = Recording(
        lambda model: np.concatenate([X[:3], reconstruct(model, X[:3])])
    )
    fit(Autoencoder([784, 4], seed=0), X, epochs=2, watch=recording)
    explorer = replay("copies", recording, "Three images and their copies", columns=3)
    sent = numbers(explorer)
    assert explorer.alt == "Three images and their copies, after 2 epochs."
    assert not sent["signed"]
    assert (sent["columns"], sent["ratio"], sent["steps"]) == (3, 1.5, [0, 1, 2])
    np.testing.assert_allclose(sent["pictures"], np.stack(recording.frames), atol=0.002)
    for frame in sent["pictures"]:
        np.testing.assert_allclose(frame[:3], X[:3], atol=0.002)


def test_points_are_replayed_with_their_colours() -> None:
    recording = Recording(lambda model: model.encode(X))
    fit(Autoencoder([784, 2], seed=0), X, epochs=2, watch=recording)
    sent = numbers(replay("codes", recording, "Codes", labels=np.arange(40) % 10))
    assert set(sent["axes"]["labels"]) == set(range(10))
    np.testing.assert_allclose(sent["points"], np.stack(recording.frames), atol=1e-3)


def test_nothing_recorded_is_nothing_to_replay() -> None:
    recording = Recording(lambda model: X[:2])
    recording(nn.Identity(), 0, 1.0)
    with pytest.raises(ValueError, match="watch=recording"):
        replay("nothing", recording, "Nothing")
