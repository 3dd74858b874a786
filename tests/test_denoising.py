"""What the lecture says of denoising autoencoders (E2, E3), on unseen drawn digits."""

from __future__ import annotations

import numpy as np
import pytest

from aelib import load_data
from aelib.autoencoders import Autoencoder
from aelib.corruption import Corruption
from aelib.digits.dataset import Data
from aelib.evaluation import encode, probe_accuracy, psnr, reconstruct
from aelib.training import fit

NOISE = Corruption("masking", 0.5)


@pytest.fixture(scope="module")
def data() -> Data:
    return load_data("drawn", n_train=3_000, n_test=1_000)


@pytest.fixture(scope="module")
def model(data: Data) -> Autoencoder:
    model = Autoencoder([784, 200], seed=0)
    fit(
        model,
        data.train.images,
        corrupt=NOISE,
        epochs=8,
        batch_size=100,
        learning_rate=2e-2,
        schedule="one-cycle",
        progress=False,
    )
    return model


def test_new_digits_under_new_noise_come_out_cleaner(
    data: Data, model: Autoencoder
) -> None:
    noisy = NOISE(data.test.images, seed=1)
    cleaned = reconstruct(model, noisy)
    before, after = (psnr(data.test.images, z).mean() for z in (noisy, cleaned))
    assert after > before + 3  # decibels: half the squared error


def test_classes_are_read_better_from_noisy_codes_than_from_noisy_pixels(
    data: Data, model: Autoencoder
) -> None:
    noisy = NOISE(data.test.images, seed=1)

    def accuracy(train: np.ndarray, test: np.ndarray) -> float:
        return probe_accuracy(train, data.train.labels, test, data.test.labels)

    pixels = accuracy(data.train.images, noisy)
    codes = accuracy(encode(model, data.train.images), encode(model, noisy))
    assert codes > pixels + 0.03
