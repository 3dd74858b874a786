"""Backpropagation by hand, in the lecture's symbols (C1, C7, C8, C11).

**Sign.**  The lecture's `delta` is -dJ/ds: the way in which `s` should move.  UFLDL's
delta and the gradient that autograd leaves are +dJ/ds.

**Scale.**  The cost of a batch is a mean over its samples.  Beside it stand lam and
gamma = beta / N; beside a sum over N samples stand N lam and beta (C10).

Everything is float64.  The four steps come first; `Network` is what notebooks call: it
checks what it is given, and takes the steps.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aelib import inputs
from aelib.penalties import kl_divergence, kl_gradient, mean_activity, weight_penalty

Array = NDArray[np.float64]
Arrays = list[Array]
Factors = list[Array | float]  # one for each layer after the input


# The four steps. w[i, j] is the weight from unit j to unit i of the next layer.


def forward(
    x: Array, weights: Arrays, biases: Arrays, fs: list[Activation], masks: Factors
) -> tuple[Arrays, Arrays]:
    """Send x up: s_i = sum_j w_ij h_j + b_i, h_i = m_i f(s_i); h of the input is x."""
    s, h = [], [x]
    for w, b, f, m in zip(weights, biases, fs, masks, strict=True):
        s.append(h[-1] @ w.T + b)
        h.append(m * f.f(s[-1]))
    return s, h


def backward(
    error: Array,
    s: Arrays,
    weights: Arrays,
    fs: list[Activation],
    masks: Factors,
    forces: Factors,
) -> Arrays:
    """Send y - y_hat down: delta_j = [m_j sum_i w_ij delta_i + force_j] f'(s_j)."""
    deltas, pull = [], error
    layers = list(zip(s, weights, fs, masks, forces, strict=True))
    for s_j, w, f, m, force in reversed(layers):
        deltas.insert(0, (m * pull + force) * f.f_prime(s_j))
        pull = deltas[0] @ w
    return deltas


def gradients(
    deltas: Arrays, h: Arrays, weights: Arrays, lam: float
) -> tuple[Arrays, Arrays]:
    """Average over samples: dJ/dw_ij = -delta_i h_j + lam w_ij, dJ/db_i = -delta_i."""
    layers = zip(deltas, h[:-1], weights, strict=True)
    dw = [-delta.T @ h_j / len(delta) + lam * w for delta, h_j, w in layers]
    return dw, [-delta.mean(axis=0) for delta in deltas]


def step(parameters: Iterable[Array], slopes: Iterable[Array], eta: float) -> None:
    """Go downhill, in place: w_ij += eta (delta_i h_j - lam w_ij), b_i += eta delta."""
    for parameter, slope in zip(parameters, slopes, strict=True):
        parameter -= eta * slope


# What a layer does with its sums, and what is charged beside the error


class Activation(NamedTuple):
    """An activation function, its derivative, and the range of its values.

    Attributes
    ----------
    f, f_prime
        The function and its derivative, elementwise, both of the pre-activation `s`.
    low, high
        The infimum and the supremum of `f`.
    """

    f: Callable[[Array], Array]
    f_prime: Callable[[Array], Array]
    low: float
    high: float


def sigmoid(s: ArrayLike) -> Array:
    """Logistic function 1 / (1 + exp(-s)), elementwise.

    Parameters
    ----------
    s
        Pre-activations, any shape, any size of number.

    Returns
    -------
    Array
        Values in [0, 1], same shape.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0])).round(6).tolist()
    [0.0, 0.5, 1.0]
    """
    return _sigmoid(inputs.array("s", s, finite=False))


def _sigmoid(s: Array) -> Array:
    # exp(710) overflows; below -700 the value is 0 to 300 decimals anyway.
    return 1 / (1 + np.exp(-np.maximum(s, -700)))


ACTIVATIONS: dict[str, Activation] = {
    "sigmoid": Activation(_sigmoid, lambda s: _sigmoid(s) * (1 - _sigmoid(s)), 0, 1),
    "tanh": Activation(np.tanh, lambda s: 1 - np.tanh(s) ** 2, -1, 1),
    "relu": Activation(lambda s: np.maximum(s, 0), lambda s: 1.0 * (s > 0), 0, np.inf),
    "linear": Activation(lambda s: s, np.ones_like, -np.inf, np.inf),
}


@dataclass(frozen=True)
class Penalties:
    """What is charged beside the error: weights (C1), activity off rho_bar (C5)."""

    lam: float = 0.0
    rho_bar: float | None = None
    gamma: float = 0.0

    def __post_init__(self) -> None:
        inputs.strength("lam", self.lam)
        inputs.strength("gamma", self.gamma)
        inputs.sparsity(self.rho_bar, self.gamma)

    def of_activity(self, rho: Arrays) -> float:
        """Return gamma sum_j KL(rho_bar ‖ rho_j) over the layers' mean activities."""
        return self.gamma * sum(kl_divergence(self.rho_bar, r).sum() for r in rho)

    def force(self, rho: Array) -> Array:
        """Return -gamma dKL/drho_j, what pulls each unit of a layer towards rho_bar."""
        return -self.gamma * kl_gradient(self.rho_bar, rho)


class Network:
    """A fully connected feed-forward network with hand-derived gradients.

    Parameters
    ----------
    sizes
        Units per layer, input first: `[784, 196, 784]`.
    activation
        `"sigmoid"`, `"tanh"`, `"relu"` or `"linear"` for every layer, or a sequence
        with one name per layer after the input.
    output
        Another activation for the last layer; None: the same.
    seed
        Seed of the initial weights: uniform in ±sqrt(6 / (fan_in + fan_out)) [1]_.
        Biases start at 0.

    Attributes
    ----------
    weights
        One array (units of the next layer, units of this layer) per layer of weights.
    biases
        One array (units of the next layer,) per layer of weights.
    activations
        Name of the activation of each layer after the input.

    Raises
    ------
    ValueError
        For fewer than two layers, sizes that are no positive integers, an unknown
        activation.

    Notes
    -----
    The methods share their arguments:

    x, y
        Inputs and targets: (n, d) and (n, outputs), images, or one sample each.
    lam
        Weight penalty lam/2 sum w^2, over weights, never biases (C1); at least 0.
    rho_bar, gamma
        Sparsity penalty gamma sum_j KL(rho_bar ‖ rho_j) over the units of all hidden
        layers (C5), whose activation must have the range (0, 1): sigmoid.
    rho
        Mean activities to use in delta, one array (units,) per hidden layer, or the
        array where there is one such layer: for the online rule, where a sample can't
        tell them (C8).  None: the means of f(s) over the samples at hand.
    masks
        For dropout: factors of the hidden activities, as `dropout_masks` draws them.
        rho is taken before they fall, so that it stays in (0, 1).

    Each raises a ValueError for shapes that don't fit, values that are not finite, and
    penalties that are negative or not defined.

    References
    ----------
    .. [1] Glorot & Bengio (2010), Understanding the difficulty of training deep
       feedforward neural networks, AISTATS, PMLR 9:249-256.

    Examples
    --------
    >>> net = Network([2, 3, 1], seed=0)
    >>> [w.shape for w in net.weights]
    [(3, 2), (1, 3)]
    >>> x, y = np.array([[0.0, 1.0], [1.0, 1.0]]), np.array([[1.0], [0.0]])
    >>> before = net.cost(x, y)
    >>> net.step(x, y, eta=0.5)
    >>> net.cost(x, y) < before
    True
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: str | Sequence[str] = "sigmoid",
        *,
        output: str | None = None,
        seed: int = 0,
    ) -> None:
        sizes = inputs.layer_sizes(sizes)
        self.activations = inputs.activation_names(
            activation, output, len(sizes) - 1, known=[*ACTIVATIONS]
        )
        rng = np.random.default_rng(inputs.seed(seed))
        self.weights: list[Array] = []
        self.biases: list[Array] = []
        for fan_in, fan_out in itertools.pairwise(sizes):
            limit = math.sqrt(6 / (fan_in + fan_out))
            self.weights.append(rng.uniform(-limit, limit, (fan_out, fan_in)))
            self.biases.append(np.zeros(fan_out))

    @classmethod
    def from_parameters(
        cls,
        weights: Sequence[ArrayLike],
        biases: Sequence[ArrayLike],
        activation: str | Sequence[str] = "sigmoid",
        *,
        output: str | None = None,
    ) -> Network:
        """Build a network from given weights and biases (copied).

        Parameters
        ----------
        weights, biases
            One array (out, in) and one array (out,) per layer of weights.
        activation, output
            As for `Network`.

        Returns
        -------
        Network
            A network with exactly these parameters.

        Raises
        ------
        ValueError
            If shapes do not chain, or a value is NaN or infinite.

        Examples
        --------
        >>> net = Network.from_parameters([[[2.0, -1.0]]], [[0.5]], "linear")
        >>> net.predict([1.0, 1.0]).tolist()
        [1.5]
        """
        weights = [inputs.numbers("Weights", w) for w in weights]
        shapes = [w.shape for w in weights]
        if not shapes or any(len(shape) != 2 for shape in shapes):
            raise ValueError(
                f"Expected a list of weight matrices (out, in); got shapes {shapes}."
            )
        sizes = [shapes[0][1], *(out for out, _ in shapes)]
        net = cls(sizes, activation, output=output)
        for name, given, own in (
            ("Weights", weights, net.weights),
            ("Biases", biases, net.biases),
        ):
            own[:] = inputs.arrays(name, given, [a.shape for a in own])
        return net

    @property
    def sizes(self) -> list[int]:
        """Units per layer, input first."""
        return [self.weights[0].shape[1], *(len(b) for b in self.biases)]

    def forward(
        self, x: ArrayLike, masks: Sequence[ArrayLike] | None = None
    ) -> tuple[list[Array], list[Array]]:
        """Send `x` through the network and keep everything on the way.

        Returns
        -------
        s, h
            Pre-activations `s[l]` of each layer after the input, and activities:
            `h[0]` is x, `h[l + 1] = f(s[l])`, times its mask; `h[-1]` is y_hat.

        Examples
        --------
        >>> s, h = Network([2, 3, 1]).forward([0.0, 1.0])
        >>> [a.shape for a in s], [a.shape for a in h]
        ([(3,), (1,)], [(2,), (3,), (1,)])
        """
        x = inputs.samples("x", x, self.sizes[0])
        masks = self._masks(masks, x)
        return forward(x, self.weights, self.biases, self._functions, masks)

    def predict(self, x: ArrayLike) -> Array:
        """Output y_hat for input `x`; in the shape of `x` where the sizes agree.

        Returns
        -------
        Array
            Output: (n, outputs), (outputs,), or images.

        Examples
        --------
        >>> Network([4, 2, 4]).predict(np.zeros((5, 2, 2))).shape
        (5, 2, 2)
        """
        x = inputs.array("x", x)
        y_hat = self.forward(x)[1][-1]
        return y_hat.reshape(x.shape) if y_hat.size == x.size else y_hat

    def mean_activity(self, x: ArrayLike) -> list[Array]:
        """Mean activity rho_j over `x` of all hidden units (C4), without dropout.

        Returns
        -------
        list of Array
            One array (units,) per hidden layer.

        Examples
        --------
        >>> Network([2, 3, 1]).mean_activity([[0.0, 0.0]])[0].tolist()  # f(0)
        [0.5, 0.5, 0.5]
        """
        return self._mean_activity(self.forward(x)[0])

    def dropout_masks(
        self, n: int, rate: float, rng: np.random.Generator
    ) -> list[Array]:
        """Draw which hidden units drop out, for n samples (C11).

        Each is 0 with probability `rate`, else 1 / (1 - rate): inverted scaling [1]_,
        so that the expected activity is that of the network without dropout.

        Parameters
        ----------
        n
            Samples of the batch.
        rate
            Probability of dropping out, in [0, 1).
        rng
            Where the choice comes from.

        Returns
        -------
        list of Array
            One array (n, units) per hidden layer, to be passed as `masks`.

        References
        ----------
        .. [1] Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov (2014),
           Dropout, JMLR 15:1929-1958, section 10.

        Examples
        --------
        >>> net, rng = Network([2, 4, 1]), np.random.default_rng(0)
        >>> net.dropout_masks(2, 0.5, rng)[0].tolist()
        [[2.0, 0.0, 0.0, 0.0], [2.0, 2.0, 2.0, 2.0]]
        """
        n, rate = inputs.whole("n", n), inputs.dropout_rate("rate", rate)
        return [
            (rng.random((n, units)) >= rate) / (1 - rate) for units in self.sizes[1:-1]
        ]

    def cost(
        self,
        x: ArrayLike,
        y: ArrayLike,
        lam: float = 0.0,
        rho_bar: float | None = None,
        gamma: float = 0.0,
        *,
        masks: Sequence[ArrayLike] | None = None,
    ) -> float:
        """Mean over samples of J^q = 1/2 sum_i (y_i - y_hat_i)^2, and the penalties.

        Returns
        -------
        float
            The cost; the sum over outputs is *not* divided by their number.

        Examples
        --------
        >>> net = Network.from_parameters([[[1.0]]], [[0.0]], "linear")
        >>> net.cost([[1.0], [2.0]], [[0.0], [0.0]])  # (1/2 + 4/2) / 2
        1.25
        >>> net.cost([[1.0], [2.0]], [[0.0], [0.0]], lam=0.1)  # + .1/2 · 1²
        1.3
        """
        penalties = self._penalties(lam, rho_bar, gamma)
        x, y = self._pair(x, y)
        s, h = self.forward(x, masks)
        cost = (0.5 * (y - h[-1]) ** 2).sum(axis=-1).mean()
        cost += weight_penalty(self.weights, penalties.lam)
        if penalties.gamma > 0:
            cost += penalties.of_activity(self._mean_activity(s))
        return float(cost)

    def deltas(
        self,
        x: ArrayLike,
        y: ArrayLike,
        lam: float = 0.0,
        rho_bar: float | None = None,
        gamma: float = 0.0,
        rho: Sequence[ArrayLike] | ArrayLike | None = None,
        *,
        masks: Sequence[ArrayLike] | None = None,
    ) -> list[Array]:
        """Lecture's delta of every unit after the input, per sample (C7, C8).

        It is -dJ^q/ds; with a sparsity penalty whose rho comes from these n samples,
        -n times the slope of `cost`.  `lam` has no part in it.

        Returns
        -------
        list of Array
            For each layer after the input an array (n, units), or (units,).

        Examples
        --------
        >>> net = Network.from_parameters([[[1.0]], [[2.0]]], [[0.0], [0.0]], "linear")
        >>> [d.tolist() for d in net.deltas([1.0], [3.0])]  # 2 · (3 - 2), then 3 - 2
        [[2.0], [1.0]]
        """
        penalties = self._penalties(lam, rho_bar, gamma)
        return self._backward(*self._pair(x, y), penalties, rho, masks)[1]

    def gradients(
        self,
        x: ArrayLike,
        y: ArrayLike,
        lam: float = 0.0,
        rho_bar: float | None = None,
        gamma: float = 0.0,
        rho: Sequence[ArrayLike] | ArrayLike | None = None,
        *,
        masks: Sequence[ArrayLike] | None = None,
    ) -> tuple[list[Array], list[Array]]:
        """Gradients of `cost` with respect to every weight and bias.

        With `rho` given, they are what the lecture's rule uses for these samples: their
        share of the gradient, since rho belongs to more samples than these.

        Returns
        -------
        weights, biases
            dJ/dW and dJ/db, in the order and the shapes of the parameters.

        Examples
        --------
        >>> net = Network.from_parameters([[[1.0]]], [[0.0]], "linear")
        >>> dw, db = net.gradients([2.0], [0.0])  # -delta x, -delta; delta = 0 - 2
        >>> dw[0].tolist(), db[0].tolist()
        ([[4.0]], [2.0])
        """
        penalties = self._penalties(lam, rho_bar, gamma)
        x, y = (np.atleast_2d(a) for a in self._pair(x, y))
        h, deltas = self._backward(x, y, penalties, rho, masks)
        return gradients(deltas, h, self.weights, penalties.lam)

    def step(self, x: ArrayLike, y: ArrayLike, eta: float, **penalties: Any) -> None:
        """Go one step of gradient descent, in place.

        For one sample this is the lecture's online rule, w += eta (delta x - lam w) and
        b += eta delta; for a batch, the mean of that over the samples.

        Parameters
        ----------
        x, y, **penalties
            As for `gradients`: lam, rho_bar, gamma, rho, masks.
        eta
            Learning rate, > 0.

        Raises
        ------
        ValueError
            If `eta` is not positive, or a target lies where the output's activation
            cannot reach it (grey levels 0 to 255 for a sigmoid, say).

        Examples
        --------
        >>> net = Network.from_parameters([[[1.0]]], [[0.0]], "linear")
        >>> net.step([2.0], [0.0], eta=0.25)  # delta = -2
        >>> net.weights[0].tolist(), net.biases[0].tolist()
        ([[0.0]], [-0.5])
        """
        eta = inputs.positive("eta", eta)
        x, y = self._pair(x, y)
        self._check_targets(y)
        slopes = itertools.chain(*self.gradients(x, y, **penalties))
        step(self.weights + self.biases, slopes, eta)

    def sweep(
        self,
        x: ArrayLike,
        y: ArrayLike,
        eta: float,
        *,
        rho: Sequence[ArrayLike] | ArrayLike | None = None,
        memory: float = math.inf,
        **penalties: Any,
    ) -> list[Array] | None:
        """Learn online: one `step` for each sample, in the order given.

        With gamma > 0 each step needs rho (C8).  It starts as given, or as the mean of
        a full pass before the first step, and then either keeps that value, or follows
        the samples as a running mean: rho += (f(s) - rho) / memory before each step.

        Parameters
        ----------
        x, y, rho, **penalties
            As for `gradients`: lam, rho_bar, gamma.
        eta
            Learning rate, > 0.
        memory
            How many samples the running mean reaches back, at least 1; infinite: rho
            keeps its value.

        Returns
        -------
        list of Array or None
            rho at the end, to go on from; None without a sparsity penalty.

        Examples
        --------
        >>> net = Network([1, 1], "linear", seed=0)
        >>> for _ in range(200):
        ...     net.sweep([[0.0], [1.0]], [[1.0], [3.0]], eta=0.3)
        >>> net.predict([[0.0], [1.0], [2.0]]).round(3).tolist()  # y = 1 + 2x
        [[1.0], [3.0], [5.0]]
        """
        memory = inputs.number("memory", memory)
        if not memory >= 1:
            raise ValueError(f"memory must be at least 1 sample; got {memory!r}.")
        x, y = (np.atleast_2d(a) for a in self._pair(x, y))
        self._check_targets(y)
        sparse = inputs.number("gamma", penalties.get("gamma", 0.0)) > 0
        if sparse:
            rho = self.mean_activity(x) if rho is None else self._given_rho(rho)
        for x_q, y_q in zip(x, y, strict=True):
            if sparse and math.isfinite(memory):
                now = self.mean_activity(x_q)
                rho = [r + (h - r) / memory for r, h in zip(rho, now, strict=True)]
            self.step(x_q, y_q, eta, rho=rho, **penalties)
        return rho if sparse else None

    def _backward(
        self, x: Array, y: Array, penalties: Penalties, rho: Any, masks: Any
    ) -> tuple[Arrays, Arrays]:
        """Return what was sent up, and the deltas that come down."""
        s, h = self.forward(x, masks)
        masks, forces = self._masks(masks, x), self._forces(penalties, s, rho)
        error = y - h[-1]
        return h, backward(error, s, self.weights, self._functions, masks, forces)

    def _forces(self, penalties: Penalties, s: Arrays, rho: Any) -> Factors:
        """Return the sparsity penalty's pull on each layer; outputs feel none."""
        if penalties.gamma == 0:
            return [0.0] * len(s)
        rho = self._mean_activity(s) if rho is None else self._given_rho(rho)
        return [*map(penalties.force, rho), 0.0]

    def _mean_activity(self, s: Arrays) -> Arrays:
        """Average f(s), not h: with dropout, h may leave (0, 1)."""
        hidden = zip(s[:-1], self._functions, strict=False)
        return [mean_activity(np.atleast_2d(f.f(s_j))) for s_j, f in hidden]

    @property
    def _functions(self) -> list[Activation]:
        return [ACTIVATIONS[name] for name in self.activations]

    def _given_rho(self, rho: Any) -> list[Array]:
        per_layer = [inputs.array("Mean activities rho", layer) for layer in rho]
        if per_layer and per_layer[0].ndim == 0:
            per_layer = [np.array(per_layer)]
        shapes = [(units,) for units in self.sizes[1:-1]]
        return inputs.arrays("Mean activities rho", per_layer, shapes)

    def _masks(self, masks: Any, x: Array) -> list[Array | float]:
        """One factor per layer after the input; the outputs never drop out."""
        if masks is None:
            return [1.0] * len(self.weights)
        masks = [inputs.array("Masks", mask) for mask in masks]
        if x.ndim == 2:
            masks = [np.atleast_2d(mask) for mask in masks]
        shapes = [(*x.shape[:-1], units) for units in self.sizes[1:-1]]
        return [*inputs.arrays("Masks", masks, shapes), 1.0]

    def _penalties(self, lam: float, rho_bar: float | None, gamma: float) -> Penalties:
        """Check the penalties, once; a KL divergence needs hidden units in (0, 1)."""
        lam, gamma = inputs.strength("lam", lam), inputs.strength("gamma", gamma)
        penalties = Penalties(lam, rho_bar, gamma)
        for name in self.activations[:-1] if gamma > 0 else ():
            if (ACTIVATIONS[name].low, ACTIVATIONS[name].high) != (0, 1):
                raise ValueError(
                    f"KL needs activities in (0, 1), and a hidden layer is {name}: "
                    "make it sigmoid, or set gamma=0."
                )
        return penalties

    def _check_targets(self, y: Array) -> None:
        """Refuse to learn what no output can reach; a cost has any target."""
        name = self.activations[-1]
        inputs.check_targets(y, name, ACTIVATIONS[name].low, ACTIVATIONS[name].high)

    def _pair(self, x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
        x = inputs.samples("x", x, self.sizes[0])
        y = inputs.samples("y", y, self.sizes[-1])
        if x.shape[:-1] != y.shape[:-1]:
            raise ValueError(
                "x and y must hold the same samples; got shapes "
                f"{x.shape} and {y.shape}."
            )
        return x, y
