"""Where and how torch computes: the device, the threads, the precision, the batches.

All of it is decided here and nowhere else, and `explain` says what was decided and
why.  By default nothing is decided that changes a result a reader would notice: the
number of threads moves the last digits only, and lower precision is not chosen unless
it is asked for.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import (
    AbstractContextManager,
    contextmanager,
    nullcontext,
    suppress,
)
from functools import lru_cache
from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn

from aelib import inputs

PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
MOST_THREADS = 4
BATCH = 2_000  # samples of one call, where nothing is learned
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # from GNU's malloc.h


def explain(
    device: str | torch.device | None = None, precision: str = "float32"
) -> str:
    """Say in three lines what `aelib.training.fit` decides here, and why.

    Parameters
    ----------
    device, precision
        As in `aelib.training.fit`.

    Examples
    --------
    >>> print(explain("cpu"))  # doctest: +ELLIPSIS
    device: cpu, as asked
    threads: ...
    precision: float32...
    """
    where = choose_device(device)
    reasons = {
        "device": f"{where}, {_why_device(device)}",
        "threads": f"{threads()}, {_why_threads()}",
        "precision": f"{choose_precision(precision, where)}, "
        f"{_why_precision(precision, where)}",
    }
    return "\n".join(f"{name}: {reason}" for name, reason in reasons.items())


def choose_device(device: str | torch.device | None = None) -> torch.device:
    """Return the device asked for, or else a GPU if there is one, or else the CPU.

    Raises
    ------
    ValueError
        If torch knows no device of that name, or this machine has none.

    Examples
    --------
    >>> choose_device("cpu")
    device(type='cpu')
    """
    return best_device() if device is None else _named_device(device)


def best_device() -> torch.device:
    """Return the first GPU, if there is one, else the CPU."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _named_device(device: str | torch.device) -> torch.device:
    try:
        found = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(
            f'device={device!r} is unknown to torch: choose "cpu" or "cuda", or leave '
            "it out."
        ) from error
    try:
        torch.zeros((), device=found).item()  # which fails where nothing is computed
    except (RuntimeError, AssertionError) as error:
        raise ValueError(
            f"device={device!r} can't compute on this machine "
            f"({str(error).splitlines()[0]}): leave it out, and the best one is taken."
        ) from error
    return found


@contextmanager
def on_device(model: nn.Module, device: torch.device) -> Iterator[None]:
    """Let `model` be on `device` in the block, and then where it was before.

    So a model that its owner has on the CPU can be trained on a GPU, and be used with
    NumPy afterwards as if there had been none.

    Examples
    --------
    >>> model = nn.Linear(2, 1)
    >>> with on_device(model, torch.device("cpu")):
    ...     print(place(model))
    (device(type='cpu'), torch.float32)
    """
    before, _ = place(model)
    model.to(device)
    try:
        yield
    finally:
        model.to(before)


def _why_device(device: str | torch.device | None) -> str:
    if device is not None:
        return "as asked"
    return "there is no CUDA GPU" if best_device().type == "cpu" else "the first GPU"


def asked_threads() -> int | None:
    """Return how many threads ``OMP_NUM_THREADS`` asks for; None, if it names none."""
    # OpenMP takes a list too, a number for each level of nesting.
    first = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    return int(first) if first.isdecimal() and int(first) > 0 else None


def threads() -> int:
    """Return how many CPU threads torch shall use.

    ``OMP_NUM_THREADS`` decides where it is a number.  Elsewhere it is half of what
    torch would take, and at most four: the matrices of this course are small, and on a
    busy machine threads that wait for each other can make it ten times slower.
    """
    if asked_threads() is not None:
        return torch.get_num_threads()
    return max(1, min(torch.get_num_threads() // 2, MOST_THREADS))


def _why_threads() -> str:
    if asked_threads() is not None:
        return "what OMP_NUM_THREADS says"
    own = (
        f"half of torch's {torch.get_num_threads()}, at most {MOST_THREADS}: small "
        "matrices; set OMP_NUM_THREADS to decide yourself"
    )
    asked = os.environ.get("OMP_NUM_THREADS")
    if asked is None:
        return own
    return f"{own}, which is {asked!r} and no number of threads"


@contextmanager
def choose_threads() -> Iterator[int]:
    """Let torch use `threads()` threads in the block; yield the number.

    Examples
    --------
    >>> with choose_threads() as number:
    ...     number == torch.get_num_threads()
    True
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads())
    try:
        yield torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


def choose_precision(precision: str, device: torch.device) -> str:
    """Return the precision asked for; for ``"auto"``, the faster one of this hardware.

    Raises
    ------
    ValueError
        If there is no precision of that name.

    Examples
    --------
    >>> choose_precision("float32", torch.device("cpu"))
    'float32'
    """
    inputs.choice("precision", precision, [*PRECISIONS, "auto"])
    if precision != "auto":
        return precision
    return "bfloat16" if has_bfloat16(device) else "float32"


def _why_precision(precision: str, device: torch.device) -> str:
    fast = has_bfloat16(device)
    if precision == "auto":
        return "which this hardware multiplies fastest"
    if precision == "float32":
        hint = '; precision="bfloat16" is faster here, to 2–3 digits' if fast else ""
        return f"to about 7 digits{hint}"
    return "to 2–3 digits" + ("" if fast else "; slow here, without hardware for it")


def has_bfloat16(device: torch.device) -> bool:
    """Say whether the hardware multiplies matrices in bfloat16 by itself."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    found = getattr(torch.cpu, "get_capabilities", dict)()
    return any(found.get(name) for name in ("avx512_bf16", "amx_bf16", "arm_bf16"))


def in_precision(
    precision: str, device: torch.device
) -> AbstractContextManager[object]:
    """Multiply matrices in this precision inside the block; weights stay float32."""
    if precision == "float32":
        return nullcontext()
    return torch.autocast(device.type, PRECISIONS[precision])


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Let `model` be in evaluation mode in the block, and then as it was before.

    Examples
    --------
    >>> model = nn.Dropout()
    >>> with evaluating(model):
    ...     model.training
    False
    >>> model.training
    True
    """
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        yield
    finally:
        for module, was_training in modes.items():
            module.training = was_training


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch's own generators in the block, then put them back.

    Examples
    --------
    >>> with seeded(0, torch.device("cpu")):
    ...     first = torch.rand(3)
    >>> with seeded(0, torch.device("cpu")):
    ...     bool((torch.rand(3) == first).all())
    True
    """
    gpus = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=gpus):
        torch.manual_seed(seed)
        yield


def place(model: nn.Module) -> tuple[torch.device, torch.dtype | None]:
    """Return where a model's weights are, and of which type; without any, no type.

    Examples
    --------
    >>> place(nn.Linear(2, 1).double()), place(nn.Identity())
    ((device(type='cpu'), torch.float64), (device(type='cpu'), None))
    """
    for weights in chain(model.parameters(), model.buffers()):
        if weights.is_floating_point():
            return weights.device, weights.dtype
    return torch.device("cpu"), None


def works_in_place(model: nn.Module) -> bool:
    """Say whether a module of the model may write over what it is given.

    Examples
    --------
    >>> works_in_place(nn.ReLU(inplace=True)), works_in_place(nn.ReLU())
    (True, False)
    """
    return any(getattr(module, "inplace", False) for module in model.modules())


@torch.no_grad()
def in_batches(
    model: nn.Module, function: Callable[[Tensor], Tensor], x: Any
) -> Tensor:
    """Apply a function of `model` to all `x`, a batch at a time, in evaluation mode.

    Parameters
    ----------
    model
        What is to be in evaluation mode.
    function
        It turns a batch of `x` into a batch of results: the model, or its ``encode``.
    x
        Inputs (n, …): an array, a tensor, a list.

    Returns
    -------
    Tensor
        The results (n, …), where the model is.

    Examples
    --------
    >>> in_batches(nn.Identity(), lambda part: 2 * part, torch.ones(5_000, 1)).shape
    torch.Size([5000, 1])
    """
    device, dtype = place(model)
    parts = inputs.data("inputs", x, dtype).split(BATCH)
    with evaluating(model):
        # Copies, because a model may write over what it is given.
        return torch.cat([function(part.to(device, copy=True)) for part in parts])


@lru_cache(maxsize=1)
def keep_memory() -> None:
    """Let freed memory stay with the process, where the C library is GNU's.

    Each step of a training frees what the next one needs again.  Handing it back to
    the system in between makes the convolutional model half as slow again.
    """
    with suppress(OSError, AttributeError):  # another system, or another C library
        mallopt = ctypes.CDLL("libc.so.6").mallopt
        mallopt(M_TRIM_THRESHOLD, 2**30)
        mallopt(M_MMAP_THRESHOLD, 2**25)  # the largest that is allowed
