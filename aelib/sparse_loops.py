"""A sparse autoencoder trained by hand, in a loop that can be got wrong on purpose.

The step is the lecture's (C7, C8) for one hidden layer of sigmoid units.  Two things
are left open: the *force*, which joins what comes down from the outputs, and the
*mean*, by which the loop knows how active a unit is.  The mistakes of notebook 04 are
all made in one of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aelib import inputs
from aelib.backprop import Network, sigmoid
from aelib.penalties import kl_gradient, mean_activity
from aelib.results import load_table, show_runs

Array = NDArray[np.float64]

Force: TypeAlias = Callable[[Array, Array], Array]
"""``force(h, rho)``: from a batch's activities (n, units) and the mean (units,) to what
joins Σ w δ in the hidden δ, in either shape."""

MEMORY = 200  # samples that a running mean reaches back
MEANS = ("running", "batch")
LOOKS = 4  # records of the true mean activities in each epoch


@dataclass(frozen=True)
class SparseRun:
    """A network that `train_by_hand` has trained, and how active its units were.

    Attributes
    ----------
    net
        The network.
    rho
        Mean activity of each unit over all data (looks, units): before the first step,
        four times in each epoch, and after the last step.
    epoch
        When that was, in epochs (looks,).
    """

    net: Network
    rho: Array
    epoch: Array

    def code(self, x: ArrayLike) -> Array:
        """Activities (n, units) of the hidden units for inputs (n, d)."""
        return self.net.forward(x)[1][1]


def shrink(images: ArrayLike) -> Array:
    """Halve the sides of images, and lay the pixels in a row, so that loops are quick.

    Parameters
    ----------
    images
        Images (n, height, width) of even sides.

    Returns
    -------
    Array
        Means of 2 × 2 pixels (n, height · width / 4).

    Raises
    ------
    ValueError
        If these are no such images.

    Examples
    --------
    >>> shrink([[[0.0, 1.0, 2.0, 2.0], [1.0, 0.0, 2.0, 2.0]]])
    array([[0.5, 2. ]])
    """
    images = inputs.array("images", images)
    if images.ndim != 3 or images.shape[1] % 2 or images.shape[2] % 2:
        raise ValueError(
            "Give images (n, height, width) whose sides are even; got shape "
            f"{images.shape}."
        )
    n, height, width = images.shape
    blocks = images.reshape(n, height // 2, 2, width // 2, 2)
    return blocks.mean(axis=(2, 4)).reshape(n, -1)


def kl_force(gamma: float, rho_bar: float) -> Force:
    """Force of the lecture's penalty (C8): -gamma ((1-ρ̄)/(1-ρ_j) - ρ̄/ρ_j).

    Parameters
    ----------
    gamma
        Strength beside the averaged cost.
    rho_bar
        Desired mean activity, in (0, 1).

    Returns
    -------
    callable
        ``force(h, rho)``, which looks at the mean alone.

    Examples
    --------
    >>> force = kl_force(gamma=1.0, rho_bar=0.1)
    >>> force(np.zeros((3, 2)), np.array([0.1, 0.5]))
    array([-0. , -1.6])
    """
    return lambda _, rho: -gamma * kl_gradient(rho_bar, rho)


def train_by_hand(
    x: ArrayLike,
    force: Force,
    mean: str | int = "running",
    *,
    units: int = 25,
    epochs: int = 8,
    eta: float = 0.5,
    batch_size: int = 20,
    lam: float = 0.0,
    bias: float = 0.0,
    seed: int = 0,
) -> SparseRun:
    """Train an autoencoder with one hidden layer by the lecture's rule.

    Parameters
    ----------
    x
        Data (n, d), in (0, 1) or at its ends.
    force
        ``force(h, rho)``, what the penalty adds in the hidden δ: `kl_force`, or what
        somebody has mistaken for it.
    mean
        What `force` is given for rho: ``"running"``, a mean that forgets a sample after
        about 200; ``"batch"``, the mean of the batch at hand; or a whole number k: the
        mean of all data, taken anew every k steps and kept in between.
    units
        Hidden units.
    epochs, batch_size
        Passes over the data, and samples per step; what is left over is not used.
    eta
        Learning rate.
    lam
        Weight penalty (C2).
    bias
        Biases of the hidden units at the start.
    seed
        Seed of the weights and of the order of the samples.

    Returns
    -------
    SparseRun
        The network, and its units' mean activities on the way.

    Raises
    ------
    ValueError
        If an argument is out of range, or the data are not such numbers.

    Examples
    --------
    >>> x = np.random.default_rng(0).random((40, 5))
    >>> run = train_by_hand(x, kl_force(1.0, 0.1), mean=1, units=3, epochs=100)
    >>> run.rho[0].round(1), (run.rho[-1] < 0.12).all()
    (array([0.3, 0.8, 0.5]), np.True_)
    """
    x = inputs.rows("x", x)
    inputs.check_targets(x, "sigmoid", 0, 1)
    batch_size = inputs.whole("batch_size", batch_size, most=len(x))
    epochs = inputs.whole("epochs", epochs)
    eta, lam = inputs.positive("eta", eta), inputs.strength("lam", lam)
    units, seed = inputs.whole("units", units), inputs.seed(seed)
    if isinstance(mean, str):
        inputs.choice("mean", mean, MEANS)
    else:
        mean = inputs.whole("mean", mean)
    net = Network([x.shape[1], units, x.shape[1]], seed=seed)
    net.biases[0] += bias
    rng, steps = np.random.default_rng(seed), len(x) // batch_size
    rho, path = _all_data(net, x), [_all_data(net, x)]
    looks = {round(k * steps / LOOKS) for k in range(1, LOOKS + 1)}
    for t in range(epochs * steps):
        if t % steps == 0:
            order = rng.permutation(len(x))
        batch = x[order[t % steps * batch_size :][:batch_size]]
        h = sigmoid(batch @ net.weights[0].T + net.biases[0])
        if mean == "batch":
            rho = mean_activity(h)
        elif mean == "running":
            new = min(1, batch_size / MEMORY)
            rho = (1 - new) * rho + new * mean_activity(h)
        elif t % mean == 0:
            rho = _all_data(net, x)
        _step(net, batch, h, force(h, rho), eta, lam)
        if t % steps + 1 in looks:
            path.append(_all_data(net, x))
    when = np.linspace(0, epochs, len(path))
    return SparseRun(net, np.array(path), when)


def _all_data(net: Network, x: Array) -> Array:
    return mean_activity(sigmoid(x @ net.weights[0].T + net.biases[0]))


def _step(
    net: Network, x: Array, h: Array, pull: Array, eta: float, lam: float
) -> None:
    """Change the parameters by eta (δ x - lam w), averaged over the batch (C7, C8)."""
    (w1, w2), (b1, b2) = net.weights, net.biases
    y_hat = sigmoid(h @ w2.T + b2)
    sent_down = (x - y_hat) * y_hat * (1 - y_hat)
    delta_j = (sent_down @ w2 + pull) * h * (1 - h)
    w2 += eta * (sent_down.T @ h / len(x) - lam * w2)
    b2 += eta * sent_down.mean(axis=0)
    w1 += eta * (delta_j.T @ x / len(x) - lam * w1)
    b1 += eta * delta_j.mean(axis=0)


# What a long run has measured: the stored table, study by study

USUAL = {
    "price": "KL",
    "mean": "running",
    "rho_bar": 0.05,
    "gamma": 1.0,
    "lam": 0.0,
    "eta": 1.0,
    "bias": 0.0,
    "epochs": 20,
}
HEADINGS = {
    "median": "median ρ",
    "near": "near ρ̄",
    "error": "J",
    "decided": "d",
    "kl": "Σ KL",
}

Settings: TypeAlias = dict[str, dict[str, object]]


def _longer(settings: Settings, *titles: str) -> Settings:
    """Return some of the settings, trained three times as long."""
    return {f"{title}, 60 epochs": settings[title] | {"epochs": 60} for title in titles}


def _square() -> Settings:
    prices: Settings = {"KL": {}}
    for c in (1, 3, 10, 21.05):
        prices[f"square, c = {c}"] = {"price": "square", "gamma": c}
    dead = {f"{name}, dead": each | {"bias": -10} for name, each in prices.items()}
    return prices | dead | _longer(prices, "KL", "square, c = 10")


def _range() -> Settings:
    grid: Settings = {"no penalty": {"gamma": 0}}
    for target in (0.01, 0.02, 0.05, 0.1):
        for gamma in (1, 3, 5):
            grid[f"ρ̄ = {target}, γ = {gamma}"] = {"rho_bar": target, "gamma": gamma}
    kept = ("ρ̄ = 0.01, γ = 1", "ρ̄ = 0.05, γ = 1", "ρ̄ = 0.05, γ = 5")
    return grid | _longer(grid, "no penalty", *kept)


def _means() -> Settings:
    ways = {
        "full pass, each step": "1",
        "running mean": "running",
        "mini-batch of 20": "batch",
        "each 10 steps": "10",
        "once per epoch": "100",
    }
    return {
        f"{title}, η = {eta}": {"mean": way, "eta": eta}
        for eta in (1.0, 0.1, 0.02)
        for title, way in ways.items()
    }


def _order() -> Settings:
    pairs: Settings = {}
    for gamma in (0.1, 0.3, 1.0, 3.0):
        for title, kind in (("average", "KL"), ("of each", "KL of each sample")):
            pairs[f"{title}, γ = {gamma}"] = {"price": kind, "gamma": gamma}
    return pairs | _longer(pairs, "average, γ = 1.0", "of each, γ = 1.0")


def _mumblers() -> Settings:
    grid: Settings = {
        f"ρ̄ = {target}, λ = {lam}": {"rho_bar": target, "lam": lam}
        for target in (0.02, 0.1)
        for lam in (0, 0.001, 0.003)
    }
    kept = ("ρ̄ = 0.02, λ = 0", "ρ̄ = 0.02, λ = 0.003", "ρ̄ = 0.1, λ = 0.003")
    return grid | _longer(grid, *kept)


STUDIES: Mapping[str, Callable[[], Settings]] = {
    "square": _square,
    "range": _range,
    "means": _means,
    "order": _order,
    "mumblers": _mumblers,
}


def show_study(name: str, *columns: str) -> None:
    """Print what `benchmarks/sparse_loops.py` has measured, for one question.

    Three seeds of each setting, on both data sets: the mean, and half the range.  What
    a line does not name is KL with a running mean, ρ̄ = 0.05, γ = 1, λ = 0, η = 1 and
    20 epochs, from the usual start.

    Parameters
    ----------
    name
        ``"square"``, ``"range"``, ``"means"``, ``"order"`` or ``"mumblers"``.
    columns
        ``"median"``, of the units' mean activities; ``"near"``, the share of units
        between half and twice ρ̄; ``"error"``, J; ``"decided"``, the median decidedness;
        ``"kl"``, the sum of the divergences.

    Raises
    ------
    ValueError
        If there is no such study, or no such column.

    Examples
    --------
    >>> show_study("mumblers", "decided")  # doctest: +ELLIPSIS
                                                        d
    drawn  ρ̄ = 0.02, λ = 0...
    """
    inputs.choice("name", name, STUDIES)
    for column in columns:
        inputs.choice("columns", column, HEADINGS)
    heads = {column: HEADINGS[column] for column in columns}
    show_runs(load_table("sparse_loops"), STUDIES[name](), heads, USUAL)
