"""What the rest of the package asks of a model: its promises, written down once.

Any torch module that keeps one of them is served, whatever it inherits from.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from torch import Tensor


@runtime_checkable
class HasCode(Protocol):
    """Has an encoder stage and a decoder stage, so that its code can be looked at."""

    def encode(self, x: Tensor) -> Tensor:
        """Turn inputs (n, …) into codes (n, code_size)."""

    def decode(self, code: Tensor) -> Tensor:
        """Turn codes back into outputs (n, …)."""


@runtime_checkable
class HasEncoder(Protocol):
    """Has an encoder stage, on which a classifier can stand."""

    code_size: int
    """Number of code units."""

    def encode(self, x: Tensor) -> Tensor:
        """Turn inputs (n, …) into codes (n, code_size)."""


@runtime_checkable
class HasCost(Protocol):
    """Has a cost of its own, which training then lowers in the place of a loss."""

    def cost(self, x: Tensor, y: Tensor) -> Tensor:
        """Return what it costs to answer `y` to `x`, a mean over samples."""


@runtime_checkable
class HasCostOfChecked(Protocol):
    """Has a cost for targets seen by `check_targets`, which looks at none anew."""

    def cost_of_checked(self, x: Tensor, y: Tensor) -> Tensor:
        """Return ``cost(x, y)``."""


@runtime_checkable
class HasNoise(Protocol):
    """Has a cost that depends on chance, and takes the draws as its last argument.

    A number that is measured is then the same each time, in batches of any size.
    """

    def draw_noise(self, n: int, *, seed: int = 0) -> Tensor:
        """Draw what ``cost(x, y, noise)`` takes for n samples, one row each."""


@runtime_checkable
class ChecksTargets(Protocol):
    """Knows which targets it can reach, and refuses others before it is trained."""

    def check_targets(self, y: Tensor) -> None:
        """Raise a ValueError for targets that no output can reach."""
