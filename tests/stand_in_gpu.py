"""A GPU for machines without one: it computes on the CPU, and refuses what a GPU does.

Its tensors say that they are on ``gpu:0``. They don't become arrays, and don't mix with
tensors of the CPU. Their numbers are computed by the CPU, so that whatever is trained
with and without it must come out the same.

It is torch's own way of having a backend in Python, which torch calls experimental.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from aelib import compute

_setup_privateuseone_for_python_backend("gpu")
GPU, CPU = torch.device("gpu:0"), torch.device("cpu")

# What a GPU takes tensors of the CPU for, too: copies, and numbers of rows to choose.
MIXES = {torch.ops.aten.copy_.default, torch.ops.aten.index.Tensor}


class OnGpu(Tensor):
    """A tensor on the stand-in, whose numbers are in a tensor on the CPU."""

    made = 0  # so many, so far
    numbers: Tensor

    @staticmethod
    def __new__(cls, numbers: Tensor) -> OnGpu:
        return Tensor._make_wrapper_subclass(
            cls,
            numbers.size(),
            strides=numbers.stride(),
            storage_offset=numbers.storage_offset(),
            dtype=numbers.dtype,
            device=GPU,
        )

    def __init__(self, numbers: Tensor) -> None:
        self.numbers = numbers
        OnGpu.made += 1

    @classmethod
    def __torch_dispatch__(
        cls, function: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        return run(function, args, kwargs or {})

    __torch_function__ = torch._C._disabled_torch_function_impl

    def numpy(self, *, force: bool = False) -> Any:
        if force:
            return self.detach().cpu().numpy()
        raise TypeError(
            f"can't convert {GPU} device type tensor to numpy. Use Tensor.cpu() to "
            "copy the tensor to host memory first."
        )

    def __array__(self, *arguments: Any, **options: Any) -> Any:
        return self.numpy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        return self.detach().clone()

    def __repr__(self) -> str:
        return f"OnGpu({self.numbers})"

    # With these two, `nn.Module.to` exchanges a module's parameters in place.

    def __tensor_flatten__(self) -> tuple[list[str], None]:
        return ["numbers"], None

    @staticmethod
    def __tensor_unflatten__(parts: Mapping[str, Tensor], *_: Any) -> OnGpu:
        return OnGpu(parts["numbers"])


class StandIn(TorchDispatchMode):
    """Sees every operation, also one that makes a tensor on the stand-in of none."""

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        return run(function, args, kwargs or {})


def run(function: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Compute on the CPU what was asked of either device."""
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    on_gpu = any(isinstance(tensor, OnGpu) for tensor in tensors)
    device = kwargs.get("device")
    if device is not None:
        on_cpu, kwargs = torch.device(device) == CPU, {**kwargs, "device": CPU}
    else:
        on_cpu = not on_gpu
    if on_gpu:
        refuse_mixture(function, tensors)
        args, kwargs = tree_map(numbers_of, (args, kwargs))
    result = function(*args, **kwargs)
    if function._schema.name.endswith("_") and isinstance(result, Tensor):
        return tensors[0]  # changed in place
    return result if on_cpu else tree_map(put_on_gpu, result)


# `torch.asarray` asks the device itself, past the way above, for these two.


@torch.library.impl("aten::empty_strided", "PrivateUse1")
def empty_strided(size: Sequence[int], stride: Sequence[int], **options: Any) -> Tensor:
    return OnGpu(torch.empty_strided(size, stride, dtype=options["dtype"]))


@torch.library.impl("aten::_copy_from", "PrivateUse1")
def copy_from(source: Tensor, target: Tensor, non_blocking: bool = False) -> Tensor:
    numbers_of(target).copy_(numbers_of(source))
    return target


def refuse_mixture(function: Callable[..., Any], tensors: Sequence[Tensor]) -> None:
    """Raise what a GPU would of tensors on both devices; single numbers may mix."""
    on_cpu = [x for x in tensors if x.ndim and not isinstance(x, OnGpu)]
    if on_cpu and function not in MIXES:
        raise RuntimeError(
            "Expected all tensors to be on the same device, but found at least two "
            f"devices, {GPU} and cpu! (when checking {function})"
        )


def numbers_of(x: Any) -> Any:
    return x.numbers if isinstance(x, OnGpu) else x


def put_on_gpu(x: Any) -> Any:
    return OnGpu(x) if isinstance(x, Tensor) and not isinstance(x, OnGpu) else x


apply = nn.Module._apply


def move_in_place(module: nn.Module, *arguments: Any, **options: Any) -> nn.Module:
    """Exchange parameters on the stand-in in place, as torch does those on a GPU."""
    swap = any(isinstance(p, OnGpu) for p in module.parameters())
    torch.__future__.set_swap_module_params_on_conversion(swap)
    try:
        return apply(module, *arguments, **options)
    finally:
        torch.__future__.set_swap_module_params_on_conversion(False)


@contextmanager
def stand_in_gpu() -> Iterator[torch.device]:
    """Let there be the stand-in in the block, and let it be what `fit` trains on."""
    best_device = compute.best_device
    compute.best_device = lambda: GPU
    try:
        with StandIn(), mock.patch.object(nn.Module, "_apply", move_in_place):
            yield GPU
    finally:
        compute.best_device = best_device
