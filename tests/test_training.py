"""The training loop: it learns, it is reproducible, it ends well in every way."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import nn

from aelib import training
from aelib.autoencoders import (
    Autoencoder,
    ConvAutoencoder,
    VariationalAutoencoder,
)
from aelib.corruption import Corruption
from aelib.penalties import KL, kl_divergence
from aelib.training import (
    binary_cross_entropy,
    evaluate,
    fit,
    half_squared_error,
)


@pytest.fixture
def x() -> torch.Tensor:
    """Points near a two-dimensional plane in eight dimensions, within [0, 1]."""
    generator = torch.Generator().manual_seed(0)
    h = torch.rand(200, 2, generator=generator)
    mixing = torch.rand(2, 8, generator=generator)
    return torch.sigmoid(h @ mixing - 1)


def weights(model: nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def sparse_cost(model: Autoencoder, x: torch.Tensor) -> torch.Tensor:
    code = model.encode(x)
    misfit = 0.5 * ((model.decode(code) - x) ** 2).sum(dim=1).mean()
    return misfit + kl_divergence(0.1, code.mean(dim=0)).sum()


def plain_cost(model: nn.Module, x: torch.Tensor) -> torch.Tensor:
    return 0.5 * ((model(x) - x) ** 2).sum(dim=1).mean()


@pytest.mark.parametrize(
    ("make", "cost", "settings"),
    [
        (lambda: Autoencoder([8, 3]), plain_cost, {}),
        (lambda: Autoencoder([8, 6]), sparse_cost, {"penalty": KL(1.0, 0.1)}),
        (
            lambda: VariationalAutoencoder([8, 6, 2]),
            lambda model, x: model.cost(x, x),
            {},
        ),
        (
            lambda: ConvAutoencoder((2, 4), channels=(3,), code_size=2),
            plain_cost,
            {},
        ),
    ],
    ids=["dense", "sparse", "variational", "convolutional"],
)
def test_same_weights_as_the_plain_loop(
    x: torch.Tensor,
    make: Callable[[], nn.Module],
    cost: Callable[[nn.Module, torch.Tensor], torch.Tensor],
    settings: dict,
) -> None:
    """Batches, order, noise and optimizer are those of the loop everyone writes."""
    ours, plain = make(), make()
    fit(ours, x, epochs=3, batch_size=32, learning_rate=0.01, seed=5, **settings)
    optimizer = torch.optim.Adam(plain.parameters(), lr=0.01)
    order = torch.Generator().manual_seed(5)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        for _ in range(3):
            for rows in torch.randperm(200, generator=order).split(32):
                optimizer.zero_grad()
                cost(plain, x[rows]).backward()
                optimizer.step()
    torch.testing.assert_close(weights(ours), weights(plain), rtol=0, atol=1e-6)


def test_learns_and_reports_each_epoch(x: torch.Tensor) -> None:
    model = Autoencoder([8, 3])
    before = evaluate(model, x)
    history = fit(model, x, epochs=30, batch_size=20, learning_rate=0.02)
    assert history.epochs == history.best_epoch == 30
    assert history.stopped == "finished"
    assert evaluate(model, x) < 0.2 * before
    assert history.loss[0] > history.loss[-1] > 0
    assert not model.training


@pytest.mark.parametrize("schedule", training.SCHEDULES)
def test_same_seed_same_weights_other_seed_others(
    x: torch.Tensor, schedule: str
) -> None:
    models = [Autoencoder([8, 3]) for _ in range(3)]
    for model, seed in zip(models, [1, 1, 2], strict=True):
        corrupt = Corruption("masking", 0.3)
        fit(model, x, epochs=2, schedule=schedule, seed=seed, corrupt=corrupt)
    assert torch.equal(weights(models[0]), weights(models[1]))
    assert not torch.equal(weights(models[0]), weights(models[2]))


def test_dropout_follows_the_seed_and_torch_is_left_alone(x: torch.Tensor) -> None:
    torch.manual_seed(0)
    models = [nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5)) for _ in range(2)]
    models[1].load_state_dict(models[0].state_dict())
    state = torch.random.get_rng_state()
    for model in models:
        fit(model, x, epochs=2, seed=3)
    assert torch.equal(weights(models[0]), weights(models[1]))
    assert torch.equal(state, torch.random.get_rng_state())


def test_one_cycle_ends_with_a_vanishing_step(x: torch.Tensor) -> None:
    """The last epoch changes far less than with a constant rate."""
    moved = {}
    for schedule in ("constant", "one-cycle"):
        model = Autoencoder([8, 3])
        settings = {"batch_size": 20, "learning_rate": 0.05, "schedule": schedule}
        history = fit(model, x, epochs=20, **settings)
        moved[schedule] = abs(history.loss[-1] - history.loss[-2])
    assert moved["one-cycle"] < moved["constant"]


def test_target_other_than_the_input(x: torch.Tensor) -> None:
    model = Autoencoder([8, 8], activation="linear", output="linear")
    flipped = x.flip(1)
    fit(model, x, flipped, epochs=150, batch_size=20, learning_rate=0.01)
    assert evaluate(model, x, flipped) < 0.1 * evaluate(model, x, x)


def test_corruption_touches_inputs_only_and_differs_each_time(x: torch.Tensor) -> None:
    seen: list[torch.Tensor] = []

    def corrupt(batch: torch.Tensor, seed: np.random.Generator) -> torch.Tensor:
        seen.append(Corruption("masking", 0.5)(batch, seed=seed))
        return seen[-1]

    targets: list[torch.Tensor] = []

    def loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        targets.append(y)
        return half_squared_error(y_hat, y)

    fit(Autoencoder([8, 3]), x, epochs=2, batch_size=200, corrupt=corrupt, loss=loss)
    zeros = [float((batch == 0).float().mean()) for batch in seen]
    assert zeros == pytest.approx([0.5, 0.5], abs=0.08)
    assert not torch.equal(seen[0] == 0, seen[1] == 0)
    for target in targets:
        assert torch.equal(target.sort(dim=0).values, x.sort(dim=0).values)


def test_penalty_is_added_and_felt(x: torch.Tensor) -> None:
    free, taxed = (Autoencoder([8, 6], activation="relu") for _ in range(2))
    settings = {"epochs": 20, "batch_size": 20, "learning_rate": 0.01}
    fit(free, x, **settings)
    history = fit(
        taxed, x, penalty=lambda model, code: code.sum() / len(code), **settings
    )
    assert taxed.encode(x).mean() < 0.5 * free.encode(x).mean()
    assert history.loss[-1] > evaluate(taxed, x)


def test_several_penalties_are_added_up(x: torch.Tensor) -> None:
    def tax(model: nn.Module, code: torch.Tensor) -> torch.Tensor:
        return code.sum() / len(code)

    def double_tax(model: nn.Module, code: torch.Tensor) -> torch.Tensor:
        return 2 * tax(model, code)

    twice, double = Autoencoder([8, 3]), Autoencoder([8, 3])
    fit(twice, x, penalty=[tax, tax], epochs=2)
    fit(double, x, penalty=double_tax, epochs=2)
    torch.testing.assert_close(weights(twice), weights(double))


def test_weight_decay_shrinks_weights(x: torch.Tensor) -> None:
    free, decayed = Autoencoder([8, 3]), Autoencoder([8, 3])
    fit(free, x, epochs=20, learning_rate=0.01)
    fit(decayed, x, epochs=20, learning_rate=0.01, weight_decay=1.0)
    assert weights(decayed).norm() < weights(free).norm()


def test_early_stop_restores_the_best_epoch(x: torch.Tensor) -> None:
    """Validation data that training leads away from: the first epoch stays best."""
    model = Autoencoder([8, 3])
    away = (x, model(x).detach())
    history = fit(model, x, validation=away, patience=3, epochs=50, learning_rate=0.01)
    assert (history.stopped, history.best_epoch, history.epochs) == ("early", 1, 4)
    assert evaluate(model, *away) == pytest.approx(history.validation_loss[0])
    assert history.validation_loss[0] == min(history.validation_loss)


def test_interruption_keeps_what_was_learned(
    x: torch.Tensor, capsys: pytest.CaptureFixture[str]
) -> None:
    model, calls = Autoencoder([8, 3]), []

    def loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        calls.append(weights(model))
        if len(calls) == 25:
            raise KeyboardInterrupt
        return half_squared_error(y_hat, y)

    history = fit(model, x, loss=loss, epochs=9, batch_size=20)
    assert (history.stopped, history.epochs) == ("interrupted", 2)
    assert torch.equal(weights(model), calls[-1])
    assert "epoch 3 of 9" in capsys.readouterr().out
    assert not model.training


def test_diverging_loss_stops_with_the_last_finite_weights(x: torch.Tensor) -> None:
    model, kept = Autoencoder([8, 3]), []

    def loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        kept.append(weights(model))
        factor = math.nan if len(kept) > 30 else 1.0
        return factor * half_squared_error(y_hat, y)

    with pytest.raises(FloatingPointError, match=r"epoch 4.*learning_rate=0.001"):
        fit(model, x, loss=loss, epochs=9, batch_size=20, learning_rate=0.01)
    assert torch.equal(weights(model), kept[30])


def test_losses_state_their_reduction() -> None:
    y, y_hat = torch.rand(5, 3, 4), torch.rand(5, 3, 4)
    by_hand = sum(0.5 * float(((a - b) ** 2).sum()) for a, b in zip(y, y_hat)) / 5  # noqa: B905
    assert float(half_squared_error(y_hat, y)) == pytest.approx(by_hand)
    nats = -(y * y_hat.log() + (1 - y) * (1 - y_hat).log()).sum() / 5
    assert float(binary_cross_entropy(y_hat, y)) == pytest.approx(float(nats))


def test_evaluate_does_not_depend_on_batches_or_change_the_model(
    x: torch.Tensor,
) -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.5)).train()
    state = copy.deepcopy(model.state_dict())
    values = {round(evaluate(model, x, batch_size=size), 5) for size in (7, 50, 200)}
    assert len(values) == 1
    assert model.training
    assert all(torch.equal(state[k], v) for k, v in model.state_dict().items())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"epochs": 0}, "epochs=0"),
        ({"batch_size": 2.5}, "batch_size=2.5"),
        ({"learning_rate": -1}, "learning_rate must be a positive number"),
        ({"learning_rate": math.nan}, "learning_rate must be a positive number"),
        ({"weight_decay": -0.1}, "weight_decay must be a number of at least 0"),
        ({"schedule": "warm"}, "schedule='warm'"),
        ({"precision": "fp8"}, "precision='fp8'"),
        ({"patience": 3}, "needs validation data"),
    ],
)
def test_arguments_out_of_range_are_refused_before_training(
    x: torch.Tensor, arguments: dict, message: str
) -> None:
    model = Autoencoder([8, 3])
    before = weights(model)
    with pytest.raises(ValueError, match=message):
        fit(model, x, **arguments)
    assert torch.equal(weights(model), before)


def test_bad_data_are_refused(x: torch.Tensor) -> None:
    model = Autoencoder([8, 3])
    with pytest.raises(ValueError, match="200 inputs and 7 targets"):
        fit(model, x, x[:7])
    with pytest.raises(ValueError, match="at least one"):
        fit(model, x[:0])
    broken = x.clone()
    for value in (math.nan, math.inf, -math.inf):
        broken[3, 3] = value
        with pytest.raises(ValueError, match="training inputs hold NaN"):
            fit(model, broken)
    with pytest.raises(ValueError, match="validation inputs hold NaN"):
        fit(model, x, validation=(broken, x))


def test_penalty_without_a_code_is_refused(x: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="needs encode"):
        fit(nn.Linear(8, 8), x, penalty=lambda model, code: code.sum())


def test_double_precision_data_are_accepted(x: torch.Tensor) -> None:
    history = fit(Autoencoder([8, 3]), x.numpy().astype(np.float64), epochs=1)
    assert history.epochs == 1


@pytest.mark.parametrize("precision", ["bfloat16", "auto"])
def test_lower_precision_learns_too(x: torch.Tensor, precision: str) -> None:
    model = Autoencoder([8, 3])
    history = fit(model, x, epochs=20, learning_rate=0.02, precision=precision)
    assert history.loss[-1] < 0.5 * history.loss[0]
    assert all(p.dtype == torch.float32 for p in model.parameters())


def test_progress_bar_shows_epoch_and_loss_unless_told_not_to(
    x: torch.Tensor,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def slow_loss(y_hat: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        time.sleep(0.06)  # the bar is drawn at most ten times a second
        return half_squared_error(y_hat, y)

    monkeypatch.setattr(training, "BAR_DELAY", 0)
    fit(Autoencoder([8, 3]), x, loss=slow_loss, epochs=6, progress=True)
    shown = capsys.readouterr().err
    assert "epoch 3/6" in shown
    assert "loss=" in shown
    monkeypatch.setenv("CI", "true")
    fit(Autoencoder([8, 3]), x, epochs=2)
    monkeypatch.delenv("CI")
    monkeypatch.setenv("AELIB_PROGRESS", "0")
    fit(Autoencoder([8, 3]), x, epochs=2)
    assert capsys.readouterr().err == ""


class Halving(nn.Module):
    """A model with a cost of its own: the distance of its one weight from y / 2."""

    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.zeros(()))

    def cost(self, x, y):
        return (self.w - y / 2).square().mean()


def test_a_model_that_has_a_cost_is_trained_on_it():
    model, x = Halving(), torch.ones(20, 1)
    fit(model, x, 3 * x, epochs=200, learning_rate=0.1, progress=False)
    assert float(model.w.detach()) == pytest.approx(1.5, abs=1e-3)
    assert evaluate(model, x, 3 * x) == pytest.approx(0, abs=1e-5)


def test_a_second_cost_is_refused():
    x = torch.ones(4, 1)
    with pytest.raises(ValueError, match="cost of its own"):
        fit(Halving(), x, loss=half_squared_error)
