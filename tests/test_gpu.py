"""A model can be trained on a GPU and used as if there had been none: on a stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from aelib import corruption, evaluation, load_data, stacking
from aelib.autoencoders import Autoencoder, ConvAutoencoder, VariationalAutoencoder
from aelib.compute import explain, in_batches, place
from aelib.penalties import kl_divergence, mean_activity, weight_penalty
from aelib.training import check, evaluate, fit

try:
    from stand_in_gpu import GPU, OnGpu, stand_in_gpu
except ImportError as old:
    reason = f"torch {torch.__version__} cannot have a backend in Python: {old}"
    pytest.skip(reason, allow_module_level=True)

DATA = load_data("drawn", n_train=256, n_test=64)
X, X_TEST = DATA.train.images, DATA.test.images
CPU = torch.device("cpu")

MODELS: dict[str, Callable[[], nn.Module]] = {
    "dense": lambda: Autoencoder([784, 16], seed=0),
    "deep, with dropout": lambda: Autoencoder([784, 32, 8], dropout=0.5, seed=0),
    "convolutional": lambda: ConvAutoencoder(seed=0),
    "variational": lambda: VariationalAutoencoder([784, 16, 2], seed=0),
    "torch's own": lambda: of_torchs_own_layers(),
}


def of_torchs_own_layers() -> nn.Module:
    torch.manual_seed(0)
    layers = nn.BatchNorm1d(784), nn.Linear(784, 784), nn.Unflatten(1, (28, 28))
    return nn.Sequential(nn.Flatten(), *layers)


@pytest.fixture
def gpu() -> Iterator[torch.device]:
    with stand_in_gpu() as device:
        yield device


def numbers(model: nn.Module) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in model.state_dict().items()}


# The stand-in


def test_the_stand_in_refuses_what_a_gpu_refuses(gpu: torch.device) -> None:
    x = torch.ones(2, 3).to(gpu)
    assert x.device == gpu
    for to_numpy in (lambda: x.numpy(), lambda: np.asarray(x), lambda: np.sqrt(x)):
        with pytest.raises(TypeError, match="can't convert gpu:0 device type tensor"):
            to_numpy()
    mixtures: list[Callable[[], Any]] = [
        lambda: x + torch.ones(2, 3),
        lambda: torch.ones(2, 3) @ x.T,
        lambda: nn.Linear(3, 1)(x),
        lambda: x.index_select(0, torch.tensor([0])),
        lambda: torch.cat([x, torch.ones(1, 3)]),
    ]
    for mixture in mixtures:
        with pytest.raises(RuntimeError, match="found at least two devices"):
            mixture()
    assert isinstance(x[torch.tensor([0])] + 1.0 * torch.tensor(2.0), OnGpu)
    assert x.cpu().numpy().sum() == 6


# What `fit` leaves


@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_home_with_the_weights_that_the_cpu_gives_it(name: str) -> None:
    here, there = MODELS[name](), MODELS[name]()
    settings: dict[str, Any] = {"epochs": 2, "validation": (X_TEST, X_TEST)}
    expected = fit(here, X, device="cpu", **settings)
    parameters = list(there.parameters())
    with stand_in_gpu():
        history = fit(there, X, **settings)
    assert place(there)[0] == CPU
    assert all(a is b for a, b in zip(parameters, there.parameters(), strict=True))
    np.testing.assert_allclose(history.loss, expected.loss, rtol=1e-5)
    for key, value in numbers(here).items():
        np.testing.assert_allclose(numbers(there)[key], value, atol=1e-5, err_msg=key)


def test_a_model_that_its_owner_put_there_stays_there(gpu: torch.device) -> None:
    model = MODELS["dense"]().to(gpu)
    fit(model, X, epochs=1)
    assert place(model)[0] == GPU


def test_a_model_comes_home_from_a_training_that_fails(gpu: torch.device) -> None:
    model = MODELS["dense"]()
    with pytest.raises(FloatingPointError):
        fit(model, X, epochs=3, loss=lambda y_hat, y: (y_hat - y).sum() * torch.inf)
    assert place(model)[0] == CPU
    with pytest.raises(ValueError, match="NaN"):
        fit(model, np.full_like(X, np.nan))
    assert place(model)[0] == CPU


def test_penalties_corruption_and_checks_work_there(gpu: torch.device) -> None:
    model = Autoencoder([784, 16], seed=0)
    settings: dict[str, Any] = {
        "penalty": [
            lambda _, code: kl_divergence(0.1, mean_activity(code)).sum(),
            lambda model, _: weight_penalty([model.encoder[0].weight], 1e-3),
        ],
        "corrupt": lambda batch, seed: corruption.masking(batch, 0.3, seed=seed),
    }
    check(model, X, **settings)
    assert place(model)[0] == CPU
    fit(model, X, epochs=1, schedule="one-cycle", **settings)
    assert place(model)[0] == CPU


def test_a_stack_and_a_classifier_come_home(gpu: torch.device) -> None:
    stack = Autoencoder([784, 32, 16], seed=0)
    stacking.pretrain(stack, X, epochs=1)
    assert place(stack)[0] == CPU
    classifier = stacking.DeepClassifier(stack)
    validation = X_TEST, DATA.test.labels
    for train in (stacking.train_head, stacking.fine_tune):
        train(classifier, X, DATA.train.labels, epochs=1, validation=validation)
        assert {p.device for p in classifier.parameters()} == {CPU}
    assert 0 <= classifier.accuracy(X_TEST, DATA.test.labels) <= 1


def test_what_was_chosen_is_explained(gpu: torch.device) -> None:
    assert explain().startswith("device: gpu:0, the first GPU")


# What public functions return


@pytest.mark.parametrize("name", MODELS)
def test_what_is_asked_of_a_model_there_comes_back_as_arrays(name: str) -> None:
    model = MODELS[name]()
    expected = evaluation.reconstruct(model, X_TEST)
    torch.manual_seed(0)
    loss = evaluate(model, X_TEST)
    with stand_in_gpu() as gpu:
        model.to(gpu)
        found = evaluation.reconstruct(model, X_TEST)
        torch.manual_seed(0)
        assert evaluate(model, X_TEST) == pytest.approx(loss, rel=1e-4)
        assert evaluation.noise_passed(model, X_TEST) > -1
        assert in_batches(model, model, X_TEST).device == gpu
        if hasattr(model, "encode"):
            assert type(evaluation.encode(model, X_TEST)) is np.ndarray
        if hasattr(model, "features"):
            assert type(model.features()) is np.ndarray
    assert type(found) is np.ndarray
    np.testing.assert_allclose(found, expected, atol=1e-5)
