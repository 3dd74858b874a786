"""The training loop: it learns, it is reproducible, it ends well in every way."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from aelib import training
from aelib.autoencoders import (
    Autoencoder,
    ConvAutoencoder,
    VariationalAutoencoder,
)
from aelib.corruption import Corruption
from aelib.evaluation import reconstruct
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


# Shapes and ranges


def lines() -> tuple[torch.Tensor, torch.Tensor]:
    """Return inputs (40, 1) and targets (40,) near twice the inputs."""
    x = torch.linspace(0, 1, 40)[:, None]
    return x, 2 * x[:, 0] + 0.1


class Double(nn.Module):
    """Twice the input, in its shape; one weight, so that it can be trained."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(2.0))

    def forward(self, x: Tensor) -> Tensor:
        return self.factor * x


def own_loss(y_hat: Tensor, y: Tensor) -> Tensor:
    return (y_hat - y).square().mean()


@pytest.mark.parametrize("loss", [None, half_squared_error, own_loss])
def test_a_target_is_never_broadcast_to_an_output(loss: Callable | None) -> None:
    x, y = lines()
    model = Double()
    for call in (evaluate, fit):
        with pytest.raises(ValueError, match=r"\(40,\).*\(40, 1\) differ"):
            call(model, x, y, loss=loss, batch_size=40)
    assert float(model.factor.detach()) == 2.0
    mean = 0.01 if loss is own_loss else 0.01 / 2
    assert evaluate(model, x, y[:, None], loss=loss) == pytest.approx(mean)


@pytest.mark.parametrize(
    ("outputs", "targets"),
    [((6,), (6, 1)), ((6, 4), (6, 1, 4)), ((6, 1, 4), (6, 4)), ((6, 1), (6,))],
)
@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_own_losses_meet_no_axis_of_one_that_the_other_side_lacks(
    outputs: tuple[int, ...], targets: tuple[int, ...], dtype: type
) -> None:
    """Broadcast, (6,) beside (6, 1) would be 36 differences where 6 are meant."""
    x, y = torch.ones(outputs), np.ones(targets, dtype)
    for call in (evaluate, fit):
        with pytest.raises(ValueError, match="differ; reshape one of them"):
            call(Double(), x, y, loss=own_loss)


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"loss": lambda y_hat, y: torch.ones(())}, ValueError, "doesn't depend on"),
        ({"penalty": lambda model, code: code}, ValueError, r"\(8, 3\).*one number"),
        ({"penalty": 3}, TypeError, "must be a function, or a list.*got 3"),
        ({"penalty": [None]}, TypeError, "must be a function, or a list.*got None"),
    ],
)
def test_what_no_step_can_lower_is_refused_in_words(
    settings: dict, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        fit(Autoencoder([8, 3]), torch.rand(8, 8), **settings)


def test_a_loss_of_one_number_may_lie_in_an_axis() -> None:
    x, losses = torch.rand(8, 8), []
    for loss in (own_loss, lambda y_hat, y: own_loss(y_hat, y)[None]):
        losses.append(fit(Autoencoder([8, 3], seed=0), x, loss=loss).loss)
    assert losses[0] == losses[1]


def test_a_loss_may_compare_what_has_other_shapes() -> None:
    """Scores beside labels, or several quantiles beside one number."""
    x, _ = lines()
    scores = nn.Linear(1, 3)
    labels = np.arange(40, dtype=np.uint8) % 3
    fit(scores, x, labels, loss=nn.functional.cross_entropy, epochs=1)
    fit(scores, x, x.repeat(1, 1), loss=own_loss, epochs=1)


def test_the_two_losses_refuse_to_broadcast() -> None:
    y_hat, y = torch.full((4, 1), 0.5), torch.ones(4)
    for loss in (half_squared_error, binary_cross_entropy):
        with pytest.raises(ValueError, match=r"\(4,\).*\(4, 1\) differ"):
            loss(y_hat, y)
    with pytest.raises(ValueError, match="reach from 255 to 255"):
        binary_cross_entropy(y_hat, torch.full((4, 1), 255))


SIGMOIDS: dict[str, Callable[[], nn.Module]] = {
    "dense": lambda: Autoencoder([8, 3]),
    "convolutional": lambda: ConvAutoencoder((2, 4), channels=(2,), code_size=2),
    "variational": lambda: VariationalAutoencoder([8, 3]),
    "gaussian": lambda: VariationalAutoencoder([8, 3], likelihood="gaussian"),
    "sequential": lambda: nn.Sequential(nn.Linear(8, 8), nn.Sigmoid()),
}


@pytest.mark.parametrize("make", SIGMOIDS.values(), ids=SIGMOIDS)
@pytest.mark.parametrize(
    ("scale", "remedy"),
    [
        (lambda x: (255 * x).astype(np.uint8), "by 255"),
        (lambda x: 255 * x, "by 255"),
        (lambda x: 2 * x - 1, r"\(y \+ 1\) / 2"),
        (lambda x: x + 1e-6, r"to 1\.0000.*clip y"),
    ],
)
def test_pixels_that_no_sigmoid_reaches_are_refused_with_the_remedy(
    make: Callable[[], nn.Module], scale: Callable, remedy: str
) -> None:
    pixels = np.linspace(0, 1, 80).reshape(10, 8)
    model = make()
    before = weights(model)
    for call in (fit, evaluate):
        with pytest.raises(ValueError, match=remedy):
            call(model, scale(pixels))
    with pytest.raises(ValueError, match="sigmoid output stays"):
        fit(model, pixels, validation=scale(pixels))
    assert torch.equal(weights(model), before)
    fit(model, scale(pixels), pixels, epochs=1)  # what a model sees may be anything


def test_linear_outputs_reach_any_target() -> None:
    pixels = 255 * np.random.default_rng(0).random((10, 8))
    assert fit(Autoencoder([8, 3], output="linear"), pixels, epochs=1).epochs == 1


def test_targets_of_a_cross_entropy_are_probabilities(x: torch.Tensor) -> None:
    model = nn.Sequential(nn.Linear(8, 8), nn.Sigmoid(), nn.Identity())
    with pytest.raises(ValueError, match="by 255"):
        fit(model, x, 255 * x, loss=binary_cross_entropy)
    with pytest.raises(ValueError, match=r"outputs in \(0, 1\)"):
        fit(Autoencoder([8, 3], output="linear"), x, loss=binary_cross_entropy)


# What writes in place


def black_out(batch: Tensor, seed: np.random.Generator) -> Tensor:
    """Set the first half of the pixels to 0, in place."""
    batch[:, :4] = 0
    return batch


def test_a_corruption_that_works_in_place_never_reaches_the_target(
    x: torch.Tensor,
) -> None:
    def apart(batch: Tensor, seed: np.random.Generator) -> Tensor:
        return black_out(batch.clone(), seed)

    tidy, hasty = Autoencoder([8, 3]), Autoencoder([8, 3])
    before = x.clone()
    fit(tidy, x, corrupt=apart, epochs=3)
    fit(hasty, x, corrupt=black_out, epochs=3)
    assert torch.equal(weights(hasty), weights(tidy))
    assert torch.equal(x, before)


def test_a_model_that_works_in_place_spoils_neither_target_nor_data() -> None:
    x = torch.linspace(-1, 1, 80).reshape(10, 8)
    before = x.clone()
    half = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(8, 8))
    with torch.no_grad():
        half[1].weight.copy_(torch.eye(8))
        half[1].bias.zero_()
    expected = 0.5 * float(x.clamp(max=0).square().sum()) / 10
    assert evaluate(half, x) == pytest.approx(expected)
    assert evaluate(half, x.numpy()) == pytest.approx(expected)
    history = fit(half, x, epochs=1, learning_rate=1e-9)
    assert history.loss[0] == pytest.approx(expected)
    assert torch.equal(x, before)


class Overwrites(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.mul_(2)


def test_an_evaluation_changes_no_data_whatever_the_model_does() -> None:
    x = np.ones((3, 2), np.float32)
    assert evaluate(Overwrites(), x) == 1  # ½ (2 - 1)² twice
    assert (reconstruct(Overwrites(), x) == 2).all()
    assert (x == 1).all()


def test_what_a_corruption_returns_is_a_tensor(x: torch.Tensor) -> None:
    def forgetful(batch: Tensor, seed: np.random.Generator) -> None:
        batch[:, :4] = 0

    with pytest.raises(TypeError, match="must return the corrupted batch"):
        fit(Autoencoder([8, 3]), x, corrupt=forgetful)


# Divergence


@pytest.mark.parametrize("settings", [{}, {"penalty": KL(1.0, 0.1)}], ids=["", "KL"])
@pytest.mark.parametrize("validate", [False, True])
def test_a_run_that_diverges_at_once_leaves_the_weights_that_it_got(
    x: torch.Tensor, settings: dict, validate: bool
) -> None:
    model = Autoencoder([8, 3], output="linear")
    before = weights(model)
    settings = settings | ({"validation": x} if validate else {})
    with pytest.raises(FloatingPointError, match=r"epoch 1.*has its first weights"):
        fit(model, x, learning_rate=1e38, **settings)
    assert torch.equal(weights(model), before)
    assert not model.training


def test_weights_that_diverge_in_the_last_step_are_noticed(x: torch.Tensor) -> None:
    """The loss of an epoch is measured before its last step."""
    model = Autoencoder([8, 3], output="linear")

    class Explosion(torch.autograd.Function):
        @staticmethod
        def forward(ctx, value):
            return value.clone()

        @staticmethod
        def backward(ctx, slope):
            return slope * math.nan

    calls = []

    def loss(y_hat: Tensor, y: Tensor) -> Tensor:
        calls.append(weights(model))
        value = half_squared_error(y_hat, y)
        return Explosion.apply(value) if len(calls) == 20 else value

    with pytest.raises(
        FloatingPointError, match=r"weights.*epoch 2.*weights of epoch 1"
    ):
        fit(model, x, loss=loss, epochs=2, batch_size=20)
    assert torch.equal(weights(model), calls[10])


def test_validation_that_is_not_finite_is_no_success(x: torch.Tensor) -> None:
    model = Autoencoder([8, 3], output="linear")
    far = torch.full((3, 8), 1e30)
    with pytest.raises(FloatingPointError, match=r"validation loss.*first weights"):
        fit(model, x, validation=(far, far), epochs=2)


def test_a_model_of_nan_is_refused(x: torch.Tensor) -> None:
    model = Autoencoder([8, 3])
    with torch.no_grad():
        model.encoder[0].bias[0] = math.nan
    with pytest.raises(ValueError, match="weights hold NaN"):
        fit(model, x)


# Evaluation draws from a generator of its own


class Chancy(nn.Module):
    """A cost that is one random number for each sample, and a weight."""

    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.ones(()))

    def cost(self, x: Tensor, y: Tensor) -> Tensor:
        return (self.w * torch.randn(len(x))).mean().square()


@pytest.mark.parametrize("make", [lambda: VariationalAutoencoder([8, 4, 2]), Chancy])
def test_evaluation_gives_the_same_each_time(
    x: torch.Tensor, make: Callable[[], nn.Module]
) -> None:
    model = make()
    torch.manual_seed(7)
    state = torch.random.get_rng_state()
    first = evaluate(model, x)
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.rand(3)
    assert evaluate(model, x) == first


@pytest.mark.parametrize("batch_size", [1, 7, 64, 199, 10_000])
def test_the_batch_size_does_not_change_a_stochastic_cost(
    x: torch.Tensor, batch_size: int
) -> None:
    model = VariationalAutoencoder([8, 4, 2])
    whole = evaluate(model, x, batch_size=200)
    assert evaluate(model, x, batch_size=batch_size) == pytest.approx(whole, rel=1e-6)
    one_draw = model.cost(x, x, model.draw_noise(200, seed=training.EVALUATION_SEED))
    assert whole == pytest.approx(float(one_draw.detach()), rel=1e-6)


@pytest.mark.parametrize(
    "make", [lambda: VariationalAutoencoder([8, 4, 2]), lambda: Autoencoder([8, 3])]
)
def test_validation_does_not_change_what_is_learned(
    x: torch.Tensor, make: Callable[[], nn.Module]
) -> None:
    alone, watched = make(), make()
    history = fit(alone, x, epochs=4, learning_rate=1e-3)
    beside = fit(watched, x, epochs=4, learning_rate=1e-3, validation=(x, x))
    assert beside.loss == history.loss
    if beside.best_epoch == 4:
        assert torch.equal(weights(watched), weights(alone))


# Other types of numbers, and what else is served


def test_double_models_learn_in_double(x: torch.Tensor) -> None:
    model = Autoencoder([8, 3]).double()
    y = x.double() + 1e-12 * (x.double() < 0.9)
    fit(model, y, epochs=2)
    assert all(p.dtype == torch.float64 for p in model.parameters())
    error = 0.5 * (model(y) - y).square().sum(dim=1).mean()
    assert evaluate(model, y) == pytest.approx(float(error.detach()), rel=1e-14)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_models_of_sixteen_bits_are_measured_but_not_trained(
    dtype: torch.dtype,
) -> None:
    """The sum over 2,000 images exceeds what sixteen bits can hold."""
    images = torch.rand(2_000, 784, generator=torch.Generator().manual_seed(0))
    model = Autoencoder([784, 4])
    exact = evaluate(model, images)
    assert evaluate(model.to(dtype), images) == pytest.approx(exact, rel=0.01)
    with pytest.raises(ValueError, match="too coarse to learn"):
        fit(model, images)


def test_an_autoencoder_is_validated_on_inputs_alone(x: torch.Tensor) -> None:
    pair = fit(Autoencoder([8, 3]), x, validation=(x[:2], x[:2]), epochs=2)
    alone = fit(Autoencoder([8, 3]), x, validation=x[:2], epochs=2)
    assert alone.validation_loss == pair.validation_loss
    for validation in ((x,), (x, x, x)):
        with pytest.raises(ValueError, match=r"validation=\(x, target\)"):
            fit(Autoencoder([8, 3]), x, validation=validation)
    with pytest.raises(ValueError, match=r"validation=\(x, target\)"):
        fit(Autoencoder([8, 3]), x, x.flip(1), validation=x)


def test_no_penalty_may_be_said_as_none(x: torch.Tensor) -> None:
    assert fit(Autoencoder([8, 3]), x, penalty=None, epochs=1).epochs == 1
    for settings in ({"penalty": ["KL"]}, {"loss": "mse"}, {"corrupt": "gaussian"}):
        with pytest.raises(TypeError, match="must be a function"):
            fit(Autoencoder([8, 3]), x, **settings)


def test_a_model_that_cannot_learn_is_refused(x: torch.Tensor) -> None:
    frozen = Autoencoder([8, 3]).requires_grad_(False)
    for model in (frozen, nn.Identity()):
        with pytest.raises(ValueError, match="no weights to train, or all"):
            fit(model, x)
    with pytest.raises(TypeError, match="expected a torch module"):
        fit(x, frozen)


def test_a_frozen_layer_stays_as_it_is(x: torch.Tensor) -> None:
    model = Autoencoder([8, 3])
    model.encoder.requires_grad_(False)
    before = model.encoder[0].weight.clone()
    fit(model, x, epochs=2, weight_decay=0.1)
    assert torch.equal(model.encoder[0].weight, before)


@pytest.mark.parametrize("size", [0, -1, 2.5, "128", None, True])
def test_a_batch_is_a_whole_number_of_samples(x: torch.Tensor, size: object) -> None:
    for call in (fit, evaluate):
        with pytest.raises(ValueError, match=r"batch_size=.* must be a whole number"):
            call(Autoencoder([8, 3]), x, batch_size=size)


@pytest.mark.parametrize("n", [9, 8, 13])
def test_a_batch_of_one_is_normalized_with_the_batch_before_it(n: int) -> None:
    x = torch.rand(n, 8, generator=torch.Generator().manual_seed(0))
    model, seen = nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8)), []

    def loss(y_hat: Tensor, y: Tensor) -> Tensor:
        seen.append(len(y))
        return half_squared_error(y_hat, y)

    fit(model, x, loss=loss, batch_size=4, epochs=1, schedule="one-cycle")
    assert sum(seen) == n
    assert seen == {8: [4, 4], 9: [4, 5], 13: [4, 4, 5]}[n]


class Fails(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        raise RuntimeError("no")


@pytest.mark.parametrize("training", [True, False])
def test_an_evaluation_that_fails_leaves_every_mode_as_it_was(training: bool) -> None:
    model = nn.Sequential(nn.BatchNorm1d(8), nn.Dropout(), Fails()).train(training)
    model[0].eval()
    for data in (torch.rand(4, 8), "no data", torch.rand(0, 8)):
        with pytest.raises((RuntimeError, TypeError, ValueError)):
            evaluate(model, data)
        assert (model.training, model[1].training) == (training, training)
        assert not model[0].training


def test_a_training_that_fails_ends_in_evaluation_mode(x: torch.Tensor) -> None:
    model = nn.Sequential(nn.Linear(8, 8), Fails())
    with pytest.raises(RuntimeError, match="no"):
        fit(model, x)
    assert not model.training


def test_a_loss_is_one_number_of_one_tensor(x: torch.Tensor) -> None:
    with pytest.raises(ValueError, match="must return one number"):
        fit(Autoencoder([8, 3]), x, loss=lambda y_hat, y: (y_hat - y).square())
    pair = nn.LSTM(8, 8)
    with pytest.raises(TypeError, match="must be one tensor, not a tuple"):
        evaluate(pair, x)


def test_an_interrupted_first_epoch_keeps_what_it_learned(
    x: torch.Tensor, capsys: pytest.CaptureFixture[str]
) -> None:
    model, calls = Autoencoder([8, 3]), []

    def loss(y_hat: Tensor, y: Tensor) -> Tensor:
        calls.append(weights(model))
        if len(calls) == 5:
            raise KeyboardInterrupt
        return half_squared_error(y_hat, y)

    history = fit(model, x, loss=loss, validation=x, batch_size=20)
    assert (history.best_epoch, history.stopped) == (0, "interrupted")
    assert torch.equal(weights(model), calls[-1])
    assert not torch.equal(weights(model), calls[0])


def test_rates_may_be_any_kind_of_number_but_no_word(x: torch.Tensor) -> None:
    plain, odd = Autoencoder([8, 3]), Autoencoder([8, 3])
    fit(plain, x, learning_rate=0.25, weight_decay=0.5, epochs=2)
    kinds = {"learning_rate": torch.tensor(0.25), "weight_decay": np.float16(0.5)}
    fit(odd, x, epochs=np.uint8(2), seed=np.int64(0), **kinds)
    assert torch.equal(weights(odd), weights(plain))
    for name in ("learning_rate", "weight_decay"):
        with pytest.raises(TypeError, match=f"{name} must be a number"):
            fit(odd, x, **{name: "0.1"})
    with pytest.raises(ValueError, match="unknown to torch"):
        fit(odd, x, device="nowhere")
