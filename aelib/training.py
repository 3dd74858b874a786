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
from torch.nn import functional
from tqdm.auto import tqdm

from aelib import inputs
from aelib.autoencoders.dense import check_reach
from aelib.autoencoders.protocol import (
    ChecksTargets,
    HasCode,
    HasCost,
    HasCostOfChecked,
    HasNoise,
)
from aelib.compute import (
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

Loss = Callable[[Tensor, Tensor], Tensor]
Penalty = Callable[[nn.Module, Tensor], Tensor]

EVALUATION_SEED = 0  # of what a cost draws while nothing is learned
BAR_DELAY = 0.5  # seconds; spares short runs a bar that is gone before it is read
SCHEDULES = ("constant", "one-cycle", "cosine")


def half_squared_error(y_hat: Tensor, y: Tensor) -> Tensor:
    """Lecture C1's J without penalty: ½ sum over outputs, mean over samples.

    Parameters
    ----------
    y_hat, y
        Outputs and targets, of one shape (n, …).

    Raises
    ------
    ValueError
        If the shapes differ: nothing is broadcast.

    Examples
    --------
    >>> half_squared_error(torch.tensor([[1.0, 2.0]]), torch.zeros(1, 2))
    tensor(2.5000)
    """
    y_hat, y = _alike(y_hat, y)
    return functional.mse_loss(y_hat, y, reduction="sum") / (2 * len(y))


def binary_cross_entropy(y_hat: Tensor, y: Tensor) -> Tensor:
    """Cross-entropy of outputs in (0, 1), in nats: sum over outputs, mean over samples.

    Raises
    ------
    ValueError
        If the shapes differ, or a target lies outside [0, 1].

    Examples
    --------
    >>> binary_cross_entropy(torch.full((1, 2), 0.5), torch.ones(1, 2))
    tensor(1.3863)
    """
    inputs.check_tensor("y", y)
    inputs.check_targets(y, "sigmoid", 0, 1)
    return _cross_entropy(y_hat, y)


def _cross_entropy(y_hat: Tensor, y: Tensor) -> Tensor:
    """Return the cross-entropy for targets of which it is known that they fit."""
    y_hat, y = _alike(y_hat, y)
    try:
        return functional.binary_cross_entropy(y_hat, y, reduction="sum") / len(y)
    except RuntimeError as error:
        raise ValueError(
            f"A cross-entropy needs outputs in (0, 1), such as a sigmoid's: {error}."
        ) from error


def _alike(y_hat: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return both in one type of at least 32 bits, in which a sum is not too coarse."""
    inputs.check_tensor("y_hat", y_hat)
    inputs.check_tensor("y", y)
    inputs.check_same_shape(y, y_hat)
    dtype = torch.promote_types(y_hat.dtype, torch.float32)
    return y_hat.to(dtype), y.to(dtype)


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
    epochs, batch_size = _check_counts(epochs, batch_size)
    learning_rate, weight_decay = _check_rates(learning_rate, weight_decay)
    _check_schedule(schedule)
    _check_patience(patience, validation)
    device, seed = choose_device(device), inputs.seed(seed)
    trainer = _Trainer(model, loss, penalty, corrupt, precision, device, seed)
    data = _as_data(model, loss, x, target, device, "training")
    if validation is not None:
        pair = _as_pair(validation, target)
        validation = _as_data(model, loss, *pair, device, "validation")
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
        try:
            for epoch in range(1, epochs + 1):
                bar.set_description(f"epoch {epoch}/{epochs}", refresh=False)
                mean_loss = trainer.train_epoch(*data, batch_size, bar)
                best.check_finite("loss", mean_loss, epoch)
                bar.set_postfix(loss=f"{mean_loss:.4g}", refresh=False)
                history.loss.append(mean_loss)
                if validation is None:
                    best.keep(epoch)
                    continue
                score = evaluate(model, *validation, loss=loss)
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
    _check_counts(epochs, batch_size)
    _check_rates(learning_rate, weight_decay)
    _check_schedule(schedule)
    device = choose_device(device)
    trainer = _Trainer(model, loss, penalty, corrupt, precision, device, seed=0)
    x = inputs.data("training inputs", x, place(model)[1])
    data = _as_data(model, loss, x[:2], None, device, "training")
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

    Returns
    -------
    float
        The same for the same weights and data: what a cost draws, such as a variational
        autoencoder's, it draws from a generator of its own.

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
    device, _ = place(_as_module(model))
    parts = _as_data(model, loss, x, target, device, "evaluation")
    if loss is None and isinstance(model, HasCost) and isinstance(model, HasNoise):
        parts += (model.draw_noise(len(parts[0]), seed=EVALUATION_SEED),)
    total, in_place = 0.0, works_in_place(model)
    with evaluating(model), seeded(EVALUATION_SEED, device):
        for batch, *rest in zip(*(p.split(batch_size) for p in parts), strict=True):
            batch = batch.clone() if in_place else batch
            total += float(_cost(model, loss, batch, *rest)) * len(batch)
    return total / len(parts[0])


def _cost(
    model: nn.Module, loss: Loss | None, x: Tensor, y: Tensor, *noise: Tensor
) -> Tensor:
    if loss is None and isinstance(model, HasCostOfChecked):
        return model.cost_of_checked(x, y, *noise)
    if loss is None and isinstance(model, HasCost):
        return model.cost(x, y, *noise)
    return _compare(loss, model(x), y)


def _compare(loss: Loss | None, y_hat: Tensor, y: Tensor) -> Tensor:
    """Return the loss of outputs beside targets that are known to be in their range."""
    inputs.check_tensor("The output of the model", y_hat)
    if loss is None or loss is half_squared_error:
        return half_squared_error(y_hat, y)
    if loss is binary_cross_entropy:
        return _cross_entropy(y_hat, y)
    _check_broadcast(y_hat, y)
    value = loss(y_hat, y)
    if not isinstance(value, Tensor) or value.numel() != 1:
        raise ValueError(
            "loss must return one number as a tensor, a mean over samples; got "
            f"{value}."
        )
    return value


def _check_broadcast(y_hat: Tensor, y: Tensor) -> None:
    """Refuse targets (n,) beside outputs (n, 1), which most losses make (n, n)."""
    if y.is_floating_point() and {(*y.shape, 1), (1, *y.shape)} & {tuple(y_hat.shape)}:
        inputs.check_same_shape(y, y_hat)


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
        self.penalties = _as_penalties(penalty)
        _check_weights(_as_module(model))
        _check_penalties(model, self.penalties)
        _check_cost(model, loss, self.penalties)
        _check_function("loss", loss)
        _check_function("corrupt", corrupt)
        self.precision = choose_precision(precision, device)
        self.model, self.loss, self.corrupt = model, loss, corrupt
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
                if _is_finite(self.model):
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
        y_hat = self.model.decode(code)
        if y_hat.numel() == wanted.numel():  # rows of pixels beside images
            y_hat = y_hat.reshape(wanted.shape)
        value = _compare(self.loss, y_hat, wanted)
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
        if math.isfinite(value) and _is_finite(self.model):
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


def _is_finite(model: nn.Module) -> bool:
    """Say whether all weights are finite: one that isn't makes their sum so."""
    sums = [w.sum() for w in model.state_dict().values() if w.is_floating_point()]
    return all(math.isfinite(float(total)) for total in sums)


def _progress_bar(steps: int, progress: bool | None) -> tqdm:
    if progress is None:
        progress = os.environ.get("AELIB_PROGRESS", "1") != "0"
        progress = progress and not os.environ.get("CI")
    return tqdm(
        total=steps, unit="step", leave=False, delay=BAR_DELAY, disable=not progress
    )


# What `fit` and `evaluate` take, and what they refuse


def _as_data(
    model: nn.Module,
    loss: Loss | None,
    x: Any,
    target: Any,
    device: torch.device,
    what: str,
) -> tuple[Tensor, Tensor]:
    """Check inputs and targets and move them to `device`, once if they are one."""
    dtype = place(model)[1]
    found = wanted = inputs.data(f"{what} inputs", x, dtype, device)
    if target is not None and target is not x:
        if _keeps_labels(model, loss) and not inputs.is_floating(target):
            dtype = torch.int64
        wanted = inputs.data(f"{what} targets", target, dtype, device)
    if len(found) == 0 or len(found) != len(wanted):
        raise ValueError(
            f"The {what} data have {len(found)} inputs and {len(wanted)} targets; "
            "there must be as many of each, and at least one."
        )
    if wanted.is_floating_point():  # all at once, and before anything is trained
        _check_reach(model, loss, wanted)
    return found, wanted


def _as_pair(validation: Any, target: Any) -> tuple[Any, Any]:
    """Return inputs and targets to validate with; an autoencoder needs inputs alone."""
    if isinstance(validation, tuple | list):
        if len(validation) == 2:
            return tuple(validation)
    elif target is None:
        return validation, None
    raise ValueError(
        f"validation is a {type(validation).__name__}: pass a pair of inputs and "
        "targets, validation=(x, target)."
    )


def _as_module(model: object) -> nn.Module:
    if not isinstance(model, nn.Module):
        raise TypeError(
            f"The model is a {type(model).__name__}; expected a torch module, such as "
            "an aelib.autoencoders.Autoencoder."
        )
    return model


def _as_penalties(penalty: Any) -> tuple[Penalty, ...]:
    if penalty is None:
        return ()
    penalties = (penalty,) if callable(penalty) else tuple(penalty)
    for one in penalties:
        _check_function("penalty", one)
    return penalties


def _keeps_labels(model: nn.Module, loss: Loss | None) -> bool:
    """Say whether whole numbers are passed to the loss as they are."""
    if loss is None:
        return isinstance(model, HasCost)
    return loss is not half_squared_error and loss is not binary_cross_entropy


def _check_reach(model: nn.Module, loss: Loss | None, target: Tensor) -> None:
    """Refuse targets that no output can reach, as far as is known of the model."""
    if isinstance(model, ChecksTargets):
        model.check_targets(target)
    elif isinstance(model, nn.Sequential) and len(model):
        check_reach(target, type(model[-1]).__name__.lower())
    if loss is binary_cross_entropy:
        check_reach(target, "sigmoid")


def _check_weights(model: nn.Module) -> None:
    if not any(p.requires_grad for p in model.parameters()):
        raise ValueError(
            "The model has no weights to train, or all of them are frozen: call "
            "requires_grad_() on those that are to learn."
        )
    dtype = place(model)[1]
    if dtype is None or dtype.itemsize < 4:
        raise ValueError(
            f"The model's weights are of type {dtype}, too coarse to learn in small "
            'steps: train model.float(), with precision="bfloat16" for speed.'
        )
    if not _is_finite(model):
        raise ValueError(
            "The model's weights hold NaN or infinite values: make it anew, or load "
            "other weights."
        )


def _check_function(name: str, value: object) -> None:
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be a function; got {value!r}.")


def _check_counts(epochs: int, batch_size: int) -> tuple[int, int]:
    return inputs.whole("epochs", epochs), inputs.whole("batch_size", batch_size)


def _check_rates(learning_rate: float, weight_decay: float) -> tuple[float, float]:
    return (
        inputs.positive("learning_rate", learning_rate),
        inputs.strength("weight_decay", weight_decay),
    )


def _check_schedule(schedule: str) -> None:
    inputs.choice("schedule", schedule, SCHEDULES)


def _check_patience(patience: int | None, validation: object) -> None:
    if patience is None:
        return
    if validation is None:
        raise ValueError(
            f"patience={patience!r} needs validation data: pass "
            "validation=(x, target), or leave patience out."
        )
    inputs.whole("patience", patience)


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
