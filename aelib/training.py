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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor, nn
from tqdm.auto import tqdm

from aelib import inputs
from aelib.autoencoders.protocol import HasCost, HasCostOfChecked, HasNoise
from aelib.compute import (
    BATCH,
    choose_device,
    choose_precision,
    choose_threads,
    evaluating,
    in_precision,
    keep_memory,
    on_device,
    place,
    seeded,
    works_in_place,
)
from aelib.demands import (
    SCHEDULES,
    Penalty,
    as_data,
    as_module,
    as_pair,
    as_penalties,
    check_cost,
    check_counts,
    check_function,
    check_patience,
    check_penalties,
    check_rates,
    check_schedule,
    check_value,
    check_weights,
    is_finite,
)
from aelib.losses import Loss, binary_cross_entropy, compare, half_squared_error

__all__ = [
    "SCHEDULES",
    "History",
    "binary_cross_entropy",
    "check",
    "evaluate",
    "fit",
    "half_squared_error",
]

Watch = Callable[[nn.Module, int, float], object]

EVALUATION_SEED = 0  # of what a cost draws while nothing is learned
BAR_DELAY = 0.5  # seconds; spares short runs a bar that is gone before it is read


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
        Epoch, counted from 1, whose weights the model has now; 0 if none was completed.
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
    x: Tensor | ArrayLike,
    target: Tensor | ArrayLike | None = None,
    *,
    loss: Loss | None = None,
    penalty: Penalty | Sequence[Penalty] | None = None,
    corrupt: Callable[..., Tensor] | None = None,
    validation: tuple[Any, Any] | Tensor | ArrayLike | None = None,
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
    watch: Watch | None = None,
) -> History:
    """Train `model` to turn `x` into `target`, in place.

    Parameters
    ----------
    model
        Any module with weights of 32 or 64 bits; afterwards it is in evaluation mode,
        and where it was before: of a training on a GPU, nothing stays there.
    x
        Inputs (n, …), numbers of any type; they become numbers of the model's type.
    target
        What the outputs should be (n, …), in the outputs' shape; by default `x`
        itself: an autoencoder.  Whole numbers, such as labels, stay what they are for
        a loss of your own.
    loss
        ``loss(y_hat, y)``, a scalar; by default ``model.cost(x, y)`` where the model
        has one (a variational autoencoder has), else the lecture's ½ sum of squares.
    penalty
        ``penalty(model, code)``, or several of them, added to the loss; the model must
        have ``encode`` and ``decode``, and no cost of its own.
    corrupt
        ``corrupt(batch, seed=rng)``, applied afresh to each batch of inputs, never to
        targets (lecture E1); `aelib.corruption` has three.  It may write over the
        batch that it is given.
    validation
        Inputs and targets to measure after each epoch, or inputs alone for an
        autoencoder.  Where given, the weights of the epoch with the lowest validation
        loss are restored at the end.  It doesn't change what is learned.
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
    watch
        ``watch(model, epoch, loss)``, called after each epoch with the model in
        evaluation mode, and once before the first, as epoch 0 with a loss of NaN:
        `aelib.explore.Recording` is one.  It doesn't change what is learned.

    Returns
    -------
    History
        Losses per epoch, and how the run ended.  Ctrl-C ends it early, says so and
        keeps what was learned.

    Raises
    ------
    TypeError, ValueError
        If an argument is out of range, or data are no numbers, empty, of different
        lengths, not finite, or targets out of the reach of the outputs: before
        anything is trained.
    FloatingPointError
        If the loss or the weights stop being finite numbers; the model has the weights
        of the best epoch before that, or else those that it came with.

    Examples
    --------
    >>> from aelib.autoencoders import Autoencoder
    >>> x = torch.rand(64, 16, generator=torch.Generator().manual_seed(0))
    >>> model = Autoencoder([16, 4], seed=0)
    >>> history = fit(model, x, epochs=20, batch_size=16, progress=False)
    >>> history.loss[-1] < history.loss[0]
    True
    """
    epochs, batch_size = check_counts(epochs, batch_size)
    learning_rate, weight_decay = check_rates(learning_rate, weight_decay)
    check_schedule(schedule)
    check_patience(patience, validation)
    device, seed = choose_device(device), inputs.seed(seed)
    trainer = _Trainer(model, loss, penalty, corrupt, precision, device, seed)
    data = as_data(model, loss, x, target, device, "training")
    if validation is not None:
        pair = as_pair(validation, target)
        validation = as_data(model, loss, *pair, device, "validation")
    keep_memory()

    steps = epochs * len(_batches(torch.arange(len(data[0])), batch_size, model))
    history, best = History(), _Best(model, learning_rate)
    start = time.perf_counter()
    with (
        on_device(model, device),
        choose_threads(),
        seeded(seed, device),
        _progress_bar(steps, progress) as bar,
    ):
        trainer.set_optimizer(learning_rate, weight_decay, schedule, steps)
        if watch is not None:
            _let_watch(watch, model, 0, math.nan, device)
        try:
            for epoch in range(1, epochs + 1):
                bar.set_description(f"epoch {epoch}/{epochs}", refresh=False)
                mean_loss = trainer.train_epoch(*data, batch_size, bar)
                best.check_finite("loss", mean_loss, epoch)
                bar.set_postfix(loss=f"{mean_loss:.4g}", refresh=False)
                history.loss.append(mean_loss)
                if watch is not None:
                    _let_watch(watch, model, epoch, mean_loss, device)
                if validation is None:
                    best.keep(epoch)
                    continue
                score = _mean_cost(model, loss, *validation, BATCH)
                best.check_finite("validation loss", score, epoch)
                history.validation_loss.append(score)
                best.keep(epoch, score)
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
        finally:
            model.eval()
    if validation is not None and best.epoch > 0:
        best.restore()
    history.best_epoch = best.epoch
    history.seconds = time.perf_counter() - start
    return history


@torch.no_grad()
def _let_watch(
    watch: Watch, model: nn.Module, epoch: int, loss: float, device: torch.device
) -> None:
    """Call `watch`, so that nothing it draws by chance changes what comes next."""
    model.eval()
    with seeded(EVALUATION_SEED, device):
        watch(model, epoch, loss)


@torch.no_grad()
def check(
    model: nn.Module,
    x: Tensor | ArrayLike,
    *,
    loss: Loss | None = None,
    penalty: Penalty | Sequence[Penalty] | None = None,
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
    check_counts(epochs, batch_size)
    check_rates(learning_rate, weight_decay)
    check_schedule(schedule)
    device = choose_device(device)
    trainer = _Trainer(model, loss, penalty, corrupt, precision, device, seed=0)
    x = inputs.data("training inputs", x, place(model)[1])
    data = as_data(model, loss, x[:2], None, device, "training")
    with on_device(model, device):
        rows = torch.arange(len(data[0]), device=device)
        trainer.batch_loss(*trainer.draw(*data, rows))


@torch.no_grad()
def evaluate(
    model: nn.Module,
    x: Tensor | ArrayLike,
    target: Tensor | ArrayLike | None = None,
    *,
    loss: Loss | None = None,
    batch_size: int = BATCH,
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

    Returns
    -------
    float
        The same for the same weights and data: what a cost draws, such as a variational
        autoencoder's, it draws from a generator of its own; what `draw_noise` draws
        (`aelib.autoencoders.protocol.HasNoise`) doesn't depend on the batches either.

    Raises
    ------
    TypeError, ValueError
        For data that `fit` would refuse, too; the model is as it was before.

    Examples
    --------
    >>> evaluate(nn.Identity(), torch.rand(10, 3))
    0.0
    """
    batch_size = inputs.whole("batch_size", batch_size)
    device, _ = place(as_module(model))
    x, target = as_data(model, loss, x, target, device, "evaluation")
    return _mean_cost(model, loss, x, target, batch_size)


@torch.no_grad()
def _mean_cost(
    model: nn.Module, loss: Loss | None, x: Tensor, target: Tensor, batch_size: int
) -> float:
    """Return what `evaluate` does, for data that were checked already."""
    parts = [x, target]
    if loss is None and isinstance(model, HasCost) and isinstance(model, HasNoise):
        parts.append(model.draw_noise(len(x), seed=EVALUATION_SEED))
    cost, total = _choose_cost(model, loss), 0.0
    with evaluating(model), seeded(EVALUATION_SEED, x.device):
        for batch, *rest in zip(*(p.split(batch_size) for p in parts), strict=True):
            # A copy, because a model may write over what it is given.
            total += float(cost(batch.clone(), *rest)) * len(batch)
    return total / len(x)


def _choose_cost(model: nn.Module, loss: Loss | None) -> Callable[..., Tensor]:
    """Return ``cost(x, y)``; chosen once, because asking costs a part of each step."""
    if loss is None and isinstance(model, HasCostOfChecked):
        return model.cost_of_checked
    if loss is None and isinstance(model, HasCost):
        return model.cost
    return lambda x, y: compare(loss, model(x), y)


class _Trainer:
    """The state of one training run, and the step that advances it."""

    def __init__(
        self,
        model: nn.Module,
        loss: Loss | None,
        penalty: Penalty | Sequence[Penalty] | None,
        corrupt: Callable[..., Tensor] | None,
        precision: str,
        device: torch.device,
        seed: int,
    ) -> None:
        self.penalties = as_penalties(penalty)
        check_weights(as_module(model))
        check_penalties(model, self.penalties)
        check_cost(model, loss, self.penalties)
        check_function("loss", loss)
        check_function("corrupt", corrupt)
        self.precision = choose_precision(precision, device)
        self.model, self.loss, self.corrupt = model, loss, corrupt
        self.cost = _choose_cost(model, loss)
        self.writes = corrupt is not None or works_in_place(model)
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
        total = torch.zeros((), device=x.device, dtype=x.dtype)
        order = torch.randperm(len(x), generator=self.order).to(x.device)
        for rows in _batches(order, batch_size, self.model):
            batch, wanted = self.draw(x, target, rows)
            try:
                # Adding on the device, not calling .item(), keeps a GPU from waiting.
                total += self.step(batch, wanted) * len(rows)
            except ValueError:
                if is_finite(self.model):
                    raise
                return math.nan  # a penalty refuses codes that are no numbers any more
            bar.update()
        return float(total) / len(x)

    def draw(self, x: Tensor, target: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Return the inputs of these rows, corrupted, and their targets."""
        batch = wanted = x.index_select(0, rows)
        if target is not x:
            wanted = target.index_select(0, rows)
        elif self.writes:  # over the inputs, but never over the targets
            batch = wanted.clone()
        if self.corrupt is not None:
            batch = self.corrupt(batch, seed=self.noise)
            if not isinstance(batch, Tensor):
                raise TypeError(
                    "corrupt must return the corrupted batch, a tensor; got "
                    f"{type(batch).__name__}."
                )
        return batch, wanted

    def step(self, batch: Tensor, wanted: Tensor) -> Tensor:
        """Make one step of the optimizer; return the loss before it."""
        for parameter in self.parameters:
            parameter.grad = None
        with in_precision(self.precision, batch.device):
            value = self.batch_loss(batch, wanted)
        check_value(value)
        value.backward()
        self.optimizer.step()
        if self.scheduler is not None:
            self.scheduler.step()
        return value.detach()

    def batch_loss(self, batch: Tensor, wanted: Tensor) -> Tensor:
        """Loss of one batch, and the penalties on its code."""
        if not self.penalties:
            return self.cost(batch, wanted)
        code = self.model.encode(batch)
        y_hat = self.model.decode(code)
        if y_hat.numel() == wanted.numel():  # rows of pixels beside images
            y_hat = y_hat.reshape(wanted.shape)
        value = compare(self.loss, y_hat, wanted)
        return value + sum(penalty(self.model, code) for penalty in self.penalties)


class _Best:
    """A copy of the weights of the best epoch so far; at first, of those given."""

    def __init__(self, model: nn.Module, learning_rate: float) -> None:
        self.model, self.learning_rate = model, learning_rate
        self.epoch, self.score = 0, math.inf
        self.weights = copy.deepcopy(model.state_dict())

    def keep(self, epoch: int, score: float = -math.inf) -> None:
        """Copy the weights if their score is lower; without a score, always."""
        if score == -math.inf or score < self.score:
            self.epoch, self.score = epoch, score
            self.weights = copy.deepcopy(self.model.state_dict())

    def restore(self) -> None:
        """Give the model the weights that were kept."""
        self.model.load_state_dict(self.weights)

    def check_finite(self, what: str, value: float, epoch: int) -> None:
        """Restore what was kept, and stop, if a loss or a weight is not finite."""
        if math.isfinite(value) and is_finite(self.model):
            return
        if math.isfinite(value):
            what, value = "sum of the weights", math.nan
        self.restore()
        has = (
            f"the weights of epoch {self.epoch}" if self.epoch else "its first weights"
        )
        raise FloatingPointError(
            f"The {what} became {value} in epoch {epoch}. The likely cause is a "
            "learning rate that is too large: try "
            f"learning_rate={self.learning_rate / 10:g}. The model has {has}."
        )


def _batches(order: Tensor, batch_size: int, model: nn.Module) -> Sequence[Tensor]:
    """Cut an order of samples into batches.

    One sample alone has no spread to be normalized by: where a model does that, a last
    batch of one joins the batch before it.
    """
    rows = order.split(batch_size)
    if len(rows) == 1 or len(rows[-1]) > 1 or batch_size == 1:
        return rows
    if not any(isinstance(module, nn.BatchNorm1d) for module in model.modules()):
        return rows
    return [*rows[:-2], torch.cat(rows[-2:])]


def _progress_bar(steps: int, progress: bool | None) -> tqdm:
    if progress is None:
        progress = os.environ.get("AELIB_PROGRESS", "1") != "0"
        progress = progress and not os.environ.get("CI")
    return tqdm(
        total=steps, unit="step", leave=False, delay=BAR_DELAY, disable=not progress
    )
