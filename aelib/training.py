"""One training loop for every model of the course.

`fit` is what tutorials write out each time, done once and done fast: the data lie in
memory and are cut into batches there, the optimizer is torch's fused Adam, and the
loss is read only once per epoch.
"""

from __future__ import annotations

import copy
import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from tqdm.auto import tqdm

from aelib.autoencoders.protocol import ChecksTargets, HasCode, HasCost
from aelib.compute import (
    choose_device,
    choose_precision,
    choose_threads,
    evaluating,
    in_precision,
    keep_memory,
    on_device,
)

Loss = Callable[[Tensor, Tensor], Tensor]
Penalty = Callable[[nn.Module, Tensor], Tensor]

BAR_DELAY = 0.5  # seconds; spares short runs a bar that is gone before it is read
SCHEDULES = ("constant", "one-cycle", "cosine")


def half_squared_error(y_hat: Tensor, y: Tensor) -> Tensor:
    """Lecture C1's J without penalty: ½ sum over outputs, mean over samples.

    Examples
    --------
    >>> half_squared_error(torch.tensor([[1.0, 2.0]]), torch.zeros(1, 2))
    tensor(2.5000)
    """
    return functional.mse_loss(y_hat, y, reduction="sum") / (2 * len(y))


def binary_cross_entropy(y_hat: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of outputs in (0, 1), in nats: sum over outputs, mean over samples.

    Examples
    --------
    >>> binary_cross_entropy(torch.full((1, 2), 0.5), torch.ones(1, 2))
    tensor(1.3863)
    """
    return functional.binary_cross_entropy(y_hat, y, reduction="sum") / len(y)


@dataclass
class History:
    """What happened during a call of `fit`.

    Attributes
    ----------
    loss
        Training loss of each epoch, penalty included: the mean over its samples,
        measured while the weights were changing.
    validation_loss
        Loss on the validation data after each epoch, without penalty and corruption;
        empty where no validation data were given.
    best_epoch
        Epoch, counted from 1, whose weights the model has now.
    stopped
        ``"finished"``, ``"early"`` (patience ran out) or ``"interrupted"`` (Ctrl-C).
    seconds
        Wall-clock duration.
    """

    loss: list[float] = field(default_factory=list)
    validation_loss: list[float] = field(default_factory=list)
    best_epoch: int = 0
    stopped: str = "finished"
    seconds: float = field(default=0.0, repr=False)

    @property
    def epochs(self) -> int:
        """Number of completed epochs."""
        return len(self.loss)

    def __repr__(self) -> str:
        # Without the loss, whose last digits differ from one machine to another.
        return f"History({self.epochs} epochs, {self.stopped})"


def fit(
    model: nn.Module,
    x: Tensor | np.ndarray,
    target: Tensor | np.ndarray | None = None,
    *,
    loss: Loss | None = None,
    penalty: Penalty | Sequence[Penalty] = (),
    corrupt: Callable[..., Tensor] | None = None,
    validation: tuple[Tensor | np.ndarray, Tensor | np.ndarray] | None = None,
    patience: int | None = None,
    epochs: int = 10,
    batch_size: int = 128,
    learning_rate: float = 1e-3,
    weight_decay: float = 0.0,
    schedule: str = "constant",
    precision: str = "float32",
    device: str | torch.device | None = None,
    seed: int = 0,
    progress: bool | None = None,
) -> History:
    """Train `model` to turn `x` into `target`, in place.

    Parameters
    ----------
    model
        Any module; afterwards it is in evaluation mode, and where it was before: of a
        training on a GPU, nothing stays there.
    x
        Inputs (n, …).
    target
        What the outputs should be (n, …); by default `x` itself: an autoencoder.
    loss
        ``loss(y_hat, y)``, a scalar; by default ``model.cost(x, y)`` where the model
        has one (a variational autoencoder has), else the lecture's ½ sum of squares.
    penalty
        ``penalty(model, code)``, or several of them, added to the loss; the model must
        have ``encode`` and ``decode``, and no cost of its own.
    corrupt
        ``corrupt(batch, seed=rng)``, applied afresh to each batch of inputs, never to
        targets (lecture E1); `aelib.corruption` has three.
    validation
        Inputs and targets to measure after each epoch.  Where given, the weights of
        the epoch with the lowest validation loss are restored at the end.
    patience
        Stop after so many epochs without a lower validation loss.
    epochs, batch_size
        Passes over the data, and samples per step of the optimizer.
    learning_rate
        Step size of Adam; the peak for the schedules ``"one-cycle"`` and ``"cosine"``.
    weight_decay
        Decoupled weight decay (AdamW).
    schedule
        ``"constant"``, ``"one-cycle"`` (rises, then falls to zero) or ``"cosine"``.
    precision
        ``"float32"``; ``"bfloat16"`` for matrix products, to two or three digits;
        ``"auto"``: the faster of them.  `aelib.compute.explain` says which and why.
    device
        Where to train; by default a GPU if there is one, else the CPU.  A model that
        is to stay on a GPU is put there before: ``model.to("cuda")``.
    seed
        Seed of the order of the samples, of `corrupt` and of dropout.
    progress
        Whether to show a progress bar; by default yes, except under ``CI`` or with
        ``AELIB_PROGRESS=0``.

    Returns
    -------
    History
        Losses per epoch, and how the run ended.  Ctrl-C ends it early, says so and
        keeps what was learned.

    Raises
    ------
    ValueError
        If an argument is out of range, or data are empty, of different lengths, or
        not finite: before anything is trained.
    FloatingPointError
        If the loss stops being a finite number; the model has the weights of the last
        epoch that was finite.

    Examples
    --------
    >>> from aelib.autoencoders import Autoencoder
    >>> x = torch.rand(64, 16, generator=torch.Generator().manual_seed(0))
    >>> model = Autoencoder([16, 4], seed=0)
    >>> history = fit(model, x, epochs=20, batch_size=16, progress=False)
    >>> history.loss[-1] < history.loss[0]
    True
    """
    _check_numbers(epochs, batch_size, learning_rate, weight_decay)
    _check_schedule(schedule)
    _check_patience(patience, validation)
    device = choose_device(device)
    trainer = _Trainer(model, loss, penalty, corrupt, precision, device, seed)
    data = _as_data(model, x, target, device, "training")
    if validation is not None:
        validation = _as_data(model, *validation, device, "validation")
    keep_memory()

    steps = epochs * math.ceil(len(x) / batch_size)
    history, best = History(), _Best()
    start = time.perf_counter()
    with (
        on_device(model, device),
        choose_threads(),
        _seeded(seed, device),
        _progress_bar(steps, progress) as bar,
    ):
        trainer.set_optimizer(learning_rate, weight_decay, schedule, steps)
        try:
            for epoch in range(1, epochs + 1):
                bar.set_description(f"epoch {epoch}/{epochs}", refresh=False)
                mean_loss = trainer.train_epoch(*data, batch_size, bar)
                _check_finite_loss(mean_loss, epoch, learning_rate, model, best)
                bar.set_postfix(loss=f"{mean_loss:.4g}", refresh=False)
                history.loss.append(mean_loss)
                if validation is None:
                    best.keep(model, epoch)
                    continue
                history.validation_loss.append(evaluate(model, *validation, loss=loss))
                best.keep(model, epoch, history.validation_loss[-1])
                if patience is not None and epoch - best.epoch >= patience:
                    history.stopped = "early"
                    bar.total = bar.n  # or the bar turns red, as if it had failed
                    break
        except KeyboardInterrupt:
            history.stopped = "interrupted"
            print(
                f"Interrupted in epoch {epoch} of {epochs}: "
                "the model keeps what it has learned."
            )
    if validation is not None:
        best.restore(model)
    model.eval()
    history.best_epoch = best.epoch
    history.seconds = time.perf_counter() - start
    return history


@torch.no_grad()
def check(
    model: nn.Module,
    x: Tensor | np.ndarray,
    *,
    loss: Loss | None = None,
    penalty: Penalty | Sequence[Penalty] = (),
    corrupt: Callable[..., Tensor] | None = None,
    epochs: int = 10,
    batch_size: int = 128,
    learning_rate: float = 1e-3,
    weight_decay: float = 0.0,
    schedule: str = "constant",
    precision: str = "float32",
    device: str | torch.device | None = None,
    **_: object,
) -> None:
    """Raise what `fit` would, for these settings and two samples; train nothing.

    Parameters
    ----------
    model, x
        As in `fit`; two samples of `x` are looked at.
    loss, penalty, corrupt, epochs, batch_size, learning_rate, weight_decay, schedule, \
    precision, device
        As in `fit`, whose other settings are ignored.

    Raises
    ------
    ValueError
        As `fit`, before it trains; or as a penalty or a corruption does when called.

    Examples
    --------
    >>> check(nn.Linear(2, 2), torch.rand(4, 2), schedule="warm")
    Traceback (most recent call last):
        ...
    ValueError: schedule='warm' is unknown; choose from ['constant', 'one-cycle', ...
    """
    _check_numbers(epochs, batch_size, learning_rate, weight_decay)
    _check_schedule(schedule)
    device = choose_device(device)
    trainer = _Trainer(model, loss, penalty, corrupt, precision, device, seed=0)
    data = _as_data(model, x[:2], None, device, "training")
    with on_device(model, device):
        rows = torch.arange(len(data[0]), device=device)
        trainer.batch_loss(*trainer.draw(*data, rows))


@torch.no_grad()
def evaluate(
    model: nn.Module,
    x: Tensor | np.ndarray,
    target: Tensor | np.ndarray | None = None,
    *,
    loss: Loss | None = None,
    batch_size: int = 2_000,
) -> float:
    """Mean loss of `model` over data, in evaluation mode and without penalty.

    Parameters
    ----------
    model
        Any module.
    x, target
        Inputs and what the outputs should be; by default the inputs themselves.
    loss
        ``loss(y_hat, y)``, a mean over samples; by default as in `fit`.
    batch_size
        Samples per call of the model; it does not change the result.

    Examples
    --------
    >>> evaluate(nn.Identity(), torch.rand(10, 3))
    0.0
    """
    device = next((p.device for p in model.parameters()), torch.device("cpu"))
    x, target = _as_data(model, x, target, device, "evaluation")
    total = 0.0
    with evaluating(model):
        for batch, wanted in zip(
            x.split(batch_size), target.split(batch_size), strict=True
        ):
            total += float(_cost(model, loss, batch, wanted)) * len(batch)
    return total / len(x)


def _cost(model: nn.Module, loss: Loss | None, x: Tensor, y: Tensor) -> Tensor:
    if loss is None and isinstance(model, HasCost):
        return getattr(model, "cost_of_checked", model.cost)(x, y)
    return (loss or half_squared_error)(model(x), y)


class _Trainer:
    """The state of one training run, and the step that advances it."""

    def __init__(
        self,
        model: nn.Module,
        loss: Loss | None,
        penalty: Penalty | Sequence[Penalty],
        corrupt: Callable[..., Tensor] | None,
        precision: str,
        device: torch.device,
        seed: int,
    ) -> None:
        self.penalties = (penalty,) if callable(penalty) else tuple(penalty)
        _check_penalties(model, self.penalties)
        _check_cost(model, loss, self.penalties)
        self.precision = choose_precision(precision, device)
        self.model, self.loss, self.corrupt = model, loss, corrupt
        self.order = torch.Generator().manual_seed(seed)
        self.noise = np.random.default_rng(seed)

    def set_optimizer(
        self, learning_rate: float, weight_decay: float, schedule: str, steps: int
    ) -> None:
        self.parameters = list(self.model.parameters())
        self.optimizer = torch.optim.AdamW(
            self.parameters,
            lr=learning_rate,
            weight_decay=weight_decay,
            fused=True,
        )
        schedulers = torch.optim.lr_scheduler
        self.scheduler = {
            "constant": lambda: None,
            "one-cycle": lambda: schedulers.OneCycleLR(
                self.optimizer, learning_rate, total_steps=steps + 1
            ),
            "cosine": lambda: schedulers.CosineAnnealingLR(self.optimizer, steps),
        }[schedule]()

    def train_epoch(
        self, x: Tensor, target: Tensor, batch_size: int, bar: tqdm
    ) -> float:
        """Pass over the data once in random order; return the mean loss."""
        self.model.train()
        total = torch.zeros((), device=x.device)
        order = torch.randperm(len(x), generator=self.order).to(x.device)
        for rows in order.split(batch_size):
            batch, wanted = self.draw(x, target, rows)
            # Adding on the device, not calling .item(), keeps a GPU from waiting.
            total += self.step(batch, wanted) * len(rows)
            bar.update()
        return float(total) / len(x)

    def draw(self, x: Tensor, target: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return the inputs of these rows, corrupted, and their targets."""
        batch = wanted = x.index_select(0, rows)
        if target is not x:
            wanted = target.index_select(0, rows)
        if self.corrupt is not None:
            batch = self.corrupt(batch, seed=self.noise)
        return batch, wanted

    def step(self, batch: Tensor, wanted: Tensor) -> Tensor:
        """Make one step of the optimizer; return the loss before it."""
        for parameter in self.parameters:
            parameter.grad = None
        with in_precision(self.precision, batch.device):
            value = self.batch_loss(batch, wanted)
        value.backward()
        self.optimizer.step()
        if self.scheduler is not None:
            self.scheduler.step()
        return value.detach()

    def batch_loss(self, batch: Tensor, wanted: Tensor) -> Tensor:
        """Loss of one batch, and the penalties on its code."""
        if not self.penalties:
            return _cost(self.model, self.loss, batch, wanted)
        code = self.model.encode(batch)
        y_hat = self.model.decode(code).reshape(wanted.shape)
        value = (self.loss or half_squared_error)(y_hat, wanted)
        return value + sum(penalty(self.model, code) for penalty in self.penalties)


class _Best:
    """A copy of the weights of the best epoch so far."""

    def __init__(self) -> None:
        self.epoch, self.score = 0, math.inf
        self.weights: dict[str, Tensor] | None = None

    def keep(self, model: nn.Module, epoch: int, score: float = -math.inf) -> None:
        """Copy the weights if their score is lower; without a score, always."""
        if score == -math.inf or score < self.score:
            self.epoch, self.score = epoch, score
            self.weights = copy.deepcopy(model.state_dict())

    def restore(self, model: nn.Module) -> None:
        """Give `model` the weights that were kept, if any were."""
        if self.weights is not None:
            model.load_state_dict(self.weights)


@contextmanager
def _seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch's own generators (dropout uses them), then put them back."""
    gpus = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=gpus):
        torch.manual_seed(seed)
        yield


def _progress_bar(steps: int, progress: bool | None) -> tqdm:
    if progress is None:
        progress = os.environ.get("AELIB_PROGRESS", "1") != "0"
        progress = progress and not os.environ.get("CI")
    return tqdm(
        total=steps, unit="step", leave=False, delay=BAR_DELAY, disable=not progress
    )


def _as_data(
    model: nn.Module,
    x: Tensor | np.ndarray,
    target: Tensor | np.ndarray | None,
    device: torch.device,
    what: str,
) -> tuple[Tensor, Tensor]:
    """Check inputs and targets and move them to `device`, once if they are one."""
    target = x if target is None else target
    if len(x) == 0 or len(x) != len(target):
        raise ValueError(
            f"The {what} data have {len(x)} inputs and {len(target)} targets; "
            "there must be as many of each, and at least one."
        )
    inputs = outputs = _as_finite(x, device, f"{what} inputs")
    if target is not x:
        outputs = _as_finite(target, device, f"{what} targets")
    if isinstance(model, ChecksTargets):  # all at once, and before it is trained
        model.check_targets(outputs)
    return inputs, outputs


def _as_finite(x: Tensor | np.ndarray, device: torch.device, what: str) -> Tensor:
    tensor = torch.as_tensor(x, device=device)
    if tensor.dtype == torch.float64:
        tensor = tensor.float()
    # NaN and infinity come out as an extreme, ten times sooner than all are looked at.
    if not bool(torch.isfinite(torch.stack(tensor.aminmax())).all()):
        raise ValueError(
            f"The {what} hold NaN or infinite values: remove or replace them first."
        )
    return tensor


def _check_numbers(
    epochs: int, batch_size: int, learning_rate: float, weight_decay: float
) -> None:
    for name, value in {"epochs": epochs, "batch_size": batch_size}.items():
        if not isinstance(value, int | np.integer) or value < 1:
            raise ValueError(f"{name}={value!r} must be a whole number of at least 1.")
    if not 0 < learning_rate < math.inf:
        raise ValueError(f"learning_rate={learning_rate!r} must be positive.")
    if not 0 <= weight_decay < math.inf:
        raise ValueError(f"weight_decay={weight_decay!r} must not be negative.")


def _check_schedule(schedule: str) -> None:
    if schedule not in SCHEDULES:
        raise ValueError(
            f"schedule={schedule!r} is unknown; choose from {list(SCHEDULES)}."
        )


def _check_patience(patience: int | None, validation: object) -> None:
    if patience is not None and (validation is None or patience < 1):
        raise ValueError(
            f"patience={patience!r} must be at least 1 and needs validation data: "
            "pass validation=(x, target), or leave patience out."
        )


def _check_penalties(model: nn.Module, penalties: Sequence[Penalty]) -> None:
    if penalties and not isinstance(model, HasCode):
        raise ValueError(
            f"A penalty works on the code, and {type(model).__name__} has none: the "
            "model needs encode() and decode()."
        )


def _check_cost(
    model: nn.Module, loss: Loss | None, penalties: Sequence[Penalty]
) -> None:
    if isinstance(model, HasCost) and (loss is not None or penalties):
        raise ValueError(
            f"{type(model).__name__} has a cost of its own: leave out loss and penalty."
        )


def _check_finite_loss(
    mean_loss: float, epoch: int, learning_rate: float, model: nn.Module, best: _Best
) -> None:
    if math.isfinite(mean_loss):
        return
    best.restore(model)
    model.eval()
    raise FloatingPointError(
        f"The loss became {mean_loss} in epoch {epoch}. The likely cause is a "
        f"learning rate that is too large: try learning_rate={learning_rate / 10:g}. "
        f"The model has the weights of epoch {best.epoch}."
    )
