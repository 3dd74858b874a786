"""A mixture of Bernoullis: templates of digits, by expectation maximization."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import logsumexp


def fit_templates(
    x: np.ndarray, size: int, seed: int, steps: int = 30
) -> Callable[[np.ndarray], np.ndarray]:
    """Fit a mixture of Bernoullis by EM; return the function that gives log p(x)."""
    rng = np.random.default_rng(seed)
    ink = 0.25 + 0.5 * x[rng.choice(len(x), size, replace=False)]
    share = np.full(size, 1 / size, dtype=x.dtype)

    def joint(x: np.ndarray) -> np.ndarray:
        odds = np.log(ink) - np.log1p(-ink)
        return x @ odds.T + np.log1p(-ink).sum(axis=1) + np.log(share)

    for _ in range(steps):
        values = joint(x)
        belongs = np.exp(values - logsumexp(values, axis=1, keepdims=True))
        count = belongs.sum(axis=0)
        # Half a digit with ink and half without: no pixel is impossible.
        ink = (belongs.T @ x + 0.5) / (count[:, None] + 1)
        share = (count + 1e-3) / (count + 1e-3).sum()
    return lambda images: logsumexp(joint(images), axis=1)
